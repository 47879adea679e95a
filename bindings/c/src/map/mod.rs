//! Stores of 64-bit words.
//!
//! ```text
//! types        the structures, constants and function types of the header
//! store        the store behind the pointer: made, used by one call at a time, freed
//! callbacks    running the caller's functions
//! words        probes and iterators in the caller's memory, with a check word
//!
//! memory       statistics, limits, compaction, the dead, the visit of all entries
//! version      empty, built from many pairs, released, as text
//! edit         open edits
//! key          get, insert and remove by a key
//! probe        the same in steps, for callers that compare keys themselves
//! iterate      iterators
//! compare      what two versions have in common: equality, difference
//! merge        versions made of two others
//! image        versions as images, and what changed as deltas
//! ```
//!
//! The second group of files has the exported functions; none of them uses another, except that
//! `merge` begins with what `compare` finds.
//!
//! # Callbacks and borrows
//!
//! A callback may call any function of the library on the same store. So a call shares the store,
//! the engine is in a `RefCell`, and no borrow of it is alive while a callback runs. The exception
//! is a visit, which borrows the engine for reading: a write during it cannot borrow the engine,
//! and is refused with `HEDGEROW_BUSY`.
//!
//! What a call copied out of the engine may be dead after a callback. So a call that writes after a
//! callback looks the place up again, and a call that needs entries for longer pins their versions.
//! Callbacks do not see this: a pin does not count as a version, and what a call makes of two
//! versions it makes after the last callback that decides.

// The header has the functions in the order of these lines.
mod store;
mod version;

mod edit;
mod key;
mod probe;

mod compare;
mod iterate;
mod merge;

mod memory;

mod image;

mod callbacks;
mod types;
mod words;

pub use compare::*;
pub use edit::*;
pub use image::*;
pub use iterate::*;
pub use key::*;
pub use memory::*;
pub use merge::*;
pub use probe::*;
pub use store::*;
pub use types::*;
pub use version::*;
