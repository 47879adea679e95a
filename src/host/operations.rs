//! [`HostStore`] for every store: thin callers of the store's write path.

use std::hash::{BuildHasher, Hash};
use std::ops::ControlFlow;

use crate::arena::Entry;
use crate::store::error::{Error, WithError};
use crate::store::table::State;
use crate::store::{Batch, Store, Version, View};
use crate::trie::{self, Group, Groups, Location};

use super::search::{KeySearch, search};
use super::store::{HostStore, KeyMatch};
use super::{Cursor, Probe, Unshared};

impl<K, V, S> HostStore<K, V, S> for Store<K, V, S> {
    #[inline]
    fn hash_of<Q: Hash + ?Sized>(&self, key: &Q) -> u32
    where
        S: BuildHasher,
    {
        self.key_hash(key)
    }

    fn hasher(&self) -> &S {
        &self.hasher
    }

    #[inline(always)]
    fn get_hashed(
        &self,
        version: Version,
        hash: u32,
        is_key: impl FnMut(&K) -> bool,
    ) -> Result<Option<(&K, &V)>, Error> {
        let root = self.table.root(version)?;
        let found = trie::find(
            (self.arena.words.nodes(), self.arena.entries.rows().first()),
            root,
            hash,
            true,
            is_key,
        );
        Ok(found.map(|entry| (&entry.key, &entry.value)))
    }

    #[inline]
    fn insert_hashed<E>(
        &mut self,
        version: Version,
        hash: u32,
        mut key: K,
        value: V,
        mut compare: impl FnMut(&K, &V) -> Result<KeyMatch, E>,
    ) -> Result<Version, WithError<E>>
    where
        K: Clone,
    {
        let target = self.target(self.table.resolve_any(version)?);
        let mut location = Location::unset();
        self.locate(target, hash, &mut location);
        let mut matched = None;
        let mut ordinal = 0;
        while let Some(entry) = location.candidate(self.arena.parts(), ordinal) {
            let entry = self.arena.entries.get(entry);
            match compare(&entry.key, &entry.value).map_err(WithError::Caller)? {
                KeyMatch::Different => ordinal += 1,
                KeyMatch::Unchanged => return Ok(version),
                KeyMatch::Identical => {
                    matched = Some(ordinal);
                    break;
                }
                KeyMatch::Equal => {
                    key = entry.key.clone();
                    matched = Some(ordinal);
                    break;
                }
            }
        }
        Ok(self.write_pair(target, &mut location, matched, key, value)?)
    }

    #[inline]
    fn remove_hashed<E>(
        &mut self,
        version: Version,
        hash: u32,
        mut is_key: impl FnMut(&K) -> Result<bool, E>,
    ) -> Result<Option<Version>, WithError<E>> {
        let target = self.target(self.table.resolve_any(version)?);
        let mut location = Location::unset();
        self.locate(target, hash, &mut location);
        let mut ordinal = 0;
        loop {
            let Some(entry) = location.candidate(self.arena.parts(), ordinal) else {
                return Ok(None);
            };
            if is_key(&self.arena.entries.get(entry).key).map_err(WithError::Caller)? {
                return Ok(Some(self.write_removal(target, &mut location, ordinal)?));
            }
            ordinal += 1;
        }
    }

    fn probe(&self, version: Version, hash: u32) -> Result<Probe, Error> {
        Probe::new(self, version, hash)
    }

    fn probe_at(&self, version: Version, hash: u32, ordinal: u32) -> Result<Probe, Error> {
        Probe::at(self, version, hash, ordinal)
    }

    fn candidate(&self, probe: &Probe) -> Result<Option<(&K, &V)>, Error> {
        probe.candidate(self)
    }

    fn insert_at(&mut self, probe: Probe, key: K, value: V) -> Result<Version, Error> {
        let target = probe.target(self)?;
        let mut location = Location::unset();
        self.locate(target, probe.hash(), &mut location);
        let candidate = location.candidate(self.arena.parts(), probe.ordinal());
        let matched = candidate.map(|_| probe.ordinal());
        self.write_pair(target, &mut location, matched, key, value)
    }

    fn remove_at(&mut self, probe: Probe) -> Result<Version, Error> {
        let target = probe.target(self)?;
        let mut location = Location::unset();
        self.locate(target, probe.hash(), &mut location);
        let ordinal = probe.ordinal();
        if location.candidate(self.arena.parts(), ordinal).is_none() {
            let reason = "the probe stands past the last candidate: there is nothing to remove";
            return Err(Error::Misuse { reason });
        }
        self.write_removal(target, &mut location, ordinal)
    }

    fn get_with<E>(
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

    fn insert_with<E>(
        &mut self,
        version: Version,
        hash: u32,
        key: K,
        value: V,
        mut is_key: impl FnMut(&mut Self, &Probe, &K) -> Result<bool, E>,
    ) -> Result<Version, WithError<E>> {
        let is_key = |store: &mut Self, probe: &Probe| is_key(store, probe, &key);
        let found = search(&mut Closure { store: self, is_key }, version, hash)?;
        Ok(self.insert_at(found.probe, key, value)?)
    }

    fn remove_with<E>(
        &mut self,
        version: Version,
        hash: u32,
        is_key: impl FnMut(&mut Self, &Probe) -> Result<bool, E>,
    ) -> Result<Option<Version>, WithError<E>> {
        let found = search(&mut Closure { store: self, is_key }, version, hash)?;
        match found.candidate {
            Some(()) => Ok(Some(self.remove_at(found.probe)?)),
            None => Ok(None),
        }
    }

    fn bulk_batch(&mut self, batch: Batch<K, V>) -> Result<Version, Error> {
        self.build_batch(batch)
    }

    fn open(&mut self, base: Version) -> Result<Version, Error> {
        let index = self.open_edit(base)?;
        Ok(self.table.handle(index))
    }

    fn commit(&mut self, edit: Version) -> Result<Version, Error> {
        let index = self.table.resolve_open(edit)?;
        Ok(self.commit_edit(index))
    }

    fn open_edits(&self) -> impl Iterator<Item = Version> {
        let rows = self.table.holders();
        let open = rows.filter(|&index| self.table.get(index).state == State::Open);
        open.map(|index| self.table.handle(index))
    }

    fn abandon(&mut self, edit: Version) -> Result<(), Error> {
        let index = self.table.resolve_open(edit)?;
        self.abandon_edit(index);
        Ok(())
    }

    fn at_open(&self, edit: Version) -> Result<View<'_, K, V, S>, Error> {
        Ok(self.view(self.table.resolve_open(edit)?))
    }

    #[inline]
    fn cursor(&self, version: Version) -> Result<Cursor, Error> {
        Cursor::new(self, version)
    }

    fn advance(&self, cursor: &mut Cursor) -> Result<Option<(&K, &V)>, Error> {
        let mut next = None;
        cursor.visit_next(self, (1, 0), |entry| next = Some((&entry.key, &entry.value)), |_| ())?;
        Ok(next)
    }

    #[inline]
    fn advance_by(
        &self,
        cursor: &mut Cursor,
        count: usize,
        mut visit: impl FnMut(&K, &V),
    ) -> Result<usize, Error> {
        let mut visited = 0;
        let visit = |entry: &Entry<K, V>| {
            visited += 1;
            visit(&entry.key, &entry.value);
        };
        cursor.visit_next(self, (count, 0), visit, |_| ())?;
        Ok(visited)
    }

    #[inline(always)]
    fn advance_by_looking_ahead(
        &self,
        cursor: &mut Cursor,
        count: usize,
        mut visit: impl FnMut(&K, &V),
        mut look: impl FnMut(&K, &V),
    ) -> Result<(), Error> {
        let visit = |entry: &Entry<K, V>| visit(&entry.key, &entry.value);
        let look = |entry: &Entry<K, V>| look(&entry.key, &entry.value);
        cursor.visit_next(self, (count, count), visit, look)
    }

    #[inline]
    fn upcoming<'a>(
        &'a self,
        cursor: &Cursor,
    ) -> Result<impl Iterator<Item = (&'a K, &'a V)> + use<'a, K, V, S>, Error>
    where
        K: 'a,
        V: 'a,
    {
        cursor.upcoming(self)
    }

    fn unshared<B>(
        &self,
        a: Version,
        b: Version,
        mut visit: impl FnMut(Unshared<'_, K, V>) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, Error> {
        let (left, right) = (self.table.root(a)?, self.table.root(b)?);
        let mut groups = Groups(|hash, left: Group<'_>, right: Group<'_>| {
            visit(Unshared::new(self, hash, left, right))
        });
        Ok(trie::differences(self.arena.reader(), left, right, &mut groups))
    }
}

/// The search of [`HostStore::insert_with`] and [`HostStore::remove_with`].
struct Closure<'a, K, V, S, F> {
    store: &'a mut Store<K, V, S>,
    is_key: F,
}

impl<K, V, S, E, F> KeySearch<K, V, S> for Closure<'_, K, V, S, F>
where
    F: FnMut(&mut Store<K, V, S>, &Probe) -> Result<bool, E>,
{
    type Error = WithError<E>;
    type Candidate = ();

    fn read<R>(&self, read: impl FnOnce(&Store<K, V, S>) -> R) -> Result<R, Self::Error> {
        Ok(read(self.store))
    }

    fn compare(&self, _: &K) -> Option<bool> {
        None
    }

    fn keep(&self, _: &K, _: &V) {}

    fn ask(&mut self, (): &(), probe: &Probe) -> Result<bool, Self::Error> {
        (self.is_key)(self.store, probe).map_err(WithError::Caller)
    }
}
