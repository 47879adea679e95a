//! Values as numbers, text and items, and what Python says where they are none.

use hedgerow::object::{ObjectError, ObjectRef, PyStr, SharedDict, Value};
use num_traits::ToPrimitive;

use super::types::{
    KIND_BOOL, KIND_BYTES, KIND_COMPLEX, KIND_DICT, KIND_ELLIPSIS, KIND_FLOAT, KIND_FROZENSET,
    KIND_INT, KIND_NONE, KIND_OBJECT, KIND_STR, KIND_TUPLE,
};

/// One of the kinds of the header.
pub(crate) fn kind(value: &Value) -> u32 {
    match value {
        Value::None => KIND_NONE,
        Value::Ellipsis => KIND_ELLIPSIS,
        Value::Bool(_) => KIND_BOOL,
        Value::Int(_) | Value::BigInt(_) => KIND_INT,
        Value::Float(_) => KIND_FLOAT,
        Value::Complex(_) => KIND_COMPLEX,
        Value::Str(_) => KIND_STR,
        Value::Bytes(_) => KIND_BYTES,
        Value::Tuple(_) => KIND_TUPLE,
        Value::FrozenSet(_) => KIND_FROZENSET,
        Value::Object(foreign) if dict(foreign).is_some() => KIND_DICT,
        Value::Object(_) => KIND_OBJECT,
    }
}

fn dict(foreign: &ObjectRef) -> Option<&SharedDict> {
    foreign.downcast_ref()
}

/// `a is b`. Each time that a dict is made into a value, that is another object of the same dict.
pub(crate) fn is(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(left), Value::Object(right)) => match (dict(left), dict(right)) {
            (Some(left), Some(right)) => left.is(right),
            _ => left.is(right),
        },
        _ => hedgerow::object::is(a, b),
    }
}

/// `bool(value)`: `PyObject_IsTrue`.
pub(crate) fn to_bool(value: &Value) -> bool {
    match value {
        Value::None => false,
        Value::Bool(bool) => *bool,
        Value::Int(int) => *int != 0,
        Value::BigInt(int) => int.bits() != 0,
        Value::Float(float) => *float != 0.0,
        Value::Complex(complex) => complex.real != 0.0 || complex.imag != 0.0,
        _ => length(value).is_none_or(|length| length != 0),
    }
}

/// `PyLong_AsLongLong`.
pub(crate) fn to_int64(value: &Value) -> Result<i64, ObjectError> {
    let int = match value {
        Value::Bool(bool) => Some(i64::from(*bool)),
        Value::Int(int) => Some(*int),
        Value::BigInt(int) => int.to_i64(),
        _ => {
            let name = value.type_name();
            let words = "object cannot be interpreted as an integer";
            return Err(ObjectError::Type(format!("'{name}' {words}")));
        }
    };
    int.ok_or_else(|| ObjectError::Overflow("int too big to convert".to_owned()))
}

/// `PyFloat_AsDouble`.
pub(crate) fn to_double(value: &Value) -> Result<f64, ObjectError> {
    let float = match value {
        Value::Float(float) => return Ok(*float),
        Value::Bool(bool) => Some(f64::from(u8::from(*bool))),
        Value::Int(int) => int.to_f64(),
        Value::BigInt(int) => int.to_f64(),
        _ => {
            let words = format!("must be real number, not {}", value.type_name());
            return Err(ObjectError::Type(words));
        }
    };
    let finite = float.filter(|float| float.is_finite());
    finite.ok_or_else(|| ObjectError::Overflow("int too large to convert to float".to_owned()))
}

/// `PyComplex_AsCComplex`: the real and the imaginary part.
pub(crate) fn to_complex(value: &Value) -> Result<(f64, f64), ObjectError> {
    match value {
        Value::Complex(complex) => Ok((complex.real, complex.imag)),
        _ => Ok((to_double(value)?, 0.0)),
    }
}

pub(crate) fn to_str(value: &Value) -> Result<&PyStr, ObjectError> {
    match value {
        Value::Str(text) => Ok(text),
        _ => Err(ObjectError::Type(format!("expected str, got {}", value.type_name()))),
    }
}

pub(crate) fn to_bytes(value: &Value) -> Result<&[u8], ObjectError> {
    match value {
        Value::Bytes(bytes) => Ok(bytes),
        _ => Err(ObjectError::Type(format!("expected bytes, got {}", value.type_name()))),
    }
}

/// The dict that a value is.
pub(crate) fn to_dict(value: &Value) -> Result<SharedDict, ObjectError> {
    let found = match value {
        Value::Object(foreign) => dict(foreign).cloned(),
        _ => None,
    };
    found.ok_or_else(|| ObjectError::Type(format!("expected dict, got {}", value.type_name())))
}

/// `len(value)`, of what has a length.
pub(crate) fn length(value: &Value) -> Option<usize> {
    match value {
        Value::Str(text) => Some(text.length()),
        Value::Bytes(bytes) => Some(bytes.len()),
        Value::Tuple(tuple) => Some(tuple.len()),
        Value::FrozenSet(set) => Some(set.len()),
        Value::Object(foreign) => dict(foreign).map(SharedDict::len),
        _ => None,
    }
}

/// The item at an index: of a str a str, of bytes an int, of a frozenset in the order of its slots.
pub(crate) fn item(value: &Value, index: usize) -> Result<Value, ObjectError> {
    let found = match value {
        Value::Str(text) => match text.get(index) {
            Some(point) => Some(Value::Str(PyStr::from_code_points([point])?)),
            None => None,
        },
        Value::Bytes(bytes) => bytes.get(index).map(|&byte| Value::from(i64::from(byte))),
        Value::Tuple(tuple) => tuple.items().get(index).cloned(),
        Value::FrozenSet(set) => set.iter().nth(index).cloned(),
        _ => {
            let name = value.type_name();
            return Err(ObjectError::Type(format!("'{name}' object is not subscriptable")));
        }
    };
    found.ok_or_else(|| {
        ObjectError::Index(match value {
            Value::Str(_) => "string index out of range".to_owned(),
            Value::Bytes(_) => "index out of range".to_owned(),
            _ => format!("{} index out of range", value.type_name()),
        })
    })
}
