//! The methods of [`PyStr`](super::PyStr) that encode, slice, search and split.
//!
//! They are above `value`, because they fail with an [`ObjectError`](super::ObjectError).

mod codec;
mod search;
mod slice;
mod split;

pub use codec::{Codec, Errors};
