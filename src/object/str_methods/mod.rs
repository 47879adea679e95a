//! The methods of [`PyStr`](super::PyStr) that encode, search, split, join, ask and change.
//!
//! They are above `value`, because they fail with an [`ObjectError`](super::ObjectError).

mod case;
mod codec;
mod find;
mod find_unit;
mod join;
mod marks;
mod pad;
mod predicates;
mod search;
mod slice;
mod split;
mod strip;
mod translate;
mod white_space;

pub use codec::{Codec, Errors};
pub use translate::Translation;
