//! Layer 3: many versions of a map in one arena.
//!
//! Every commit takes the next **birth stamp**, and every node and entry carries the stamp of the
//! version that made it. Nothing is reference counted, so an insert touches its path and nothing
//! else. What dies with a version is found by comparing it with its live neighbours in the
//! [version table](table): see [`release`].

mod bulk;
mod compact;
mod edit;
mod forest;
mod hasher;
mod merge;
pub(crate) mod relate;
mod release;
mod reserve;
mod settings;
pub(crate) mod table;
mod traits;
pub(crate) mod update;
mod vacancy;
mod version;
mod view;

#[cfg(feature = "serde")]
mod serialize;

use crate::arena::Arena;
use crate::error::{Corruption, Error};
use crate::trie::{self, Reached, Replaced};

pub use bulk::Batch;
pub use compact::Compaction;
pub use edit::Edit;
pub use hasher::DefaultHashBuilder;
pub use merge::Conflict;
pub use relate::{Change, Sharing};
pub use settings::{Limits, Stats};
pub use version::Version;
pub use view::{Iter, Keys, Values, View};

use release::ToFree;
use table::{EMPTY_ROW, VersionTable};

/// Stamps are kept in 31 bits: the 32nd of a node's first word is its kind.
const MAX_STAMP: u32 = (1 << 31) - 1;

/// Many immutable versions of a hash map, side by side in one arena.
///
/// A version is a [`Version`]: a handle to be copied about, and released when it is no longer
/// needed. An update makes a new version that shares all but one path with the old one.
///
/// | operation | cost (n entries, d <= 8 nodes on a path) |
/// | --- | --- |
/// | [`at`](Store::at), [`View::get`] | O(d), no allocation |
/// | [`insert`](Store::insert), [`remove`](Store::remove) | O(d) blocks of up to 36 words copied |
/// | [`edit`](Store::edit), its updates | as above, but only the first time it comes by a node |
/// | [`bulk`](Store::bulk) | O(n log n) |
/// | [`release`](Store::release) | O(what dies), and one walk down the path it differs in |
/// | [`forget`](Store::forget) | O(1) |
/// | [`compact`](Store::compact) | O(all that is live) |
/// | [`equal`](Store::equal), [`diff`](Store::diff) and the like | O(what differs), for relatives |
///
/// An entry takes 24 bytes for two words of key and value, and 8 to 12 for its share of the nodes.
///
/// Reading takes `&self`: threads may read one store at once. `K` and `V` are dropped when the last
/// version that holds them is released, and are never cloned by an update.
pub struct Store<K, V, S = DefaultHashBuilder> {
    pub(crate) arena: Arena<K, V>,
    pub(crate) table: VersionTable,
    pub(crate) hasher: S,
    /// The stamp of the next version.
    pub(crate) next_stamp: u32,
    pub(crate) max_stamp: u32,
    /// Compactions so far: handles of nodes and entries are good within one epoch.
    pub(crate) epoch: u64,
    /// Versions were forgotten since the last compaction, so the arena holds garbage.
    forgotten: usize,
    auto_compact: bool,
    /// Scratch of release, kept for its capacity.
    to_free: ToFree,
    /// Scratch of edits.
    replaced: Replaced,
}

impl<K, V> Store<K, V> {
    /// An empty store with a randomly seeded hasher. See [`DefaultHashBuilder`] for what it does
    /// against keys chosen to collide.
    pub fn new() -> Self {
        Store::with_hasher(DefaultHashBuilder::default())
    }

    /// An empty store whose hasher has this seed: the same order in every run.
    pub fn with_seed(seed: u64) -> Self {
        Store::with_hasher(DefaultHashBuilder::with_seed(seed))
    }
}

impl<K, V, S> Store<K, V, S> {
    /// An empty store with a hasher of your own. Its 64-bit hashes are [folded](fold) to 32 bits as
    /// CPython does; callers with 32-bit hashes of their own use the `_with` methods.
    pub fn with_hasher(hasher: S) -> Self {
        Store {
            arena: Arena::new(),
            table: VersionTable::new(),
            hasher,
            next_stamp: 1,
            max_stamp: MAX_STAMP,
            epoch: 0,
            forgotten: 0,
            auto_compact: true,
            to_free: ToFree::default(),
            replaced: Replaced::default(),
        }
    }

    /// The empty version: always the same, and permanent. Releasing it does nothing.
    pub fn empty(&self) -> Version {
        self.table.handle(EMPTY_ROW)
    }

    /// A view to read a version by.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`]; [`Error::WrongState`] for an open edit.
    #[inline]
    pub fn at(&self, version: Version) -> Result<View<'_, K, V, S>, Error> {
        Ok(View::new(self, self.table.resolve(version)?))
    }

    /// How many entries a version has.
    ///
    /// # Errors
    ///
    /// As [`at`](Store::at).
    pub fn len(&self, version: Version) -> Result<usize, Error> {
        Ok(self.table.get(self.table.resolve(version)?).len as usize)
    }

    /// Whether a version has no entries.
    ///
    /// # Errors
    ///
    /// As [`at`](Store::at).
    pub fn is_empty(&self, version: Version) -> Result<bool, Error> {
        Ok(self.len(version)? == 0)
    }

    /// Whether the handle is that of a version that can be used.
    pub fn contains(&self, version: Version) -> bool {
        self.table.resolve(version).is_ok()
    }

    /// The committed versions that were not released, newest first, without the empty one.
    pub fn versions(&self) -> impl Iterator<Item = Version> {
        let mut rows: Vec<u32> = self.table.holders().collect();
        rows.retain(|&index| self.table.resolve(self.table.handle(index)).is_ok());
        rows.sort_by_key(|&index| std::cmp::Reverse(self.table.get(index).stamp));
        rows.into_iter().map(|index| self.table.handle(index))
    }

    /// Walks all versions and tests every invariant of the store: that words and entries allocated
    /// are those that live versions reach, that every key stands where its hash leads, and so on.
    /// O(everything); for tests, and for doubts.
    ///
    /// # Errors
    ///
    /// What is wrong: a bug of this crate.
    pub fn check(&self) -> Result<(), Corruption> {
        self.check_all().map_err(|what| Corruption { what })
    }

    fn check_all(&self) -> Result<(), String> {
        self.table.check()?;
        let mut reached = Reached::default();
        for index in self.table.holders() {
            let row = self.table.get(index);
            let len = trie::check_tree(&self.arena, row.root, row.stamp, &mut reached)?;
            if len != row.len as usize {
                return Err(format!(
                    "{} has {len} entries, not {}",
                    self.table.handle(index),
                    row.len
                ));
            }
            view::check_run(&self.arena, row)
                .map_err(|what| format!("{}: {what}", self.table.handle(index)))?;
        }
        let words = &self.arena.words;
        let mut free = 0;
        for (block, size) in words.free_blocks() {
            if reached.nodes.contains_key(&block) || free > words.free_words() {
                return Err(format!("{block} is free, and in use or free again"));
            }
            free += size;
        }
        if free != words.free_words() {
            return Err(format!("{free} words on free lists, {} counted", words.free_words()));
        }
        let allocated = (words.live_words(), self.arena.entries.live_count());
        let reachable = (reached.words(), reached.entries.len());
        let leak = !self.holds_garbage() && allocated != reachable;
        if leak || allocated.0 < reachable.0 || allocated.1 < reachable.1 {
            return Err(format!(
                "(words, entries) allocated {allocated:?}, reachable {reachable:?}"
            ));
        }
        Ok(())
    }

    /// What the store may grow to.
    pub fn limits(&self) -> Limits {
        Limits {
            words: self.arena.words.limit(),
            entries: self.arena.entries.limit(),
            versions: self.table.limit(),
            stamps: self.max_stamp as usize,
        }
    }

    /// Whether words and entries are in use that belong to no version: those of forgotten ones, or
    /// of an operation that was ended.
    #[inline]
    fn holds_garbage(&self) -> bool {
        self.forgotten > 0 || self.arena.is_overrun() || self.table.is_overrun()
    }
}
