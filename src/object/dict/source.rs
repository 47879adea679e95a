//! What a dict can be updated from, and what iterating over a value gives.

use super::owned::Dict;
use super::persistent::PersistentDict;
use super::shared::SharedDict;
use crate::object::clip::clip;
use crate::object::str::PyStr;
use crate::object::value::{ObjectError, Value};

/// What happens to keys that are there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Merge {
    /// They keep their values: `PyDict_Merge(a, b, 0)`.
    IfAbsent,
    /// They get the new values: `dict.update`.
    #[default]
    Replace,
    /// They are a KeyError: `f(**a, **b)`.
    Unique,
}

/// A mapping of the runtime that is no dict: it has `keys()` and `__getitem__`.
pub trait Mapping {
    /// Iterates over its keys.
    ///
    /// # Errors
    ///
    /// What user code raises, here and at each key.
    fn keys(&self) -> Result<MappingKeys<'_>, ObjectError>;

    /// `mapping[key]`.
    ///
    /// # Errors
    ///
    /// What user code raises.
    fn get_item(&self, key: &Value) -> Result<Value, ObjectError>;

    /// The name of its type, for messages.
    fn type_name(&self) -> &str {
        "mapping"
    }
}

/// An iterator over the keys of a [`Mapping`].
pub type MappingKeys<'a> = Box<dyn Iterator<Item = Result<Value, ObjectError>> + 'a>;

/// What a dict can be updated from.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Source<'a> {
    /// A dict.
    Dict(&'a Dict),
    /// A shared dict.
    Shared(&'a SharedDict),
    /// A persistent dict.
    Persistent(&'a PersistentDict),
    /// Any other mapping.
    Mapping(&'a dyn Mapping),
    /// A dict as a value, or an iterable of pairs.
    Value(&'a Value),
}

impl<'a> From<&'a Dict> for Source<'a> {
    fn from(dict: &'a Dict) -> Self {
        Source::Dict(dict)
    }
}

impl<'a> From<&'a SharedDict> for Source<'a> {
    fn from(dict: &'a SharedDict) -> Self {
        Source::Shared(dict)
    }
}

impl<'a> From<&'a PersistentDict> for Source<'a> {
    fn from(dict: &'a PersistentDict) -> Self {
        Source::Persistent(dict)
    }
}

impl<'a> From<&'a dyn Mapping> for Source<'a> {
    fn from(mapping: &'a dyn Mapping) -> Self {
        Source::Mapping(mapping)
    }
}

impl<'a> From<&'a Value> for Source<'a> {
    fn from(value: &'a Value) -> Self {
        Source::Value(value)
    }
}

impl Source<'_> {
    /// The name of the type, for messages.
    pub(super) fn type_name(&self) -> &str {
        match self {
            Source::Dict(_) | Source::Shared(_) => "dict",
            Source::Persistent(_) => "PersistentDict",
            Source::Mapping(mapping) => mapping.type_name(),
            Source::Value(value) => value.type_name(),
        }
    }

    /// Turns a value that is a dict into that dict.
    pub(super) fn resolved(self) -> Self {
        let Source::Value(Value::Object(object)) = self else { return self };
        match (object.downcast_ref(), object.downcast_ref()) {
            (Some(shared), _) => Source::Shared(shared),
            (_, Some(persistent)) => Source::Persistent(persistent),
            _ => self,
        }
    }
}

/// What Python gets by iterating over a value: the characters of a str, the ints of bytes, the
/// items of a tuple or frozenset, the keys of a [`SharedDict`] or [`PersistentDict`]. `None` for a
/// value that is not iterable, and for other objects, which only the runtime knows.
#[must_use]
pub fn elements_of(value: &Value) -> Option<Vec<Value>> {
    let of_point = |point| PyStr::from_code_points([point]).map(Value::Str);
    match value {
        Value::Str(text) => text.chars().map(of_point).collect::<Result<_, _>>().ok(),
        Value::Bytes(bytes) => Some(bytes.iter().map(|&byte| i64::from(byte).into()).collect()),
        Value::Tuple(tuple) => Some(tuple.items().to_vec()),
        Value::FrozenSet(set) => Some(set.iter().cloned().collect()),
        Value::Object(_) => match Source::Value(value).resolved() {
            Source::Shared(dict) => {
                Some(dict.to_dict().iter().map(|(key, _)| key.clone()).collect())
            }
            Source::Persistent(dict) => Some(dict.keys().collect()),
            _ => None,
        },
        _ => None,
    }
}

/// The TypeError of iterating over what is not iterable.
pub(super) fn not_iterable(type_name: &str) -> ObjectError {
    ObjectError::Type(format!("'{}' object is not iterable", clip(type_name, 200)))
}
