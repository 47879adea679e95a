//! One key of a version or open edit, and many: get, insert, remove.
//!
//! Each call begins with one walk that compares keys by their words. Only if a stored key has the
//! same hash and another word, and the caller gave an equality, does [`search()`] take over. It
//! holds no borrow while that equality runs.

use hedgerow::host::{Found, HostStore, KeyMatch, KeySearch, Probe, search, search_from};
use hedgerow::{Version, WithError, fold};

use super::store::{CStore, Engine, on_store, on_view, version_of};
use crate::pointers::{array, buffer, out, shared};
use crate::status::Status;

/// Hashes that are folded at a time.
const CHUNK: usize = 256;

/// A 64-bit hash folded to 32 bits as CPython's HAMT does it: the exclusive or of the halves, with
/// -1 made -2. Stores of `HEDGEROW_HASH_64` fold hashes themselves.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_hash_fold(hash: u64) -> u32 {
    fold(hash)
}

/// Looks up a key in a version or open edit.
///
/// Returns OK, ABSENT (`value` is not written); POINTER, ARGUMENT, STALE, FOREIGN, CALLER, CHANGED.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_key_get(
    store: *const CStore,
    version: u64,
    hash: u64,
    key: u64,
    value: *mut u64,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3.
        let value = unsafe { out(value) }?;
        match store.get(version_of(version)?, hash, key)? {
            Some(found) => {
                value.set(found);
                Ok(Status::Ok)
            }
            None => Ok(Status::Absent),
        }
    })
}

/// Looks up many keys: those at `keys`, with the hashes at `hashes`. In large versions the walks
/// are interleaved, which is several times faster than one call after the other.
///
/// `found[i]` becomes 1 if there is such a key, and `values[i]` its value; otherwise both become 0.
/// If the call is refused half way, what was written stays.
///
/// Returns OK; POINTER, ARGUMENT, STALE, FOREIGN, CALLER, CHANGED.
///
/// # Safety
///
/// C1, C2, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_key_get_many(
    store: *const CStore,
    version: u64,
    hashes: *const u64,
    keys: *const u64,
    count: usize,
    values: *mut u64,
    found: *mut u8,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C4.
        let (hashes, keys) = unsafe { (array(hashes, count)?, array(keys, count)?) };
        // SAFETY: C4.
        let (values, found) = unsafe { (buffer(values, count)?, buffer(found, count)?) };
        let wanted = |index: usize| (hashes.get(index), keys.get(index));
        store.get_many(version_of(version)?, count, wanted, |index, value| {
            values.set(index, value.unwrap_or(0));
            found.set(index, u8::from(value.is_some()));
        })?;
        Ok(Status::Ok)
    })
}

/// Puts a value under a key. On a version this makes a new version; an edit is written in place,
/// and `made` becomes its own number. If an equal key is stored, that key stays, as in Python, and
/// the given one is not stored: `retain` gets the stored key.
///
/// Returns OK; SAME (the same value word is there: `made` is the version given, and nothing was
/// stored); POINTER, ARGUMENT, STALE, FOREIGN, FULL, MEMORY, CALLER, CHANGED, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_key_insert(
    store: *mut CStore,
    version: u64,
    hash: u64,
    key: u64,
    value: u64,
    made: *mut u64,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3.
        let made = unsafe { out(made) }?;
        let (base, hash) = (version_of(version)?, store.hash(hash)?);
        let mut is_same = false;
        let mut compare = |stored: &u64, old: &u64| match store.compare_words(*stored, key) {
            None => Err(AskCaller),
            Some(false) => Ok(KeyMatch::Different),
            Some(true) if *old == value => {
                is_same = true;
                Ok(KeyMatch::Unchanged)
            }
            Some(true) => Ok(KeyMatch::Equal),
        };
        let result = store.write()?.insert_hashed(base, hash, key, value, &mut compare);
        let inserted = match result {
            Ok(_) if is_same => None,
            Ok(inserted) => {
                store.retain(key, value);
                Some(inserted)
            }
            Err(WithError::Caller(AskCaller)) => store.insert_asking(base, hash, key, value)?,
            Err(WithError::Store(error)) => return Err(error.into()),
        };
        made.set(inserted.map_or(version, |inserted| inserted.to_bits().get()));
        Ok(if inserted.is_some() { Status::Ok } else { Status::Same })
    })
}

/// Removes a key. `made` as for `hedgerow_key_insert`.
///
/// Returns OK; ABSENT (`made` is the version given); POINTER, ARGUMENT, STALE, FOREIGN, FULL,
/// MEMORY, CALLER, CHANGED, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_key_remove(
    store: *mut CStore,
    version: u64,
    hash: u64,
    key: u64,
    made: *mut u64,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3.
        let made = unsafe { out(made) }?;
        let (base, hash) = (version_of(version)?, store.hash(hash)?);
        let is_key = |stored: &u64| store.compare_words(*stored, key).ok_or(AskCaller);
        let result = store.write()?.remove_hashed(base, hash, is_key);
        let removed = match result {
            Ok(removed) => removed,
            Err(WithError::Caller(AskCaller)) => store.remove_asking(base, hash, key)?,
            Err(WithError::Store(error)) => return Err(error.into()),
        };
        made.set(removed.map_or(version, |removed| removed.to_bits().get()));
        Ok(if removed.is_some() { Status::Ok } else { Status::Absent })
    })
}

/// The walk met a pair of keys that only the caller can compare.
struct AskCaller;

/// Which of the two keys comes first when the caller is asked.
#[derive(Clone, Copy)]
enum Order {
    GivenFirst,
    StoredFirst,
}

/// A search that asks the caller whether keys of one hash are equal.
struct CallerSearch<'store> {
    store: &'store CStore,
    key: u64,
    order: Order,
}

impl KeySearch<u64, u64, ()> for CallerSearch<'_> {
    type Error = Status;
    type Candidate = (u64, u64);

    fn read<R>(&self, read: impl FnOnce(&Engine) -> R) -> Result<R, Status> {
        Ok(read(&*self.store.read()?))
    }

    fn compare(&self, stored: &u64) -> Option<bool> {
        self.store.compare_words(*stored, self.key)
    }

    fn keep(&self, key: &u64, value: &u64) -> (u64, u64) {
        (*key, *value)
    }

    fn ask(&mut self, (stored, _): &(u64, u64), _: &Probe) -> Result<bool, Status> {
        match self.order {
            Order::GivenFirst => self.store.keys_equal(self.key, *stored),
            Order::StoredFirst => self.store.keys_equal(*stored, self.key),
        }
    }
}

impl CStore {
    /// The value of a key.
    #[inline(always)]
    fn get(&self, version: Version, hash: u64, key: u64) -> Result<Option<u64>, Status> {
        if self.options.key_eq.is_some() {
            return self.get_asking(version, hash, key);
        }
        let hash = self.hash(hash)?;
        match self.read()?.at(version) {
            Ok(view) => Ok(view.get_hashed(hash, |stored| *stored == key).map(|entry| *entry.1)),
            Err(_) => self.get_open(version, hash, key),
        }
    }

    /// The same of an open edit, kept out of the way of the common case.
    #[cold]
    #[inline(never)]
    fn get_open(&self, edit: Version, hash: u32, key: u64) -> Result<Option<u64>, Status> {
        on_view(&*self.read()?, edit, |view| {
            view.get_hashed(hash, |stored| *stored == key).map(|entry| *entry.1)
        })
    }

    #[inline(never)]
    fn get_asking(&self, version: Version, hash: u64, key: u64) -> Result<Option<u64>, Status> {
        let hash = self.hash(hash)?;
        // Ends the walk at the first key of the hash, which may be one to ask the caller about.
        let mut first = key;
        let engine = self.read()?;
        let Ok(view) = engine.at(version) else {
            drop(engine);
            return self.get_open_asking(version, hash, key);
        };
        let found = view.get_hashed(hash, |stored| {
            first = *stored;
            true
        });
        let found = found.map(|(_, value)| *value);
        drop(engine);
        if first == key {
            return Ok(found);
        }
        let is_key = self.keys_equal(key, first)?;
        // The caller may have released the version meanwhile.
        let next = self.read()?.probe_at(version, hash, 1)?;
        if is_key {
            return Ok(found);
        }
        let mut search = CallerSearch { store: self, key, order: Order::GivenFirst };
        let found = search_from(&mut search, next)?;
        Ok(found.candidate.map(|(_, value)| value))
    }

    /// The same of an open edit, which the caller may write while it is asked.
    #[cold]
    fn get_open_asking(&self, edit: Version, hash: u32, key: u64) -> Result<Option<u64>, Status> {
        let found = self.search(edit, hash, key, Order::GivenFirst)?;
        Ok(found.candidate.map(|(_, value)| value))
    }

    /// The values of many keys, passed to `found` by their indices.
    fn get_many(
        &self,
        version: Version,
        count: usize,
        wanted: impl Fn(usize) -> (u64, u64),
        mut found: impl FnMut(usize, Option<u64>),
    ) -> Result<(), Status> {
        if self.options.key_eq.is_some() {
            // Refuses a bad version even if `count` is 0.
            on_view(&*self.read()?, version, |_| ())?;
            for index in 0..count {
                let (hash, key) = wanted(index);
                found(index, self.get(version, hash, key)?);
            }
            return Ok(());
        }
        on_view(&*self.read()?, version, |view| {
            let mut hashes = [0; CHUNK];
            for first in (0..count).step_by(CHUNK) {
                let length = CHUNK.min(count - first);
                for (index, hash) in hashes[..length].iter_mut().enumerate() {
                    *hash = self.hash(wanted(first + index).0)?;
                }
                view.get_many_hashed(
                    &hashes[..length],
                    |index, stored| *stored == wanted(first + index).1,
                    |index, entry| found(first + index, entry.map(|(_, value)| *value)),
                );
            }
            Ok(())
        })?
    }

    /// Stores a value after asking the caller for the key; `None` if the same value is there.
    #[cold]
    fn insert_asking(
        &self,
        version: Version,
        hash: u32,
        key: u64,
        value: u64,
    ) -> Result<Option<Version>, Status> {
        let found = self.search(version, hash, key, Order::GivenFirst)?;
        let key = match found.candidate {
            Some((_, old)) if old == value => return Ok(None),
            Some((stored, _)) => stored,
            None => key,
        };
        let made = self.write()?.insert_at(found.probe, key, value)?;
        self.retain(key, value);
        Ok(Some(made))
    }

    /// Removes a key after asking the caller for it; `None` if it is absent.
    #[cold]
    fn remove_asking(
        &self,
        version: Version,
        hash: u32,
        key: u64,
    ) -> Result<Option<Version>, Status> {
        let found = self.search(version, hash, key, Order::StoredFirst)?;
        match found.candidate {
            Some(_) => Ok(Some(self.write()?.remove_at(found.probe)?)),
            None => Ok(None),
        }
    }

    /// The location of a key, found by asking the caller.
    fn search(
        &self,
        version: Version,
        hash: u32,
        key: u64,
        order: Order,
    ) -> Result<Found<(u64, u64)>, Status> {
        search(&mut CallerSearch { store: self, key, order }, version, hash)
    }
}
