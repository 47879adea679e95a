//! What can be the operand of a set operation.

use std::ops::ControlFlow;

use super::owned::Dict;
use super::set::Set;
use super::source::{elements_of, not_iterable};
use crate::object::eq::equal;
use crate::object::value::{FrozenSet, ObjectError, Value};

/// What a walk over [`Elements`] calls; it may fail, and may end the walk.
pub type Visit<'a> = &'a mut dyn FnMut(Value) -> Result<ControlFlow<()>, ObjectError>;

/// How the operand of a set operation is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementsKind {
    /// It is iterated over.
    Iterable,
    /// A set or frozenset.
    Set,
    /// A view of keys or items.
    View,
}

/// The operand of a set operation: views, sets, slices of values, and values that are iterable.
pub trait Elements {
    /// How it is used.
    fn kind(&self) -> ElementsKind;

    /// The name of its type, for messages.
    fn type_name(&self) -> &str;

    /// How many elements there are, if that is known.
    fn count(&self) -> Option<usize>;

    /// Hands each element on.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Type`] if it cannot be iterated over, [`ObjectError::Runtime`] if it changed
    /// meanwhile; what `visit` fails with.
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

    /// A copy of the dict, if this is a view of its items.
    fn copied_items(&self) -> Option<Dict> {
        None
    }
}

impl Elements for Set {
    fn kind(&self) -> ElementsKind {
        ElementsKind::Set
    }

    fn type_name(&self) -> &str {
        "set"
    }

    fn count(&self) -> Option<usize> {
        Some(self.len())
    }

    fn visit(&self, visit: Visit<'_>) -> Result<(), ObjectError> {
        visit_all(self.iter(), visit)
    }

    fn contains(&self, value: &Value) -> Result<bool, ObjectError> {
        Set::contains(self, value)
    }
}

impl Elements for FrozenSet {
    fn kind(&self) -> ElementsKind {
        ElementsKind::Set
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

/// A value: a frozenset is a set, and others are what iterating over them gives.
impl Elements for Value {
    fn kind(&self) -> ElementsKind {
        match self {
            Value::FrozenSet(_) => ElementsKind::Set,
            _ => ElementsKind::Iterable,
        }
    }

    fn type_name(&self) -> &str {
        Value::type_name(self)
    }

    fn count(&self) -> Option<usize> {
        match self {
            Value::FrozenSet(set) => Some(set.len()),
            _ => None,
        }
    }

    fn visit(&self, visit: Visit<'_>) -> Result<(), ObjectError> {
        let elements = elements_of(self).ok_or_else(|| not_iterable(self.type_name()))?;
        visit_all(elements.iter(), visit)
    }

    fn contains(&self, value: &Value) -> Result<bool, ObjectError> {
        match self {
            Value::FrozenSet(set) => set.contains(value),
            _ => Elements::contains(elements_of(self).unwrap_or_default().as_slice(), value),
        }
    }
}

fn visit_all<'a>(
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
