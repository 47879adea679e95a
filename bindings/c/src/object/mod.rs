//! Python's values and dict.
//!
//! ```text
//! types          the structures, constants and function types of the header
//! error          statuses and messages of failed calls, in Python's words
//! handle         what the pointers of values and dicts point at
//! policy         how values are hashed
//!
//! value          values: made, cloned, freed
//! inspect        kind, length, items, hash, equality, identity, repr
//! convert        values as C's numbers, text and bytes
//! custom         the caller's types, and their objects
//! dict           dicts: made, freed, one key at a time, as a whole
//! dict_lookup    lookups by C's numbers and text
//! dict_iter      iterators
//! dict_view      views: what is in them, and their operations as sets
//! dict_whole     dicts made of other things, and changed by them
//! str_search     str methods that find
//! str_split      those that split and join
//! str_change     those that make another str
//! str_codec      those that ask what it consists of; codecs
//! context_var    context variables: made, read, set and reset; tokens
//! context        contexts: made, read, compared
//! context_run    the current context: entered, left, swapped, watched
//! ```
//!
//! # Callbacks and handles
//!
//! The functions of an object may call any function of the library, and may free the handles that
//! the running call was given. So a call begins by taking another reference to what its handles
//! refer to, and does not look at the handles again. Dicts are locked for single steps, during
//! which no callback runs (`src/object/dict/mod.rs` of the crate `hedgerow`).

// The header has the functions in the order of these lines.
mod policy;
mod value;

mod convert;
mod inspect;

mod custom;
mod dict;
mod dict_iter;
mod dict_lookup;
mod dict_view;
mod dict_whole;

mod str_change;
mod str_codec;
mod str_search;
mod str_split;

mod context;
mod context_run;
mod context_var;

mod error;

mod context_handle;
mod handle;
mod types;

pub use context::*;
pub use context_handle::*;
pub use context_run::*;
pub use context_var::*;
pub use convert::*;
pub use custom::*;
pub use dict::*;
pub use dict_iter::*;
pub use dict_lookup::*;
pub use dict_view::*;
pub use dict_whole::*;
pub use error::*;
pub use handle::*;
pub use inspect::*;
pub use policy::*;
pub use str_change::*;
pub use str_codec::*;
pub use str_search::*;
pub use str_split::*;
pub use types::*;
pub use value::*;
