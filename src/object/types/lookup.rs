//! Finding a name along the MRO, and the version tags that let the cache know it.

use std::num::NonZeroU64;

use super::cache::Place;
use super::store::TypeStore;
use super::type_object::Type;
use super::type_object::TypeObject;
use crate::object::{AsName, Name, ObjectError, Value};

/// A number that stands for a type and all that a lookup on it can see.
///
/// As long as a type has the same tag, every lookup on it gives the same. A runtime can keep what
/// it derived from a type (a found method, a table of `__add__` and its like) beside the tag, and
/// compare the tag instead of looking again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VersionTag(NonZeroU64);

impl VersionTag {
    /// The number: positive, and never given twice by one store.
    pub fn number(self) -> u64 {
        self.0.get()
    }
}

impl TypeStore<'_> {
    /// The value of a name in the first dict along the MRO that has it, as it stands there: no
    /// descriptor is asked. Through the cache.
    ///
    /// CPython: `_PyType_Lookup` of Objects/typeobject.c.
    ///
    /// # Errors
    ///
    /// TypeError for a name that is no str.
    #[inline]
    pub fn lookup(&self, ty: Type, name: impl AsName) -> Result<Option<&Value>, ObjectError> {
        let object = self.type_object(ty)?;
        Ok(name.find_name(&self.names)?.and_then(|name| self.lookup_in(object, name)))
    }

    /// The same without the cache: what it is measured and tested by.
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
        let place = name.find_name(&self.names)?.and_then(|name| self.search(object, name));
        Ok(place.and_then(|place| self.at(place)))
    }

    /// The first type along the MRO whose dict has the name.
    ///
    /// # Errors
    ///
    /// As [`lookup`](TypeStore::lookup).
    pub fn owner(&self, ty: Type, name: impl AsName) -> Result<Option<Type>, ObjectError> {
        let object = self.type_object(ty)?;
        let place = name.find_name(&self.names)?.and_then(|name| self.search(object, name));
        Ok(place.map(|place| self.handle(place.owner)))
    }

    /// The version tag of a type, which is given one if it has none.
    ///
    /// # Errors
    ///
    /// RuntimeError for a type of another store.
    pub fn version_tag(&self, ty: Type) -> Result<VersionTag, ObjectError> {
        let tag = self.tag(self.type_object(ty)?);
        // Tags are counted from 1.
        Ok(VersionTag(NonZeroU64::new(tag).unwrap_or(NonZeroU64::MAX)))
    }

    #[inline]
    pub(super) fn lookup_in(&self, object: &TypeObject, name: Name) -> Option<&Value> {
        // A type without a tag has tag 0, under which nothing is in the cache.
        let place = match self.cache.get(object.tag.get(), name) {
            Some(place) => place,
            None => self.search_and_note(object, name),
        };
        place.and_then(|place| self.at(place))
    }

    /// Takes the tags of a type and its subclasses (T2). To be called before the change.
    pub(super) fn retire_tags(&mut self, number: u32) {
        let mut below = vec![number];
        while let Some(number) = below.pop() {
            let object = &mut self.types[number as usize];
            // By T1 nothing below has one either.
            if std::mem::take(object.tag.get_mut()) != 0 {
                below.extend_from_slice(&object.subclasses);
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn search_and_note(&self, object: &TypeObject, name: Name) -> Option<Place> {
        let place = self.search(object, name);
        self.cache.put(self.tag(object), name, place);
        place
    }

    fn search(&self, object: &TypeObject, name: Name) -> Option<Place> {
        object.mro.iter().find_map(|&owner| {
            let position = self.types[owner as usize].dict.position(name)?;
            Some(Place { owner, position })
        })
    }

    #[inline]
    fn at(&self, place: Place) -> Option<&Value> {
        self.types.get(place.owner as usize)?.dict.at(place.position)
    }

    /// The tag of a type. Gives it one, and its ancestors before it (T1), where there is none.
    fn tag(&self, object: &TypeObject) -> u64 {
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
