//! Dicts: Python's keys, in insertion order, and persistent.
//!
//! # Who owns a dict while a key's `__eq__` runs
//!
//! In Python a key's `__eq__` may change the dict that is being searched. With Rust's borrows there
//! are two ways to deal with that. Both are here, over one [table](table) and one
//! [search](search):
//!
//! * A [`Dict`] has one owner. Changes take `&mut Dict`, so no user code can reach the dict during
//!   a lookup or an insert. It needs no lock and no check.
//! * A [`SharedDict`] is a counted reference, and an `__eq__` may hold another one. It takes a lock
//!   for single steps that run no user code: list the keys of this hash, clone the one to compare,
//!   see whether it is still there, write. Hashes, equalities, reprs and destructors run between
//!   the steps, while no lock is held. The key that is compared is kept alive.
//!
//! ```text
//! insert(k)      lock    one key has the hash of k: f, an object of the runtime; clone f
//!                unlock
//!                        f == k?                      user code, which may change the dict
//!                lock    f is gone or entries moved:  start again
//!                        other keys were added:       compare them too
//!                        f is k, or no key is k:      write, in this same step
//!                unlock
//! ```
//!
//! The table counts its changes, so a search knows whether its list of keys is still valid. As in
//! CPython, an `__eq__` that changes the dict at each call can keep a search going.
//!
//! A [`PersistentDict`] never changes. Its store is locked in the same way, but a search never
//! starts again.
//!
//! # The way of one key
//!
//! 1. [`Key::hash`] hashes it, before the dict is locked. This may run user code.
//! 2. In one step, the index finds a candidate: a position whose entry has this hash. Without one
//!    the key is not there. [`Key::matches`] compares numbers, text, and tuples of them without
//!    user code. If that decides, the same step does what was to be done.
//! 3. Only if an object of the runtime has the same hash, the steps drawn above follow.

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
mod translate;
mod update;
mod views;
mod write;

pub use cursor::DictCursor;
pub(super) use cursor::{Direction, Positions};
pub use elements::{Elements, ElementsKind, SetRef, Visit};
pub use iter::{Iter as DictIter, Keys as DictKeys, Values as DictValues};
pub use key::Key;
pub(super) use key::hash_key;
pub use owned::Dict;
pub use persistent::{PersistentDict, PersistentEdit, PersistentIter, PersistentStore};
pub use set::Set;
pub use set_operations::SetView;
pub use shared::SharedDict;
pub use shared_iter::SharedIter;
pub use source::{Mapping, MappingKeys, Merge, Source, elements_of};
pub use views::{DictRef, ItemsView, KeysView, ValuesView};
