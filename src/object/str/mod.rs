//! Python's `str`: code points, in 1, 2 or 4 bytes each.
//!
//! A str may hold lone surrogates, which UTF-8 cannot, and a high surrogate before a low one as two
//! code points, which UTF-16 cannot. Indices count code points. The methods that may fail are in
//! `str_methods`, because their error type holds a [`PyStr`].

mod buffer;
mod change;
mod changes_table;
mod name;
mod printable;
mod printable_table;
mod properties;
mod py_str;
mod quote;
mod text;
mod unicode_error;
mod units;

pub use printable::is_printable;
pub use properties::CharProperties;
pub use py_str::PyStr;
pub use text::{Text, Utf16};
pub use unicode_error::UnicodeError;
pub use units::{CodePoints, Kind, Units};

pub(super) use name::name_of;
pub(super) use properties::{Case, map_case};
pub(super) use py_str::Cut;
pub(super) use quote::{quote_bytes, quote_str};
pub(super) use units::each_kind;
