//! Entries of one hash that only one of two trees has.
//!
//! Two collision nodes of relatives may differ in a few of many entries. What they share is taken
//! out by sorting one of them, or where no memory is left, entry by entry.

use crate::arena::{EntryRef, TryPush, try_collect};

/// Entries of one hash that only one of two trees has, in insertion order.
#[derive(Clone)]
pub(crate) struct Group<'a> {
    words: std::slice::Iter<'a, u32>,
    /// Entries among those words that the other tree has too.
    shared: &'a [u32],
    len: usize,
}

impl<'a> Group<'a> {
    pub(super) fn of(words: &'a [u32]) -> Self {
        Group { words: words.iter(), shared: &[], len: words.len() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl Iterator for Group<'_> {
    type Item = EntryRef;

    #[inline]
    fn next(&mut self) -> Option<EntryRef> {
        loop {
            let &word = self.words.next()?;
            if self.shared.is_empty() || !self.shared.contains(&word) {
                self.len -= 1;
                return Some(EntryRef(word));
            }
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len, Some(self.len))
    }
}

impl ExactSizeIterator for Group<'_> {}

/// The entries of `all` that are not in `others`, in their order. They are written to `kept`, if
/// the allocator has the memory; else each step of the result looks for one.
pub(super) fn without<'a>(all: &'a [u32], others: &'a [u32], kept: &'a mut Vec<u32>) -> Group<'a> {
    // Relatives mostly agree on both ends; what is left between is short, or worth sorting.
    let front = all.iter().zip(others).take_while(|(a, b)| a == b).count();
    let (all, others) = (&all[front..], &others[front..]);
    let back = all.iter().rev().zip(others.iter().rev()).take_while(|(a, b)| a == b).count();
    let (all, others) = (&all[..all.len() - back], &others[..others.len() - back]);
    if all.is_empty() || others.is_empty() {
        return Group::of(all);
    }
    let Ok(mut sorted) = try_collect(others.iter().copied()) else {
        return filtered(all, others);
    };
    sorted.sort_unstable();
    let missing = all.iter().copied().filter(|entry| sorted.binary_search(entry).is_err());
    if kept.try_extend(missing).is_err() {
        return filtered(all, others);
    }
    Group::of(kept)
}

/// [`without`] where no memory is left.
#[cold]
fn filtered<'a>(all: &'a [u32], others: &'a [u32]) -> Group<'a> {
    let len = all.iter().filter(|entry| !others.contains(entry)).count();
    Group { words: all.iter(), shared: others, len }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_keeps_order_and_drops_what_is_shared() {
        let cases: [(&[u32], &[u32], &[u32]); 5] = [
            (&[1, 2, 3], &[1, 2, 3], &[]),
            (&[1, 5, 3], &[1, 3], &[5]),
            (&[4, 2, 9, 7], &[2, 4, 7], &[9]),
            (&[3, 1], &[], &[3, 1]),
            (&[], &[3], &[]),
        ];
        for (all, others, expected) in cases {
            let mut kept = Vec::new();
            for group in [filtered(all, others), without(all, others, &mut kept)] {
                assert_eq!(group.len(), expected.len());
                assert!(group.map(|entry| entry.0).eq(expected.iter().copied()));
            }
        }
    }
}
