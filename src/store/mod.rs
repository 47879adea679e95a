//! Layer 3: many versions of a map in one arena.
//!
//! Every new version takes the next **birth stamp** (an edit when it is opened), and every node and
//! entry bears the stamp of the version that made it. Nothing is reference counted, so an insert
//! touches its path and nothing else. What dies with a version is what it shares with none of its
//! live neighbours in the [version table](table): see [`release`].
//!
//! | file | what it has |
//! | --- | --- |
//! | `mod` | [`Store`], its settings and statistics |
//! | `update`, `reserve` | how inserts and removals are written; room for what they write |
//! | `edit`, `bulk`, `merge` | many changes at once |
//! | `view`, `iter`, `relate` | reading one version; comparing two |
//! | `release`, `compact` | freeing what no version holds; moving what is live together |
//! | `table`, `forest` | the version table, and its links |
//! | `resize`, `vacancy` | how it grows and gives rows back; which of them are vacant |
//! | `version`, `error`, `stats` | handles; why a store refuses; limits and statistics |
//! | `hasher`, `serialize` | the default hasher; serde |
//! | `check` | the checker of all invariants |
//!
//! Nothing here knows the words of a node.

mod bulk;
mod check;
pub(crate) mod combine;
mod compact;
mod edit;
pub(crate) mod error;
mod forest;
mod hasher;
mod iter;
mod merge;
mod owned;
mod relate;
mod release;
mod reserve;
mod resize;
mod stats;
pub(crate) mod table;
pub(crate) mod update;
mod vacancy;
mod version;
mod view;

#[cfg(feature = "serde")]
mod serialize;

use std::alloc::{Layout, handle_alloc_error};
use std::fmt;
use std::hash::{BuildHasher, Hash};

use crate::arena::{Arena, Entries, Words, try_collect};
use crate::trie::{Replaced, ToFree};

pub use bulk::Batch;
pub(crate) use bulk::Stays;
pub use combine::Combination;
pub use compact::Compaction;
pub use edit::Edit;
pub use error::{Corruption, Error, Resource, WithError};
pub use hasher::DefaultHashBuilder;
#[cfg(feature = "rayon")]
pub(crate) use iter::Rest;
pub use iter::{Iter, Keys, Values};
pub use merge::Conflict;
pub(crate) use owned::Put;
pub use relate::{Change, Sharing};
#[cfg(feature = "serde")]
pub(crate) use serialize::Pairs;
pub use stats::{Limits, Stats};
pub(crate) use table::NO_RUN;
pub use version::Version;
pub use view::View;

use table::{EMPTY_ROW, State, VersionRow, VersionTable};

/// Stamps have 31 bits: the 32nd bit of a node's first word is its kind.
const MAX_STAMP: u32 = (1 << 31) - 1;

/// Many immutable versions of a hash map, side by side in one arena.
///
/// A version is named by a [`Version`], a handle to copy freely, and to release when it is no
/// longer needed. An update makes a new version that shares all but one path with the old one.
///
/// This is the layer below [`Map`](crate::Map), which releases its versions by itself and lets
/// threads read while one writes. A store is for runtimes and bindings that keep track of their
/// versions themselves, name them by numbers, want errors where memory is refused, or have keys
/// whose equality may fail.
///
/// | operation | cost (n entries, d nodes on a path: at most 8; 4 or 5 with a million entries) |
/// | --- | --- |
/// | [`at`](Store::at), [`View::get`] | O(d) |
/// | [`View::get_many`] | O(d) a key; large maps overlap their cache misses |
/// | [`insert`](Store::insert), [`remove`](Store::remove) | O(d) nodes of up to 144 bytes copied |
/// | [`edit`](Store::edit), its updates | O(1); as above, its own nodes in place |
/// | [`duplicate`](Store::duplicate) | O(1) |
/// | [`bulk`](Store::bulk) | O(n log n) |
/// | [`View::iter`] | O(n); `nth` is O(1) where the entries are a run |
/// | [`release`](Store::release) | O(what dies), and one walk down the path it differs in |
/// | [`forget`](Store::forget), [`stats`](Store::stats) | O(1) |
/// | [`compact`](Store::compact) | O(all that is live), and memory for a second copy meanwhile |
/// | [`equal`](Store::equal), [`diff`](Store::diff) | O(what differs); O(n) for strangers |
/// | [`merge`](Store::merge), [`difference`](Store::difference) | the same |
/// | [`union`](Store::union), [`intersection`](Store::intersection) | the same |
/// | [`check`](Store::check) | O(everything) |
///
/// Reading allocates nothing. Updates allocate where the arenas or the version table grow; `diff`,
/// `merge`, `bulk` and `compact` allocate their results or scratch. A release keeps scratch, and
/// does without where the allocator refuses it.
///
/// | memory | bytes |
/// | --- | --- |
/// | an entry | 8, and key and value, to the alignment of the larger: 24 for two words |
/// | a branch | 12, and 4 for each slot, rounded up to its block |
/// | a collision node | 20, and 4 for each entry, rounded up to its block |
/// | a version | 64 for its row, and the nodes and entries that only it holds |
/// | free space | up to 4 MiB an arena, and what shares a page with something in use |
/// | an empty store | 376, from the allocator |
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
    /// Compactions so far. References to nodes and entries are valid within one epoch.
    pub(crate) epoch: u64,
    /// Versions forgotten since the last compaction. If there are any, the arena holds garbage.
    forgotten: usize,
    /// Maps that own their versions use it: nothing moves unless they ask.
    pub(crate) is_owned: bool,
    /// Scratch of releases, kept for its capacity.
    to_free: ToFree,
    /// Scratch of edits.
    replaced: Replaced,
}

impl<K, V> Store<K, V> {
    /// An empty store with a randomly seeded hasher. See [`DefaultHashBuilder`] for what it does
    /// against keys chosen to collide.
    #[must_use]
    pub fn new() -> Self {
        Store::with_hasher(DefaultHashBuilder::default())
    }

    /// An empty store whose hasher has this seed: the same order in every run.
    #[must_use]
    pub fn with_seed(seed: u64) -> Self {
        Store::with_hasher(DefaultHashBuilder::with_seed(seed))
    }
}

impl<K, V, S> Store<K, V, S> {
    /// An empty store with a hasher of your own. Its 64-bit hashes are [folded](crate::fold) to 32
    /// bits, as CPython does. For hashes that are no `Hasher`'s, see [`host`](crate::host).
    ///
    /// As `Vec` does, this ends the process where the allocator refuses the first few hundred
    /// bytes. [`try_with_hasher`](Store::try_with_hasher) does not.
    pub fn with_hasher(hasher: S) -> Self {
        match Store::try_with_hasher(hasher) {
            Ok(store) => store,
            Err(_) => handle_alloc_error(Layout::new::<VersionRow>()),
        }
    }

    /// [`with_hasher`](Store::with_hasher) where memory may be refused.
    ///
    /// # Errors
    ///
    /// [`Error::Allocation`].
    ///
    /// ```
    /// use hedgerow::{DefaultHashBuilder, Store};
    ///
    /// let mut store = Store::try_with_hasher(DefaultHashBuilder::default())?;
    /// let one = store.insert(store.empty(), "a", 1)?;
    /// assert_eq!(store.len(one)?, 1);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    pub fn try_with_hasher(hasher: S) -> Result<Self, Error> {
        let words = Words::new().map_err(|why| Error::no_room(Resource::Words, why))?;
        Ok(Store {
            arena: Arena::of(words, Entries::new(), false),
            table: VersionTable::new().map_err(Error::refused)?,
            hasher,
            next_stamp: 1,
            max_stamp: MAX_STAMP,
            epoch: 0,
            forgotten: 0,
            is_owned: false,
            to_free: ToFree::default(),
            replaced: Replaced::NOTHING,
        })
    }

    /// The empty version: always the same, and permanent. Releasing it does nothing.
    pub fn empty(&self) -> Version {
        self.table.handle(EMPTY_ROW)
    }

    /// A view, to read a version.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`]; [`Error::WrongState`] for an open edit.
    #[inline]
    pub fn at(&self, version: Version) -> Result<View<'_, K, V, S>, Error> {
        let row = self.table.find(version)?.1;
        Ok(View::new(&self.arena, &self.hasher, row, version))
    }

    /// A view of the version in this row.
    #[inline]
    pub(crate) fn view(&self, index: u32) -> View<'_, K, V, S> {
        View::new(&self.arena, &self.hasher, self.table.get(index), self.table.handle(index))
    }

    /// How many entries a version has.
    ///
    /// # Errors
    ///
    /// As [`at`](Store::at).
    pub fn len(&self, version: Version) -> Result<usize, Error> {
        Ok(self.table.find(version)?.1.len as usize)
    }

    /// Whether a version has no entries.
    ///
    /// # Errors
    ///
    /// As [`at`](Store::at).
    pub fn is_empty(&self, version: Version) -> Result<bool, Error> {
        Ok(self.len(version)? == 0)
    }

    /// Whether this is the handle of a live version of this store. False for an open edit.
    pub fn contains(&self, version: Version) -> bool {
        self.table.find(version).is_ok()
    }

    /// The live versions, newest first, without the permanent empty one. Where the allocator
    /// refuses a list of them, each step looks through the version table.
    pub fn versions(&self) -> impl Iterator<Item = Version> {
        let is_listed = |&index: &u32| self.table.get(index).state == State::Live;
        let stamp = |index: u32| self.table.get(index).stamp;
        let mut rows = try_collect(self.table.holders().filter(is_listed)).ok();
        if let Some(rows) = &mut rows {
            rows.sort_unstable_by_key(|&index| stamp(index));
        }
        let mut last = u32::MAX;
        let next = move || match &mut rows {
            Some(rows) => rows.pop(),
            None => {
                let older = self.table.holders().filter(is_listed);
                let next = older.filter(|&index| stamp(index) < last).max_by_key(|&row| stamp(row));
                last = next.map_or(0, stamp);
                next
            }
        };
        std::iter::from_fn(next).map(|index| self.table.handle(index))
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

    /// What the store holds. O(1).
    pub fn stats(&self) -> Stats {
        let (words, entries) = (&self.arena.words, &self.arena.entries);
        Stats {
            live_versions: self.table.live_count(),
            dead_versions: self.table.dead_count(),
            forgotten_versions: self.forgotten,
            live_words: words.live_words(),
            free_words: words.free_words(),
            live_entries: self.arena.live_entries(),
            free_entries: entries.free_count(),
            heap_bytes: self.arena.heap_bytes() + self.table.heap_bytes(),
            compactions: self.epoch,
        }
    }

    /// Sets what the store may grow to. What it holds beyond a limit stays.
    pub fn set_limits(&mut self, limits: Limits) {
        self.arena.words.set_limit(limits.words);
        self.arena.entries.set_limit(limits.entries);
        self.table.set_limit(limits.versions);
        self.max_stamp = limits.stamps.clamp(1, MAX_STAMP as usize) as u32;
    }

    /// Drops what died, unless the host keeps it. The store is consistent here, so a destructor
    /// that panics leaves it so.
    #[inline]
    pub(crate) fn drop_dead(&mut self) {
        if std::mem::needs_drop::<(K, V)>() && self.arena.has_dead() && !self.arena.keep_dead {
            self.arena.drop_dead();
        }
    }

    /// Whether words or entries are allocated that belong to no version: those of forgotten ones,
    /// or of an operation that panicked.
    #[inline]
    fn holds_garbage(&self) -> bool {
        self.forgotten > 0 || self.arena.is_overrun() || self.table.is_overrun()
    }
}

impl<K, V, S: Default> Default for Store<K, V, S> {
    fn default() -> Self {
        Store::with_hasher(S::default())
    }
}

/// The versions, newest first, each as a map.
impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for Store<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let views = self.versions().filter_map(|version| Some((version, self.at(version).ok()?)));
        f.write_str("Store ")?;
        f.debug_map().entries(views).finish()
    }
}

/// A store with one version, which [`Store::versions`] returns; with none if there are no pairs.
///
/// # Panics
///
/// Where [`Store::bulk`] fails, as a `HashMap` does when it cannot grow.
impl<K: Hash + Eq, V, S: BuildHasher + Default> FromIterator<(K, V)> for Store<K, V, S> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(items: I) -> Self {
        let mut store = Store::with_hasher(S::default());
        match store.bulk(items) {
            Ok(_) => store,
            Err(error) => panic!("{error}"),
        }
    }
}
