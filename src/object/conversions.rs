//! Rust's own types as values.

use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::bytes::PyBytes;
use super::str::PyStr;
use super::value::{ObjectRef, Value};

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Value::Int(i64::from(value))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        match i64::try_from(value) {
            Ok(value) => Value::Int(value),
            Err(_) => Value::BigInt(Arc::new(BigInt::from(value))),
        }
    }
}

impl From<i128> for Value {
    fn from(value: i128) -> Self {
        match i64::try_from(value) {
            Ok(value) => Value::Int(value),
            Err(_) => Value::BigInt(Arc::new(BigInt::from(value))),
        }
    }
}

impl From<BigInt> for Value {
    fn from(value: BigInt) -> Self {
        match value.to_i64() {
            Some(value) => Value::Int(value),
            None => Value::BigInt(Arc::new(value)),
        }
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::Str(PyStr::from(value))
    }
}

impl From<PyStr> for Value {
    fn from(value: PyStr) -> Self {
        Value::Str(value)
    }
}

impl From<PyBytes> for Value {
    fn from(value: PyBytes) -> Self {
        Value::Bytes(value)
    }
}

impl From<ObjectRef> for Value {
    fn from(value: ObjectRef) -> Self {
        Value::Object(value)
    }
}
