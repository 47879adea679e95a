//! Hedgerow for C, and for every language that calls C.
//!
//! ```text
//! status     why a call refused; what its answer was
//! types      the plain structures of the header
//! map        the store of words: all that the calls do, without a pointer
//! object     Python's values and dict, likewise
//! boundary   the calls themselves: pointers, panics, and nothing else
//! ```
//!
//! `boundary` is the one module with `unsafe`, and is written for reading with care. What it calls
//! takes handles and numbers and returns a [`Status`], so it can be read as any Rust.
//!
//! Keys and values are 64-bit words whose meaning is the caller's. A store never follows them; it
//! asks the caller's functions for equality, or hands out candidates and lets the caller decide.
//!
//! The header, `hedgerow.h`, is made from `types`, `status` and `boundary` by the test `header`.

#[expect(unsafe_code, reason = "this module is where C's pointers are read and written")]
mod boundary;
mod map;
mod object;
mod status;
mod types;

pub use boundary::*;
pub use map::Handle;
pub use object::*;
pub use status::Status;
pub use types::*;
