//! The reads on the path of every lookup, without bounds checks, and a hint to the processor.

use std::marker::PhantomData;
use std::ops::Range;

use super::super::layout::{Entry, EntryRef, NodeRef};
use super::Row;

/// The words of one node, to read.
#[derive(Clone, Copy)]
pub(crate) struct NodeWords<'a> {
    first: *const u32,
    /// Words from the first one to the end of the region.
    #[cfg(any(debug_assertions, feature = "checked"))]
    left: usize,
    words: PhantomData<&'a [u32]>,
}

impl<'a> NodeWords<'a> {
    #[inline(always)]
    pub(in super::super) fn new(words: &'a [u32], node: NodeRef) -> Self {
        let at = node.0 as usize;
        if cfg!(feature = "checked") {
            assert!(at < words.len(), "{node} is out of bounds (A1)");
        }
        debug_assert!(at < words.len(), "{node} is out of bounds (A1)");
        NodeWords {
            first: words.as_ptr().wrapping_add(at),
            #[cfg(any(debug_assertions, feature = "checked"))]
            left: words.len() - at,
            words: PhantomData,
        }
    }

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

/// The word at an index within a node.
#[inline(always)]
pub(in super::super) fn word(words: &[u32], at: u32) -> u32 {
    if cfg!(feature = "checked") {
        return words[at as usize];
    }
    debug_assert!((at as usize) < words.len(), "word {at} is out of bounds (A1)");
    // SAFETY: contract 4 and 6.
    unsafe { *words.get_unchecked(at as usize) }
}

/// The entry in row `entry`.
#[inline(always)]
pub(in super::super) fn entry<K, V>(rows: &[Row<K, V>], entry: EntryRef) -> &Entry<K, V> {
    let at = entry.0 as usize;
    if cfg!(feature = "checked") {
        return rows[at].get().unwrap_or_else(|| unreachable!("{entry} is vacant (A2)"));
    }
    debug_assert!(rows.get(at).is_some_and(|row| !row.is_vacant()), "{entry} is vacant (A2)");
    // SAFETY: contract 5 and 6.
    unsafe { rows.get_unchecked(at).get_unchecked() }
}

/// Prefetches the slots of a node while its head is still loading. (Only the head tells which slot
/// will be read.) Those of a small node end within eight words, which may be in the next cache
/// line; a large one reaches into the line after that.
#[inline(always)]
pub(in super::super) fn prefetch(words: &[u32], node: NodeRef) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: a hint reads nothing, whatever the address.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let node = words.as_ptr().wrapping_add(node.0 as usize);
        _mm_prefetch::<_MM_HINT_T0>(node.wrapping_add(7).cast());
        _mm_prefetch::<_MM_HINT_T0>(node.wrapping_add(23).cast());
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = (words, node);
}
