//! What a binding needs beside the methods of [`Store`]: the layer for hosts.
//!
//! A *host* is a language runtime, or a binding to one. Its keys are the language's, so hashing or
//! comparing them may run user code, which may fail, take long, or use the same store. The typed
//! methods of [`Store`] compare while the store is borrowed; a host cannot, where user code may
//! run. [`HostStore`] and [`HostMemory`] are for hosts:
//!
//! | a host wants to | it uses |
//! | --- | --- |
//! | read or update in one walk by a comparison of its own | [`get_hashed`], [`insert_hashed`] |
//! | find a key whose comparison runs user code | [`search()`], or a [`Probe`] step by step |
//! | write where a search ended | [`insert_at`], [`remove_at`] |
//! | build a version at once | [`Batch`], [`bulk_batch`] |
//! | make a version of two others, without a lookup for each key | [`combine()`] |
//! | keep an edit open as an object of its own | [`open`], [`commit`], [`abandon`] |
//! | iterate without a borrow | [`Cursor`] |
//! | compare, diff or merge by an equality of its own | [`unshared`] |
//! | know whether versions may share at all | [`has_relatives`] |
//! | tell its garbage collector who holds what | [`ownership`], [`count_holders`] |
//! | drop dead keys and values after the borrow | [`keep_dead`], [`take_dead`] |
//! | read on while user code may release the version | [`pin`] |
//!
//! [`insert_hashed`]: HostStore::insert_hashed
//! [`get_hashed`]: HostStore::get_hashed
//! [`insert_at`]: HostStore::insert_at
//! [`remove_at`]: HostStore::remove_at
//! [`bulk_batch`]: HostStore::bulk_batch
//! [`open`]: HostStore::open
//! [`commit`]: HostStore::commit
//! [`abandon`]: HostStore::abandon
//! [`unshared`]: HostStore::unshared
//! [`has_relatives`]: HostMemory::has_relatives
//! [`ownership`]: HostMemory::ownership
//! [`count_holders`]: HostMemory::count_holders
//! [`keep_dead`]: HostMemory::keep_dead
//! [`take_dead`]: HostMemory::take_dead
//! [`pin`]: HostMemory::pin
//!
//! # Probes
//!
//! A [`Probe`] is a place in a version, found by a hash alone. It holds no borrow:
//!
//! 1. [`HostStore::probe`] walks to the first candidate, a key of the same folded hash.
//! 2. The host reads it ([`HostStore::candidate`]), ends its borrow and compares.
//! 3. If it is another key, [`Probe::advance`] goes on to the next candidate, until there is none.
//! 4. [`insert_at`] or [`remove_at`] write there. They run no user code.
//!
//! Between two steps anything may happen to the store. Committed versions do not change. A version
//! that was released meanwhile is [`Error::Stale`](crate::Error::Stale). An open edit that was
//! written meanwhile is [`Error::Changed`](crate::Error::Changed), and has to be probed again. A
//! compaction makes no difference. [`search()`] is this loop.
//!
//! # Equality that may fail
//!
//! [`HostStore::get_with`], [`HostStore::insert_with`] and [`HostStore::remove_with`] search by a
//! closure, which may fail. The closure of the last two is passed the store, and may use it.
//!
//! ```
//! use hedgerow::host::HostStore;
//! use hedgerow::{Store, WithError};
//!
//! /// Compares numbers as text, and fails where the text is no number.
//! fn same(a: &str, b: &str) -> Result<bool, std::num::ParseIntError> {
//!     Ok(a.parse::<i64>()? == b.parse::<i64>()?)
//! }
//!
//! # fn main() -> Result<(), WithError<std::num::ParseIntError>> {
//! let mut store = Store::<String, u32>::new();
//! let one = store.insert(store.empty(), "7".into(), 1)?;
//! let hash = store.hash_of("7");
//! let two = store.insert_with(one, hash, "+7".to_string(), 2, |store, probe, key| {
//!     let Some((stored, _)) = store.candidate(probe).expect("the version is live") else {
//!         return Ok(false);
//!     };
//!     same(stored, key)
//! })?;
//! assert_eq!(store.len(two)?, 1);
//! let failed = store.get_with(two, hash, |stored| same(stored, "seven"));
//! assert!(matches!(failed, Err(WithError::Caller(_))));
//! # Ok(())
//! # }
//! ```
//!
//! The layer uses `store`, `trie` and `arena`, and writes through the write path of
//! [`Store::insert`].

mod combine;
mod cursor;
mod mappings;
mod memory;
mod operations;
mod ownership;
mod probe;
mod search;
mod store;
mod unshared;
mod words;

#[cfg(doc)]
use crate::store::Store;

pub use crate::store::{Batch, Combination};
pub use combine::{Combined, combine};
pub use cursor::Cursor;
pub use mappings::{observe_mappings, use_huge_pages};
pub use memory::HostMemory;
pub use ownership::Ownership;
pub use probe::Probe;
pub use search::{Found, KeySearch, search, search_from};
pub use store::{HostStore, KeyMatch};
pub use unshared::Unshared;
