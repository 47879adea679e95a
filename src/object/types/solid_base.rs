//! Which layouts agree: bases of one type, and classes of one object.
//!
//! In CPython an instance is a struct, and a type may add fields to that of its base: slots, a
//! dict, a list of weak references, or the fields of a built-in type. Two types whose fields would
//! be at the same place cannot be bases of one type, and an object can only become one of a type
//! with the same fields. Here there are no structs, but programs see the same refusals.
//!
//! A *solid* type has fields of its own: it was declared so, or it has slots. The solid base of a
//! type is the nearest solid type along the chain of its [bases](TypeStore::base). After
//! `best_base` and `compatible_for_assignment` of `Objects/typeobject.c`.

use super::class_messages as messages;
use super::create::OBJECT;
use super::layout::TypeLayout;
use super::store::TypeStore;
use super::type_object::Type;
use crate::object::{ObjectError, PythonVersion};

impl TypeStore<'_> {
    /// The base whose layout a type extends: Python's `__base__`. `None` for `object`.
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn base(&self, ty: Type) -> Result<Option<Type>, ObjectError> {
        Ok(self.type_object(ty)?.layout.base.map(|number| self.type_at(number)))
    }

    /// What the instances of a type have, with all that is inherited but
    /// [`is_solid`](TypeLayout::is_solid).
    ///
    /// # Errors
    ///
    /// As [`name`](TypeStore::name).
    pub fn layout(&self, ty: Type) -> Result<TypeLayout, ObjectError> {
        Ok(self.type_object(ty)?.layout.own)
    }

    /// Declares the layout of a type of the runtime's own, before it has subclasses.
    ///
    /// ```
    /// use hedgerow::object::{TypeArena, TypeLayout, TypeStore};
    ///
    /// let arena = TypeArena::new();
    /// let mut types = TypeStore::new(&arena);
    /// let (list, set) = (types.create("list", &[])?, types.create("set", &[])?);
    /// for ty in [list, set] {
    ///     types.set_layout(ty, TypeLayout { is_solid: true, ..TypeLayout::default() })?;
    /// }
    /// let refused = types.create("Both", &[list, set]).unwrap_err();
    /// assert_eq!(refused.to_string(), "multiple bases have instance lay-out conflict");
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// RuntimeError if the type has subclasses.
    pub fn set_layout(&mut self, ty: Type, layout: TypeLayout) -> Result<(), ObjectError> {
        let object = self.type_object(ty)?;
        if !object.subclasses.is_empty() {
            return Err(messages::layout_in_use(&object.name));
        }
        self.types[ty.number as usize].layout.own = layout;
        Ok(())
    }

    /// The base whose layout a type with these bases extends.
    pub(super) fn best_base(&self, bases: &[Type]) -> Result<u32, ObjectError> {
        // The best base so far, and its solid base.
        let mut best: Option<(u32, u32)> = None;
        for &base in bases {
            let object = self.type_object(base)?;
            if object.is_final {
                return Err(messages::not_a_base(self.policy().python, &object.name));
            }
            let candidate = self.solid_base(base.number);
            best = match best {
                Some((_, solid)) if self.derives(solid, candidate) => best,
                Some((_, solid)) if !self.derives(candidate, solid) => {
                    return Err(messages::layout_conflict());
                }
                _ => Some((base.number, candidate)),
            };
        }
        Ok(best.map_or(OBJECT, |(base, _)| base))
    }

    /// Refuses new bases of a type, or another class of an object, whose layout differs.
    /// `attribute` is what is assigned: `__bases__` with the old and new best base, or `__class__`.
    pub(super) fn refuse_layout(
        &self,
        attribute: &str,
        ty: u32,
        old: u32,
        new: u32,
    ) -> Result<(), ObjectError> {
        let python = self.policy().python;
        let [new_name, old_name] = [new, old].map(|number| &*self.types[number as usize].name);
        let [new_layout, old_layout] = [new, old].map(|number| &self.types[number as usize].layout);
        if python < PythonVersion::V3_15 && new_layout.is_collected != old_layout.is_collected {
            return Err(messages::deallocator_differs(attribute, new_name, old_name));
        }
        let agrees = if python < PythonVersion::V3_15 {
            self.roots_agree(self.root(old), self.root(new))
        } else {
            let (own, new_own) = (&self.types[ty as usize].layout.own, &new_layout.own);
            let fits = if attribute == "__bases__" {
                own.has_dict >= new_own.has_dict && own.has_weakref >= new_own.has_weakref
            } else {
                own.has_dict == new_own.has_dict && own.has_weakref == new_own.has_weakref
            };
            let (old, new) = (self.solid_base(old), self.solid_base(new));
            fits && (old == new || self.adds_same_slots(old, new))
        };
        if agrees { Ok(()) } else { Err(messages::layout_differs(attribute, new_name, old_name)) }
    }

    /// The nearest type along the chain of bases that has fields of its own.
    pub(super) fn solid_base(&self, number: u32) -> u32 {
        let mut number = number;
        while let Some(base) = self.types[number as usize].layout.base {
            if self.is_solid(number, base) {
                break;
            }
            number = base;
        }
        number
    }

    fn is_solid(&self, number: u32, base: u32) -> bool {
        let (layout, above) =
            (&self.types[number as usize].layout, &self.types[base as usize].layout);
        // In 3.11 the dict of an object that differs in size is a field.
        let dict_is_field = self.policy().python == PythonVersion::V3_11 && layout.own.has_items;
        layout.own.is_solid
            || !layout.slots.is_empty()
            || dict_is_field && layout.own.has_dict && !above.own.has_dict
    }

    /// The nearest type along the chain of bases that differs from its base in anything.
    fn root(&self, number: u32) -> u32 {
        let mut number = number;
        while let Some(base) = self.types[number as usize].layout.base {
            let layout = &self.types[number as usize].layout;
            let above = &self.types[base as usize].layout;
            let same = layout.own.has_dict == above.own.has_dict
                && layout.own.has_weakref == above.own.has_weakref
                && layout.is_collected == above.is_collected;
            if self.is_solid(number, base) || !same {
                break;
            }
            number = base;
        }
        number
    }

    fn roots_agree(&self, old: u32, new: u32) -> bool {
        let [old_layout, new_layout] = [old, new].map(|number| &self.types[number as usize].layout);
        old == new
            || self.adds_same_slots(old, new)
                && old_layout.own.has_dict == new_layout.own.has_dict
                && old_layout.own.has_weakref == new_layout.own.has_weakref
                && !self.has_weakref_after_slots(old)
    }

    /// In 3.11 the list of weak references is a field after the slots, where `same_slots_added`
    /// does not look for it: such a class agrees with itself alone.
    fn has_weakref_after_slots(&self, number: u32) -> bool {
        let layout = &self.types[number as usize].layout;
        let adds_weakref = layout.own.has_weakref
            && layout.base.is_some_and(|base| !self.types[base as usize].layout.own.has_weakref);
        self.policy().python == PythonVersion::V3_11 && adds_weakref && !layout.slots.is_empty()
    }

    /// Whether two classes of a program add the same slots to the same base.
    fn adds_same_slots(&self, one: u32, other: u32) -> bool {
        let [one, other] = [one, other].map(|number| &self.types[number as usize].layout);
        !one.own.is_solid
            && !other.own.is_solid
            && one.base == other.base
            && one.slots == other.slots
    }

    fn derives(&self, number: u32, ancestor: u32) -> bool {
        self.types[number as usize].mro.contains(&ancestor)
    }
}
