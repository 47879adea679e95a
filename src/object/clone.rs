//! Cloning a value.
//!
//! Not derived: ints and strs are most of what is cloned, and are asked for before the rest.

use std::sync::Arc;

use super::value::Value;

impl Clone for Value {
    #[inline]
    fn clone(&self) -> Value {
        match self {
            Value::Int(int) => Value::Int(*int),
            Value::Str(text) => Value::Str(text.clone()),
            _ => clone_other(self),
        }
    }
}

fn clone_other(value: &Value) -> Value {
    match value {
        Value::None => Value::None,
        Value::Ellipsis => Value::Ellipsis,
        Value::Bool(bool) => Value::Bool(*bool),
        Value::Int(int) => Value::Int(*int),
        Value::BigInt(int) => Value::BigInt(Arc::clone(int)),
        Value::Float(float) => Value::Float(*float),
        Value::Complex(complex) => Value::Complex(Arc::clone(complex)),
        Value::Str(text) => Value::Str(text.clone()),
        Value::Bytes(bytes) => Value::Bytes(bytes.clone()),
        Value::Tuple(tuple) => Value::Tuple(Arc::clone(tuple)),
        Value::FrozenSet(set) => Value::FrozenSet(Arc::clone(set)),
        Value::Object(object) => Value::Object(object.clone()),
    }
}
