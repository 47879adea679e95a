//! What a value is: its kind, length, items, hash, equality, identity and repr.

use std::ffi::c_char;

use hedgerow::object::{self, ObjectError, ObjectRef, PyStr, SharedDict, Value};

use super::error::{CallError, with_error_message};
use super::handle::{CValue, give, give_bool, handle_in, write_text};
use super::policy::{policy_of, version_of};
use super::types::{
    CPolicy, KIND_BOOL, KIND_BYTES, KIND_COMPLEX, KIND_DICT, KIND_ELLIPSIS, KIND_FLOAT,
    KIND_FROZENSET, KIND_INT, KIND_NONE, KIND_OBJECT, KIND_STR, KIND_TUPLE,
};
use crate::pointers::{buffer, content, out, read};
use crate::room::{Spare, try_collect};
use crate::status::Status;

/// The kind of a value: `HEDGEROW_KIND_NONE` and so on.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_kind(value: *const CValue, kind: *mut u32) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (value, kind) = unsafe { (content(value)?, out(kind)?) };
        kind.set(kind_of(&value));
        Ok(Status::Ok)
    })
}

/// `len(value)`: code points of a str, bytes, items of a tuple or frozenset, entries of a dict.
///
/// Returns OK; POINTER, TYPE_ERROR.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_length(value: *const CValue, length: *mut usize) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (value, length) = unsafe { (content(value)?, out(length)?) };
        length.set(length_of(&value).ok_or_else(|| {
            ObjectError::Type(format!("object of type '{}' has no len()", value.type_name()))
        })?);
        Ok(Status::Ok)
    })
}

/// The item at an index, from 0: of a tuple its item, of a str a str, of bytes an int, of a
/// frozenset the item at this position of its order, found in O(n).
///
/// Returns OK; POINTER, TYPE_ERROR, INDEX_ERROR.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_item(
    value: *const CValue,
    index: usize,
    item: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (value, item) = unsafe { (content(value)?, out(item)?) };
        give(&item, item_of(&value, index)?)
    })
}

/// Writes the items of a tuple or frozenset, of a str its code points as strs, of bytes its
/// numbers: values that the caller frees. `length` becomes their number, also if the array is too
/// short (and nothing else is written). O(n).
///
/// Returns OK; POINTER, ARGUMENT, SHORT, MEMORY, TYPE_ERROR.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_items(
    value: *const CValue,
    items: *mut *mut CValue,
    capacity: usize,
    length: *mut usize,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3, C4.
        let (value, items, length) =
            unsafe { (content(value)?, buffer(items, capacity)?, out(length)?) };
        let found = items_of(&value)?;
        length.set(found.len());
        if found.len() > items.len() {
            return Err(Status::Short.into());
        }
        // All memory is there before the first handle is written.
        let spare = try_collect(found.iter().map(|_| Spare::new()))?;
        for (index, (item, spare)) in found.into_iter().zip(spare).enumerate() {
            items.set(index, handle_in(spare, item));
        }
        Ok(Status::Ok)
    })
}

/// `hash(value)` under a policy: CPython's, to the bit.
///
/// Returns OK; POINTER, ARGUMENT (no policy), ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_hash(
    value: *const CValue,
    policy: *const CPolicy,
    hash: *mut i64,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (value, policy, target) = unsafe { (content(value)?, read(policy)?, out(hash)?) };
        target.set(object::hash(&value, &policy_of(policy)?)?);
        Ok(Status::Ok)
    })
}

/// Whether `a is b or a == b`, as keys of a dict are compared: 1 or 0.
///
/// Returns OK; POINTER, ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_equal(
    a: *const CValue,
    b: *const CValue,
    equal: *mut i32,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (a, b, target) = unsafe { (content(a)?, content(b)?, out(equal)?) };
        give_bool(&target, object::equal(&a, &b)?)
    })
}

/// Whether `a is b`: 1 or 0. Values without an identity (None, Ellipsis, bool, int, float) are one
/// object if they are of one kind and have the same bits.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_is(
    a: *const CValue,
    b: *const CValue,
    same: *mut i32,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (a, b, same) = unsafe { (content(a)?, content(b)?, out(same)?) };
        give_bool(&same, is_same(&a, &b))
    })
}

/// Writes `repr(value)` as UTF-8 with a 0 at its end. `length` becomes its length without the 0,
/// also if the buffer is too short (and nothing else is written).
///
/// Returns OK; POINTER, ARGUMENT, SHORT, ERRORS.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_repr(
    value: *const CValue,
    text: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Status {
    // SAFETY: C1, C3, C4.
    let (value, text, length) =
        unsafe { (content(value), buffer(text.cast::<u8>(), capacity), out(length)) };
    write_text(value, text, length, |value| Ok(object::repr(value)?))
}

/// `hedgerow_value_repr` as a CPython prints: `python` is 11 for CPython 3.11, up to 15, or 0 for
/// the newest. They know other characters as printable.
///
/// Returns OK; POINTER, ARGUMENT, SHORT, ERRORS.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_repr_for(
    value: *const CValue,
    python: u32,
    text: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Status {
    // SAFETY: C1, C3, C4.
    let (value, text, length) =
        unsafe { (content(value), buffer(text.cast::<u8>(), capacity), out(length)) };
    write_text(value, text, length, |value| {
        Ok(object::repr_for(value, version_of(python)?.unicode())?)
    })
}

/// The kind, as the header numbers them.
fn kind_of(value: &Value) -> u32 {
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
        Value::Object(object) if dict_in(object).is_some() => KIND_DICT,
        Value::Object(_) => KIND_OBJECT,
    }
}

fn dict_in(object: &ObjectRef) -> Option<&SharedDict> {
    object.downcast_ref()
}

/// `a is b`. Each value made of a dict is a new object, so dicts are compared themselves.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(left), Value::Object(right)) => match (dict_in(left), dict_in(right)) {
            (Some(left), Some(right)) => left.is(right),
            _ => left.is(right),
        },
        _ => object::is(a, b),
    }
}

/// The dict that a value is.
pub(super) fn dict_of(value: &Value) -> Result<SharedDict, ObjectError> {
    let found = match value {
        Value::Object(object) => dict_in(object).cloned(),
        _ => None,
    };
    found.ok_or_else(|| ObjectError::Type(format!("expected dict, got {}", value.type_name())))
}

/// `len(value)`, if it has one.
pub(super) fn length_of(value: &Value) -> Option<usize> {
    match value {
        Value::Str(text) => Some(text.length()),
        Value::Bytes(bytes) => Some(bytes.len()),
        Value::Tuple(tuple) => Some(tuple.len()),
        Value::FrozenSet(set) => Some(set.len()),
        Value::Object(object) => dict_in(object).map(SharedDict::len),
        _ => None,
    }
}

/// All items, as [`item_of`] finds them one by one.
pub(super) fn items_of(value: &Value) -> Result<Vec<Value>, CallError> {
    Ok(match value {
        // The code points of a str always make a str.
        Value::Str(text) => try_collect(text.chars().map(|point| {
            PyStr::from_code_points([point]).map(Value::Str).map_err(|_| Status::Argument)
        }))?,
        Value::Bytes(bytes) => {
            try_collect(bytes.iter().map(|&byte| Ok(Value::from(i64::from(byte)))))?
        }
        Value::Tuple(tuple) => try_collect(tuple.items().iter().cloned().map(Ok))?,
        Value::FrozenSet(set) => try_collect(set.iter().cloned().map(Ok))?,
        _ => return Err(not_subscriptable(value).into()),
    })
}

/// The item at an index: of a str a str, of bytes an int, of a frozenset in the order of its slots.
fn item_of(value: &Value, index: usize) -> Result<Value, ObjectError> {
    let found = match value {
        Value::Str(text) => match text.get(index) {
            Some(point) => Some(Value::Str(PyStr::from_code_points([point])?)),
            None => None,
        },
        Value::Bytes(bytes) => bytes.get(index).map(|&byte| Value::from(i64::from(byte))),
        Value::Tuple(tuple) => tuple.items().get(index).cloned(),
        Value::FrozenSet(set) => set.iter().nth(index).cloned(),
        _ => return Err(not_subscriptable(value)),
    };
    found.ok_or_else(|| {
        ObjectError::Index(match value {
            Value::Str(_) => "string index out of range".to_owned(),
            Value::Bytes(_) => "index out of range".to_owned(),
            _ => format!("{} index out of range", value.type_name()),
        })
    })
}

fn not_subscriptable(value: &Value) -> ObjectError {
    ObjectError::Type(format!("'{}' object is not subscriptable", value.type_name()))
}
