//! Hedgerow for C, and for every language that can call C.
//!
//! ```text
//! status      how a call ends: statuses, their texts, and what becomes of a panic
//! pointers    the caller's pointers; all that dereferences one
//! mark        tells whether a handle is alive
//! check_word  tells whether the caller overwrote a probe or an iterator
//! room        lists and structures whose memory may be refused
//! map         stores of 64-bit words: hedgerow_store_, _version_, _edit_, _key_, _probe_, _iter_
//! object      Python's values, dict and contextvars: hedgerow_value_, _dict_, _context_, _type_,
//!             _policy_, _error_
//! image       maps as bytes that any process reads in place: hedgerow_image_, _delta_
//! ```
//!
//! `map`, `object` and `image` have one file for each group of calls. It holds the exported
//! functions, their checks, and what they do up to the engine. The header `hedgerow.h` is generated
//! from these sources by the test `header`.
//!
//! # Design
//!
//! **Words.** Keys and values are 64-bit words whose meaning is the caller's: a number, a pointer,
//! a tagged integer. A version is one word. Probes and iterators have a fixed size and live in the
//! caller's memory; a check word tells when they were overwritten.
//!
//! **Three ways to compare keys.** By their words, without a callback. By a callback, which may
//! fail and may call the library. By the caller, who reads candidates from a probe: the way for
//! languages such as Go, where a callback is expensive.
//!
//! **Callbacks may call back.** A call shares its store, and everything in it that changes is in a
//! cell. Except in a visit, the engine is not borrowed while a callback runs. What a call still
//! reads is pinned, and what it makes of two versions is written after the last callback that
//! decides. What cannot work is refused as [`Status::Busy`]: writing during a visit, writing while
//! the store is freed, and freeing it from its own callback.
//!
//! **Panics stop here.** A panic is a bug of the library. It is caught, and the call returns
//! [`Status::Panic`]. A store may be left half written, so it refuses everything but being freed.
//!
//! # The contract
//!
//! What the header asks of callers, and what every `unsafe` relies on:
//!
//! * **C1** A `hedgerow_store *` is null, or came from `hedgerow_store_new` and was not freed. The
//!   same holds for `hedgerow_value *`, `hedgerow_dict *`, `hedgerow_type *`, the pointers whose
//!   names begin with `hedgerow_context`, `hedgerow_image` and `hedgerow_delta`, and the calls that
//!   make them. What is lent to a callback is good until that callback returns.
//! * **C2** One thread at a time uses a store, or a `hedgerow_image_writer`.
//! * **C3** A pointer to one value is null, or good for reading or writing one value of its type
//!   while the call runs.
//! * **C4** A pointer to an array is null, or good for as many values as the count beside it says.
//!   While the call runs nobody else writes them, except callbacks.
//! * **C5** A function pointer is null, or points at a function of its type, which returns and does
//!   what the type's comment says.
//! * **C6** What an image is read from, bytes of the caller's or a mapped file, stays as it is
//!   until the image is freed, and all that were made of it by deltas.
//!
//! What can be checked is checked, and refused with a status: null and misaligned pointers, sizes,
//! and, most of the time, what was freed.
//!
//! The library makes no reference to the caller's memory, but for the bytes of images. It reads and
//! writes it value by value, through pointers, so arguments may overlap and callbacks may write to
//! them.
//!
//! # Where `unsafe` may stand
//!
//! 1. `pointers` dereferences, frees, and makes wrappers whose methods are safe.
//! 2. An exported function is `unsafe` if it takes a pointer. Its `unsafe` blocks only call
//!    functions of `pointers`, with the pointers it was given.
//! 3. `#[unsafe(no_mangle)]` stands on exported functions.
//!
//! The test `header` checks this in every file.

// The header has the functions in the order of these lines.
#[expect(unsafe_code, reason = "exported functions: rule 3 of the crate's documentation")]
mod status;

#[expect(unsafe_code, reason = "exported functions: rules 2 and 3 of the crate's documentation")]
mod image;
#[expect(unsafe_code, reason = "exported functions: rules 2 and 3 of the crate's documentation")]
mod map;
#[expect(unsafe_code, reason = "exported functions: rules 2 and 3 of the crate's documentation")]
mod object;

mod check_word;
mod mark;
#[expect(unsafe_code, reason = "rule 1 of the crate's documentation")]
mod pointers;
mod room;

pub use image::*;
pub use map::*;
pub use object::*;
pub use status::*;
