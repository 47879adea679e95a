//! The raw layer: for keys whose equality may fail, may be slow, or may call back into the store.
//!
//! A [`Probe`] is a place in a version, found by a hash alone, and holds no borrow:
//!
//! 1. [`probe`](Store::probe) walks to the first candidate, a key of the same folded hash;
//! 2. the caller looks at it ([`candidate`](Store::candidate)), lets go of the store and compares;
//! 3. if it is another key, [`Probe::advance`] goes on to the next candidate, until there is none;
//! 4. [`put`](Store::put) or [`cut`](Store::cut) write there. No code of the user runs in them.
//!
//! Between two steps anything may happen to the store. Committed versions do not change; a version
//! that was released meanwhile is [`Error::Stale`]; an open edit that was written meanwhile is
//! [`Error::Changed`], and has to be probed again. Compaction is not noticed.
//!
//! [`get_with`](Store::get_with), [`insert_with`](Store::insert_with) and
//! [`remove_with`](Store::remove_with) are these steps around a closure.

mod portable;

use crate::arena::EntryRef;
use crate::error::{Error, WithError};
use crate::trie::{self, Spot};

use super::room::Needs;
use super::table::State;
use super::{Store, Version};

/// A place in a version, found by a hash. See [`Store::probe`].
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    version: Version,
    hash: u32,
    /// Which of the candidates of the hash it stands at.
    ordinal: u32,
    /// The open edit's writes when it was made.
    revision: u64,
    /// The entry it stands at, good in this epoch of the arena.
    entry: Option<EntryRef>,
    epoch: u64,
}

impl Probe {
    /// The version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The folded hash.
    pub fn hash(&self) -> u32 {
        self.hash
    }

    /// Goes on to the next candidate.
    pub fn advance(&mut self) {
        // No hash has so many keys; a probe of made-up words may say so, and stays past the last.
        self.ordinal = self.ordinal.saturating_add(1);
        self.entry = None;
    }
}

impl<K, V, S> Store<K, V, S> {
    /// Walks to the first key in a version, or an open edit, that has this folded hash. O(d).
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::Foreign`].
    pub fn probe(&self, version: Version, hash: u32) -> Result<Probe, Error> {
        let row = self.table.get(self.table.resolve_any(version)?);
        let spot = trie::locate(&self.arena.words, row.root, hash);
        let entry = spot.candidate(&self.arena.words, &self.arena.entries, 0);
        let (revision, epoch) = (row.revision, self.epoch);
        Ok(Probe { version, hash, ordinal: 0, revision, entry, epoch })
    }

    /// The key and value that a probe stands at; `None` past the last candidate.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`]; [`Error::Changed`] for an open edit that was written since.
    pub fn candidate(&self, probe: &Probe) -> Result<Option<(&K, &V)>, Error> {
        let slot = self.resolve_probe(probe.version, probe.revision)?;
        // Checked, although the version holds the entry: a probe of another store can pass for one
        // of this store after 65,535 stores, and must not read out of bounds.
        let cached = probe.entry.filter(|_| probe.epoch == self.epoch);
        let entry = cached.and_then(|entry| self.arena.entries.try_get(entry)).or_else(|| {
            let root = self.table.get(slot).root;
            let spot = trie::locate(&self.arena.words, root, probe.hash);
            let ordinal = probe.ordinal as usize;
            let entry = spot.candidate(&self.arena.words, &self.arena.entries, ordinal)?;
            Some(self.arena.entries.get(entry))
        });
        Ok(entry.map(|entry| (&entry.key, &entry.value)))
    }

    /// Writes where a probe stands: over the candidate, or as a new key past the last one. Of a
    /// committed version this makes a new one; an open edit is written in place, and its own
    /// handle is returned.
    ///
    /// The key takes the place of the candidate's: to keep the old key, as Python does, give a
    /// clone of it.
    ///
    /// # Errors
    ///
    /// As [`candidate`](Store::candidate); [`Error::Full`], [`Error::Allocation`].
    pub fn put(&mut self, probe: Probe, key: K, value: V) -> Result<Version, Error> {
        let slot = self.resolve_probe(probe.version, probe.revision)?;
        let is_open = self.table.get(slot).state == State::Open;
        let mut spot = Spot::unset();
        self.set_spot(&mut spot, slot, probe.hash);
        let ordinal = probe.ordinal as usize;
        let candidate = spot.candidate(&self.arena.words, &self.arena.entries, ordinal);
        let matched = candidate.map(|_| ordinal);
        self.room_to_write(&mut spot, slot, Needs { version: !is_open, entries: 1 })?;
        if !is_open {
            return Ok(self.put_new(slot, &spot, matched, key, value));
        }
        self.put_open(slot, &spot, matched, (key, value), true);
        Ok(probe.version)
    }

    /// Removes the candidate that a probe stands at. Returns as [`put`](Store::put).
    ///
    /// # Errors
    ///
    /// As [`put`](Store::put); [`Error::Misuse`] past the last candidate.
    pub fn cut(&mut self, probe: Probe) -> Result<Version, Error> {
        let slot = self.resolve_probe(probe.version, probe.revision)?;
        let is_open = self.table.get(slot).state == State::Open;
        let mut spot = Spot::unset();
        self.set_spot(&mut spot, slot, probe.hash);
        let ordinal = probe.ordinal as usize;
        if spot.candidate(&self.arena.words, &self.arena.entries, ordinal).is_none() {
            let reason = "the probe stands past the last candidate: there is nothing to remove";
            return Err(Error::Misuse { reason });
        }
        self.room_to_write(&mut spot, slot, Needs { version: !is_open, entries: 0 })?;
        if !is_open {
            return Ok(self.cut_new(slot, &spot, ordinal));
        }
        self.cut_open(slot, &spot, ordinal, true);
        Ok(probe.version)
    }

    pub(super) fn resolve_probe(&self, version: Version, revision: u64) -> Result<u32, Error> {
        let slot = self.table.resolve_any(version)?;
        if self.table.get(slot).revision == revision {
            Ok(slot)
        } else {
            Err(Error::Changed { version })
        }
    }

    /// The value in a version, or an open edit, of the key that `is_key` accepts among those of
    /// this folded hash.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::Foreign`]; what `is_key` fails with.
    pub fn get_with<E>(
        &self,
        version: Version,
        hash: u32,
        mut is_key: impl FnMut(&K) -> Result<bool, E>,
    ) -> Result<Option<&V>, WithError<E>> {
        let mut probe = self.probe(version, hash)?;
        while let Some((key, value)) = self.candidate(&probe)? {
            if is_key(key).map_err(WithError::Caller)? {
                return Ok(Some(value));
            }
            probe.advance();
        }
        Ok(None)
    }

    /// [`insert`](Store::insert) with a hash of the caller's, and an equality that may fail and may
    /// do anything to the store, which it is handed: `is_key(store, probe, key)` compares the
    /// probe's [`candidate`](Store::candidate) with the key. On an open edit it is asked again from
    /// the start if it wrote to that edit.
    ///
    /// # Errors
    ///
    /// As [`put`](Store::put); what `is_key` fails with. The key and value are dropped.
    pub fn insert_with<E>(
        &mut self,
        version: Version,
        hash: u32,
        key: K,
        value: V,
        mut is_key: impl FnMut(&mut Self, &Probe, &K) -> Result<bool, E>,
    ) -> Result<Version, WithError<E>> {
        let probe = self.search(version, hash, |store, probe| is_key(store, probe, &key))?;
        Ok(self.put(probe, key, value)?)
    }

    /// [`remove`](Store::remove) with a hash of the caller's, and an equality as that of
    /// [`insert_with`](Store::insert_with). `None` where the key is absent.
    ///
    /// # Errors
    ///
    /// As [`cut`](Store::cut); what `is_key` fails with.
    pub fn remove_with<E>(
        &mut self,
        version: Version,
        hash: u32,
        is_key: impl FnMut(&mut Self, &Probe) -> Result<bool, E>,
    ) -> Result<Option<Version>, WithError<E>> {
        let probe = self.search(version, hash, is_key)?;
        if self.candidate(&probe)?.is_none() {
            return Ok(None);
        }
        Ok(Some(self.cut(probe)?))
    }

    /// A probe at the candidate that `is_key` accepts, or past the last one.
    fn search<E>(
        &mut self,
        version: Version,
        hash: u32,
        mut is_key: impl FnMut(&mut Self, &Probe) -> Result<bool, E>,
    ) -> Result<Probe, WithError<E>> {
        let mut probe = self.probe(version, hash)?;
        while self.candidate(&probe)?.is_some() {
            let found = is_key(self, &probe).map_err(WithError::Caller)?;
            match self.resolve_probe(probe.version, probe.revision) {
                Ok(_) if found => return Ok(probe),
                Ok(_) => probe.advance(),
                // The edit was written meanwhile: what was compared may be gone.
                Err(Error::Changed { .. }) => probe = self.probe(version, hash)?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(probe)
    }
}
