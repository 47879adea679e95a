//! Finding a name along the MRO, and the version tags that make the cache right.

use std::num::NonZeroU64;

use super::cache::{Location, Place};
use super::store::TypeStore;
use super::type_object::{Type, TypeObject};
use crate::object::{AsName, Name, ObjectError, Value};

/// A number for a type in its present state.
///
/// While a type keeps its tag, every lookup on it gives the same. A runtime can store what it
/// derived from a type, such as a method, together with the tag, and compare tags instead of
/// looking it up again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VersionTag(NonZeroU64);

impl VersionTag {
    /// The number: positive, and used once in a store.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0.get()
    }
}

impl TypeStore<'_> {
    /// The value of a name in the first dict along the MRO that has it. Uses the cache; calls no
    /// descriptor.
    ///
    /// In CPython `_PyType_Lookup` of `Objects/typeobject.c`.
    ///
    /// # Errors
    ///
    /// TypeError for a name that is no str.
    #[inline]
    pub fn lookup(&self, ty: Type, name: impl AsName) -> Result<Option<&Value>, ObjectError> {
        let object = self.type_object(ty)?;
        Ok(name.find_name(&self.names)?.and_then(|name| self.lookup_in(object, name)))
    }

    /// [`lookup`](TypeStore::lookup) without the cache, for tests and measurements.
    ///
    /// # Errors
    ///
    /// As [`lookup`](TypeStore::lookup).
    pub fn lookup_uncached(
        &self,
        ty: Type,
        name: impl AsName,
    ) -> Result<Option<&Value>, ObjectError> {
        let object = self.type_object(ty)?;
        let location = name.find_name(&self.names)?.and_then(|name| self.search(object, name));
        Ok(location.and_then(|location| self.at(location)))
    }

    /// The first type along the MRO whose dict has the name.
    ///
    /// # Errors
    ///
    /// As [`lookup`](TypeStore::lookup).
    pub fn owner(&self, ty: Type, name: impl AsName) -> Result<Option<Type>, ObjectError> {
        let object = self.type_object(ty)?;
        let location = name.find_name(&self.names)?.and_then(|name| self.search(object, name));
        Ok(location.map(|location| self.type_at(location.owner)))
    }

    /// The version tag of a type. A type without one gets one.
    ///
    /// # Errors
    ///
    /// RuntimeError for a type of another store.
    pub fn version_tag(&self, ty: Type) -> Result<VersionTag, ObjectError> {
        let tag = self.tag(self.type_object(ty)?);
        // Tags count up from 1.
        Ok(VersionTag(NonZeroU64::new(tag).unwrap_or(NonZeroU64::MAX)))
    }

    #[inline]
    pub(super) fn lookup_in(&self, object: &TypeObject, name: Name) -> Option<&Value> {
        self.place(object, name).location.and_then(|location| self.at(location))
    }

    /// Where a name is, for a type and for its instances.
    #[inline]
    pub(super) fn place(&self, object: &TypeObject, name: Name) -> Place {
        // Of a type without a tag this is 0, and no line has that.
        match self.cache.get(object.tag.get(), name) {
            Some(place) => place,
            None => self.search_and_cache(object, name),
        }
    }

    /// The index of a name among the shared keys of the instances of a type, added if it is new.
    /// `None` if there are too many.
    pub(super) fn share_key(&mut self, ty: Type, name: Name) -> Option<u32> {
        let object = self.types.get_mut(ty.number as usize)?;
        if let Some(index) = object.keys.iter().position(|&key| key == name) {
            return Some(index as u32);
        }
        let text = self.names.str(name)?.clone();
        let index = self.classes.add_key(ty.number, text)?;
        object.keys.push(name);
        // Y5. Subclasses have keys of their own, so they keep their tags.
        if object.tag.get() != 0 {
            object.tag.set(self.next_tag.replace(self.next_tag.get() + 1));
        }
        Some(index)
    }

    /// The tag of a type, if it has one; 0 for a type of another store.
    #[inline]
    pub(super) fn tag_now(&self, ty: Type) -> u64 {
        self.type_object(ty).map_or(0, |object| object.tag.get())
    }

    /// Takes the tags of a type and its subclasses (Y2). Called before each change.
    pub(super) fn retire_tags(&mut self, number: u32) {
        let mut below = vec![number];
        while let Some(number) = below.pop() {
            let object = &mut self.types[number as usize];
            // A type without a tag has no subclass with one (Y1).
            if std::mem::take(object.tag.get_mut()) != 0 {
                below.extend_from_slice(&object.subclasses);
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn search_and_cache(&self, object: &TypeObject, name: Name) -> Place {
        let key = object.keys.iter().position(|&key| key == name);
        let place = Place { location: self.search(object, name), key: key.map(|key| key as u32) };
        self.cache.put(self.tag(object), name, place);
        place
    }

    fn search(&self, object: &TypeObject, name: Name) -> Option<Location> {
        object.mro.iter().find_map(|&owner| {
            let position = self.types[owner as usize].dict.position(name)?;
            Some(Location { owner, position })
        })
    }

    #[inline]
    pub(super) fn at(&self, location: Location) -> Option<&Value> {
        self.types.get(location.owner as usize)?.dict.at(location.position)
    }

    /// The tag of a type. A type without one gets one, its ancestors first (Y1).
    pub(super) fn tag(&self, object: &TypeObject) -> u64 {
        if object.tag.get() == 0 {
            for &ancestor in object.mro.iter().rev() {
                let tag = &self.types[ancestor as usize].tag;
                if tag.get() == 0 {
                    tag.set(self.next_tag.replace(self.next_tag.get() + 1));
                }
            }
        }
        object.tag.get()
    }
}
