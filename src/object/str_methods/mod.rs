//! The methods of [`PyStr`](super::PyStr) that encode, slice, search, split and join.
//!
//! They are above `value`, because they fail with an [`ObjectError`](super::ObjectError).

mod case;
mod codec;
mod find;
mod join;
mod predicates;
mod search;
mod slice;
mod split;
mod strip;
mod white_space;

pub use codec::{Codec, Errors};
