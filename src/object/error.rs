//! Python's names and messages for what fails.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use super::clip::clip;
use super::hash_policy::HashPolicy;
use super::python_version::PythonVersion;
use super::repr::{repr, repr_for};
use super::str::UnicodeError;
use super::value::{ObjectError, Value};

/// What a value was to be hashed for.
#[derive(Clone, Copy)]
pub(super) enum Use {
    DictKey,
    SetElement,
}

impl ObjectError {
    /// The TypeError of an object that has no hash: "unhashable type: 'list'".
    ///
    /// ```
    /// use hedgerow::object::ObjectError;
    ///
    /// assert_eq!(ObjectError::unhashable("list").to_string(), "unhashable type: 'list'");
    /// ```
    #[must_use]
    pub fn unhashable(type_name: &str) -> Self {
        ObjectError::Type(format!("unhashable type: '{}'", clip(type_name, 200)))
    }

    /// The error with which a container refuses a value whose hash failed with this one. From 3.14
    /// on it names the container, if the hash raised a TypeError.
    #[cold]
    pub(super) fn refuses(self, value: &Value, what: Use, policy: &HashPolicy) -> Self {
        match self {
            ObjectError::Type(why) if policy.python >= PythonVersion::V3_14 => {
                let what = match what {
                    Use::DictKey => "dict key",
                    Use::SetElement => "set element",
                };
                ObjectError::Type(format!("cannot use '{}' as a {what} ({why})", value.type_name()))
            }
            other => other,
        }
    }

    /// The KeyError of a mapping under this policy. Its text has the characters of the policy's
    /// Python.
    ///
    /// ```
    /// use hedgerow::object::{HashPolicy, ObjectError, PythonVersion};
    ///
    /// let old = HashPolicy { python: PythonVersion::V3_12, ..HashPolicy::random() };
    /// let key = "\u{31ef}"; // assigned by Unicode 15.1
    /// assert_eq!(ObjectError::missing(key.into(), &old).to_string(), r"'\u31ef'");
    /// let new = HashPolicy::random();
    /// assert_eq!(ObjectError::missing(key.into(), &new).to_string(), "'\u{31ef}'");
    /// ```
    #[must_use]
    pub fn missing(key: Value, policy: &HashPolicy) -> Self {
        ObjectError::Key(key, policy.python.unicode())
    }

    /// An error of user code.
    pub fn raised(error: impl StdError + Send + Sync + 'static) -> Self {
        ObjectError::Raised(Arc::new(error))
    }

    /// The name of the exception. For [`Raised`](ObjectError::Raised) and
    /// [`Store`](ObjectError::Store) it is "RuntimeError": only the runtime knows better.
    #[must_use]
    pub fn python_type(&self) -> &'static str {
        match self {
            ObjectError::Type(_) => "TypeError",
            ObjectError::Value(_) => "ValueError",
            ObjectError::Key(..) => "KeyError",
            ObjectError::Lookup(_) => "LookupError",
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
            ObjectError::Key(key, unicode) => write_key(f, repr_for(key, *unicode)),
            ObjectError::Lookup(key) => write_key(f, repr(key)),
            ObjectError::Recursion => f.write_str("maximum recursion depth exceeded"),
            ObjectError::Unicode(error) => error.fmt(f),
            ObjectError::Raised(error) => error.fmt(f),
            ObjectError::Store(error) => error.fmt(f),
        }
    }
}

fn write_key(f: &mut fmt::Formatter<'_>, text: Result<String, ObjectError>) -> fmt::Result {
    match text {
        Ok(text) => f.write_str(&text),
        Err(error) => write!(f, "<a key whose repr failed: {}>", error.python_type()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Errors, PyStr};

    #[test]
    fn messages_are_those_of_python() {
        let key = Value::tuple([Value::from("it's"), Value::from(1)]);
        let key = ObjectError::missing(key, &HashPolicy::cpython(0));
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
    fn an_error_of_user_code_is_passed_on() {
        let error = ObjectError::raised(std::io::Error::other("the user's"));
        assert_eq!(error.to_string(), "the user's");
        let ObjectError::Raised(source) = &error else { panic!("{error:?}") };
        assert!(source.downcast_ref::<std::io::Error>().is_some());
        let stale = stale_version();
        assert_eq!(ObjectError::from(stale).python_type(), "RuntimeError");
    }

    fn stale_version() -> crate::Error {
        let mut store = crate::Store::<u8, u8>::new();
        let version = store.insert(store.empty(), 1, 1).unwrap();
        store.release(version).unwrap();
        store.release(version).unwrap_err()
    }
}
