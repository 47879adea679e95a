//! Reading a version.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::ops::{ControlFlow, Index};

use crate::arena::{Arena, Entry, EntryRef, FirstRows, NodeRef, Nodes, Reader, with_room};
use crate::trie::{self, DumpPart, Group, Groups, Shape, fold};

use super::error::Error;
use super::iter::{Iter, Keys, Values};
use super::table::VersionRow;
use super::version::Version;

/// Maps of this many entries and more interleave the walks of [`View::get_many`]. A smaller tree is
/// in the cache, and one walk after the other is faster.
const INTERLEAVE_FROM: usize = 1 << 19;

/// A version to read. Copy it freely; it borrows the store.
pub struct View<'a, K, V, S = super::DefaultHashBuilder> {
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
    pub(crate) fn new(
        arena: &'a Arena<K, V>,
        hasher: &'a S,
        row: &VersionRow,
        version: Version,
    ) -> Self {
        let VersionRow { root, len, run, .. } = *row;
        View { reader: arena.reader(), hasher, root, len, run, version }
    }

    /// Nodes, and entries, which a store has in one region.
    #[inline(always)]
    fn parts(&self) -> (Nodes<'a>, FirstRows<'a, K, V>) {
        (self.reader.nodes, self.reader.rows.first())
    }

    /// The version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The entries in CPython's order: by the folded hash, five bits at a time, low bits first;
    /// then by insertion among equal hashes.
    ///
    /// The iterator is a fixed array of eight frames and allocates nothing. Where the entries are a
    /// run, consecutive in memory, it reads along them. So it is for the newest version after
    /// [`compact`](crate::Store::compact), and for one made by [`bulk`](crate::Store::bulk), unless
    /// that reused rows that had been freed in another order.
    #[must_use]
    pub fn iter(&self) -> Iter<'a, K, V> {
        Iter::new(self.reader, self.root, self.run, self.len)
    }

    /// The keys, in the order of [`iter`](View::iter).
    #[must_use]
    pub fn keys(&self) -> Keys<'a, K, V> {
        Keys(self.iter())
    }

    /// The values, in the order of [`iter`](View::iter).
    #[must_use]
    pub fn values(&self) -> Values<'a, K, V> {
        Values(self.iter())
    }

    /// The tree, node by node, as CPython sees it.
    #[must_use]
    pub fn shape(&self) -> Shape {
        trie::shape(self.reader, self.root, self.len())
    }

    /// The entry of this folded hash whose key `is_key` accepts: for callers with 32-bit hashes of
    /// their own.
    #[inline]
    pub fn get_hashed(&self, hash: u32, is_key: impl FnMut(&K) -> bool) -> Option<(&'a K, &'a V)> {
        let entry = trie::find(self.parts(), self.root, hash, true, is_key)?;
        Some((&entry.key, &entry.value))
    }

    /// [`get_many`](View::get_many) for callers with 32-bit hashes of their own. Calls `found` with
    /// the index of each hash, in ascending order, and the entry whose key `is_key` accepts;
    /// `is_key` with the index of a hash and a stored key of that hash.
    ///
    /// ```
    /// use hedgerow::host::HostStore;
    ///
    /// let mut store = hedgerow::Store::new();
    /// let squares = store.bulk((0..100u64).map(|n| (n, n * n)))?;
    /// let wanted = [7, 1000, 12];
    /// let hashes = wanted.map(|key| store.hash_of(&key));
    /// let mut values = Vec::new();
    /// let view = store.at(squares)?;
    /// let push = |_, entry: Option<(&u64, &u64)>| values.push(entry.map(|(_, value)| *value));
    /// view.get_many_hashed(&hashes, |index, key| *key == wanted[index], push);
    /// assert_eq!(values, [Some(49), None, Some(144)]);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    pub fn get_many_hashed(
        &self,
        hashes: &[u32],
        mut is_key: impl FnMut(usize, &K) -> bool,
        mut found: impl FnMut(usize, Option<(&'a K, &'a V)>),
    ) {
        if self.len() < INTERLEAVE_FROM {
            for (index, &hash) in hashes.iter().enumerate() {
                found(index, self.get_hashed(hash, |key| is_key(index, key)));
            }
            return;
        }
        let mut first = 0;
        for group in hashes.chunks(trie::LANES) {
            let is_key = |lane: usize, key: &K| is_key(first + lane, key);
            let entries = trie::find_many(self.parts(), self.root, group, is_key);
            for (lane, entry) in entries[..group.len()].iter().enumerate() {
                found(first + lane, entry.map(|entry| (&entry.key, &entry.value)));
            }
            first += group.len();
        }
    }
}

impl<'a, K: fmt::Debug, V: fmt::Debug, S> View<'a, K, V, S> {
    /// The tree with keys and values, in the words and indentation of immutables'
    /// `Map.__dump__()`.
    #[must_use]
    pub fn dump(&self) -> impl fmt::Display + use<'a, K, V, S> {
        Dump(*self)
    }
}

struct Dump<'a, K, V, S>(View<'a, K, V, S>);

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Display for Dump<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "HAMT(len={}):", self.0.len)?;
        let reader = self.0.reader;
        trie::visit(reader, self.0.root, &mut |part| match part {
            DumpPart::Node(node) => writeln!(f, "{node}"),
            DumpPart::Label(Some(chunk), indent) => writeln!(f, "{:indent$}{chunk}::", ""),
            DumpPart::Label(None, indent) => writeln!(f, "{:indent$}NULL:", ""),
            DumpPart::Blank => writeln!(f),
            DumpPart::Entry(entry, indent) => {
                let Entry { key, value, .. } = reader.entry(entry);
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
        let compare_hashes = trie::hash_first::<K>();
        let is_key = |stored: &K| stored.borrow() == key;
        trie::find(self.parts(), self.root, hash, compare_hashes, is_key)
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

    /// The values of many keys. On maps of 524,288 entries and more it makes sixteen walks at a
    /// time, so that their cache misses overlap: several times faster than one [`get`](View::get)
    /// after the other.
    ///
    /// ```
    /// let mut store = hedgerow::Store::new();
    /// let squares = store.bulk((0..100u64).map(|n| (n, n * n)))?;
    /// let found = store.at(squares)?.get_many(&[7, 1000, 12]);
    /// assert_eq!(found, [Some(&49), None, Some(&144)]);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    ///
    /// As `collect` does, this ends the process where the allocator refuses the list.
    /// [`try_get_many`](View::try_get_many) does not.
    pub fn get_many<Q>(&self, keys: &[Q]) -> Vec<Option<&'a V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq,
    {
        let mut values = Vec::with_capacity(keys.len());
        self.find_many(keys, &mut values);
        values
    }

    /// [`get_many`](View::get_many) where memory may be refused.
    ///
    /// # Errors
    ///
    /// [`Error::Allocation`].
    pub fn try_get_many<Q>(&self, keys: &[Q]) -> Result<Vec<Option<&'a V>>, Error>
    where
        K: Borrow<Q>,
        Q: Hash + Eq,
    {
        let mut values = with_room(keys.len()).map_err(Error::refused)?;
        self.find_many(keys, &mut values);
        Ok(values)
    }

    /// Adds the values of many keys to a list that has room for them.
    fn find_many<Q>(&self, keys: &[Q], values: &mut Vec<Option<&'a V>>)
    where
        K: Borrow<Q>,
        Q: Hash + Eq,
    {
        if self.len() < INTERLEAVE_FROM {
            return values.extend(keys.iter().map(|key| self.get(key)));
        }
        for group in keys.chunks(trie::LANES) {
            let mut hashes = [0; trie::LANES];
            for (hash, key) in hashes.iter_mut().zip(group) {
                *hash = fold(self.hasher.hash_one(key));
            }
            let is_key = |lane: usize, stored: &K| stored.borrow() == &group[lane];
            let found = trie::find_many(self.parts(), self.root, &hashes[..group.len()], is_key);
            values.extend(found[..group.len()].iter().map(|entry| entry.map(|e| &e.value)));
        }
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

/// Equal keys with equal values. Views of one store are compared in O(what differs).
impl<K: Hash + Eq, V: PartialEq, S: BuildHasher> PartialEq for View<'_, K, V, S> {
    fn eq(&self, other: &Self) -> bool {
        if self.len() != other.len() {
            return false;
        }
        if !self.reader.nodes.are_of(other.reader.nodes) {
            return self.iter().all(|(key, value)| other.get(key) == Some(value));
        }
        trees_are_equal(self.reader, self.root, other.root)
    }
}

impl<K: Hash + Eq, V: Eq, S: BuildHasher> Eq for View<'_, K, V, S> {}

/// # Panics
///
/// If there is no such key, as a `HashMap` does.
impl<K, V, S, Q> Index<&Q> for View<'_, K, V, S>
where
    K: Hash + Eq + Borrow<Q>,
    S: BuildHasher,
    Q: Hash + Eq + ?Sized,
{
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("no entry found for key")
    }
}

/// Whether two trees of the same number of entries hold the same pairs.
pub(crate) fn trees_are_equal<K: Eq, V: PartialEq>(
    reader: Reader<'_, K, V>,
    left: NodeRef,
    right: NodeRef,
) -> bool {
    let mut groups = Groups(|_, left: Group<'_>, right: Group<'_>| {
        if group_is_equal(reader, left, right) {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    trie::differences(reader, left, right, &mut groups).is_continue()
}

/// Whether the entries of one hash are the same pairs on both sides.
fn group_is_equal<K: Eq, V: PartialEq>(
    reader: Reader<'_, K, V>,
    mut left: Group<'_>,
    right: Group<'_>,
) -> bool {
    let has_twin = |entry: EntryRef| {
        let a = reader.entry(entry);
        let mut others = right.clone().map(|other| reader.entry(other));
        others.any(|b| a.key == b.key && a.value == b.value)
    };
    left.len() == right.len() && left.all(has_twin)
}

#[cfg(test)]
mod tests {
    use super::INTERLEAVE_FROM;
    use crate::host::HostStore;
    use crate::store::Store;

    #[test]
    fn interleaved_walks_find_what_single_ones_do() {
        let mut store = Store::with_seed(1);
        let size = INTERLEAVE_FROM as u64;
        let version = store.bulk((0..size).map(|n| (n, n + 1))).unwrap();
        let view = store.at(version).unwrap();
        let keys: Vec<u64> = (0..1_003).map(|n| n * 1_741 % (2 * size)).collect();
        let hashes: Vec<u32> = keys.iter().map(|key| store.hash_of(key)).collect();
        let mut next = 0;
        view.get_many_hashed(
            &hashes,
            |index, key| *key == keys[index],
            |index, entry| {
                assert_eq!((index, entry.map(|e| e.1)), (next, view.get(&keys[next])));
                next += 1;
            },
        );
        assert_eq!(next, keys.len());
    }
}
