//! Iterating over a borrowed dict, which cannot change meanwhile.

use std::iter::FusedIterator;
use std::slice;

use bitvec::slice::BitSlice;

use super::table::{Entry, Table};
use crate::object::value::Value;

/// The entries of a [`Dict`](super::Dict), in insertion order.
///
/// It iterates over runs of live entries. A dict without dead entries is one run.
#[derive(Clone)]
pub struct Iter<'a> {
    front: slice::Iter<'a, Entry>,
    middle: Middle<'a>,
    back: slice::Iter<'a, Entry>,
}

/// The entries between the front run and the back run.
#[derive(Clone, Default)]
struct Middle<'a> {
    entries: &'a [Entry],
    /// The bits of the dead entries. An entry without a bit is live.
    dead: &'a BitSlice,
    live: usize,
}

impl<'a> Iter<'a> {
    pub(super) fn new(table: &'a Table) -> Self {
        let (entries, dead) = table.entries();
        match dead {
            None => Iter { front: entries.iter(), middle: Middle::default(), back: [].iter() },
            Some(dead) => {
                let middle = Middle { entries, dead, live: table.len() };
                Iter { front: [].iter(), middle, back: [].iter() }
            }
        }
    }

    fn len_left(&self) -> usize {
        self.front.len() + self.middle.live + self.back.len()
    }

    /// Takes the next run from the front. By value, so that the iterator can stay in registers.
    #[cold]
    fn refilled(mut self) -> Self {
        self.front = match self.middle.live {
            0 => std::mem::take(&mut self.back),
            _ => self.middle.first_run().iter(),
        };
        self
    }

    /// Takes the next run from the back.
    #[cold]
    fn refilled_back(mut self) -> Self {
        self.back = match self.middle.live {
            0 => std::mem::take(&mut self.front),
            _ => self.middle.last_run().iter(),
        };
        self
    }
}

impl<'a> Middle<'a> {
    /// Takes the first run of live entries off. Skips the dead by a word of bits at a time.
    fn first_run(&mut self) -> &'a [Entry] {
        let skipped = self.dead.first_zero().unwrap_or(self.dead.len());
        let (entries, dead) = (&self.entries[skipped..], &self.dead[skipped..]);
        let run = dead.first_one().unwrap_or(entries.len());
        self.entries = &entries[run..];
        self.dead = dead.get(run..).unwrap_or_default();
        self.live -= run;
        &entries[..run]
    }

    /// Takes the last run of live entries off.
    fn last_run(&mut self) -> &'a [Entry] {
        if self.dead.len() == self.entries.len() {
            let kept = self.dead.last_zero().map_or(0, |last| last + 1);
            (self.entries, self.dead) = (&self.entries[..kept], &self.dead[..kept]);
        }
        let start = self.dead.last_one().map_or(0, |last| last + 1);
        let (entries, run) = self.entries.split_at(start);
        self.entries = entries;
        self.dead = &self.dead[..start];
        self.live -= run.len();
        run
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a Value, &'a Value);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.front.next() {
                return Some((&entry.key, &entry.value));
            }
            if self.middle.live == 0 && self.back.len() == 0 {
                return None;
            }
            *self = self.clone().refilled();
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len_left(), Some(self.len_left()))
    }

    fn count(self) -> usize {
        self.len_left()
    }

    fn fold<B, F: FnMut(B, Self::Item) -> B>(mut self, initial: B, mut f: F) -> B {
        let mut f = |folded, entry: &'a Entry| f(folded, (&entry.key, &entry.value));
        let mut folded = self.front.fold(initial, &mut f);
        while self.middle.live > 0 {
            folded = self.middle.first_run().iter().fold(folded, &mut f);
        }
        self.back.fold(folded, f)
    }
}

impl DoubleEndedIterator for Iter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.back.next_back() {
                return Some((&entry.key, &entry.value));
            }
            if self.middle.live == 0 && self.front.len() == 0 {
                return None;
            }
            *self = self.clone().refilled_back();
        }
    }
}

impl ExactSizeIterator for Iter<'_> {}
impl FusedIterator for Iter<'_> {}

macro_rules! half_of_iter {
    ($(#[$doc:meta])* $name:ident, $pick:tt) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name<'a>(pub(super) Iter<'a>);

        impl<'a> Iterator for $name<'a> {
            type Item = &'a Value;

            #[inline]
            fn next(&mut self) -> Option<Self::Item> {
                self.0.next().map(|pair| pair.$pick)
            }

            #[inline]
            fn size_hint(&self) -> (usize, Option<usize>) {
                self.0.size_hint()
            }

            fn fold<B, F: FnMut(B, Self::Item) -> B>(self, initial: B, mut f: F) -> B {
                self.0.fold(initial, |folded, pair| f(folded, pair.$pick))
            }
        }

        impl DoubleEndedIterator for $name<'_> {
            #[inline]
            fn next_back(&mut self) -> Option<Self::Item> {
                self.0.next_back().map(|pair| pair.$pick)
            }
        }

        impl ExactSizeIterator for $name<'_> {}
        impl FusedIterator for $name<'_> {}
    };
}

half_of_iter!(
    /// The keys of a [`Dict`](super::Dict), in insertion order.
    Keys,
    0
);
half_of_iter!(
    /// The values of a [`Dict`](super::Dict), in the insertion order of their keys.
    Values,
    1
);
