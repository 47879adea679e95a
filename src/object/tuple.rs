//! Tuples.

use std::sync::Arc;

use super::value::Value;

/// The items of a tuple, in a row.
///
/// Dropping one takes constant stack, however deep tuples nest.
#[derive(Clone, Debug)]
pub struct Tuple {
    items: Box<[Value]>,
}

impl Tuple {
    /// A tuple of these items.
    pub fn new(items: impl IntoIterator<Item = Value>) -> Self {
        Tuple { items: items.into_iter().collect() }
    }

    /// The items.
    pub fn items(&self) -> &[Value] {
        &self.items
    }

    /// How many items.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl Drop for Tuple {
    fn drop(&mut self) {
        if self.items.iter().any(nests) {
            drop_flat(std::mem::take(&mut self.items).into_vec());
        }
    }
}

/// Whether dropping the value may drop further values.
pub(super) fn nests(value: &Value) -> bool {
    matches!(value, Value::Tuple(_) | Value::FrozenSet(_))
}

/// Drops values one after the other, each container's items before the next: the compiler's own
/// way nests one call for each level.
pub(super) fn drop_flat(mut values: Vec<Value>) {
    while let Some(value) = values.pop() {
        match value {
            Value::Tuple(tuple) => {
                if let Some(mut tuple) = Arc::into_inner(tuple) {
                    values.append(&mut std::mem::take(&mut tuple.items).into_vec());
                }
            }
            Value::FrozenSet(set) => {
                if let Some(mut set) = Arc::into_inner(set) {
                    values.extend(set.take_items());
                }
            }
            _ => {}
        }
    }
}
