//! Python's `str`: code points, each kept apart, in the narrowest of 1, 2 or 4 bytes.
//!
//! A str may hold what no UTF-8 and no UTF-16 can: halves of surrogate pairs, also a high one and
//! then a low one, which stay two. Positions count code points. What may fail is in
//! `str_methods`.

mod printable;
mod printable_table;
mod py_str;
mod quote;
mod text;
mod unicode_error;
mod units;

pub use printable::{Unicode, is_printable};
pub use py_str::PyStr;
pub use text::{Text, Utf16};
pub use unicode_error::UnicodeError;
pub use units::{CodePoints, Kind, Units};

pub(super) use quote::{quote_bytes, quote_str};
