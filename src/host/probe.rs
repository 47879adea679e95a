//! A place in a version, found by a hash. [The module above](super#probes) says how it is used.

use crate::arena::EntryRef;
use crate::store::error::Error;
use crate::store::update::Target;
use crate::store::{Store, Version};
use crate::trie;

/// A place in a version, found by a hash. See [`HostStore::probe`](super::HostStore::probe).
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    pub(super) version: Version,
    pub(super) hash: u32,
    /// Which of the candidates of the hash it stands at.
    pub(super) ordinal: u32,
    /// How many writes the open edit had when the probe was made.
    pub(super) revision: u64,
    /// The entry it stands at, valid in this epoch of the arena.
    pub(super) entry: Option<EntryRef>,
    pub(super) epoch: u64,
}

impl Probe {
    /// The version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The folded hash.
    #[must_use]
    pub fn hash(&self) -> u32 {
        self.hash
    }

    /// Goes on to the next candidate.
    pub fn advance(&mut self) {
        // Saturates: no hash has so many keys, but a probe from overwritten words may claim it.
        self.ordinal = self.ordinal.saturating_add(1);
        self.entry = None;
    }

    pub(super) fn new<K, V, S>(
        store: &Store<K, V, S>,
        version: Version,
        hash: u32,
    ) -> Result<Self, Error> {
        let row = store.table.find_any(version)?.1;
        let location = trie::locate(store.arena.words.nodes(), row.root, hash);
        let entry = location.candidate(store.arena.parts(), 0);
        let (revision, epoch) = (row.revision, store.epoch);
        Ok(Probe { version, hash, ordinal: 0, revision, entry, epoch })
    }

    /// At this candidate, whose entry is not looked for.
    pub(super) fn at<K, V, S>(
        store: &Store<K, V, S>,
        version: Version,
        hash: u32,
        ordinal: u32,
    ) -> Result<Self, Error> {
        let revision = store.table.find_any(version)?.1.revision;
        Ok(Probe { version, hash, ordinal, revision, entry: None, epoch: store.epoch })
    }

    pub(super) fn ordinal(&self) -> usize {
        self.ordinal as usize
    }

    /// What it stands at.
    pub(super) fn candidate<'a, K, V, S>(
        &self,
        store: &'a Store<K, V, S>,
    ) -> Result<Option<(&'a K, &'a V)>, Error> {
        let index = resolve(store, self.version, self.revision)?;
        let (nodes, rows) = store.arena.parts();
        // Checked, although the version holds the entry: words from outside can make a probe whose
        // version is live here and whose entry is not, and must not read out of bounds.
        let cached = self.entry.filter(|_| self.epoch == store.epoch);
        let entry = cached.and_then(|entry| rows.try_get(entry)).or_else(|| {
            let location = trie::locate(nodes, store.table.get(index).root, self.hash);
            Some(rows.get(location.candidate((nodes, rows), self.ordinal())?))
        });
        Ok(entry.map(|entry| (&entry.key, &entry.value)))
    }

    /// Where an update at this place goes.
    pub(super) fn target<K, V, S>(&self, store: &Store<K, V, S>) -> Result<Target, Error> {
        Ok(store.target(resolve(store, self.version, self.revision)?))
    }
}

/// The row of a version, if it was not written since it had this revision.
#[inline]
pub(super) fn resolve<K, V, S>(
    store: &Store<K, V, S>,
    version: Version,
    revision: u64,
) -> Result<u32, Error> {
    let index = store.table.resolve_any(version)?;
    if store.table.get(index).revision == revision {
        Ok(index)
    } else {
        Err(Error::Changed { version })
    }
}
