//! Deriving a dict from another: by one change, or by many in place.

use std::sync::Arc;

use super::super::key::Key;
use super::super::owned::Dict;
use super::{Left, PersistentDict, PersistentStore, SharedStore, ValueStore};
use crate::host::{Batch, Found, HostStore};
use crate::object::eq::is;
use crate::object::hash::hash;
use crate::object::room::TryPush;
use crate::object::value::{ObjectError, Value};
use crate::{Error, Version, fold};

impl PersistentDict {
    /// A dict in which the key has this value. A stored key stays. If its value is this very object
    /// already, the result is the same dict.
    ///
    /// # Errors
    ///
    /// As [`get`](PersistentDict::get); [`ObjectError::Store`] if there is no room.
    pub fn insert(&self, key: Value, value: Value) -> Result<PersistentDict, ObjectError> {
        let (store, version) = (self.shared_store(), self.0.version);
        let hash = store.fold_hash(&key)?;
        let Found { probe, candidate } = store.find(version, hash, &key, Left::Given)?;
        let key = match candidate {
            Some((_, old)) if is(&old, &value) => return Ok(self.clone()),
            Some((stored, _)) => stored,
            None => key,
        };
        // A failed insert drops its key and value under the lock. They are clones, so no destructor
        // runs there.
        let made = store.write().insert_at(probe, key.clone(), value.clone())?;
        Ok(PersistentDict::owning(store, made))
    }

    /// A dict without the key; `None` if the key is not there.
    ///
    /// # Errors
    ///
    /// As [`insert`](PersistentDict::insert).
    pub fn remove<K: Key + ?Sized>(&self, key: &K) -> Result<Option<PersistentDict>, ObjectError> {
        let (store, version) = (self.shared_store(), self.0.version);
        let hash = store.fold_hash(key)?;
        let found = store.find(version, hash, key, Left::Stored)?;
        if found.candidate.is_none() {
            return Ok(None);
        }
        let made = store.write().remove_at(found.probe)?;
        Ok(Some(PersistentDict::owning(store, made)))
    }

    /// [`remove`](PersistentDict::remove) of a key that has to be there: `Map.delete` of
    /// immutables.
    ///
    /// # Errors
    ///
    /// As there; [`ObjectError::Key`] with the key if it is not there.
    pub fn del_item<K: Key + ?Sized>(&self, key: &K) -> Result<PersistentDict, ObjectError> {
        self.remove(key)?.ok_or_else(|| ObjectError::missing(key.to_value(), self.policy()))
    }

    /// Opens an edit, which derives a dict by many changes in place. O(1).
    ///
    /// # Errors
    ///
    /// [`ObjectError::Store`] if there is no room.
    pub fn edit(&self) -> Result<PersistentEdit, ObjectError> {
        let version = self.shared_store().write().open(self.0.version)?;
        Ok(PersistentEdit { store: Arc::clone(self.shared_store()), version, is_open: true })
    }
}

impl PersistentStore {
    /// A persistent dict of the entries of a dict, built at once. O(n log n), and faster than
    /// inserting one by one.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Store`] if there is no room; what the hash of a key fails with if the
    /// policies differ.
    pub fn build(&self, dict: &Dict) -> Result<PersistentDict, ObjectError> {
        let mut items = Vec::new();
        let alike = dict.policy() == self.policy();
        for (known, key, value) in dict.table.hashed() {
            let hash = if alike { known } else { hash(key, self.policy())? };
            items.try_push((fold(hash as u64), key.clone(), value.clone()))?;
        }
        // The keys of a dict all differ, so none have to be compared.
        let batch = Batch::new(items, |_, _| Ok::<bool, ObjectError>(false))?;
        let version = self.0.write().bulk_batch(batch)?;
        Ok(PersistentDict::owning(&self.0, version))
    }
}

/// A change in progress, which [`commit`](PersistentEdit::commit) makes a [`PersistentDict`].
/// Dropping it abandons the change.
#[must_use = "an edit that is dropped is abandoned"]
pub struct PersistentEdit {
    store: Arc<SharedStore>,
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
        let hash = self.store.fold_hash(key)?;
        let found = self.store.find(self.version, hash, key, Left::Given)?;
        Ok(found.candidate.map(|(_, value)| value))
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.store.read().at_open(self.version).map_or(0, |view| view.len())
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Stores a value, and returns the old one. A stored key stays.
    ///
    /// # Errors
    ///
    /// As [`PersistentDict::insert`]. The edit has not changed then.
    pub fn insert(&mut self, key: Value, value: Value) -> Result<Option<Value>, ObjectError> {
        let hash = self.store.fold_hash(&key)?;
        let Found { probe, candidate } = self.store.find(self.version, hash, &key, Left::Given)?;
        let (key, old) = match candidate {
            Some((stored, old)) => (stored, Some(old)),
            None => (key, None),
        };
        let _ = self.change(|store| store.insert_at(probe, key.clone(), value.clone()))?;
        Ok(old)
    }

    /// Removes a key. Returns whether it was there.
    ///
    /// # Errors
    ///
    /// As [`PersistentDict::remove`]. The edit has not changed then.
    pub fn remove<K: Key + ?Sized>(&mut self, key: &K) -> Result<bool, ObjectError> {
        let hash = self.store.fold_hash(key)?;
        let found = self.store.find(self.version, hash, key, Left::Stored)?;
        if found.candidate.is_none() {
            return Ok(false);
        }
        self.change(|store| store.remove_at(found.probe)).map(|_| true)
    }

    /// Ends the edit, and returns the dict.
    ///
    /// # Errors
    ///
    /// Never: the edit is open until here.
    pub fn commit(mut self) -> Result<PersistentDict, ObjectError> {
        let version = self.change(|store| store.commit(self.version))?;
        self.is_open = false;
        Ok(PersistentDict::owning(&self.store, version))
    }

    fn change(
        &self,
        step: impl FnOnce(&mut ValueStore) -> Result<Version, Error>,
    ) -> Result<Version, ObjectError> {
        Ok(self.store.change(step)?)
    }
}

impl Drop for PersistentEdit {
    fn drop(&mut self) {
        if self.is_open {
            let _ = self.store.change(|store| store.abandon(self.version));
        }
    }
}
