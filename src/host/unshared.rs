//! What two versions do not share, before any key is compared: for hosts whose equality of keys and
//! values runs user code.

use crate::arena::Entries;
use crate::store::Store;
use crate::trie::Group;

/// The entries of one folded hash that two versions do not share. Where both sides have some, the
/// host compares their keys.
///
/// See [`HostStore::unshared`](super::HostStore::unshared).
pub struct Unshared<'a, K, V> {
    hash: u32,
    left: Group<'a>,
    right: Group<'a>,
    entries: &'a Entries<K, V>,
}

impl<'a, K, V> Unshared<'a, K, V> {
    pub(super) fn new<S>(
        store: &'a Store<K, V, S>,
        hash: u32,
        left: Group<'a>,
        right: Group<'a>,
    ) -> Self {
        Unshared { hash, left, right, entries: &store.arena.entries }
    }

    /// The folded hash of all their keys.
    #[must_use]
    pub fn hash(&self) -> u32 {
        self.hash
    }

    /// What only the first version holds, in insertion order.
    #[must_use]
    pub fn left(&self) -> impl ExactSizeIterator<Item = (&'a K, &'a V)> + use<'a, K, V> {
        pairs(self.entries, self.left.clone())
    }

    /// What only the second version holds, in insertion order.
    #[must_use]
    pub fn right(&self) -> impl ExactSizeIterator<Item = (&'a K, &'a V)> + use<'a, K, V> {
        pairs(self.entries, self.right.clone())
    }
}

fn pairs<'a, K, V>(
    entries: &'a Entries<K, V>,
    side: Group<'a>,
) -> impl ExactSizeIterator<Item = (&'a K, &'a V)> + use<'a, K, V> {
    side.map(|entry| entries.get(entry)).map(|entry| (&entry.key, &entry.value))
}
