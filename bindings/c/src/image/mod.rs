//! Images: maps as bytes, which any process reads in place.
//!
//! ```text
//! types        the structures and constants of the header
//! handle       what the pointers of images and deltas point at, and why a call on them failed
//! encoding     what the words of a store stand for
//!
//! open         images: opened from bytes and files, written, copied, freed
//! read         what an image holds: one key, its bytes, all of it checked
//! iterate      iterators
//! writer       an image of keys and values that are bytes
//! delta        deltas: opened, applied, freed
//! ```
//!
//! `map/image` makes images of versions, and deltas between them.
//!
//! # What the bytes are
//!
//! Those of the crate `hedgerow`: words are its `u64`, text its `str`, and so on. So an image that
//! C has made of words opens in Rust as an `Image<u64, u64>`, and the other way round.
//!
//! # Handles and threads
//!
//! Images and deltas never change, and no callback runs in a call on them. So a call borrows its
//! handles, and several threads may use one.

// The header has the functions in the order of these lines.
mod open;
mod read;

mod iterate;

mod delta;
mod writer;

mod encoding;
mod handle;
mod types;

pub use delta::*;
pub use handle::*;
pub use iterate::*;
pub use open::*;
pub use read::*;
pub use types::*;
pub use writer::*;

pub(crate) use encoding::{Encoding, WORDS};
pub(crate) use handle::{check_keys, give_delta, give_owned};
