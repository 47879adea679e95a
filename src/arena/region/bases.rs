//! Where the memory of an arena is, for those who read it while it is written.

use std::marker::PhantomData;

use super::super::layout::{Entry, EntryRef};
use super::Row;
use super::read::{FirstRows, Nodes, ReadRows, Rows, RowsFrom};

/// Where the nodes and entries of an arena are, for those who read them while it is written.
pub(crate) struct Bases<K, V> {
    /// Later bases have higher numbers, and lead to all that earlier ones do.
    number: u64,
    place: Place<K, V>,
    /// The rows after the first ones, last ones first.
    more: Box<[RowsFrom<K, V>]>,
}

/// Where the nodes and the first rows are: all that most lookups need.
pub(crate) struct Place<K, V> {
    nodes: *const u32,
    first: *const Row<K, V>,
    /// Rows below this one are among the first.
    split: u32,
}

impl<K, V> Clone for Place<K, V> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Place<K, V> {}

impl<K, V> Bases<K, V> {
    pub(in super::super) fn of(number: u64, nodes: Nodes<'_>, rows: Rows<'_, K, V>) -> Self {
        let place = Place { nodes: nodes.first, first: rows.first.first, split: rows.split };
        Bases { number, place, more: rows.more.into() }
    }

    /// Whether the nodes, the first rows, and the last of the others are there.
    #[inline(always)]
    pub(in super::super) fn are_those_of(&self, nodes: Nodes<'_>, rows: Rows<'_, K, V>) -> bool {
        std::ptr::eq(self.place.nodes, nodes.first)
            && std::ptr::eq(self.place.first, rows.first.first)
            && self.more.len() == rows.more.len()
            && self.more.first() == rows.more.first()
    }

    /// The later ones of two.
    pub(crate) fn later<'a>(&'a self, other: &'a Self) -> &'a Self {
        if self.number < other.number { other } else { self }
    }

    /// The number of the next.
    pub(crate) fn next_number(&self) -> u64 {
        self.number + 1
    }

    /// Where the nodes and the first rows are.
    #[inline(always)]
    pub(crate) fn place(&self) -> Place<K, V> {
        self.place
    }

    /// What reads there.
    ///
    /// # Safety
    ///
    /// Of the arena, only those nodes and entries are read that stay as they are as long as the
    /// result is used.
    #[inline(always)]
    pub(crate) unsafe fn parts(&self) -> (Nodes<'_>, Rows<'_, K, V>) {
        // SAFETY: the caller's word.
        let (nodes, first) = unsafe { (self.place.nodes(), self.place.first()) };
        (nodes, Rows { first, split: self.place.split, more: &self.more })
    }
}

impl<K, V> Place<K, V> {
    /// The nodes.
    ///
    /// # Safety
    ///
    /// As for [`Bases::parts`].
    #[inline(always)]
    pub(crate) unsafe fn nodes<'a>(self) -> Nodes<'a> {
        Nodes {
            first: self.nodes,
            #[cfg(any(debug_assertions, feature = "checked"))]
            len: usize::MAX,
            words: PhantomData,
        }
    }

    /// The first rows.
    ///
    /// # Safety
    ///
    /// As for [`Bases::parts`].
    #[inline(always)]
    unsafe fn first<'a>(self) -> FirstRows<'a, K, V> {
        FirstRows {
            first: self.first,
            #[cfg(any(debug_assertions, feature = "checked"))]
            len: usize::MAX,
            rows: PhantomData,
        }
    }

    /// The entry, if it is in one of the first rows.
    ///
    /// # Safety
    ///
    /// As for [`Bases::parts`].
    #[inline(always)]
    pub(crate) unsafe fn first_entry<'a>(self, entry: EntryRef) -> Option<&'a Entry<K, V>> {
        // SAFETY: the caller's word.
        (entry.0 < self.split).then(|| unsafe { self.first() }.entry(entry))
    }
}
