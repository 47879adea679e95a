//! Python's values and dict for C, in safe Rust: what the handles hold, and what calls share.
//!
//! ```text
//! types      the plain structures of the header
//! handle     values, dicts and types as opaque handles with a mark
//! failure    why a call failed, in Python's words, for the thread that called
//! foreign    objects whose hash, equality and repr are functions of the caller's
//! policy     how text is hashed, as a structure of the caller's
//! making     values from the caller's memory
//! reading    values as numbers, text and items
//! walking    iterators of dicts, as words with a check word
//! ```
//!
//! # Callbacks and handles
//!
//! A foreign object's functions may call anything, and may free the very handles that the call
//! under way was given. So a call begins by copying what its handles hold, which counts one
//! reference, and never looks at the handles again. Dicts are locked for single steps, during which
//! no function of the caller's runs (`src/object/dict/mod.rs` of the crate `hedgerow`).

mod failure;
mod foreign;
mod handle;
mod making;
mod policy;
mod reading;
mod types;
mod walking;

pub use handle::{DictHandle, TypeHandle, ValueHandle};
pub use types::*;

pub(crate) use failure::{Failure, Reply, raise, tell, told_last};
pub(crate) use foreign::{ObjectType, object_of, object_word};
pub(crate) use handle::Held;
pub(crate) use making::{errors, int_of_text, text_of};
pub(crate) use policy::policy_of;
pub(crate) use reading::{
    is, item, kind, length, to_bool, to_bytes, to_complex, to_dict, to_double, to_int64, to_str,
};
pub(crate) use walking::merge_of;
