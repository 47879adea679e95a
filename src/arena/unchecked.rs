//! The reads on the path of every lookup, without bounds checks. The one module with `unsafe`.
//!
//! Three unchecked reads save about half of the time of a lookup in a map that fits into the cache
//! (`perf/notes/2026-11-21-unchecked-reads.md`), and nothing elsewhere, so all other reads and all
//! writes are checked. The fourth function prefetches: it saves a tenth of a lookup in a map that
//! does not fit.
//!
//! # Contract
//!
//! Every caller is in this crate; the references that it passes come from [`Words::alloc`],
//! [`Entries::alloc`] or [`Entries::push`], or were read from a slot that was written with one:
//!
//! 1. A `NodeRef` is the first word of a block below `Words::top`, or 0, and the words are
//!    initialised for [`WINDOW`] beyond `top` (A1).
//! 2. A word index lies within such a block: less than `WINDOW` words past a `NodeRef`, or within a
//!    collision node's count of entries.
//! 3. An `EntryRef` is the index of an occupied row (A2).
//! 4. Neither arena shrinks under a reference (A3): words are cut back only beyond `top + WINDOW`,
//!    and rows only where they were freed; compaction replaces both arenas and all references in
//!    one step, during which each reference is read in the arena that it is of.
//!
//! Debug builds assert each on every read. The feature `checked` makes the reads checked in release
//! builds as well, at the cost of the gain. [`Store::check`](crate::Store::check) walks everything,
//! and tests the bounds of every reference before it reads there.
//!
//! [`Words::alloc`]: super::Words::alloc
//! [`Entries::alloc`]: super::Entries::alloc
//! [`Entries::push`]: super::Entries::push
#![allow(unsafe_code, reason = "bounds checks are half of a lookup in a small map")]

use super::layout::{Entry, EntryRef, NodeRef, Row, WINDOW};

/// The [`WINDOW`] words from the first word of `node` on.
#[inline(always)]
pub(super) fn window(words: &[u32], node: NodeRef) -> &[u32; WINDOW] {
    let at = node.0 as usize;
    if cfg!(feature = "checked") {
        return words[at..].first_chunk().expect("A1");
    }
    debug_assert!(at + WINDOW <= words.len(), "{node} is out of bounds (A1)");
    // SAFETY: contract 1 and 4: `at + WINDOW` words are initialised, and `u32` has no alignment or
    // validity beyond that of the slice's own elements.
    unsafe { &*words.as_ptr().add(at).cast::<[u32; WINDOW]>() }
}

/// The word at an index within a block.
#[inline(always)]
pub(super) fn word(words: &[u32], at: u32) -> u32 {
    if cfg!(feature = "checked") {
        return words[at as usize];
    }
    debug_assert!((at as usize) < words.len(), "word {at} is out of bounds (A1)");
    // SAFETY: contract 2 and 4.
    unsafe { *words.get_unchecked(at as usize) }
}

/// The entry in row `entry`.
#[inline(always)]
pub(super) fn entry<K, V>(rows: &[Row<K, V>], entry: EntryRef) -> &Entry<K, V> {
    let at = entry.0 as usize;
    if cfg!(feature = "checked") {
        return match &rows[at] {
            Row::Occupied(found) => found,
            Row::Vacant => unreachable!("{entry} is vacant (A2)"),
        };
    }
    debug_assert!(matches!(rows.get(at), Some(Row::Occupied(_))), "{entry} is not in use (A2)");
    // SAFETY: contract 3 and 4: the row is in bounds.
    match unsafe { rows.get_unchecked(at) } {
        Row::Occupied(found) => found,
        // SAFETY: contract 3: the row is occupied.
        Row::Vacant => unsafe { std::hint::unreachable_unchecked() },
    }
}

/// Prefetches the slots of a node while its head is still loading. (Only the head tells which slot
/// will be read.) Those of a small node end within eight words, which may be in the next cache
/// line; a large one reaches into the line after that.
#[inline(always)]
pub(super) fn prefetch(words: &[u32], node: NodeRef) {
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
