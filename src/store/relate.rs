//! What two versions share, and how they differ: in O(what differs) for relatives.

use std::fmt;
use std::ops::ControlFlow;

use super::error::Error;
use crate::arena::{EntryRef, NodeRef, Reader, Refused, TryPush};
use crate::trie::{self, Group, Visitor};

use super::view::trees_are_equal;
use super::{Store, Version};

/// One difference between two versions `a` and `b`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a, K, V> {
    /// Only `b` has the key.
    Added {
        /// The key.
        key: &'a K,
        /// Its value in `b`.
        value: &'a V,
    },
    /// Only `a` has the key.
    Removed {
        /// The key.
        key: &'a K,
        /// Its value in `a`.
        value: &'a V,
    },
    /// Both have the key, with values that are not equal.
    Changed {
        /// The key, as `b` has it.
        key: &'a K,
        /// Its value in `a`.
        old: &'a V,
        /// Its value in `b`.
        new: &'a V,
    },
}

impl<'a, K, V> Change<'a, K, V> {
    /// The key.
    #[must_use]
    pub fn key(&self) -> &'a K {
        match self {
            Change::Added { key, .. }
            | Change::Removed { key, .. }
            | Change::Changed { key, .. } => key,
        }
    }

    /// The value in `a`, if it has the key.
    #[must_use]
    pub fn old_value(&self) -> Option<&'a V> {
        match self {
            Change::Added { .. } => None,
            Change::Removed { value, .. } => Some(value),
            Change::Changed { old, .. } => Some(old),
        }
    }

    /// The value in `b`, if it has the key.
    #[must_use]
    pub fn new_value(&self) -> Option<&'a V> {
        match self {
            Change::Added { value, .. } => Some(value),
            Change::Removed { .. } => None,
            Change::Changed { new, .. } => Some(new),
        }
    }
}

/// How much two versions share. See [`Store::shared`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sharing {
    /// Nodes of both.
    pub nodes_shared: usize,
    /// Nodes of the first version only.
    pub nodes_only_a: usize,
    /// Nodes of the second version only.
    pub nodes_only_b: usize,
    /// Entries of both.
    pub entries_shared: usize,
    /// Entries of the first version only.
    pub entries_only_a: usize,
    /// Entries of the second version only.
    pub entries_only_b: usize,
}

impl fmt::Display for Sharing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "nodes: {} shared, {} and {} not; entries: {} shared, {} and {} not",
            self.nodes_shared,
            self.nodes_only_a,
            self.nodes_only_b,
            self.entries_shared,
            self.entries_only_a,
            self.entries_only_b
        )
    }
}

/// Counts what the trees do not share.
#[derive(Default)]
struct Count(Sharing);

impl Visitor for Count {
    type Break = ();
    const BOTH: bool = true;

    fn left_node(&mut self, _node: NodeRef, _prefix: u32, _level: usize) {
        self.0.nodes_only_a += 1;
    }

    fn right_node(&mut self) {
        self.0.nodes_only_b += 1;
    }

    fn group(&mut self, _hash: u32, left: Group<'_>, right: Group<'_>) -> ControlFlow<()> {
        self.0.entries_only_a += left.len();
        self.0.entries_only_b += right.len();
        ControlFlow::Continue(())
    }
}

impl<K, V, S> Store<K, V, S> {
    /// The roots of two versions.
    pub(crate) fn roots(&self, a: Version, b: Version) -> Result<(NodeRef, NodeRef), Error> {
        let root = |version| Ok(self.table.find(version)?.1.root);
        Ok((root(a)?, root(b)?))
    }

    /// How many nodes and entries two versions share, and so what the second one costs beside the
    /// first. O(n): counts all of the first.
    ///
    /// # Errors
    ///
    /// As [`at`](Store::at).
    pub fn shared(&self, a: Version, b: Version) -> Result<Sharing, Error> {
        let (left, right) = self.roots(a, b)?;
        let mut count = Count::default();
        let _ = trie::differences(self.arena.reader(), left, right, &mut count);
        let Count(mut sharing) = count;
        let mut all = Count::default();
        let _ = trie::differences(self.arena.reader(), left, NodeRef::NONE, &mut all);
        sharing.nodes_shared = all.0.nodes_only_a - sharing.nodes_only_a;
        sharing.entries_shared = all.0.entries_only_a - sharing.entries_only_a;
        Ok(sharing)
    }
}

impl<K: Eq, V: PartialEq, S> Store<K, V, S> {
    /// Whether two versions have equal keys with equal values. Costs what differs between them, up
    /// to the first difference; versions of different length differ at once.
    ///
    /// # Errors
    ///
    /// As [`at`](Store::at).
    pub fn equal(&self, a: Version, b: Version) -> Result<bool, Error> {
        let (left, right) = self.roots(a, b)?;
        Ok(self.len(a)? == self.len(b)? && trees_are_equal(self.arena.reader(), left, right))
    }

    /// What changed from `a` to `b`, in iteration order. Costs what differs between relatives;
    /// O(n) for strangers.
    ///
    /// # Errors
    ///
    /// As [`at`](Store::at); [`Error::Allocation`].
    ///
    /// ```
    /// use hedgerow::Change;
    ///
    /// let mut store = hedgerow::Store::new();
    /// let a = store.bulk((0..100_000).map(|n| (n, n)))?;
    /// let b = store.insert(a, 7, 70)?;
    /// assert_eq!(store.diff(a, b)?, [Change::Changed { key: &7, old: &7, new: &70 }]);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    pub fn diff(&self, a: Version, b: Version) -> Result<Vec<Change<'_, K, V>>, Error> {
        let (left, right) = self.roots(a, b)?;
        let reader = self.arena.reader();
        let mut changes = Vec::new();
        trie::try_each_group(reader, left, right, |_, left, right| {
            group_changes(reader, left, right, &mut changes)
        })
        .map_err(Error::refused)?;
        Ok(changes)
    }
}

/// The changes among entries of one hash.
fn group_changes<'a, K: Eq, V: PartialEq>(
    reader: Reader<'a, K, V>,
    left: Group<'_>,
    right: Group<'_>,
    changes: &mut Vec<Change<'a, K, V>>,
) -> Result<(), Refused> {
    let entry = |entry: EntryRef| reader.entry(entry);
    for a in left.clone().map(entry) {
        match right.clone().map(entry).find(|b| a.key == b.key) {
            None => changes.try_push(Change::Removed { key: &a.key, value: &a.value })?,
            Some(b) if a.value != b.value => {
                changes.try_push(Change::Changed { key: &b.key, old: &a.value, new: &b.value })?;
            }
            Some(_) => {}
        }
    }
    for b in right.map(entry) {
        if !left.clone().map(entry).any(|a| a.key == b.key) {
            changes.try_push(Change::Added { key: &b.key, value: &b.value })?;
        }
    }
    Ok(())
}
