//! The operands of set operations.

use std::ops::ControlFlow;

use super::owned::Dict;
use super::shared::SharedDict;
use super::source::{elements_of, not_iterable};
use crate::object::eq::equal;
use crate::object::hash_policy::HashPolicy;
use crate::object::value::{FrozenSet, ObjectError, SetTable, Value};

/// What [`Elements::visit`] calls for each element. It may fail, and it may end the iteration.
pub type Visit<'a> = &'a mut dyn FnMut(Value) -> Result<ControlFlow<()>, ObjectError>;

/// What kind of operand of a set operation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ElementsKind {
    /// None of those below: it is only iterated over.
    Iterable,
    /// A dict: it is iterated over its keys.
    Dict,
    /// A set.
    Set,
    /// A frozenset.
    FrozenSet,
    /// A view of keys.
    Keys,
    /// A view of items.
    Items,
}

impl ElementsKind {
    /// Whether it is a set or a frozenset: CPython's `PyAnySet_Check`.
    #[must_use]
    pub fn is_set(self) -> bool {
        matches!(self, ElementsKind::Set | ElementsKind::FrozenSet)
    }

    /// Whether it is a view of keys or items.
    #[must_use]
    pub fn is_view(self) -> bool {
        matches!(self, ElementsKind::Keys | ElementsKind::Items)
    }
}

/// A set of this crate: a [`Set`](super::Set) or a [`FrozenSet`].
#[derive(Clone, Copy, Debug)]
pub struct SetRef<'a> {
    pub(super) table: &'a SetTable,
    pub(super) policy: &'a HashPolicy,
}

/// The operand of a set operation: a view, a set, a slice of values, or an iterable value.
pub trait Elements {
    /// What kind of operand this is.
    fn kind(&self) -> ElementsKind;

    /// The name of the type, for messages.
    fn type_name(&self) -> &str;

    /// The number of elements, if it is known.
    fn count(&self) -> Option<usize>;

    /// Calls `visit` for each element.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Type`] if this is not iterable, [`ObjectError::Runtime`] if it changes
    /// meanwhile, and what `visit` fails with.
    fn visit(&self, visit: Visit<'_>) -> Result<(), ObjectError>;

    /// `value in elements`.
    ///
    /// # Errors
    ///
    /// What the hash or the equality fails with.
    fn contains(&self, value: &Value) -> Result<bool, ObjectError> {
        let mut found = false;
        self.visit(&mut |element| {
            found = equal(&element, value)?;
            Ok(if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(found)
    }

    /// The set, if this is one of this crate. CPython copies a set as a whole, which gives another
    /// order than adding its items.
    fn as_set(&self) -> Option<SetRef<'_>> {
        None
    }

    /// A copy of the dict, if this is a view of its items.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Store`] if there is no room.
    fn copied_items(&self) -> Result<Option<Dict>, ObjectError> {
        Ok(None)
    }
}

impl Elements for FrozenSet {
    fn kind(&self) -> ElementsKind {
        ElementsKind::FrozenSet
    }

    fn type_name(&self) -> &str {
        "frozenset"
    }

    fn count(&self) -> Option<usize> {
        Some(self.len())
    }

    fn visit(&self, visit: Visit<'_>) -> Result<(), ObjectError> {
        visit_all(self.iter(), visit)
    }

    fn contains(&self, value: &Value) -> Result<bool, ObjectError> {
        FrozenSet::contains(self, value)
    }

    fn as_set(&self) -> Option<SetRef<'_>> {
        Some(SetRef { table: &self.table, policy: &self.policy })
    }
}

/// The keys.
impl Elements for Dict {
    fn kind(&self) -> ElementsKind {
        ElementsKind::Dict
    }

    fn type_name(&self) -> &str {
        "dict"
    }

    fn count(&self) -> Option<usize> {
        Some(self.len())
    }

    fn visit(&self, visit: Visit<'_>) -> Result<(), ObjectError> {
        visit_all(self.iter().map(|(key, _)| key), visit)
    }

    fn contains(&self, value: &Value) -> Result<bool, ObjectError> {
        self.contains_key(value)
    }
}

/// The keys.
impl Elements for SharedDict {
    fn kind(&self) -> ElementsKind {
        ElementsKind::Dict
    }

    fn type_name(&self) -> &str {
        "dict"
    }

    fn count(&self) -> Option<usize> {
        Some(self.len())
    }

    fn visit(&self, visit: Visit<'_>) -> Result<(), ObjectError> {
        self.keys().visit(visit)
    }

    fn contains(&self, value: &Value) -> Result<bool, ObjectError> {
        self.contains_key(value)
    }
}

/// A list of values.
impl Elements for [Value] {
    fn kind(&self) -> ElementsKind {
        ElementsKind::Iterable
    }

    fn type_name(&self) -> &str {
        "list"
    }

    fn count(&self) -> Option<usize> {
        Some(self.len())
    }

    fn visit(&self, visit: Visit<'_>) -> Result<(), ObjectError> {
        visit_all(self.iter(), visit)
    }
}

/// A list of values.
impl<const N: usize> Elements for [Value; N] {
    fn kind(&self) -> ElementsKind {
        ElementsKind::Iterable
    }

    fn type_name(&self) -> &str {
        "list"
    }

    fn count(&self) -> Option<usize> {
        Some(N)
    }

    fn visit(&self, visit: Visit<'_>) -> Result<(), ObjectError> {
        visit_all(self.iter(), visit)
    }
}

/// A frozenset or a [`SharedDict`] is what it is; other values are what iterating over them gives.
impl Elements for Value {
    fn kind(&self) -> ElementsKind {
        match (self, as_dict(self)) {
            (Value::FrozenSet(_), _) => ElementsKind::FrozenSet,
            (_, Some(_)) => ElementsKind::Dict,
            _ => ElementsKind::Iterable,
        }
    }

    fn type_name(&self) -> &str {
        Value::type_name(self)
    }

    fn count(&self) -> Option<usize> {
        match self {
            Value::FrozenSet(set) => Some(set.len()),
            _ => as_dict(self).map(SharedDict::len),
        }
    }

    fn visit(&self, visit: Visit<'_>) -> Result<(), ObjectError> {
        if let Some(dict) = as_dict(self) {
            return dict.visit(visit);
        }
        let elements = elements_of(self).ok_or_else(|| not_iterable(self.type_name()))?;
        visit_all(elements.iter(), visit)
    }

    fn contains(&self, value: &Value) -> Result<bool, ObjectError> {
        match (self, as_dict(self)) {
            (Value::FrozenSet(set), _) => set.contains(value),
            (_, Some(dict)) => dict.contains_key(value),
            _ => Elements::contains(elements_of(self).unwrap_or_default().as_slice(), value),
        }
    }

    fn as_set(&self) -> Option<SetRef<'_>> {
        match self {
            Value::FrozenSet(set) => set.as_set(),
            _ => None,
        }
    }
}

fn as_dict(value: &Value) -> Option<&SharedDict> {
    match value {
        Value::Object(object) => object.downcast_ref(),
        _ => None,
    }
}

pub(super) fn visit_all<'a>(
    elements: impl Iterator<Item = &'a Value>,
    visit: Visit<'_>,
) -> Result<(), ObjectError> {
    for element in elements {
        if visit(element.clone())?.is_break() {
            break;
        }
    }
    Ok(())
}
