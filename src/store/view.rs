//! Reading a version.

mod hashed;

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::iter::FusedIterator;
use std::ops::ControlFlow;

use crate::arena::{Arena, Entry, EntryRef, NodeRef, Reader, Row};
use crate::trie::{self, EntryWalk, Part, Shape, fold};

use super::table::{NO_RUN, VersionRow};
use super::{Store, Version};

/// Entries from which on [`View::get_many`] interleaves its walks: below, the tree is in the cache,
/// and one walk after the other is faster.
const INTERLEAVE_FROM: usize = 1 << 19;

/// A version to read. Copy it freely; it borrows the store.
pub struct View<'a, K, V, S = super::DefaultHashBuilder> {
    pub(crate) arena: &'a Arena<K, V>,
    reader: Reader<'a, K, V>,
    hasher: &'a S,
    pub(crate) root: NodeRef,
    len: u32,
    run: u32,
    version: Version,
}

impl<K, V, S> Clone for View<'_, K, V, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, V, S> Copy for View<'_, K, V, S> {}

impl<'a, K, V, S> View<'a, K, V, S> {
    #[inline]
    pub(crate) fn new(store: &'a Store<K, V, S>, index: u32) -> Self {
        let row = store.table.get(index);
        View {
            arena: &store.arena,
            reader: store.arena.reader(),
            hasher: &store.hasher,
            root: row.root,
            len: row.len,
            run: row.run,
            version: store.table.handle(index),
        }
    }

    /// The version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The entries in CPython's order: by the folded hash, five bits at a time, low bits first;
    /// then by insertion among equal hashes.
    ///
    /// The iterator is a fixed array of eight frames and allocates nothing. Of a version made by
    /// [`bulk`](Store::bulk), and of the newest one after [`compact`](Store::compact), the entries
    /// stand in a row (but for a bulk build into rows that were freed in another order), and the
    /// iterator runs along it.
    pub fn iter(&self) -> Iter<'a, K, V> {
        Iter { left: self.len as usize, ..Iter::new(self.arena, self.root, self.run, self.len) }
    }

    /// The keys, in the order of [`iter`](View::iter).
    pub fn keys(&self) -> Keys<'a, K, V> {
        Keys(self.iter())
    }

    /// The values, in the order of [`iter`](View::iter).
    pub fn values(&self) -> Values<'a, K, V> {
        Values(self.iter())
    }

    /// The tree, node by node, as CPython sees it.
    pub fn shape(&self) -> Shape {
        trie::shape(self.arena, self.root, self.len())
    }

    /// The entry of a hash whose key `is_key` accepts: for callers with 32-bit hashes of their own.
    #[inline]
    pub fn get_hashed(&self, hash: u32, is_key: impl FnMut(&K) -> bool) -> Option<(&'a K, &'a V)> {
        let entry = trie::find(self.reader, self.root, hash, true, is_key)?;
        Some((&entry.key, &entry.value))
    }
}

impl<'a, K: fmt::Debug, V: fmt::Debug, S> View<'a, K, V, S> {
    /// The tree with keys and values, in the words and indentation of immutables'
    /// `Map.__dump__()`.
    pub fn dump(&self) -> impl fmt::Display + use<'a, K, V, S> {
        Dump(*self)
    }
}

struct Dump<'a, K, V, S>(View<'a, K, V, S>);

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Display for Dump<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "HAMT(len={}):", self.0.len)?;
        let arena = self.0.arena;
        trie::visit(arena, self.0.root, &mut |part| match part {
            Part::Node(node) => writeln!(f, "{node}"),
            Part::Label(Some(chunk), indent) => writeln!(f, "{:indent$}{chunk}::", ""),
            Part::Label(None, indent) => writeln!(f, "{:indent$}NULL:", ""),
            Part::Blank => writeln!(f),
            Part::Entry(entry, indent) => {
                let Entry { key, value, .. } = arena.entries.get(entry);
                writeln!(f, "{:indent$}{key:?}: {value:?}", "")
            }
        })
    }
}

impl<'a, K: Hash + Eq, V, S: BuildHasher> View<'a, K, V, S> {
    #[inline]
    fn entry<Q>(&self, key: &Q) -> Option<&'a Entry<K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let hash = fold(self.hasher.hash_one(key));
        let compare_hashes = trie::hash_decides::<K>();
        let is_key = |stored: &K| stored.borrow() == key;
        trie::find(self.reader, self.root, hash, compare_hashes, is_key)
    }

    /// The value of a key.
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<&'a V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The stored key and the value of a key.
    pub fn get_key_value<Q>(&self, key: &Q) -> Option<(&'a K, &'a V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entry(key).map(|entry| (&entry.key, &entry.value))
    }

    /// Whether there is such a key.
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.entry(key).is_some()
    }

    /// The values of many keys: sixteen walks at a time, each step of all before the next, so that
    /// their cache misses overlap. On maps larger than the cache this is several times faster than
    /// one [`get`](View::get) after the other.
    ///
    /// ```
    /// let mut store = hedgerow::Store::new();
    /// let squares = store.bulk((0..100u64).map(|n| (n, n * n)))?;
    /// let found = store.at(squares)?.get_many(&[7, 1000, 12]);
    /// assert_eq!(found, [Some(&49), None, Some(&144)]);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    pub fn get_many<Q>(&self, keys: &[Q]) -> Vec<Option<&'a V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq,
    {
        if self.len() < INTERLEAVE_FROM {
            return keys.iter().map(|key| self.get(key)).collect();
        }
        let mut values = Vec::with_capacity(keys.len());
        for group in keys.chunks(trie::LANES) {
            let mut hashes = [0; trie::LANES];
            for (hash, key) in hashes.iter_mut().zip(group) {
                *hash = fold(self.hasher.hash_one(key));
            }
            let is_key = |lane: usize, stored: &K| stored.borrow() == &group[lane];
            let found = trie::find_many(self.reader, self.root, &hashes[..group.len()], is_key);
            values.extend(found[..group.len()].iter().map(|entry| entry.map(|e| &e.value)));
        }
        values
    }
}

impl<'a, K, V, S> IntoIterator for View<'a, K, V, S> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<'a, K, V, S> IntoIterator for &View<'a, K, V, S> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for View<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

/// The entries of a version, in CPython's order.
pub struct Iter<'a, K, V> {
    left: usize,
    entries: &'a [Row<K, V>],
    source: Source<'a>,
    arena: &'a Arena<K, V>,
    root: NodeRef,
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Iter { source: self.source.clone(), ..*self }
    }
}

#[derive(Clone)]
enum Source<'a> {
    /// The entries stand in a row: those left are `Iter::entries`.
    Run,
    Tree(EntryWalk<'a>),
}

impl<'a, K, V> Iter<'a, K, V> {
    fn new(arena: &'a Arena<K, V>, root: NodeRef, run: u32, len: u32) -> Self {
        let rows = arena.entries.as_slice();
        let (entries, source) = if run == NO_RUN {
            (rows, Source::Tree(EntryWalk::new(&arena.words, root)))
        } else {
            (&rows[run as usize..][..len as usize], Source::Run)
        };
        Iter { left: len as usize, entries, source, arena, root }
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let entry = match &mut self.source {
            Source::Run => {
                let (Row::Occupied(entry), rest) = self.entries.split_first()? else {
                    unreachable!("A2: a run holds entries only");
                };
                self.entries = rest;
                entry
            }
            Source::Tree(walk) => self.arena.entries.get(walk.next_entry()?),
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

    /// O(1) where the entries stand in a row.
    fn nth(&mut self, n: usize) -> Option<Self::Item> {
        if matches!(self.source, Source::Run) {
            let skipped = n.min(self.left);
            self.entries = &self.entries[skipped..];
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
        // Recursion keeps its frames in registers; the iterator has to store them at every step.
        let mut folded = Some(initial);
        let arena = self.arena;
        let _ = trie::for_each_entry(&arena.words, self.root, &mut |entry: EntryRef| {
            let Entry { key, value, .. } = arena.entries.get(entry);
            folded = folded.take().map(|folded| f(folded, (key, value)));
            ControlFlow::<()>::Continue(())
        });
        folded.expect("put back at every step")
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {}
impl<K, V> FusedIterator for Iter<'_, K, V> {}

/// The keys of a version. See [`View::keys`].
pub struct Keys<'a, K, V>(Iter<'a, K, V>);

/// The values of a version. See [`View::values`].
pub struct Values<'a, K, V>(Iter<'a, K, V>);

macro_rules! half_of_iter {
    ($name:ident, $item:ident, $pick:tt) => {
        impl<K, V> Clone for $name<'_, K, V> {
            fn clone(&self) -> Self {
                $name(self.0.clone())
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

half_of_iter!(Keys, K, 0);
half_of_iter!(Values, V, 1);

/// Tests that a version's run is what the tree says.
pub(crate) fn check_run<K, V>(arena: &Arena<K, V>, row: &VersionRow) -> Result<(), String> {
    if row.run == NO_RUN {
        return Ok(());
    }
    let mut walk = EntryWalk::new(&arena.words, row.root);
    let expected = row.run..row.run + row.len;
    let found = std::iter::from_fn(|| walk.next_entry()).map(|entry| entry.0);
    if found.eq(expected) { Ok(()) } else { Err(format!("its entries are no run at {}", row.run)) }
}
