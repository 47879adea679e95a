//! The operands of set operations.

use std::ops::ControlFlow;

use super::owned::Dict;
use super::set::Set;
use super::source::{elements_of, not_iterable};
use crate::object::eq::equal;
use crate::object::value::{FrozenSet, ObjectError, Value};

/// What [`Elements::visit`] calls for each element. It may fail, and it may end the iteration.
pub type Visit<'a> = &'a mut dyn FnMut(Value) -> Result<ControlFlow<()>, ObjectError>;

/// What kind of operand of a set operation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElementsKind {
    /// Neither a set nor a view: it is only iterated over.
    Iterable,
    /// A set or frozenset.
    Set,
    /// A view of keys or items.
    View,
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

/// A frozenset is a set; other values are what iterating over them gives.
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
