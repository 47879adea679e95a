//! Building a version at once.

use std::hash::{BuildHasher, Hash};

use super::error::{Error, Resource, WithError};
use crate::arena::{Birth, Entry, EntryRef, NodeRef, TryPush, try_collect, with_room};
use crate::trie::{self, Sorted, order_key};

use super::table::{NO_ROW, NO_RUN, State, VersionRow};
use super::{Store, Version};

/// Builds of this many entries and more take words that follow each other.
const LARGE: usize = 1 << 14;

/// Keys and values for a version that is built at once: hashed, sorted in iteration order, and
/// without duplicates. It is made without a store, so the equality that finds duplicates may use
/// any store.
#[derive(Debug)]
pub struct Batch<K, V> {
    pairs: Vec<Option<(K, V)>>,
    /// Order key above, index in `pairs` below. Sorted.
    order: Vec<u64>,
}

/// Which of equal keys stays.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stays {
    First,
    Last,
}

impl<K, V> Batch<K, V> {
    /// Sorts pairs by their folded hashes. Of equal keys the last one stays, with its value, in the
    /// place of the first. `same(earlier, later)` compares keys of one hash.
    ///
    /// # Errors
    ///
    /// [`Error::Allocation`]; what `same` fails with.
    pub fn new<E>(
        items: impl IntoIterator<Item = (u32, K, V)>,
        same: impl FnMut(&K, &K) -> Result<bool, E>,
    ) -> Result<Self, WithError<E>> {
        Batch::sorted(items, Stays::Last, same)
    }

    /// [`new`](Batch::new), but of equal keys the first one stays, with its value: as in a set.
    ///
    /// # Errors
    ///
    /// As [`new`](Batch::new).
    ///
    /// ```
    /// use std::convert::Infallible;
    ///
    /// use hedgerow::host::{Batch, HostStore};
    ///
    /// let pairs = [(7, "a", 1), (9, "b", 2), (7, "a", 3)];
    /// let batch = Batch::keeping_first(pairs, |a, b| Ok::<_, Infallible>(a == b)).unwrap();
    /// let mut store = hedgerow::Store::new();
    /// let made = store.bulk_batch(batch)?;
    /// assert_eq!(store.at(made)?.iter().collect::<Vec<_>>(), [(&"a", &1), (&"b", &2)]);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    pub fn keeping_first<E>(
        items: impl IntoIterator<Item = (u32, K, V)>,
        same: impl FnMut(&K, &K) -> Result<bool, E>,
    ) -> Result<Self, WithError<E>> {
        Batch::sorted(items, Stays::First, same)
    }

    pub(crate) fn sorted<E>(
        items: impl IntoIterator<Item = (u32, K, V)>,
        stays: Stays,
        mut same: impl FnMut(&K, &K) -> Result<bool, E>,
    ) -> Result<Self, WithError<E>> {
        let mut batch = Batch::collected(items)?;
        batch.order.sort_unstable();
        batch.remove_duplicates(stays, &mut same).map_err(WithError::Caller)?;
        Ok(batch)
    }

    /// The pairs in the order in which they come.
    fn collected(items: impl IntoIterator<Item = (u32, K, V)>) -> Result<Self, Error> {
        let mut items = items.into_iter();
        // An iterator may claim any size: reserve a million at most.
        let expected = items.size_hint().0.min(1 << 20);
        let mut pairs = with_room(expected).map_err(Error::refused)?;
        let mut order = with_room(expected).map_err(Error::refused)?;
        let place = |hash, index: usize| u64::from(order_key(hash)) << 32 | index as u64;
        loop {
            // As many as there is room for, without a way out of the loop for each.
            let full = order.capacity().min(pairs.capacity());
            for (hash, key, value) in items.by_ref().take(full - pairs.len()) {
                order.push(place(hash, pairs.len()));
                pairs.push(Some((key, value)));
            }
            if pairs.len() < full {
                break;
            }
            let Some((hash, key, value)) = items.next() else { break };
            order.try_push(place(hash, pairs.len())).map_err(Error::refused)?;
            pairs.try_push(Some((key, value))).map_err(Error::refused)?;
        }
        Ok(Batch { pairs, order })
    }

    /// How many entries the version will have.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    fn remove_duplicates<E>(
        &mut self,
        stays: Stays,
        same: &mut impl FnMut(&K, &K) -> Result<bool, E>,
    ) -> Result<(), E> {
        let Batch { pairs, order } = self;
        let mut kept = 0;
        let mut from = 0;
        while from < order.len() {
            let hash = order[from] >> 32;
            let count = order[from..].iter().take_while(|&&key| key >> 32 == hash).count();
            let group = kept;
            for index in from..from + count {
                let key = order[index];
                match twin_of(pairs, &order[group..kept], key, same)? {
                    Some(_) if stays == Stays::First => pairs[index_of(key)] = None,
                    Some(earlier) => pairs[earlier] = pairs[index_of(key)].take(),
                    None => {
                        order[kept] = key;
                        kept += 1;
                    }
                }
            }
            from += count;
        }
        order.truncate(kept);
        Ok(())
    }
}

/// Index in the pairs of an element of `Batch::order`.
fn index_of(key: u64) -> usize {
    key as u32 as usize
}

/// Which of the `earlier` pairs has an equal key.
fn twin_of<K, V, E>(
    pairs: &[Option<(K, V)>],
    earlier: &[u64],
    later: u64,
    same: &mut impl FnMut(&K, &K) -> Result<bool, E>,
) -> Result<Option<usize>, E> {
    for index in earlier.iter().map(|&key| index_of(key)) {
        if let (Some((a, _)), Some((b, _))) = (&pairs[index], &pairs[index_of(later)])
            && same(a, b)?
        {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

impl<K: Hash + Eq, V, S: BuildHasher> Store<K, V, S> {
    /// A version of all the pairs, built at once: faster than inserting them one by one, in the
    /// words it needs and a 64th more, and with the entries in iteration order. Of equal keys, the
    /// last stays. The shape is that of inserting the pairs in their order.
    ///
    /// # Errors
    ///
    /// [`Error::Full`], [`Error::Allocation`].
    ///
    /// ```
    /// let mut store = hedgerow::Store::new();
    /// let squares = store.bulk((0..1000).map(|n| (n, n * n)))?;
    /// assert_eq!(store.at(squares)?.get(&12), Some(&144));
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    pub fn bulk<I: IntoIterator<Item = (K, V)>>(&mut self, items: I) -> Result<Version, Error> {
        let hashed = items.into_iter().map(|(key, value)| (self.key_hash(&key), key, value));
        let never_fails = |a: &K, b: &K| Ok::<bool, std::convert::Infallible>(a == b);
        let batch = match Batch::new(hashed, never_fails) {
            Ok(batch) => batch,
            Err(WithError::Store(error)) => return Err(error),
            Err(WithError::Caller(never)) => match never {},
        };
        self.build_batch(batch)
    }
}

impl<K, V, S> Store<K, V, S> {
    /// A version of the entries of a batch.
    pub(crate) fn build_batch(&mut self, batch: Batch<K, V>) -> Result<Version, Error> {
        if batch.is_empty() {
            return Ok(self.empty());
        }
        if batch.pairs.len() >= u32::MAX as usize {
            return Err(Error::Full { what: Resource::Entries, limit: u32::MAX as usize });
        }
        let sorted = try_collect(batch.order.iter().map(|&key| sorted(key)));
        let mut sorted = sorted.map_err(Error::refused)?;
        let size = trie::words_to_build(&sorted, 0);
        self.room_for_tree(size, sorted.len(), &mut [])?;
        // Consecutive rows iterate faster, and without reading the tree.
        let run = self.arena.entries.find_run(sorted.len());
        let mut pairs = batch.pairs;
        let stamp = self.take_stamp();
        let mut entry_of = |item: &Sorted| {
            let (key, value) = pairs[item.arrival as usize].take().expect("an index occurs once");
            Entry { birth: Birth::of(stamp), hash: trie::hash_of(item.order), key, value }
        };
        let entries = &mut self.arena.entries;
        if let Some(first) = run {
            let rows = first..first + sorted.len() as u32;
            let items = sorted.iter_mut().zip(rows);
            let filled = items.map(|(item, row)| {
                item.entry = EntryRef(row);
                entry_of(item)
            });
            entries.fill_run(first, filled);
        } else {
            for item in &mut sorted {
                item.entry = entries.alloc(entry_of(item));
            }
        }
        // Words that follow each other, too: if they are the last, the version goes as a whole.
        let words = &mut self.arena.words;
        let root = if sorted.len() >= LARGE {
            words.in_a_row(size, |words| trie::build(words, stamp, &sorted, 0))
        } else {
            trie::build(words, stamp, &sorted, 0)
        };
        Ok(self.commit_built(NO_ROW, root, (run.unwrap_or(NO_RUN), sorted.len()), stamp))
    }

    /// A new version of entries that stand in the arena, in words that are reserved.
    pub(crate) fn commit_sorted(&mut self, parent: u32, sorted: &[Sorted], stamp: u32) -> Version {
        let root = trie::build(&mut self.arena.words, stamp, sorted, 0);
        let first = sorted[0].entry.0;
        let rows = first..first + sorted.len() as u32;
        let is_run = rows.eq(sorted.iter().map(|item| item.entry.0))
            && self.arena.entries.are_together(first, sorted.len());
        let run = if is_run { first } else { NO_RUN };
        self.commit_built(parent, root, (run, sorted.len()), stamp)
    }

    /// A new version of a tree, with its run and length.
    fn commit_built(
        &mut self,
        parent: u32,
        root: NodeRef,
        (run, len): (u32, usize),
        stamp: u32,
    ) -> Version {
        let len = len as u32;
        let new = VersionRow { state: State::Live, root, len, stamp, run, ..VersionRow::VACANT };
        self.table.add(parent, new).1
    }
}

fn sorted(key: u64) -> Sorted {
    Sorted { order: (key >> 32) as u32, arrival: key as u32, entry: EntryRef(0) }
}

// With stress, compactions move what is live together all the time.
#[cfg(all(test, not(feature = "stress")))]
mod tests {
    use super::*;

    #[test]
    fn a_build_takes_the_rows_of_a_released_one() {
        for count in [2, 10, 63, 64, 65, 200, 1_000] {
            let mut store = Store::new();
            let build = |store: &mut Store<u32, u32>| {
                let made = store.bulk((0..count).map(|n| (n, n))).unwrap();
                store.check().unwrap();
                let row = store.table.find(made).unwrap().1;
                assert_ne!(row.run, NO_RUN, "{count} entries");
                made
            };
            let built: Vec<Version> = (0..8).map(|_| build(&mut store)).collect();
            for gone in [1, 6, 3] {
                store.release(built[gone]).unwrap();
            }
            for _ in 0..3 {
                let _ = build(&mut store);
            }
            let entries = &store.arena.entries;
            assert_eq!((entries.live_count(), entries.free_count()), (8 * count as usize, 0));
        }
    }
}
