//! Looking up, storing and removing by a key.
//!
//! Each begins with one walk in which keys are compared as words. Only where a stored key has the
//! hash and another word, and the caller has an equality, does a probe take over, which holds no
//! borrow while that equality runs.

use hedgerow::host::{HostStore, KeyMatch, Probe};
use hedgerow::{Version, WithError};

use super::{Handle, on_view};
use crate::status::Status;

/// Hashes that are folded at a time.
const CHUNK: usize = 256;
/// How often an edit may be written by the equality that is looking through it, before the call is
/// refused.
const RESTARTS: u32 = 1_000;

/// What became of an insert.
pub(crate) struct Inserted {
    pub(crate) made: Version,
    pub(crate) is_same: bool,
}

/// A walk came to a pair of keys that only the caller can compare.
struct AskCaller;

/// Which of the two keys comes first when the caller is asked.
#[derive(Clone, Copy)]
pub(super) enum Order {
    GivenFirst,
    StoredFirst,
}

impl Handle {
    /// The value of a key.
    #[inline(always)]
    pub(crate) fn get(&self, version: Version, hash: u64, key: u64) -> Result<Option<u64>, Status> {
        if self.options.key_eq.is_some() {
            return self.get_asking(version, hash, key);
        }
        let hash = self.hash(hash)?;
        match self.read()?.at(version) {
            Ok(view) => Ok(view.get_hashed(hash, |stored| *stored == key).map(|entry| *entry.1)),
            Err(_) => self.get_open(version, hash, key),
        }
    }

    /// The same of an open edit: out of the way of the common case.
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
        let mut is_known = true;
        let found = on_view(&*self.read()?, version, |view| {
            // The walk ends at the first key that only the caller can compare.
            let is_key = |stored: &u64| {
                is_known = *stored == key;
                true
            };
            view.get_hashed(hash, is_key).map(|(_, value)| *value)
        })?;
        if is_known {
            return Ok(found);
        }
        let (_, found) = self.search(version, hash, key, Order::GivenFirst)?;
        Ok(found.map(|(_, value)| value))
    }

    /// The values of many keys, handed to `found` by their indices.
    pub(crate) fn get_many(
        &self,
        version: Version,
        count: usize,
        wanted: impl Fn(usize) -> (u64, u64),
        mut found: impl FnMut(usize, Option<u64>),
    ) -> Result<(), Status> {
        if self.options.key_eq.is_some() {
            // A version that does not exist is refused even if nothing is wanted of it.
            self.len(version)?;
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

    /// Stores a value under a key; the key that is stored stays.
    #[inline]
    pub(crate) fn insert(
        &self,
        version: Version,
        hash: u64,
        key: u64,
        value: u64,
    ) -> Result<Inserted, Status> {
        let hash = self.hash(hash)?;
        let mut is_same = false;
        let mut judge = |stored: &u64, old: &u64| match self.same_word(*stored, key) {
            None => Err(AskCaller),
            Some(false) => Ok(KeyMatch::Different),
            Some(true) if *old == value => {
                is_same = true;
                Ok(KeyMatch::Unchanged)
            }
            Some(true) => Ok(KeyMatch::Equal),
        };
        let put = self.write()?.insert_hashed(version, hash, key, value, &mut judge);
        match put {
            Ok(made) => {
                if !is_same {
                    self.retain(key, value);
                }
                Ok(Inserted { made, is_same })
            }
            Err(WithError::Store(error)) => Err(error.into()),
            Err(WithError::Caller(AskCaller)) => self.insert_asking(version, hash, key, value),
        }
    }

    #[cold]
    fn insert_asking(
        &self,
        version: Version,
        hash: u32,
        key: u64,
        value: u64,
    ) -> Result<Inserted, Status> {
        let (probe, found) = self.search(version, hash, key, Order::GivenFirst)?;
        if found.is_some_and(|(_, old)| old == value) {
            return Ok(Inserted { made: version, is_same: true });
        }
        let key = found.map_or(key, |(stored, _)| stored);
        let made = self.write()?.insert_at(probe, key, value)?;
        self.retain(key, value);
        Ok(Inserted { made, is_same: false })
    }

    /// Removes a key; `None` where it is absent.
    #[inline]
    pub(crate) fn remove(
        &self,
        version: Version,
        hash: u64,
        key: u64,
    ) -> Result<Option<Version>, Status> {
        let hash = self.hash(hash)?;
        let is_key = |stored: &u64| self.same_word(*stored, key).ok_or(AskCaller);
        let cut = self.write()?.remove_hashed(version, hash, is_key);
        match cut {
            Ok(made) => Ok(made),
            Err(WithError::Store(error)) => Err(error.into()),
            Err(WithError::Caller(AskCaller)) => {
                match self.search(version, hash, key, Order::StoredFirst)? {
                    (_, None) => Ok(None),
                    (probe, Some(_)) => Ok(Some(self.write()?.remove_at(probe)?)),
                }
            }
        }
    }

    /// A probe at the key, with what is stored there; or past the last candidate.
    pub(super) fn search(
        &self,
        version: Version,
        hash: u32,
        key: u64,
        order: Order,
    ) -> Result<(Probe, Option<(u64, u64)>), Status> {
        for _ in 0..RESTARTS {
            match self.search_once(version, hash, key, order) {
                Err(Status::Changed) => {}
                end => return end,
            }
        }
        Err(Status::Changed)
    }

    fn search_once(
        &self,
        version: Version,
        hash: u32,
        key: u64,
        order: Order,
    ) -> Result<(Probe, Option<(u64, u64)>), Status> {
        let mut probe = self.read()?.probe(version, hash)?;
        loop {
            let Some((stored, value)) = self.look(&probe)? else { return Ok((probe, None)) };
            let is_key = match order {
                Order::GivenFirst => self.keys_equal(key, stored)?,
                Order::StoredFirst => self.keys_equal(stored, key)?,
            };
            // The version may have gone, or its edit may have been written, in the meantime.
            self.look(&probe)?;
            if is_key {
                return Ok((probe, Some((stored, value))));
            }
            probe.advance();
        }
    }

    /// What a probe stands at.
    pub(super) fn look(&self, probe: &Probe) -> Result<Option<(u64, u64)>, Status> {
        Ok(self.read()?.candidate(probe)?.map(|(key, value)| (*key, *value)))
    }
}
