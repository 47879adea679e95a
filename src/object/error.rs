//! Why an operation on objects failed, in Python's kinds and words.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use super::repr::repr;
use super::str::PyStr;
use super::value::Value;

/// The exception that Python would raise.
///
/// `Display` is the message that Python prints, [`python_type`](ObjectError::python_type) the
/// name of the exception.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ObjectError {
    /// TypeError: an operand of the wrong type, such as an unhashable key.
    Type(String),
    /// ValueError: the right type, and a value that will not do.
    Value(String),
    /// KeyError: the key that is not there.
    Key(Value),
    /// IndexError: a position outside of a sequence.
    Index(String),
    /// AttributeError: the attribute that is not there, or cannot be set.
    Attribute(String),
    /// RuntimeError, such as "dictionary changed size during iteration".
    Runtime(String),
    /// RecursionError: nested deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
    Recursion,
    /// OverflowError: a number too large for its target.
    Overflow(String),
    /// UnicodeEncodeError or UnicodeDecodeError: what cannot be converted, and where it stands.
    Unicode(Arc<UnicodeError>),
    /// The foreign object's own error, handed on as it was.
    Raised(Arc<dyn StdError + Send + Sync>),
    /// The engine refused: a stale version, or no room.
    Store(crate::Error),
}

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

impl ObjectError {
    /// The TypeError of an object that has no hash: "unhashable type: 'list'".
    ///
    /// ```
    /// use hedgerow::object::ObjectError;
    ///
    /// assert_eq!(ObjectError::unhashable("list").to_string(), "unhashable type: 'list'");
    /// ```
    pub fn unhashable(type_name: &str) -> Self {
        ObjectError::Type(format!("unhashable type: '{type_name}'"))
    }

    /// An error of the host's own.
    pub fn raised(error: impl StdError + Send + Sync + 'static) -> Self {
        ObjectError::Raised(Arc::new(error))
    }

    /// The name of the exception. A foreign object's own error, and the engine's, are
    /// "RuntimeError": only the host knows better.
    pub fn python_type(&self) -> &'static str {
        match self {
            ObjectError::Type(_) => "TypeError",
            ObjectError::Value(_) => "ValueError",
            ObjectError::Key(_) => "KeyError",
            ObjectError::Index(_) => "IndexError",
            ObjectError::Attribute(_) => "AttributeError",
            ObjectError::Recursion => "RecursionError",
            ObjectError::Overflow(_) => "OverflowError",
            ObjectError::Unicode(error) => match **error {
                UnicodeError::Encode { .. } => "UnicodeEncodeError",
                UnicodeError::Decode { .. } => "UnicodeDecodeError",
            },
            ObjectError::Runtime(_) | ObjectError::Raised(_) | ObjectError::Store(_) => {
                "RuntimeError"
            }
        }
    }
}

impl fmt::Display for ObjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ObjectError::Type(message)
            | ObjectError::Value(message)
            | ObjectError::Index(message)
            | ObjectError::Attribute(message)
            | ObjectError::Runtime(message)
            | ObjectError::Overflow(message) => f.write_str(message),
            ObjectError::Key(key) => match repr(key) {
                Ok(text) => f.write_str(&text),
                Err(error) => write!(f, "<a key whose repr failed: {}>", error.python_type()),
            },
            ObjectError::Recursion => f.write_str("maximum recursion depth exceeded"),
            ObjectError::Unicode(error) => error.fmt(f),
            ObjectError::Raised(error) => error.fmt(f),
            ObjectError::Store(error) => error.fmt(f),
        }
    }
}

impl StdError for ObjectError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            ObjectError::Unicode(error) => Some(&**error),
            ObjectError::Raised(error) => Some(&**error),
            ObjectError::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<crate::Error> for ObjectError {
    fn from(error: crate::Error) -> Self {
        ObjectError::Store(error)
    }
}

impl From<UnicodeError> for ObjectError {
    fn from(error: UnicodeError) -> Self {
        ObjectError::Unicode(Arc::new(error))
    }
}

impl From<crate::WithError<ObjectError>> for ObjectError {
    fn from(error: crate::WithError<ObjectError>) -> Self {
        match error {
            crate::WithError::Caller(error) => error,
            crate::WithError::Store(error) => ObjectError::Store(error),
        }
    }
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

impl StdError for UnicodeError {}

fn write_place(f: &mut fmt::Formatter<'_>, start: usize, end: usize) -> fmt::Result {
    if end == start + 1 {
        write!(f, " in position {start}")
    } else {
        write!(f, " in position {start}-{}", end.wrapping_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Errors;

    #[test]
    fn messages_are_pythons() {
        let key = ObjectError::Key(Value::tuple([Value::from("it's"), Value::from(1)]));
        assert_eq!((key.python_type(), key.to_string().as_str()), ("KeyError", "(\"it's\", 1)"));
        assert_eq!(ObjectError::Recursion.to_string(), "maximum recursion depth exceeded");
        let text = PyStr::from_utf16(&[0x61, 0xdfff]);
        let error = text.to_utf8(Errors::Strict).unwrap_err();
        assert!(error.source().is_some());
        let words = "'utf-8' codec can't encode character '\\udfff' in position 1: \
                     surrogates not allowed";
        assert_eq!(
            (error.python_type(), error.to_string().as_str()),
            ("UnicodeEncodeError", words)
        );
    }

    #[test]
    fn the_hosts_error_is_handed_on() {
        let error = ObjectError::raised(std::io::Error::other("the host's"));
        assert_eq!(error.to_string(), "the host's");
        let ObjectError::Raised(source) = &error else { panic!("{error:?}") };
        assert!(source.downcast_ref::<std::io::Error>().is_some());
        let store = hedgerow_error();
        assert_eq!(ObjectError::from(store).python_type(), "RuntimeError");
    }

    fn hedgerow_error() -> crate::Error {
        let mut store = crate::Store::<u8, u8>::new();
        let version = store.insert(store.empty(), 1, 1).unwrap();
        store.release(version).unwrap();
        store.release(version).unwrap_err()
    }
}
