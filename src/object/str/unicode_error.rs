//! Why text could not be encoded or decoded.

use std::error::Error;
use std::fmt;

use super::py_str::PyStr;

/// What could not be converted between str and bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnicodeError {
    /// A str has no form in the encoding.
    Encode {
        /// The encoding, as Python names it.
        encoding: &'static str,
        /// The whole str.
        object: PyStr,
        /// The code point at which it begins.
        start: usize,
        /// The code point after the last one of it.
        end: usize,
        /// Python's words.
        reason: &'static str,
    },
    /// Bytes are no text in the encoding.
    Decode {
        /// The encoding, as Python names it.
        encoding: &'static str,
        /// The first of the bytes.
        byte: u8,
        /// The byte at which it begins.
        start: usize,
        /// The byte after the last one of it.
        end: usize,
        /// Python's words.
        reason: &'static str,
    },
}

impl fmt::Display for UnicodeError {
    /// CPython's words: `UnicodeEncodeError_str` and `UnicodeDecodeError_str` of exceptions.c.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnicodeError::Encode { encoding, object, start, end, reason } => {
                write!(f, "'{encoding}' codec can't encode ")?;
                match object.get(*start) {
                    Some(point) if *end == *start + 1 => match point {
                        0..=0xff => write!(f, "character '\\x{point:02x}'")?,
                        0x100..=0xffff => write!(f, "character '\\u{point:04x}'")?,
                        _ => write!(f, "character '\\U{point:08x}'")?,
                    },
                    _ => f.write_str("characters")?,
                }
                write_place(f, *start, *end)?;
                write!(f, ": {reason}")
            }
            UnicodeError::Decode { encoding, byte, start, end, reason } => {
                write!(f, "'{encoding}' codec can't decode ")?;
                if *end == *start + 1 {
                    write!(f, "byte 0x{byte:02x}")?;
                } else {
                    f.write_str("bytes")?;
                }
                write_place(f, *start, *end)?;
                write!(f, ": {reason}")
            }
        }
    }
}

impl Error for UnicodeError {}

fn write_place(f: &mut fmt::Formatter<'_>, start: usize, end: usize) -> fmt::Result {
    if end == start + 1 {
        write!(f, " in position {start}")
    } else {
        write!(f, " in position {start}-{}", end.wrapping_sub(1))
    }
}
