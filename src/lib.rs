//! Many immutable versions of a hash map, side by side in one arena.
//!
//! Every update makes a new version and leaves the old one as it was; the two share all but the
//! path that changed. What only one version holds is freed when that ends. Order and tree shape are
//! those of CPython's HAMT (`hamt.c`, the map behind `contextvars`), bit for bit.
//!
//! [`Map`] owns its version: a clone is a snapshot, made in O(1), and a version ends when its last
//! clone is dropped.
//!
//! ```
//! use hedgerow::Map;
//!
//! let mut map = Map::from([("a", 1), ("b", 2)]);
//! let before = map.clone();
//! map.insert("c", 3);
//! assert_eq!((map.len(), before.len()), (3, 2));
//! ```
//!
//! [`Store`] is the layer below, for language runtimes and bindings: a version is a 64-bit handle,
//! which has to be released; the allocator may refuse memory; and equality may fail.
//!
//! ```
//! let mut store = hedgerow::Store::new();
//! let empty = store.empty();
//! let one = store.insert(empty, "a", 1)?;
//! let two = store.insert(one, "b", 2)?;
//! assert_eq!((store.at(one)?.len(), store.at(two)?.get("a")), (1, Some(&1)));
//! let mut edit = store.edit(two)?;
//! edit.insert("c", 3)?;
//! edit.remove("a")?;
//! let three = edit.commit();
//! assert_eq!(store.at(three)?.iter().count(), 2);
//! assert!(store.remove(three, "a")?.is_none());
//! store.release(one)?;
//! store.compact();
//! assert_eq!(store.at(two)?.get("b"), Some(&2));
//! # Ok::<(), hedgerow::Error>(())
//! ```
//!
//! # The types
//!
//! | | |
//! | --- | --- |
//! | [`Map`], [`Set`] | own their versions; the table of `Map` says what things cost |
//! | [`methods`] | their methods beside those of `std` and imbl |
//! | [`Arena`] | many maps in one piece of memory |
//! | [`Store`] | the layer below: holds versions that are named by handles |
//! | [`Version`] | the handle of one immutable map |
//! | [`View`] | reads one: `get`, `get_many`, `iter` |
//! | [`Edit`] | makes one by many changes, in place |
//! | [`Change`], [`Conflict`] | what [`Store::diff`] gives and [`Store::merge`] asks |
//! | [`Stats`], [`Shape`] | how much memory, and what the tree looks like |
//! | [`Error`], [`WithError`] | why a store refused; no version was changed |
//! | [`host`] | for bindings: the same without a borrow; equality may fail or call back |
//! | [`object`] | Python's values, str, dicts and attribute lookup, without Python |
//! | [`image`] | a map as bytes, for files, shared memory and other machines |
//!
//! # What to know
//!
//! * A `Version` is a plain handle: copying it does not keep the version alive. Release each one
//!   that an operation made, once. What only it held is freed at once.
//! * An insert over an equal key stores the given key, not the old one, as the other persistent
//!   maps of Rust do (`std` keeps the old one; so does Python: see [`host`]).
//! * An update of a store clones no key or value: they stand in entries that versions share. A
//!   [`Map`] clones what a method returns or changes, if other maps may have it.
//! * Iteration follows the folded hashes: sorted neither by key nor by insertion, but the same for
//!   the same hashes. [`Store::with_seed`] makes it the same from run to run.
//!
//! # Threads
//!
//! * [`Store`], [`View`] and the iterators are `Send` and `Sync` when the keys, the values and the
//!   hasher are.
//! * Reading takes `&self`: any number of threads may read one store, and any versions in it, at
//!   once.
//! * Updating, releasing and compacting a store take `&mut self`: one thread at a time, and no
//!   reader meanwhile. Where threads should read while one writes, use [`Map`].
//! * [`Map`] and [`Set`] are `Send` and `Sync` when the keys, the values and the hasher are.
//!   Reading takes no lock. Changing one takes the lock of its arena, unless it is alone there.
//! * A `Version` is a number. It may be sent anywhere; it borrows nothing and keeps nothing alive.
//!
//! # Keys from people you do not trust
//!
//! [`Map::new`] and [`Store::new`] hash with foldhash under a random seed. That is fast and keeps
//! ordinary keys apart, but it is no defence against someone who chooses keys to collide. Use a
//! keyed hash for such keys:
//!
//! ```
//! use std::hash::RandomState;
//!
//! let mut map = hedgerow::Map::with_hasher(RandomState::new());
//! map.insert("from outside", 1);
//! assert_eq!(map.get("from outside"), Some(&1));
//! ```
//!
//! Whatever the hasher, hashes are folded to 32 bits, as CPython folds them. Keys of one folded
//! hash share one collision node: a lookup there compares key after key, and an insert copies 4
//! bytes for each. Building n keys of one hash one by one costs O(n²).
//!
//! # When memory runs out
//!
//! If the allocator refuses memory to a store, the operation fails with [`Error::Allocation`], and
//! no version is changed. That holds for words, entries and versions, and for what an operation
//! collects: the result of `diff`, the scratch of a merge or a bulk build. [`Store::compact`] says
//! that it was not done. Ending a version never fails and needs no memory: where the allocator
//! refuses lists of what is to be freed, [`Store::release`] and dropping an [`Edit`] take a slower
//! way. Reaching a limit is [`Error::Full`]; [`Store::set_limits`] makes each limit smaller.
//!
//! Some calls have no error to give, and end the process as `Vec` does:
//!
//! | ends the process | instead |
//! | --- | --- |
//! | [`Store::new`], [`Store::with_seed`], [`Store::with_hasher`] | [`Store::try_with_hasher`] |
//! | [`View::get_many`] | [`View::try_get_many`] |
//! | what changes a [`Map`] or [`Set`] | a [`Store`] |
//! | [`Store::check`], [`View::shape`], `dump`, and `Debug` of a store | for tests and debugging |
//!
//! `FromIterator`, `Extend` and indexing panic where the method they stand for returns an error or
//! `None`. What is yours may end the process too: `clone` of a key or value, an iterator, a
//! deserializer's errors. [`object`] says what it does.
//!
//! # Features
//!
//! | feature | |
//! | --- | --- |
//! | `object` (default) | [`object`]: Python's values, dicts and types |
//! | `image` | [`image`]: a map as bytes that any process reads in place, and deltas of them |
//! | `rayon` | the module `rayon`: parallel iterators of [`Map`] and [`Set`] |
//! | `serde` | writes and reads [`Map`], [`Set`] and versions ([`View`], `Store::deserialize`) |
//! | `checked` | bounds-checks every read: slower, and a panic where a bug would misread |
//! | `heap` | takes all memory from the allocator: large arenas move when they grow |
//! | `stress` | compacts all the time and poisons freed words: for tests |
//!
//! # Processor features
//!
//! Every step down a trie counts bits. That is one instruction, POPCNT, from x86-64-v2 on, and
//! about a dozen without it. This repository's `.cargo/config.toml` asks for what x86-64-v2 has,
//! but cargo reads that file only for builds started inside this workspace. **A crate that links
//! Hedgerow is built with its own flags.** To get POPCNT there, put this into its
//! `.cargo/config.toml`:
//!
//! ```toml
//! [target.'cfg(target_arch = "x86_64")']
//! rustflags = ["-C", "target-feature=+popcnt,+sse3,+ssse3,+sse4.1,+sse4.2,+cmpxchg16b"]
//! ```
//!
//! `target-cpu=native` does as well, if the program runs where it was built. `target-cpu=x86-64-v2`
//! has the same features, but makes LLVM tune for processors of 2009: it then rotates by `shld`,
//! which halves the speed of SipHash, the hash of Python's strings, on AMD processors. The
//! environment variable `RUSTFLAGS` replaces these flags. A program built so does not start on
//! x86-64 processors without these instructions, which are those from before about 2009. AArch64
//! needs no flag.
//!
//! # Layers
//!
//! `arena` (words and entries) is below `trie` (one persistent hash trie) is below `store` (many
//! versions). On it stand `map` (owned maps), and `host` (what bindings need), which is below
//! `object` (Python's objects). A layer uses only those under it. Start reading at the top of
//! `trie`.

#[cfg(all(doctest, feature = "object"))]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;

mod arena;
pub mod host;
#[cfg(feature = "image")]
pub mod image;
mod map;
#[doc = include_str!("../docs/methods.md")]
pub mod methods {}
#[cfg(feature = "object")]
pub mod object;
#[cfg(any(feature = "object", feature = "image"))]
mod siphash;
mod store;
mod trie;

pub use arena::{EntryRef, NodeRef};
#[cfg(feature = "rayon")]
pub use map::rayon;
pub use map::{
    Arena, Diff, Drain, Entry, ExtractIf, IntoIter, IntoKeys, IntoValues, IterMut, Map,
    OccupiedEntry, Set, VacantEntry, ValuesMut,
};
pub use store::{
    Change, Compaction, Conflict, Corruption, DefaultHashBuilder, Edit, Error, Iter, Keys, Limits,
    Resource, Sharing, Stats, Store, Values, Version, View, WithError,
};
pub use trie::{NodeId, NodeKind, Shape, ShapeNode, fold};
