//! The reads on the path of every lookup. The one place where `unsafe` may stand.

use super::{Entry, EntryRef, NodeRef, Row, WINDOW};

/// The [`WINDOW`] words from the first word of `node` on.
#[inline(always)]
pub(super) fn window(words: &[u32], node: NodeRef) -> &[u32; WINDOW] {
    words[node.0 as usize..].first_chunk().expect("A1")
}

/// The word at an index within a block.
#[inline(always)]
pub(super) fn word(words: &[u32], at: u32) -> u32 {
    words[at as usize]
}

/// The entry in row `entry`.
#[inline(always)]
pub(super) fn entry<K, V>(rows: &[Row<K, V>], entry: EntryRef) -> &Entry<K, V> {
    match &rows[entry.0 as usize] {
        Row::Occupied(found) => found,
        Row::Vacant { .. } => unreachable!("A2"),
    }
}
