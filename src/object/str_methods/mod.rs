//! The methods of [`PyStr`](super::PyStr) that may fail or make other strs: codecs, slices,
//! searches, splits.

mod codec;
mod search;
mod slice;
mod split;

pub use codec::Errors;
