//! Reading nodes and entries, without bounds checks, and a hint to the processor.
//!
//! What is here holds addresses, not slices: beside what one reads, another thread may be writing
//! what no version holds yet.

use std::marker::PhantomData;
use std::ops::Range;

use super::super::layout::{Birth, Entry, EntryRef, NodeRef};
use super::{Region, Row};

/// The words of all nodes, to read.
pub(crate) struct Nodes<'a> {
    pub(super) first: *const u32,
    #[cfg(any(debug_assertions, feature = "checked"))]
    pub(super) len: usize,
    pub(super) words: PhantomData<&'a [u32]>,
}

/// The rows of all entries, to read.
pub(crate) struct Rows<'a, K, V> {
    pub(super) first: FirstRows<'a, K, V>,
    /// Rows below this one are among the first.
    pub(super) split: u32,
    /// The others, last ones first.
    pub(super) more: &'a [RowsFrom<K, V>],
}

/// The rows of all entries, if they are in one region; or those that are in the first.
pub(crate) struct FirstRows<'a, K, V> {
    pub(super) first: *const Row<K, V>,
    #[cfg(any(debug_assertions, feature = "checked"))]
    pub(super) len: usize,
    pub(super) rows: PhantomData<&'a [Row<K, V>]>,
}

/// The rows from one on.
pub(crate) struct RowsFrom<K, V> {
    start: u32,
    first: *const Row<K, V>,
}

/// Where entries are read.
pub(crate) trait ReadRows<'a, K: 'a, V: 'a>: Copy {
    /// The entry in a row.
    fn entry(self, entry: EntryRef) -> &'a Entry<K, V>;
}

/// The words of one node, to read.
#[derive(Clone, Copy)]
pub(crate) struct NodeWords<'a> {
    first: *const u32,
    /// Words from the first one to the end of the region.
    #[cfg(any(debug_assertions, feature = "checked"))]
    left: usize,
    words: PhantomData<&'a [u32]>,
}

impl Clone for Nodes<'_> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl Copy for Nodes<'_> {}

impl<K, V> Clone for Rows<'_, K, V> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for Rows<'_, K, V> {}

impl<K, V> Clone for FirstRows<'_, K, V> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for FirstRows<'_, K, V> {}

// SAFETY: they read as references to slices do.
unsafe impl Send for Nodes<'_> {}
// SAFETY: as above.
unsafe impl Sync for Nodes<'_> {}
// SAFETY: as above; who has the rows has references to keys and values.
unsafe impl<K: Sync, V: Sync> Send for FirstRows<'_, K, V> {}
// SAFETY: as above.
unsafe impl<K: Sync, V: Sync> Sync for FirstRows<'_, K, V> {}
// SAFETY: an address; what reads there is `Rows`.
unsafe impl<K, V> Send for RowsFrom<K, V> {}
// SAFETY: as above.
unsafe impl<K: Sync, V: Sync> Sync for RowsFrom<K, V> {}

impl<'a> Nodes<'a> {
    #[inline(always)]
    pub(in super::super) fn of(words: &'a Region<u32>) -> Self {
        Nodes {
            first: words.base(),
            #[cfg(any(debug_assertions, feature = "checked"))]
            len: words.len(),
            words: PhantomData,
        }
    }

    /// Whether these are the words of the same arena.
    pub(crate) fn are_of(self, other: Self) -> bool {
        std::ptr::eq(self.first, other.first)
    }

    /// The words of a node.
    #[inline(always)]
    pub(crate) fn node(self, node: NodeRef) -> NodeWords<'a> {
        let at = node.0 as usize;
        #[cfg(any(debug_assertions, feature = "checked"))]
        assert!(at < self.len, "{node} is out of bounds (A1)");
        NodeWords {
            first: self.first.wrapping_add(at),
            #[cfg(any(debug_assertions, feature = "checked"))]
            left: self.len - at,
            words: PhantomData,
        }
    }

    /// The word at an index within a node.
    #[inline(always)]
    pub(crate) fn word(self, at: u32) -> u32 {
        #[cfg(any(debug_assertions, feature = "checked"))]
        assert!((at as usize) < self.len, "word {at} is out of bounds (A1)");
        // SAFETY: contract 4 and 6.
        unsafe { self.first.add(at as usize).read() }
    }

    /// The words at these indices within one node.
    #[inline(always)]
    pub(crate) fn slice(self, at: u32, count: usize) -> &'a [u32] {
        #[cfg(any(debug_assertions, feature = "checked"))]
        assert!((at as usize).saturating_add(count) <= self.len, "words from {at} on (A1)");
        // SAFETY: contract 4 and 6.
        unsafe { std::slice::from_raw_parts(self.first.wrapping_add(at as usize), count) }
    }

    /// Prefetches the slots of a node while its head is still loading. (Only the head tells which
    /// slot will be read.) Those of a small node end within eight words, which may be in the next
    /// cache line; a large one reaches into the line after that.
    #[inline(always)]
    pub(crate) fn prefetch(self, node: NodeRef) {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        // SAFETY: a hint reads nothing, whatever the address.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            let node = self.first.wrapping_add(node.0 as usize);
            _mm_prefetch::<_MM_HINT_T0>(node.wrapping_add(7).cast());
            _mm_prefetch::<_MM_HINT_T0>(node.wrapping_add(23).cast());
        }
        #[cfg(not(all(target_arch = "x86_64", not(miri))))]
        let _ = node;
    }
}

impl<'a> NodeWords<'a> {
    /// The word at an offset within the node.
    #[inline(always)]
    pub(crate) fn word(self, offset: usize) -> u32 {
        #[cfg(any(debug_assertions, feature = "checked"))]
        assert!(offset < self.left, "word {offset} of a node is out of bounds (A1)");
        // SAFETY: contract 4 and 6.
        unsafe { self.first.add(offset).read() }
    }

    /// The words at these offsets within the node.
    #[inline(always)]
    pub(crate) fn slice(self, offsets: Range<usize>) -> &'a [u32] {
        #[cfg(any(debug_assertions, feature = "checked"))]
        assert!(offsets.start <= offsets.end && offsets.end <= self.left, "{offsets:?} (A1)");
        let count = offsets.end - offsets.start;
        // SAFETY: contract 4 and 6.
        unsafe { std::slice::from_raw_parts(self.first.add(offsets.start), count) }
    }
}

impl<'a, K, V> FirstRows<'a, K, V> {
    #[inline(always)]
    fn of(rows: &'a Region<Row<K, V>>) -> Self {
        FirstRows {
            first: rows.base(),
            #[cfg(any(debug_assertions, feature = "checked"))]
            len: rows.len(),
            rows: PhantomData,
        }
    }
}

impl<'a, K, V> ReadRows<'a, K, V> for FirstRows<'a, K, V> {
    #[inline(always)]
    fn entry(self, entry: EntryRef) -> &'a Entry<K, V> {
        #[cfg(any(debug_assertions, feature = "checked"))]
        assert!((entry.0 as usize) < self.len, "{entry} is out of bounds (A2)");
        // SAFETY: contract 5 and 6: there is such a row.
        let row = unsafe { &*self.first.add(entry.0 as usize) };
        #[cfg(any(debug_assertions, feature = "checked"))]
        assert!(!row.is_vacant(), "{entry} is vacant (A2)");
        // SAFETY: contract 5 and 6: it is occupied.
        unsafe { row.get_unchecked() }
    }
}

impl Nodes<'_> {
    /// No nodes.
    pub(in super::super) fn none() -> Self {
        Nodes {
            first: std::ptr::null(),
            #[cfg(any(debug_assertions, feature = "checked"))]
            len: 0,
            words: PhantomData,
        }
    }
}

impl<K, V> Rows<'_, K, V> {
    /// No rows.
    pub(in super::super) fn none() -> Self {
        let first = FirstRows {
            first: std::ptr::null(),
            #[cfg(any(debug_assertions, feature = "checked"))]
            len: 0,
            rows: PhantomData,
        };
        Rows { first, split: u32::MAX, more: &[] }
    }
}

impl<K, V> RowsFrom<K, V> {
    /// The rows of a region, the first of which has this index.
    pub(in super::super) fn of(start: u32, rows: &Region<Row<K, V>>) -> Self {
        RowsFrom { start, first: rows.base() }
    }
}

impl<'a, K, V> Rows<'a, K, V> {
    /// The rows of a region, which are those below `split`, and those that follow them, last ones
    /// first.
    #[inline(always)]
    pub(in super::super) fn of(
        first: &'a Region<Row<K, V>>,
        split: u32,
        more: &'a [RowsFrom<K, V>],
    ) -> Self {
        Rows { first: FirstRows::of(first), split, more }
    }

    /// The rows of the first region.
    #[inline(always)]
    pub(crate) fn first(self) -> FirstRows<'a, K, V> {
        self.first
    }

    /// Where the row of an index is.
    #[inline(always)]
    fn address(self, at: u32) -> *const Row<K, V> {
        if at < self.split {
            return self.first.first.wrapping_add(at as usize);
        }
        Self::address_among(self.more, at)
    }

    #[cold]
    #[inline(never)]
    fn address_among(more: &[RowsFrom<K, V>], at: u32) -> *const Row<K, V> {
        let part = more.iter().find(|part| part.start <= at);
        part.map_or(std::ptr::null(), |part| part.first.wrapping_add((at - part.start) as usize))
    }

    /// The folded hash of an entry, whose value another thread may be changing.
    #[inline(always)]
    pub(crate) fn hash(self, entry: EntryRef) -> u32 {
        let entry = self.address(entry.0).cast::<Entry<K, V>>();
        // SAFETY: contract 3, 5 and 6: it is occupied; no reference to the whole is made.
        unsafe { (&raw const (*entry).hash).read() }
    }

    /// The birth of an entry, whose value another thread may be changing.
    #[inline(always)]
    pub(crate) fn birth(self, entry: EntryRef) -> &'a Birth {
        let entry = self.address(entry.0).cast::<Entry<K, V>>();
        // SAFETY: as above.
        unsafe { &(*entry).birth }
    }

    /// The key of an entry, and its value to be changed.
    ///
    /// # Safety
    ///
    /// Nobody else has a reference to the value as long as this one is used.
    #[inline(always)]
    pub(crate) unsafe fn entry_mut(self, entry: EntryRef) -> (&'a K, &'a mut V) {
        let entry = self.address(entry.0).cast::<Entry<K, V>>().cast_mut();
        // SAFETY: contract 3, 5 and 6: it is occupied; and the caller's word.
        unsafe { (&(*entry).key, &mut (*entry).value) }
    }

    /// The entries of a run: consecutive in one region, and all occupied.
    #[inline(always)]
    pub(crate) fn run(self, first: u32, count: u32) -> &'a [Entry<K, V>] {
        let first = self.address(first).cast::<Entry<K, V>>();
        // SAFETY: contract 3, 5 and 6: a row that is occupied is its entry.
        let run = unsafe { std::slice::from_raw_parts(first, count as usize) };
        debug_assert!(run.iter().all(|entry| entry.birth.get() != 0), "a run is vacant (A2)");
        run
    }
}

impl<'a, K, V> ReadRows<'a, K, V> for Rows<'a, K, V> {
    #[inline(always)]
    fn entry(self, entry: EntryRef) -> &'a Entry<K, V> {
        if entry.0 < self.split {
            return self.first.entry(entry);
        }
        // SAFETY: contract 5 and 6: there is such a row.
        let row = unsafe { &*self.address(entry.0) };
        #[cfg(any(debug_assertions, feature = "checked"))]
        assert!(!row.is_vacant(), "{entry} is vacant (A2)");
        // SAFETY: contract 5 and 6: it is occupied.
        unsafe { row.get_unchecked() }
    }
}

impl<K, V> Clone for RowsFrom<K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V> Copy for RowsFrom<K, V> {}

impl<K, V> PartialEq for RowsFrom<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.start == other.start && std::ptr::eq(self.first, other.first)
    }
}
