//! What two versions do not share, before anybody's equality has been asked: for hosts whose
//! equality of keys and values may fail or may call back into the store.

use std::ops::ControlFlow;

use crate::arena::{Entries, EntryRef};
use crate::error::Error;
use crate::trie;

use super::relate::Groups;
use super::{Store, Version};

/// The entries of one folded hash that two versions do not share. Where both sides have some,
/// their keys may be equal or not: that is for the host to find out.
///
/// See [`Store::unshared`].
pub struct Unshared<'a, K, V> {
    hash: u32,
    left: &'a [EntryRef],
    right: &'a [EntryRef],
    entries: &'a Entries<K, V>,
}

impl<'a, K, V> Unshared<'a, K, V> {
    /// The folded hash of all their keys.
    pub fn hash(&self) -> u32 {
        self.hash
    }

    /// What only the first version holds, in insertion order.
    pub fn left(&self) -> impl ExactSizeIterator<Item = (&'a K, &'a V)> + use<'a, K, V> {
        pairs(self.entries, self.left)
    }

    /// What only the second version holds, in insertion order.
    pub fn right(&self) -> impl ExactSizeIterator<Item = (&'a K, &'a V)> + use<'a, K, V> {
        pairs(self.entries, self.right)
    }
}

fn pairs<'a, K, V>(
    entries: &'a Entries<K, V>,
    side: &'a [EntryRef],
) -> impl ExactSizeIterator<Item = (&'a K, &'a V)> + use<'a, K, V> {
    side.iter().map(|&entry| entries.get(entry)).map(|entry| (&entry.key, &entry.value))
}

impl<K, V, S> Store<K, V, S> {
    /// Walks two versions, or open edits, down together and hands `visit` the entries they do not
    /// share, hash by hash in iteration order, until it breaks. Nothing is compared but handles and
    /// hashes, so that no user code runs; from these groups a host makes equality, a diff, a merge
    /// or a union with an equality of its own.
    ///
    /// Costs what differs between relatives; O(n) for strangers.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::Foreign`].
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// let mut store = hedgerow::Store::new();
    /// let a = store.bulk((0..100_000).map(|n| (n, n)))?;
    /// let b = store.insert(a, 7, 70)?;
    /// let mut seen = Vec::new();
    /// let end = store.unshared(a, b, |group| {
    ///     seen.extend(group.left().zip(group.right()).map(|(l, r)| (*l.0, *l.1, *r.1)));
    ///     ControlFlow::<()>::Continue(())
    /// })?;
    /// assert_eq!((seen, end), (vec![(7, 7, 70)], ControlFlow::Continue(())));
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    pub fn unshared<B>(
        &self,
        a: Version,
        b: Version,
        mut visit: impl FnMut(Unshared<'_, K, V>) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, Error> {
        let root = |version| Ok::<_, Error>(self.table.get(self.table.resolve_any(version)?).root);
        let (left, right) = (root(a)?, root(b)?);
        let entries = &self.arena.entries;
        let mut groups = Groups(|hash, left: &[EntryRef], right: &[EntryRef]| {
            visit(Unshared { hash, left, right, entries })
        });
        Ok(trie::differences(&self.arena, left, right, &mut groups))
    }
}
