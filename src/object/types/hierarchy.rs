//! Changing the bases of a type, and with them the MRO of all types below it.

use super::messages;
use super::store::TypeStore;
use super::type_object::Type;
use crate::object::ObjectError;

impl TypeStore<'_> {
    /// Gives a type other bases: `ty.__bases__ = bases`. The MRO of the type and of all its
    /// subclasses is made anew, and all their version tags are taken.
    ///
    /// CPython's walk is followed step by step: subclasses in order, each with its own subclasses
    /// before the next, and a subclass that is reached by several ways as many times. So this
    /// refuses what CPython refuses: also a change that would be consistent in the end, where some
    /// subclass is reached while only one of its bases has been done. (Swapping the two bases of a
    /// type at the top of a diamond is such a change.)
    ///
    /// CPython also refuses bases whose objects are laid out otherwise in memory. Objects are the
    /// host's here, and so is that rule.
    ///
    /// # Errors
    ///
    /// In CPython's words and order (`type_set_bases` of Objects/typeobject.c): TypeError for an
    /// immutable type, for no bases, for one that is derived from the type, for one that is final
    /// or stands there twice, and if there is no MRO for the type or for a subclass. Then nothing
    /// has changed.
    pub fn set_bases(&mut self, ty: Type, bases: &[Type]) -> Result<(), ObjectError> {
        let object = self.type_object(ty)?;
        if object.is_immutable {
            return Err(messages::immutable_bases(&object.name));
        }
        if bases.is_empty() {
            return Err(messages::no_bases(&object.name));
        }
        for &base in bases {
            if self.is_subtype(base, ty)? {
                return Err(messages::cycle());
            }
        }
        self.refuse_final(bases)?;
        let numbers: Box<[u32]> = bases.iter().map(|base| base.number).collect();
        let object = &mut self.types[ty.number as usize];
        let old_bases = std::mem::replace(&mut object.bases, numbers);
        let mut replaced = Vec::new();
        if let Err(error) = self.linearize_below(ty.number, &mut replaced) {
            // Backwards, because a type may have been replaced several times.
            for (number, old_mro) in replaced.into_iter().rev() {
                self.types[number as usize].mro = old_mro;
            }
            self.types[ty.number as usize].bases = old_bases;
            return Err(error);
        }
        self.retire_tags(ty.number);
        self.relink(ty.number, &old_bases);
        Ok(())
    }

    /// Makes the MRO of a type and of all types below it, and keeps the old ones.
    fn linearize_below(
        &mut self,
        top: u32,
        replaced: &mut Vec<(u32, Box<[u32]>)>,
    ) -> Result<(), ObjectError> {
        let mut to_do = vec![top];
        while let Some(number) = to_do.pop() {
            let object = &self.types[number as usize];
            let mro = self.linearize(number, &object.bases)?;
            to_do.extend(object.subclasses.iter().rev());
            let old = std::mem::replace(&mut self.types[number as usize].mro, mro);
            replaced.push((number, old));
        }
        Ok(())
    }

    /// T4 after the bases of a type have changed. It becomes the last subclass of bases that it
    /// keeps as well, as in CPython.
    fn relink(&mut self, number: u32, old_bases: &[u32]) {
        for &base in old_bases {
            self.types[base as usize].subclasses.retain(|&subclass| subclass != number);
        }
        let bases = self.types[number as usize].bases.clone();
        for &base in &bases {
            self.types[base as usize].subclasses.push(number);
        }
    }
}
