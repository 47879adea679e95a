//! Many immutable versions of a hash map, side by side in one arena.
//!
//! Every update makes a new version and leaves the old one as it was; the two share all but the
//! path that changed. A version is a 64-bit handle, costs a few hundred bytes, and is gone without
//! a trace when it is released. Order and tree shape are those of CPython's HAMT (`hamt.c`, the map
//! behind `contextvars`), bit for bit.
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
//! | [`Store`] | holds the versions; everything begins here, and its table says what things cost |
//! | [`Version`] | the handle of one immutable map |
//! | [`View`] | reads one: `get`, `get_many`, `iter` |
//! | [`Edit`] | makes one by many changes, in place |
//! | [`Change`], [`Conflict`] | what [`Store::diff`] gives and [`Store::merge`] asks |
//! | [`Stats`], [`Shape`] | how much memory, and what the tree looks like |
//! | [`Error`], [`WithError`] | why a store refused; no version was changed |
//! | [`host`] | for bindings: the same without a borrow; equality may fail or call back |
//! | [`object`] | Python's values, str, dicts and attribute lookup, without Python |
//!
//! # What to know
//!
//! * A `Version` is a plain handle: copying it does not keep the map alive. Release each version
//!   that an operation made, once. What only it held is freed there and then.
//! * An insert over an equal key stores the given key, not the old one, as the other persistent
//!   maps of Rust do (`std` keeps the old one; so does Python: see [`host`]).
//! * Keys and values are never cloned by an update: they stand in entries that versions share.
//! * Iteration follows the folded hashes: sorted neither by key nor by insertion, but the same for
//!   the same hashes. [`Store::with_seed`] makes it the same from run to run.
//!
//! # Layers
//!
//! `arena` (words and entries) is below `trie` (one persistent hash trie) is below `store` (many
//! versions) is below `host` (what bindings need) is below `object` (Python's objects). A layer
//! uses only those under it. Start reading at the top of `trie`.

#[cfg(all(doctest, feature = "object"))]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;

mod arena;
pub mod host;
#[cfg(feature = "object")]
pub mod object;
mod store;
mod trie;

pub use arena::{EntryRef, NodeRef};
pub use store::{
    Change, Compaction, Conflict, Corruption, DefaultHashBuilder, Edit, Error, Iter, Keys, Limits,
    Resource, Sharing, Stats, Store, Values, Version, View, WithError,
};
pub use trie::{NodeId, NodeKind, Shape, ShapeNode, fold};
