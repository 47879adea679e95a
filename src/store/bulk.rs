//! Building a version at once.

use std::hash::{BuildHasher, Hash};
use std::num::NonZeroU32;

use crate::arena::{Entry, EntryRef};
use crate::error::{Error, Resource};
use crate::trie::{self, Sorted, order_key};

use super::table::{NO_RUN, NO_SLOT, NewVersion, State};
use super::{Store, Version};

/// Keys and values on their way into a store: hashed, sorted in iteration order, and without
/// duplicates. Made without a store, so the equality that looks for duplicates may do as it likes.
#[derive(Debug)]
pub struct Batch<K, V> {
    pairs: Vec<Option<(K, V)>>,
    /// Order key above, index in `pairs` below. Sorted.
    order: Vec<u64>,
}

impl<K, V> Batch<K, V> {
    /// Sorts pairs by their folded hashes. Of keys that `same` calls equal, the last one stays,
    /// with its value, in the place of the first. `same` is asked for keys of one hash only, as
    /// `same(earlier, later)`.
    ///
    /// # Errors
    ///
    /// What `same` fails with.
    pub fn new<E>(
        items: impl IntoIterator<Item = (u32, K, V)>,
        mut same: impl FnMut(&K, &K) -> Result<bool, E>,
    ) -> Result<Self, E> {
        let items = items.into_iter();
        let mut pairs = Vec::with_capacity(items.size_hint().0);
        let mut order = Vec::with_capacity(items.size_hint().0);
        for (hash, key, value) in items {
            order.push(u64::from(order_key(hash)) << 32 | pairs.len() as u64);
            pairs.push(Some((key, value)));
        }
        order.sort_unstable();
        let mut batch = Batch { pairs, order };
        batch.remove_duplicates(&mut same)?;
        Ok(batch)
    }

    /// How many entries the version will have.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    fn remove_duplicates<E>(
        &mut self,
        same: &mut impl FnMut(&K, &K) -> Result<bool, E>,
    ) -> Result<(), E> {
        let Batch { pairs, order } = self;
        let mut kept: Vec<u64> = Vec::new();
        let mut from = 0;
        // Nothing is copied until there is a duplicate.
        while from < order.len() {
            let hash = order[from] >> 32;
            let count = order[from..].iter().take_while(|&&key| key >> 32 == hash).count();
            let first_kept = kept.len();
            for &key in &order[from..from + count] {
                let later = pairs[key as u32 as usize].take();
                let mut equal = None;
                for &earlier in &kept[first_kept..] {
                    let stored = &pairs[earlier as u32 as usize];
                    let (Some((a, _)), Some((b, _))) = (stored, &later) else { continue };
                    if same(a, b)? {
                        equal = Some(earlier);
                        break;
                    }
                }
                pairs[equal.unwrap_or(key) as u32 as usize] = later;
                if equal.is_none() {
                    kept.push(key);
                }
            }
            from += count;
        }
        *order = kept;
        Ok(())
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Store<K, V, S> {
    /// A version of all the pairs, built at once: several times faster than inserting them one by
    /// one, in exactly the words it needs, and with the entries in iteration order. Of equal keys,
    /// the last stays. The shape is that of inserting the pairs in their order.
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
        let hashed = items.into_iter().map(|(key, value)| (self.hash_of(&key), key, value));
        let never_fails = |a: &K, b: &K| Ok::<bool, std::convert::Infallible>(a == b);
        let batch = match Batch::new(hashed, never_fails) {
            Ok(batch) => batch,
            Err(never) => match never {},
        };
        self.bulk_batch(batch)
    }
}

impl<K, V, S> Store<K, V, S> {
    /// A version of the entries of a batch: what [`bulk`](Store::bulk) does when the keys' hashes
    /// are the caller's own, or their equality can fail.
    ///
    /// # Errors
    ///
    /// [`Error::Full`], [`Error::Allocation`]. The batch is dropped.
    pub fn bulk_batch(&mut self, batch: Batch<K, V>) -> Result<Version, Error> {
        if batch.is_empty() {
            return Ok(self.empty());
        }
        if batch.pairs.len() >= u32::MAX as usize {
            return Err(Error::Full { what: Resource::Entries, limit: u32::MAX as usize });
        }
        let mut sorted: Vec<Sorted> = batch.order.iter().map(|&key| sorted(key)).collect();
        self.reserve_version()?;
        self.reserve_tree(trie::words_to_build(&sorted, 0), sorted.len())?;
        // Rows that were freed are used if they suffice; else new rows, which iterate faster.
        let entries = &mut self.arena.entries;
        let reuse =
            entries.free_count() >= sorted.len() || entries.reserve_rows(sorted.len()).is_err();
        let mut pairs = batch.pairs;
        let stamp = self.take_stamp();
        let birth = NonZeroU32::new(stamp).expect("stamps start at 1");
        for item in &mut sorted {
            let (key, value) = pairs[item.arrival as usize].take().expect("an index stands once");
            let entry = Entry { birth, hash: trie::hash_of(item.order), key, value };
            item.entry = if reuse {
                self.arena.entries.alloc(entry)
            } else {
                self.arena.entries.push(entry)
            };
        }
        Ok(self.commit_sorted(NO_SLOT, &sorted, stamp))
    }

    /// A new version of entries that stand in the arena, in words that are reserved.
    pub(super) fn commit_sorted(&mut self, parent: u32, sorted: &[Sorted], stamp: u32) -> Version {
        let root = trie::build(&mut self.arena.words, stamp, sorted, 0);
        let first = sorted[0].entry.0;
        let rows = first..first + sorted.len() as u32;
        let is_run = rows.eq(sorted.iter().map(|item| item.entry.0));
        let run = if is_run { first } else { NO_RUN };
        let len = sorted.len() as u32;
        let new = NewVersion { run, ..NewVersion::plain(State::Live, root, len, stamp) };
        let slot = self.table.add(parent, new);
        self.table.handle(slot)
    }
}

fn sorted(key: u64) -> Sorted {
    Sorted { order: (key >> 32) as u32, arrival: key as u32, entry: EntryRef(0) }
}
