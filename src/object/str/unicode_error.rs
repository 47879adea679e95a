//! Why text could not be encoded or decoded.

use std::error::Error;
use std::fmt;

use super::py_str::PyStr;

/// What could not be converted between str and bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnicodeError {
    /// A str that the encoding cannot represent.
    Encode {
        /// The encoding, as Python names it.
        encoding: &'static str,
        /// The whole str.
        object: PyStr,
        /// The index of the first code point that cannot be encoded.
        start: usize,
        /// The index after the last one.
        end: usize,
        /// Python's reason.
        reason: &'static str,
    },
    /// Bytes that are not text in the encoding.
    Decode {
        /// The encoding, as Python names it.
        encoding: &'static str,
        /// The first byte that cannot be decoded.
        byte: u8,
        /// Its index.
        start: usize,
        /// The index after the last byte that cannot be decoded.
        end: usize,
        /// Python's reason.
        reason: &'static str,
    },
}

impl fmt::Display for UnicodeError {
    /// After `UnicodeEncodeError_str` and `UnicodeDecodeError_str` of `Objects/exceptions.c`.
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
                write_position(f, *start, *end)?;
                write!(f, ": {reason}")
            }
            UnicodeError::Decode { encoding, byte, start, end, reason } => {
                write!(f, "'{encoding}' codec can't decode ")?;
                if *end == *start + 1 {
                    write!(f, "byte 0x{byte:02x}")?;
                } else {
                    f.write_str("bytes")?;
                }
                write_position(f, *start, *end)?;
                write!(f, ": {reason}")
            }
        }
    }
}

impl Error for UnicodeError {}

fn write_position(f: &mut fmt::Formatter<'_>, start: usize, end: usize) -> fmt::Result {
    if end == start + 1 {
        write!(f, " in position {start}")
    } else {
        write!(f, " in position {start}-{}", end.wrapping_sub(1))
    }
}
