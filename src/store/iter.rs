//! Iterating a version.

use std::fmt;
use std::iter::FusedIterator;
use std::ops::ControlFlow;

use crate::arena::{Entry, EntryRef, NodeRef, Reader};
use crate::trie::{self, EntryWalk};

use super::table::NO_RUN;

/// The entries of a version or a map, in CPython's order. See [`View::iter`](super::View::iter).
pub struct Iter<'a, K, V> {
    left: usize,
    /// Those left of a run.
    run: &'a [Entry<K, V>],
    source: Source<'a>,
    reader: Reader<'a, K, V>,
    root: NodeRef,
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Iter { source: self.source.clone(), ..*self }
    }
}

#[derive(Clone)]
enum Source<'a> {
    /// The entries are a run: those left are `Iter::run`.
    Run,
    Tree(EntryWalk<'a>),
}

/// Where the entries are that an [`Iter`] has left.
#[cfg(feature = "rayon")]
#[expect(clippy::large_enum_variant, reason = "it is as large as the iterator it is made of")]
pub(crate) enum Rest<'a, K, V> {
    Run(&'a [Entry<K, V>]),
    Tree(EntryWalk<'a>, Reader<'a, K, V>),
}

#[cfg(feature = "rayon")]
impl<K, V> Clone for Rest<'_, K, V> {
    fn clone(&self) -> Self {
        match self {
            Rest::Run(run) => Rest::Run(run),
            Rest::Tree(walk, reader) => Rest::Tree(walk.clone(), *reader),
        }
    }
}

impl<'a, K, V> Iter<'a, K, V> {
    pub(crate) fn new(reader: Reader<'a, K, V>, root: NodeRef, run: u32, len: u32) -> Self {
        let (run, source) = if run == NO_RUN {
            (&[][..], Source::Tree(EntryWalk::new(reader.nodes, root)))
        } else {
            (reader.rows.run(run, len), Source::Run)
        };
        Iter { left: len as usize, run, source, reader, root }
    }

    /// The entries that are left.
    #[cfg(feature = "rayon")]
    pub(crate) fn into_rest(self) -> Rest<'a, K, V> {
        match self.source {
            Source::Run => Rest::Run(self.run),
            Source::Tree(walk) => Rest::Tree(walk, self.reader),
        }
    }
}

impl<K, V> Iter<'_, K, V> {
    /// No entries.
    pub(crate) fn empty() -> Self {
        let (root, reader) = (NodeRef::NONE, Reader::nothing());
        Iter { left: 0, run: &[], source: Source::Run, reader, root }
    }
}

/// No entries.
impl<K, V> Default for Iter<'_, K, V> {
    fn default() -> Self {
        Iter::empty()
    }
}

/// The entries that are left.
impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Iter<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let entry = match &mut self.source {
            Source::Run => {
                let (entry, rest) = self.run.split_first()?;
                self.run = rest;
                entry
            }
            Source::Tree(walk) => self.reader.entry(walk.next_entry()?),
        };
        self.left -= 1;
        Some((&entry.key, &entry.value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }

    fn count(self) -> usize {
        self.left
    }

    /// O(1) where the entries are a run.
    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        if matches!(self.source, Source::Run) {
            let skipped = n.min(self.left);
            self.run = &self.run[skipped..];
            self.left -= skipped;
        } else {
            for _ in 0..n {
                self.next()?;
            }
        }
        self.next()
    }

    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, initial: B, mut f: F) -> B {
        let untouched = matches!(&self.source, Source::Tree(walk) if walk.is_fresh(self.root));
        if !untouched {
            let mut this = self;
            let mut folded = initial;
            for item in this.by_ref() {
                folded = f(folded, item);
            }
            return folded;
        }
        // Recursion keeps the current frame in registers; the iterator stores it at every step.
        let mut folded = Some(initial);
        let reader = self.reader;
        let _ = trie::for_each_entry(reader.nodes, self.root, &mut |entry: EntryRef| {
            let Entry { key, value, .. } = reader.entry(entry);
            folded = folded.take().map(|folded| f(folded, (key, value)));
            ControlFlow::<()>::Continue(())
        });
        folded.expect("put back at every step")
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {}
impl<K, V> FusedIterator for Iter<'_, K, V> {}

/// The keys of a version or a map, or the elements of a set. See
/// [`View::keys`](super::View::keys).
pub struct Keys<'a, K, V>(pub(super) Iter<'a, K, V>);

/// The values of a version or a map. See [`View::values`](super::View::values).
pub struct Values<'a, K, V>(pub(super) Iter<'a, K, V>);

macro_rules! half_of_iter {
    ($name:ident, $item:ident, $pick:tt, [$($bounds:tt)*]) => {
        impl<'a, K, V> $name<'a, K, V> {
            pub(crate) fn of(entries: Iter<'a, K, V>) -> Self {
                $name(entries)
            }
        }

        impl<K, V> Clone for $name<'_, K, V> {
            fn clone(&self) -> Self {
                $name(self.0.clone())
            }
        }

        /// None.
        impl<K, V> Default for $name<'_, K, V> {
            fn default() -> Self {
                $name(Iter::empty())
            }
        }

        /// Those that are left.
        impl<$($bounds)*> fmt::Debug for $name<'_, K, V> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.clone()).finish()
            }
        }

        impl<'a, K, V> Iterator for $name<'a, K, V> {
            type Item = &'a $item;

            #[inline]
            fn next(&mut self) -> Option<Self::Item> {
                self.0.next().map(|pair| pair.$pick)
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                self.0.size_hint()
            }

            fn nth(&mut self, n: usize) -> Option<Self::Item> {
                self.0.nth(n).map(|pair| pair.$pick)
            }

            fn fold<B, F: FnMut(B, Self::Item) -> B>(self, initial: B, mut f: F) -> B {
                self.0.fold(initial, |folded, pair| f(folded, pair.$pick))
            }
        }

        impl<K, V> ExactSizeIterator for $name<'_, K, V> {}
        impl<K, V> FusedIterator for $name<'_, K, V> {}
    };
}

half_of_iter!(Keys, K, 0, [K: fmt::Debug, V]);
half_of_iter!(Values, V, 1, [K, V: fmt::Debug]);
