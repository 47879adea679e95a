//! `dict.keys()`, `dict.values()` and `dict.items()`: views that show the dict as it is now, after
//! those of `Objects/dictobject.c`.

use std::ops::ControlFlow;

use super::cursor::DictCursor;
use super::elements::{Elements, ElementsKind, Visit};
use super::iter::{Iter, Keys, Values};
use super::owned::Dict;
use super::set_operations::SetView;
use super::shared::SharedDict;
use crate::object::eq::equal;
use crate::object::hash_policy::HashPolicy;
use crate::object::python_version::Unicode;
use crate::object::repr::repr_for;
use crate::object::value::{ObjectError, Value};

/// A reference to the dict of a view: `&Dict`, [`SharedDict`], or the
/// [`ProxyRef`](crate::object::ProxyRef) of a type.
pub trait DictRef: Clone {
    /// The policy under which keys are hashed.
    fn policy(&self) -> &HashPolicy;

    /// The number of entries now.
    fn len(&self) -> usize;

    /// Whether there are no entries now.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The stored key that is equal to a key, and its value.
    ///
    /// # Errors
    ///
    /// As [`Dict::get`].
    fn entry(&self, key: &Value) -> Result<Option<(Value, Value)>, ObjectError>;

    /// As [`Dict::cursor`].
    fn cursor(&self) -> DictCursor;

    /// As [`Dict::advance`].
    ///
    /// # Errors
    ///
    /// As there.
    fn advance(&self, cursor: &mut DictCursor) -> Result<Option<(Value, Value)>, ObjectError>;

    /// As [`Dict::copied`].
    ///
    /// # Errors
    ///
    /// [`ObjectError::Store`] if there is no room.
    fn copied(&self) -> Result<Dict, ObjectError>;
}

impl DictRef for &Dict {
    fn policy(&self) -> &HashPolicy {
        Dict::policy(self)
    }

    fn len(&self) -> usize {
        Dict::len(self)
    }

    fn entry(&self, key: &Value) -> Result<Option<(Value, Value)>, ObjectError> {
        Ok(self.get_key_value(key)?.map(|(key, value)| (key.clone(), value.clone())))
    }

    fn cursor(&self) -> DictCursor {
        Dict::cursor(self)
    }

    fn advance(&self, cursor: &mut DictCursor) -> Result<Option<(Value, Value)>, ObjectError> {
        Ok(Dict::advance(self, cursor)?.map(|(key, value)| (key.clone(), value.clone())))
    }

    fn copied(&self) -> Result<Dict, ObjectError> {
        Ok(Dict::copied(self))
    }
}

impl DictRef for SharedDict {
    fn policy(&self) -> &HashPolicy {
        SharedDict::policy(self)
    }

    fn len(&self) -> usize {
        SharedDict::len(self)
    }

    fn entry(&self, key: &Value) -> Result<Option<(Value, Value)>, ObjectError> {
        self.get_key_value(key)
    }

    fn cursor(&self) -> DictCursor {
        SharedDict::cursor(self)
    }

    fn advance(&self, cursor: &mut DictCursor) -> Result<Option<(Value, Value)>, ObjectError> {
        SharedDict::advance(self, cursor)
    }

    fn copied(&self) -> Result<Dict, ObjectError> {
        Ok(self.to_dict())
    }
}

impl Dict {
    /// `dict.keys()`: a view with the operations of a set.
    #[must_use]
    pub fn keys(&self) -> KeysView<&Dict> {
        KeysView(self)
    }

    /// `dict.values()`.
    #[must_use]
    pub fn values(&self) -> ValuesView<&Dict> {
        ValuesView(self)
    }

    /// `dict.items()`: a view with the operations of a set of pairs.
    #[must_use]
    pub fn items(&self) -> ItemsView<&Dict> {
        ItemsView(self)
    }
}

impl SharedDict {
    /// `dict.keys()`: a view with the operations of a set.
    #[must_use]
    pub fn keys(&self) -> KeysView<SharedDict> {
        KeysView(self.clone())
    }

    /// `dict.values()`.
    #[must_use]
    pub fn values(&self) -> ValuesView<SharedDict> {
        ValuesView(self.clone())
    }

    /// `dict.items()`: a view with the operations of a set of pairs.
    #[must_use]
    pub fn items(&self) -> ItemsView<SharedDict> {
        ItemsView(self.clone())
    }
}

/// `dict.keys()`. Its set operations are those of [`SetView`].
#[derive(Clone, Debug)]
pub struct KeysView<D>(pub(in crate::object) D);

/// `dict.values()`.
#[derive(Clone, Debug)]
pub struct ValuesView<D>(pub(in crate::object) D);

/// `dict.items()`. Its set operations are those of [`SetView`], on tuples of two.
#[derive(Clone, Debug)]
pub struct ItemsView<D>(pub(in crate::object) D);

macro_rules! view {
    ($name:ident, $type_name:literal, $pick:expr) => {
        impl<D: DictRef> $name<D> {
            /// The number of entries now.
            pub fn len(&self) -> usize {
                self.0.len()
            }

            /// Whether there are no entries now.
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// The dict: Python's `view.mapping`.
            pub fn dict(&self) -> &D {
                &self.0
            }

            /// `repr(view)`.
            ///
            /// # Errors
            ///
            /// What the repr of a key or value fails with.
            pub fn repr(&self) -> Result<String, ObjectError> {
                let unicode = self.0.policy().python.unicode();
                let for_each = |visit: Visit<'_>| for_each(&self.0, |pair| visit($pick(pair)));
                repr_of($type_name, unicode, for_each)
            }
        }
    };
}

view!(KeysView, "dict_keys", |(key, _)| key);
view!(ValuesView, "dict_values", |(_, value)| value);
view!(ItemsView, "dict_items", |(key, value)| Value::tuple([key, value]));

impl<'a> KeysView<&'a Dict> {
    /// The keys; `rev()` is Python's `reversed`.
    #[must_use]
    pub fn iter(&self) -> Keys<'a> {
        Keys(self.0.iter())
    }
}

impl<'a> ValuesView<&'a Dict> {
    /// The values; `rev()` is Python's `reversed`.
    #[must_use]
    pub fn iter(&self) -> Values<'a> {
        Values(self.0.iter())
    }
}

impl<'a> ItemsView<&'a Dict> {
    /// The keys and values; `rev()` is Python's `reversed`.
    #[must_use]
    pub fn iter(&self) -> Iter<'a> {
        self.0.iter()
    }
}

impl<D: DictRef> ValuesView<D> {
    /// `value in dict.values()`: O(entries).
    ///
    /// # Errors
    ///
    /// What the equality of a value fails with.
    pub fn contains(&self, value: &Value) -> Result<bool, ObjectError> {
        let mut found = false;
        for_each(&self.0, |(_, stored)| {
            found = equal(&stored, value)?;
            Ok(if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(found)
    }
}

impl<D: DictRef> Elements for KeysView<D> {
    fn kind(&self) -> ElementsKind {
        ElementsKind::Keys
    }

    fn type_name(&self) -> &str {
        "dict_keys"
    }

    fn count(&self) -> Option<usize> {
        Some(self.len())
    }

    fn visit(&self, visit: Visit<'_>) -> Result<(), ObjectError> {
        for_each(&self.0, |(key, _)| visit(key))
    }

    fn contains(&self, value: &Value) -> Result<bool, ObjectError> {
        Ok(self.0.entry(value)?.is_some())
    }
}

impl<D: DictRef> SetView for KeysView<D> {
    fn policy(&self) -> &HashPolicy {
        self.0.policy()
    }
}

impl<D: DictRef> Elements for ItemsView<D> {
    fn kind(&self) -> ElementsKind {
        ElementsKind::Items
    }

    fn type_name(&self) -> &str {
        "dict_items"
    }

    fn count(&self) -> Option<usize> {
        Some(self.len())
    }

    fn visit(&self, visit: Visit<'_>) -> Result<(), ObjectError> {
        for_each(&self.0, |(key, value)| visit(Value::tuple([key, value])))
    }

    /// Whether the value is a tuple of a key of the dict and an equal value.
    fn contains(&self, value: &Value) -> Result<bool, ObjectError> {
        let Value::Tuple(pair) = value else { return Ok(false) };
        let [key, value] = pair.items() else { return Ok(false) };
        match self.0.entry(key)? {
            Some((_, found)) => equal(&found, value),
            None => Ok(false),
        }
    }

    fn copied_items(&self) -> Result<Option<Dict>, ObjectError> {
        self.0.copied().map(Some)
    }
}

impl<D: DictRef> SetView for ItemsView<D> {
    fn policy(&self) -> &HashPolicy {
        self.0.policy()
    }
}

/// Calls `visit` for each entry, until that breaks.
fn for_each<D: DictRef>(
    dict: &D,
    mut visit: impl FnMut((Value, Value)) -> Result<ControlFlow<()>, ObjectError>,
) -> Result<(), ObjectError> {
    let mut cursor = dict.cursor();
    while let Some(pair) = dict.advance(&mut cursor)? {
        if visit(pair)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// `name([a, b, ...])`.
fn repr_of(
    name: &str,
    unicode: Unicode,
    for_each: impl FnOnce(Visit<'_>) -> Result<(), ObjectError>,
) -> Result<String, ObjectError> {
    let mut items = Vec::new();
    for_each(&mut |value| {
        items.push(repr_for(&value, unicode)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(format!("{name}([{}])", items.join(", ")))
}
