//! Making a version from another: by one change, or by many in place.

use std::sync::Arc;

use super::super::Dict;
use super::super::key::Key;
use super::super::update::{Merge, Source};
use super::{Found, Left, PersistentDict, PersistentStore, Space};
use crate::host::{Batch, HostStore};
use crate::object::eq::is;
use crate::object::error::ObjectError;
use crate::object::hash::hash;
use crate::object::value::Value;
use crate::{Error, Version, fold};

impl PersistentDict {
    /// A dict in which the key has this value. The stored key stays. If it is the same value
    /// already, by identity, it is the same dict.
    ///
    /// # Errors
    ///
    /// As [`get`](PersistentDict::get); [`ObjectError::Store`] if there is no room.
    pub fn insert(&self, key: Value, value: Value) -> Result<PersistentDict, ObjectError> {
        let (space, version) = (self.space(), self.0.version);
        let hash = space.fold_hash(&key)?;
        let (probe, key) = match space.find(version, hash, &key, Left::Given)? {
            Ok(found) if is(&found.value, &value) => return Ok(self.clone()),
            Ok(found) => (found.probe, found.key),
            Err(probe) => (probe, key),
        };
        // A refusal drops what it is given under the lock: these are not the last of their kind.
        let made = space.write().insert_at(probe, key.clone(), value.clone())?;
        Ok(PersistentDict::holding(space, made))
    }

    /// A dict without the key, if the key is there.
    ///
    /// # Errors
    ///
    /// As [`insert`](PersistentDict::insert).
    pub fn remove<K: Key + ?Sized>(&self, key: &K) -> Result<Option<PersistentDict>, ObjectError> {
        let (space, version) = (self.space(), self.0.version);
        let hash = space.fold_hash(key)?;
        let Ok(found) = space.find(version, hash, key, Left::Stored)? else {
            return Ok(None);
        };
        let made = space.write().remove_at(found.probe)?;
        Ok(Some(PersistentDict::holding(space, made)))
    }

    /// As [`remove`](PersistentDict::remove), where the key has to be there: `Map.delete` of
    /// immutables.
    ///
    /// # Errors
    ///
    /// As there; [`ObjectError::Key`] with the key if it is not there.
    pub fn del_item<K: Key + ?Sized>(&self, key: &K) -> Result<PersistentDict, ObjectError> {
        self.remove(key)?.ok_or_else(|| ObjectError::Key(key.to_value()))
    }

    /// A dict with the entries of another mapping as well. The errors, and their words, are those
    /// of [`Dict::merge`]; the dict that was begun is dropped.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn merge<'s>(
        &self,
        source: impl Into<Source<'s>>,
        merge: Merge,
    ) -> Result<PersistentDict, ObjectError> {
        let mut given = Dict::new(self.policy().clone());
        given.merge(source, merge)?;
        let mut edit = self.edit()?;
        for (key, value) in &given {
            if merge != Merge::Replace && edit.get(key)?.is_some() {
                match merge {
                    Merge::Unique => return Err(ObjectError::Key(key.clone())),
                    _ => continue,
                }
            }
            edit.insert(key.clone(), value.clone())?;
        }
        edit.commit()
    }

    /// Opens an edit: a dict to be, made from this one by many changes in place. O(1).
    ///
    /// # Errors
    ///
    /// [`ObjectError::Store`] if there is no room.
    pub fn edit(&self) -> Result<PersistentEdit, ObjectError> {
        let version = self.space().write().open(self.0.version)?;
        Ok(PersistentEdit { space: Arc::clone(self.space()), version, is_open: true })
    }
}

impl PersistentStore {
    /// A persistent dict of the entries of a dict, built at once: O(n log n), and faster than one
    /// insert after the other.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Store`] if there is no room; what the hash of a key fails with if the
    /// policies differ.
    pub fn build(&self, dict: &Dict) -> Result<PersistentDict, ObjectError> {
        let mut items = Vec::with_capacity(dict.len());
        let alike = dict.policy() == self.policy();
        for (known, key, value) in dict.table.hashed() {
            let hash = if alike { known } else { hash(key, self.policy())? };
            items.push((fold(hash as u64), key.clone(), value.clone()));
        }
        // The keys of a dict are different ones, so nobody's equality is asked.
        let batch = Batch::new(items, |_, _| Ok::<bool, ObjectError>(false))?;
        let version = self.0.write().bulk_batch(batch)?;
        Ok(PersistentDict::holding(&self.0, version))
    }
}

/// A [`PersistentDict`] to be: changed in place, until [`commit`](PersistentEdit::commit) makes it
/// one. Dropping it abandons it.
pub struct PersistentEdit {
    space: Arc<Space>,
    version: Version,
    is_open: bool,
}

impl PersistentEdit {
    /// As [`PersistentDict::get`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn get<K: Key + ?Sized>(&self, key: &K) -> Result<Option<Value>, ObjectError> {
        if self.is_empty() {
            return Ok(None);
        }
        let hash = self.space.fold_hash(key)?;
        let found = self.space.find(self.version, hash, key, Left::Given)?;
        Ok(found.ok().map(|found| found.value))
    }

    /// How many entries.
    pub fn len(&self) -> usize {
        self.space.read().at_open(self.version).map_or(0, |view| view.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Stores a value. The stored key stays. Gives the value that was replaced.
    ///
    /// # Errors
    ///
    /// As [`PersistentDict::insert`]; the edit is as it was.
    pub fn insert(&mut self, key: Value, value: Value) -> Result<Option<Value>, ObjectError> {
        let hash = self.space.fold_hash(&key)?;
        let (probe, key, old) = match self.space.find(self.version, hash, &key, Left::Given)? {
            Ok(Found { probe, key, value }) => (probe, key, Some(value)),
            Err(probe) => (probe, key, None),
        };
        self.change(|store| store.insert_at(probe, key.clone(), value.clone()))?;
        Ok(old)
    }

    /// Removes a key. Says whether it was there.
    ///
    /// # Errors
    ///
    /// As [`PersistentDict::remove`]; the edit is as it was.
    pub fn remove<K: Key + ?Sized>(&mut self, key: &K) -> Result<bool, ObjectError> {
        let hash = self.space.fold_hash(key)?;
        match self.space.find(self.version, hash, key, Left::Stored)? {
            Ok(found) => self.change(|store| store.remove_at(found.probe)).map(|_| true),
            Err(_) => Ok(false),
        }
    }

    /// Makes it a dict.
    ///
    /// # Errors
    ///
    /// None that the store has a reason for: an edit that is held is open.
    pub fn commit(mut self) -> Result<PersistentDict, ObjectError> {
        let version = self.change(|store| store.commit(self.version))?;
        self.is_open = false;
        Ok(PersistentDict::holding(&self.space, version))
    }

    fn change(
        &self,
        step: impl FnOnce(&mut super::ValueStore) -> Result<Version, Error>,
    ) -> Result<Version, ObjectError> {
        Ok(self.space.change(step)?)
    }
}

impl Drop for PersistentEdit {
    fn drop(&mut self) {
        if self.is_open {
            let _ = self.space.change(|store| store.abandon(self.version));
        }
    }
}
