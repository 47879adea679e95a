//! Maps that own their entries: what a program has in place of `std`'s `HashMap`.
//!
//! [`Map`] and [`Set`] are above `store`, and use its rows instead of its handles:
//!
//! | file | what it has |
//! | --- | --- |
//! | `mod`, `read`, `write` | [`Map`]; reading; changing it |
//! | `values_mut`, `entry` | changing values where they are; one key of a map, there or not |
//! | `iter` | iterators |
//! | `compare` | how two maps differ |
//! | `persistent`, `combine` | maps made from one map, and from two |
//! | `traits` | the traits of `std` |
//! | `set`, `set_traits` | [`Set`]; its traits |
//! | `inspect` | what an arena holds, and whether it is whole |
//! | `rayon`, `serialize` | parallel iterators; serde |
//! | `shared` | who holds which version, and who may write; `unsafe` |

mod combine;
mod compare;
mod entry;
mod inspect;
mod iter;
#[cfg(test)]
mod limits;
mod persistent;
#[cfg(feature = "rayon")]
pub mod rayon;
mod read;
#[cfg(feature = "serde")]
mod serialize;
mod set;
mod set_traits;
mod shared;
mod traits;
mod values_mut;
mod write;

use std::fmt;
use std::hash::{BuildHasher, Hash};

use crate::store::DefaultHashBuilder;
use crate::trie::fold;

pub use compare::Diff;
pub use entry::{Entry, OccupiedEntry, VacantEntry};
pub use iter::{Drain, ExtractIf, IntoIter, IntoKeys, IntoValues, IterMut, ValuesMut};
pub use set::Set;

use shared::{Handle, Owner};

/// A hash map that is cloned in O(1), and shares with its clones all that has not changed.
///
/// Its methods are those of `std`'s `HashMap`, and those of imbl's: [`methods`](crate::methods) has
/// a table of them. A clone is a snapshot: neither map sees what is done to the other. Any thread
/// may read and drop a snapshot, without a lock, while another one changes the map.
///
/// ```
/// let mut map: hedgerow::Map<String, u32> = [("a".to_string(), 1), ("b".to_string(), 2)].into();
/// let before = map.clone();
/// map.insert("c".to_string(), 3);
/// *map.entry("a".to_string()).or_insert(0) += 10;
/// std::thread::scope(|scope| {
///     scope.spawn(|| assert_eq!(before.get("a"), Some(&1)));
/// });
/// assert_eq!((map["a"], map.len(), before.len()), (11, 3, 2));
/// ```
///
/// | operation | cost (n entries, d nodes on a path: at most 8; 4 or 5 with a million entries) |
/// | --- | --- |
/// | `clone`, and `drop` of one of several clones | O(1): one atomic count |
/// | `drop` of the last clone | O(what dies), and one walk down the paths in which it differs |
/// | [`get`](Map::get) | O(d); no lock, no atomics |
/// | [`insert`](Map::insert), [`remove`](Map::remove), [`entry`](Map::entry) | O(d) |
/// | [`iter`](Map::iter), [`iter_mut`](Map::iter_mut), `collect` | O(n) |
/// | [`diff`](Map::diff), `==`, [`union`](Map::union) of relatives | O(what differs) |
///
/// Where many clones of one map, which is gone, each changed the same entries, to drop one takes a
/// step for each of the others.
///
/// An insert or removal writes nodes in place that no other map has, and copies the others on its
/// path. An entry stands by itself, and is shared however many nodes lead to it: keys and values
/// are cloned only where a method says so.
///
/// Maps that are made from each other share an *arena*, which holds all their nodes and entries. A
/// map that is alone in its arena is changed without a lock. Others take the arena's lock for each
/// change, from after the last comparison of keys to the end of the writing; user code never runs
/// meanwhile. [`Arena`] puts many small maps into one.
///
/// A panic in `Hash`, `Eq`, `Clone` or `Drop` of keys and values leaves all maps whole. If the
/// allocator refuses memory, the process ends, as it does with `Vec`; a panic says that 2^32
/// entries or 2^28 versions are too many, and leaves what a method that changes many keys had done
/// before. [`Store`](crate::Store), the layer below, has errors for both.
pub struct Map<K, V, S = DefaultHashBuilder> {
    /// None as long as nothing was inserted.
    handle: Option<Handle<K, V>>,
    hasher: S,
}

/// Room for many maps: those that are made in it share its memory.
///
/// A map of its own takes about two kilobytes; in an arena with others, it takes what its nodes and
/// entries take, and about a hundred bytes. All maps of an arena hash with the same hasher. Its
/// memory goes when the last clone of the arena and the last of its maps are dropped.
///
/// ```
/// use hedgerow::{Arena, Map};
///
/// let arena = Arena::new();
/// let maps: Vec<Map<u32, u32>> = (0..1_000).map(|n| {
///     let mut map = Map::new_in(&arena);
///     map.insert(n, n * n);
///     map
/// }).collect();
/// assert_eq!(maps[30].get(&30), Some(&900));
/// ```
pub struct Arena<K, V, S = DefaultHashBuilder> {
    owner: Owner<K, V>,
    hasher: S,
}

impl<K, V> Map<K, V> {
    /// An empty map. It allocates nothing.
    #[must_use]
    pub fn new() -> Self {
        Map::with_hasher(DefaultHashBuilder::default())
    }

    /// As [`new`](Map::new): memory is taken as it is needed. For programs written for `std`.
    #[must_use]
    pub fn with_capacity(_capacity: usize) -> Self {
        Map::new()
    }

    /// A map of one entry.
    #[must_use]
    pub fn unit(key: K, value: V) -> Self
    where
        K: Hash + Eq,
    {
        [(key, value)].into_iter().collect()
    }
}

impl<K, V, S> Map<K, V, S> {
    /// An empty map with a hasher. It allocates nothing.
    pub const fn with_hasher(hasher: S) -> Self {
        Map { handle: None, hasher }
    }

    /// As [`with_hasher`](Map::with_hasher). For programs written for `std`.
    pub fn with_capacity_and_hasher(_capacity: usize, hasher: S) -> Self {
        Map::with_hasher(hasher)
    }

    /// An empty map of other keys and values, with the hasher of this one.
    #[must_use]
    pub fn new_from<L, W>(&self) -> Map<L, W, S>
    where
        S: Clone,
    {
        Map::with_hasher(self.hasher.clone())
    }

    /// An empty map in an arena. O(1); takes the arena's lock.
    pub fn new_in(arena: &Arena<K, V, S>) -> Self
    where
        S: Clone,
    {
        Map { handle: Some(arena.owner.handle()), hasher: arena.hasher.clone() }
    }

    /// The hasher.
    pub fn hasher(&self) -> &S {
        &self.hasher
    }

    /// How many entries there are.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.handle.as_ref().map_or(0, Handle::len)
    }

    /// Whether there are none.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many entries there are: no map has room for more than it needs.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.len()
    }

    /// Does nothing: memory is taken as it is needed. For programs written for `std`.
    pub fn reserve(&mut self, _additional: usize) {}

    /// Whether two maps are the same version: one is a clone of the other, and neither has changed.
    /// O(1). True for two empty maps that never had an entry.
    #[must_use]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        match (&self.handle, &other.handle) {
            (Some(handle), Some(other)) => handle.is_same(other),
            (None, None) => true,
            _ => false,
        }
    }

    /// The handle, made on the first use.
    #[inline(always)]
    fn handle(&mut self) -> &mut Handle<K, V> {
        self.handle.get_or_insert_with(Handle::new)
    }
}

impl<K, V, S: BuildHasher> Map<K, V, S> {
    /// The folded hash of a key.
    #[inline(always)]
    fn hash_of<Q: Hash + ?Sized>(&self, key: &Q) -> u32 {
        fold(self.hasher.hash_one(key))
    }
}

impl<K, V> Arena<K, V> {
    /// An arena without maps.
    #[must_use]
    pub fn new() -> Self {
        Arena::with_hasher(DefaultHashBuilder::default())
    }
}

impl<K, V, S> Arena<K, V, S> {
    /// An arena whose maps hash with this hasher.
    pub fn with_hasher(hasher: S) -> Self {
        Arena { owner: Owner::new(), hasher }
    }
}

impl<K, V, S: Default> Default for Arena<K, V, S> {
    fn default() -> Self {
        Arena::with_hasher(S::default())
    }
}

/// The same arena.
impl<K, V, S: Clone> Clone for Arena<K, V, S> {
    fn clone(&self) -> Self {
        Arena { owner: self.owner.clone(), hasher: self.hasher.clone() }
    }
}

impl<K, V, S> fmt::Debug for Arena<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Arena")
    }
}
