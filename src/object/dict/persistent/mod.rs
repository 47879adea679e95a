//! Persistent dicts: Python's keys over the engine, in the order of CPython's HAMT.
//!
//! A [`PersistentStore`] is a [`Store`], and a [`PersistentDict`] is one version in it, which is
//! released with the last reference to it. The store is locked for single steps, and never while a
//! key's equality runs: that may use the same dict, or derive others from it. A version does not
//! change, so [`search()`] never starts again.
//!
//! Keys are compared as by `map_node_*_find` of `Python/hamt.c`: the given key is the left operand
//! of `==` for lookups and inserts, the stored key for removals, and a lookup in an empty map does
//! not hash the key. But only keys of the same folded hash are compared, where CPython compares
//! every key in the slot.

mod iter;
mod traits;
mod write;

use std::fmt;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::key::Key;
use crate::host::{Found, HostMemory, KeySearch, Probe, search};
use crate::object::drop_dead::drop_dead;
use crate::object::eq::equal;
use crate::object::hash_policy::HashPolicy;
use crate::object::value::{ObjectError, Value};
use crate::{Compaction, Stats, Store, Version, fold};

pub use iter::PersistentIter;
pub use write::PersistentEdit;

/// A store of persistent dicts whose keys are hashed under one policy. `clone` gives another
/// reference to it.
///
/// ```
/// use hedgerow::object::{HashPolicy, PersistentStore};
///
/// let store = PersistentStore::new(HashPolicy::random());
/// let empty = store.empty();
/// let one = empty.insert(1.into(), "one".into())?;
/// let uno = one.insert(true.into(), "uno".into())?; // 1 == True: the key stays
/// assert_eq!((one.repr()?, uno.repr()?), ("{1: 'one'}".into(), "{1: 'uno'}".into()));
/// assert!(uno.remove(&1.0)?.is_some_and(|rest| rest.is_empty()));
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
#[derive(Clone)]
pub struct PersistentStore(Arc<SharedStore>);

type ValueStore = Store<Value, Value, ()>;

struct SharedStore {
    policy: HashPolicy,
    lock: RwLock<ValueStore>,
}

/// An immutable dict: one version in a [`PersistentStore`]. `clone` gives another reference to it.
///
/// | operation | cost, besides hashing and comparing keys |
/// | --- | --- |
/// | [`get`](PersistentDict::get) | O(depth), at most 8 nodes |
/// | [`insert`](PersistentDict::insert), [`remove`](PersistentDict::remove) | O(depth) copies |
/// | [`edit`](PersistentDict::edit) | O(1), then as above for each node it first writes to |
/// | [`iter`](PersistentDict::iter) | O(entries) |
/// | [`equal`](PersistentDict::equal) | O(what is not shared) in a store, O(entries) across two |
/// | [`hash`](PersistentDict::hash) | O(entries) once |
/// | `clone`, dropping a reference that is not the last | O(1) |
/// | dropping the last | O(what no other dict of the store has) |
#[derive(Clone)]
pub struct PersistentDict(Arc<OwnedVersion>);

/// A version that is released when this is dropped.
struct OwnedVersion {
    store: Arc<SharedStore>,
    version: Version,
    hash: OnceLock<i64>,
}

/// A key that is searched for.
struct GivenKey<'k, K: ?Sized> {
    store: &'k SharedStore,
    key: &'k K,
    /// The key as a value, once user code has to compare it.
    value: Option<Value>,
    left: Left,
}

/// Which key is the left operand of `==`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    Given,
    Stored,
}

impl SharedStore {
    /// Ignores poisoning: no step panics while it changes the store.
    fn read(&self) -> RwLockReadGuard<'_, ValueStore> {
        self.lock.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, ValueStore> {
        self.lock.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a step that writes. Drops what died after it: destructors may use the store.
    fn change<T>(&self, step: impl FnOnce(&mut ValueStore) -> T) -> T {
        let mut store = self.write();
        let changed = step(&mut store);
        let dead = store.take_dead();
        let mut has_more = store.has_dead();
        drop(store);
        drop_dead(dead.into_iter().flat_map(<[Value; 2]>::from));
        // Those for which there was no memory.
        while has_more {
            let last = self.write().pop_dead();
            has_more = last.is_some();
            drop(last);
        }
        changed
    }

    fn fold_hash<K: Key + ?Sized>(&self, key: &K) -> Result<u32, ObjectError> {
        Ok(fold(key.hash(&self.policy)? as u64))
    }

    /// Finds a key in a version or an open edit.
    fn find<K: Key + ?Sized>(
        &self,
        version: Version,
        hash: u32,
        key: &K,
        left: Left,
    ) -> Result<Found<(Value, Value)>, ObjectError> {
        search(&mut GivenKey { store: self, key, value: None, left }, version, hash)
    }
}

impl<K: Key + ?Sized> KeySearch<Value, Value, ()> for GivenKey<'_, K> {
    type Error = ObjectError;
    type Candidate = (Value, Value);

    fn read<R>(&self, read: impl FnOnce(&ValueStore) -> R) -> Result<R, ObjectError> {
        Ok(read(&self.store.read()))
    }

    fn compare(&self, stored: &Value) -> Option<bool> {
        self.key.matches(stored)
    }

    fn keep(&self, key: &Value, value: &Value) -> (Value, Value) {
        (key.clone(), value.clone())
    }

    fn ask(&mut self, (stored, _): &(Value, Value), _probe: &Probe) -> Result<bool, ObjectError> {
        let given = self.value.get_or_insert_with(|| self.key.to_value());
        match self.left {
            Left::Given => equal(given, stored),
            Left::Stored => equal(stored, given),
        }
    }
}

impl PersistentStore {
    /// An empty store whose keys are hashed under this policy.
    #[must_use]
    pub fn new(policy: HashPolicy) -> Self {
        let mut store = Store::with_hasher(());
        store.keep_dead(true);
        PersistentStore(Arc::new(SharedStore { policy, lock: RwLock::new(store) }))
    }

    /// The policy under which keys are hashed.
    #[must_use]
    pub fn policy(&self) -> &HashPolicy {
        &self.0.policy
    }

    /// The empty dict.
    #[must_use]
    pub fn empty(&self) -> PersistentDict {
        let version = self.0.read().empty();
        PersistentDict::owning(&self.0, version)
    }

    /// How much memory the store uses, and for what.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.0.read().stats()
    }

    /// Compacts the store: [`Store::compact`].
    pub fn compact(&self) -> Compaction {
        self.0.change(Store::compact)
    }

    /// Checks every invariant of the store: [`Store::check`].
    ///
    /// # Errors
    ///
    /// A broken invariant, which is a bug of this crate.
    pub fn check(&self) -> Result<(), crate::Corruption> {
        self.0.read().check()
    }
}

impl PersistentDict {
    fn owning(store: &Arc<SharedStore>, version: Version) -> Self {
        let store = Arc::clone(store);
        PersistentDict(Arc::new(OwnedVersion { store, version, hash: OnceLock::new() }))
    }

    fn shared_store(&self) -> &Arc<SharedStore> {
        &self.0.store
    }

    /// The store of the dict.
    #[must_use]
    pub fn store(&self) -> PersistentStore {
        PersistentStore(Arc::clone(self.shared_store()))
    }

    /// The policy under which keys are hashed.
    #[must_use]
    pub fn policy(&self) -> &HashPolicy {
        &self.shared_store().policy
    }

    /// Whether both are the same version of the same store: Python's `is`.
    #[must_use]
    pub fn is(&self, other: &PersistentDict) -> bool {
        self.0.version == other.0.version && Arc::ptr_eq(self.shared_store(), other.shared_store())
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared_store().read().len(self.0.version).unwrap_or(0)
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `dict.get(key)`. As in CPython an empty dict does not hash the key.
    ///
    /// # Errors
    ///
    /// What the hash or the equality of a key fails with.
    pub fn get<K: Key + ?Sized>(&self, key: &K) -> Result<Option<Value>, ObjectError> {
        Ok(self.get_key_value(key)?.map(|(_, value)| value))
    }

    /// The stored key and its value.
    ///
    /// # Errors
    ///
    /// As [`get`](PersistentDict::get).
    pub fn get_key_value<K: Key + ?Sized>(
        &self,
        key: &K,
    ) -> Result<Option<(Value, Value)>, ObjectError> {
        if self.is_empty() {
            return Ok(None);
        }
        let hash = self.shared_store().fold_hash(key)?;
        let found = self.shared_store().find(self.0.version, hash, key, Left::Given)?;
        Ok(found.candidate)
    }

    /// `dict[key]`.
    ///
    /// # Errors
    ///
    /// As [`get`](PersistentDict::get); [`ObjectError::Key`] with the key if it is not there.
    pub fn get_item<K: Key + ?Sized>(&self, key: &K) -> Result<Value, ObjectError> {
        self.get(key)?.ok_or_else(|| ObjectError::missing(key.to_value(), self.policy()))
    }

    /// `key in dict`.
    ///
    /// # Errors
    ///
    /// As [`get`](PersistentDict::get).
    pub fn contains_key<K: Key + ?Sized>(&self, key: &K) -> Result<bool, ObjectError> {
        Ok(self.get_key_value(key)?.is_some())
    }
}

impl Drop for OwnedVersion {
    fn drop(&mut self) {
        // The version is live until here, so this does not fail.
        let _ = self.store.change(|store| store.release(self.version));
    }
}

impl fmt::Debug for PersistentStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("PersistentStore");
        out.field("policy", self.policy()).field("stats", &self.stats()).finish()
    }
}
