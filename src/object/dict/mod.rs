//! Dicts: Python's keys, in the order of insertion, and persistent ones.
//!
//! # Who owns a dict while a key's `__eq__` runs
//!
//! In Python a key's `__eq__` may change the dict that is being searched. Rust's borrows leave two
//! ways, and both are here, over one [table](table) and one [search](search):
//!
//! * [`Dict`] has one owner. A change takes `&mut Dict`, so while a lookup or an insert runs nobody
//!   can reach the dict, and there is nothing to defend against. No lock, no check.
//! * [`SharedDict`] is a handle of which there may be many, and an `__eq__` may hold one. It takes
//!   a lock for single steps that run no code of the user: list the keys of this hash; clone the
//!   key to be asked; see whether it is still there; write. Hashes, equalities and reprs, and the
//!   destructors of what was removed, run between the steps, with no lock held and with the key
//!   that is compared kept alive.
//!
//! ```text
//! insert(k)      lock    keys of the hash of k: f, a foreign object; clone f
//!                unlock
//!                        f == k?                    code of the user; it may change the dict
//!                lock    f gone, or entries moved:  from the start again
//!                        another entry was added:   it is a candidate too
//!                        f is it, or nobody is:     write, in this very step
//!                unlock
//! ```
//!
//! The table counts its changes, so a search knows whether what it listed still holds. An `__eq__`
//! that changes the dict at every call can keep a search going, as in CPython.
//!
//! A [`PersistentDict`] never changes: its store is locked in the same way, but no search starts
//! again.
//!
//! # The way of one key
//!
//! 1. Its hash, by [`Key::hash`]: code of the user, before the dict is touched.
//! 2. One step: the index gives a candidate, a position whose entry has this hash. If there is
//!    none, the key is nowhere. Else [`Key::matches`] compares, which runs no code of the user; for
//!    numbers and text, and tuples of them, that settles it. What was to be done is done in this
//!    step.
//! 3. Only if a foreign object of the same hash has to be asked: the steps drawn above.

mod compare;
mod cursor;
mod elements;
mod iter;
mod key;
mod owned;
mod persistent;
mod search;
mod set;
mod set_operations;
mod shared;
mod shared_iter;
mod source;
mod table;
mod update;
mod views;
mod write;

pub use cursor::DictCursor;
pub use elements::{Elements, ElementsKind, Visit};
pub use iter::{Iter as DictIter, Keys as DictKeys, Values as DictValues};
pub use key::Key;
pub use owned::Dict;
pub use persistent::{PersistentDict, PersistentEdit, PersistentIter, PersistentStore};
pub use set::Set;
pub use set_operations::SetView;
pub use shared::SharedDict;
pub use shared_iter::SharedIter;
pub use source::{Mapping, MappingKeys, Merge, Source, elements_of};
pub use views::{DictRef, ItemsView, KeysView, ValuesView};
