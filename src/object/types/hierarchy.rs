//! Changing the bases of a type, and so the MROs of its subclasses.

use super::create::OBJECT;
use super::messages;
use super::store::TypeStore;
use super::type_object::Type;
use crate::object::ObjectError;

impl TypeStore<'_> {
    /// Python's `ty.__bases__ = bases`. The type and all its subclasses get new MROs, and lose
    /// their version tags.
    ///
    /// The subclasses are visited as in CPython: in order, depth first, and as often as there are
    /// paths to them. So the same changes are refused, even some that would be consistent in the
    /// end: those where a subclass is reached when only one of its bases has its new MRO. (Swapping
    /// the two bases of a type at the top of a diamond is such a change.)
    ///
    /// # Errors
    ///
    /// With CPython's messages, checked in its order (`type_set_bases` of `Objects/typeobject.c`):
    /// TypeError for an immutable type, for no bases, for a base that is derived from the type, is
    /// final or occurs twice, for bases whose instances have another [layout](TypeStore::layout),
    /// and if the type or a subclass would have no MRO. Then nothing has changed.
    pub fn set_bases(&mut self, ty: Type, bases: &[Type]) -> Result<(), ObjectError> {
        let object = self.type_object(ty)?;
        if object.is_immutable {
            return Err(messages::immutable_bases(self.policy().python, &object.name));
        }
        if bases.is_empty() {
            return Err(messages::no_bases(&object.name));
        }
        for &base in bases {
            if self.is_subtype(base, ty)? {
                return Err(messages::cycle());
            }
        }
        let old = self.type_object(ty)?.layout.base.unwrap_or(OBJECT);
        let new = self.best_base(bases)?;
        self.refuse_layout("__bases__", ty.number, old, new)?;
        let numbers: Box<[u32]> = bases.iter().map(|base| base.number).collect();
        let object = &mut self.types[ty.number as usize];
        let old_bases = std::mem::replace(&mut object.bases, numbers);
        let mut replaced = Vec::new();
        if let Err(error) = self.linearize_below(ty.number, &mut replaced) {
            // Backwards, because an MRO may have been replaced several times.
            for (number, old_mro) in replaced.into_iter().rev() {
                self.types[number as usize].mro = old_mro;
            }
            self.types[ty.number as usize].bases = old_bases;
            return Err(error);
        }
        self.types[ty.number as usize].layout.base = Some(new);
        self.retire_tags(ty.number);
        self.relink(ty.number, &old_bases);
        Ok(())
    }

    /// Computes the MRO of a type and of all its subclasses, and keeps the old ones in `replaced`.
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

    /// Restores T4 after the bases of a type have changed. As in CPython the type becomes the last
    /// subclass of all its bases, also of those it had before.
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
