//! Dicts: made and freed, one key at a time, and as a whole.

use std::ffi::c_char;

use hedgerow::object::{Merge, ObjectError, SharedDict};

use super::error::with_error_message;
use super::handle::{CDict, CValue, give, give_bool, give_dict, give_found, give_in, write_text};
use super::inspect::dict_of;
use super::policy::policy_of;
use super::types::{CPolicy, MERGE_IF_ABSENT, MERGE_REPLACE, MERGE_UNIQUE};
use crate::pointers::{Handle, buffer, content, free, out, read};
use crate::room::Spare;
use crate::status::{Status, guarded};

/// Makes an empty dict, whose keys are hashed under this policy.
///
/// Returns OK; POINTER, ARGUMENT (no policy).
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_new(
    policy: *const CPolicy,
    dict: *mut *mut CDict,
) -> Status {
    with_error_message(|| {
        // SAFETY: C3.
        let (policy, dict) = unsafe { (read(policy)?, out(dict)?) };
        give_dict(&dict, SharedDict::new(policy_of(policy)?))
    })
}

/// Frees a handle; the dict is dropped with its last reference. Null is allowed, and nothing is
/// done.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, and the handle is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_free(dict: *mut CDict) -> Status {
    // SAFETY: C1.
    guarded(|| unsafe { free(dict, CDict::end) })
}

/// The number of entries of a dict.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_len(dict: *const CDict, len: *mut u64) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (dict, len) = unsafe { (content(dict)?, out(len)?) };
        len.set(dict.len() as u64);
        Ok(Status::Ok)
    })
}

/// `dict[key] = value`. Key and value stay the caller's. If an equal key is stored, that key stays.
///
/// Returns OK; POINTER, FULL, MEMORY, ERRORS.
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_set(
    dict: *const CDict,
    key: *const CValue,
    value: *const CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1.
        let (dict, key, value) = unsafe { (content(dict)?, content(key)?, content(value)?) };
        drop(dict.insert(key, value)?);
        Ok(Status::Ok)
    })
}

/// `dict[key]`.
///
/// Returns OK; ABSENT (Python's KeyError; nothing is written); POINTER, ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_get(
    dict: *const CDict,
    key: *const CValue,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (dict, key, value) = unsafe { (content(dict)?, content(key)?, out(value)?) };
        give_found(&value, dict.get(&key)?)
    })
}

/// `key in dict`.
///
/// Returns OK (it is); ABSENT; POINTER, ERRORS.
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_contains(dict: *const CDict, key: *const CValue) -> Status {
    with_error_message(|| {
        // SAFETY: C1.
        let (dict, key) = unsafe { (content(dict)?, content(key)?) };
        Ok(present(dict.contains_key(&key)?))
    })
}

/// `del dict[key]`.
///
/// Returns OK; ABSENT (Python's KeyError); POINTER, ERRORS.
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_delete(dict: *const CDict, key: *const CValue) -> Status {
    with_error_message(|| {
        // SAFETY: C1.
        let (dict, key) = unsafe { (content(dict)?, content(key)?) };
        Ok(present(dict.remove(&key)?.is_some()))
    })
}

/// `dict.pop(key)`.
///
/// Returns OK; ABSENT (Python's KeyError; nothing is written); POINTER, ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_pop(
    dict: *const CDict,
    key: *const CValue,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (dict, key, value) = unsafe { (content(dict)?, content(key)?, out(value)?) };
        let spare = Spare::new()?;
        match dict.remove(&key)? {
            Some((_, found)) => give_in(spare, &value, found),
            None => Ok(Status::Absent),
        }
    })
}

/// `dict.setdefault(key, value)`: the value that is stored, or else this one, which is then stored.
///
/// Returns OK; POINTER, FULL, MEMORY, ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_setdefault(
    dict: *const CDict,
    key: *const CValue,
    value: *const CValue,
    stored: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (dict, key, value, stored) =
            unsafe { (content(dict)?, content(key)?, content(value)?, out(stored)?) };
        let spare = Spare::new()?;
        give_in(spare, &stored, dict.setdefault(key, value)?)
    })
}

/// `dict.popitem()`: removes the entry that was inserted last, and hands it out.
///
/// Returns OK; ABSENT (the dict is empty, Python's KeyError; nothing is written); POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_popitem(
    dict: *const CDict,
    key: *mut *mut CValue,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (dict, key, value) = unsafe { (content(dict)?, out(key)?, out(value)?) };
        let (first, second) = (Spare::new()?, Spare::new()?);
        match dict.popitem() {
            Ok(item) => {
                give_in(first, &key, item.0)?;
                give_in(second, &value, item.1)
            }
            Err(ObjectError::Key(..)) => Ok(Status::Absent),
            Err(error) => Err(error.into()),
        }
    })
}

/// `dict.clear()`.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_clear(dict: *const CDict) -> Status {
    with_error_message(|| {
        // SAFETY: C1.
        unsafe { content(dict) }?.clear();
        Ok(Status::Ok)
    })
}

/// `dict.copy()`: another dict with the same keys and values, under the same policy.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_copy(dict: *const CDict, copy: *mut *mut CDict) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (dict, copy) = unsafe { (content(dict)?, out(copy)?) };
        give_dict(&copy, SharedDict::from(dict.to_dict()))
    })
}

/// Whether `a == b`: the same keys with equal values, in any order. 1 or 0.
///
/// Returns OK; POINTER, ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_equal(
    a: *const CDict,
    b: *const CDict,
    equal: *mut i32,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (a, b, equal) = unsafe { (content(a)?, content(b)?, out(equal)?) };
        give_bool(&equal, a.equal(&b)?)
    })
}

/// Writes `repr(dict)` as UTF-8 with a 0 at its end. `length` becomes its length without the 0,
/// also if the buffer is too short (and nothing else is written).
///
/// Returns OK; POINTER, ARGUMENT, SHORT, ERRORS.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_repr(
    dict: *const CDict,
    text: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Status {
    // SAFETY: C1, C3, C4.
    let (dict, text, length) =
        unsafe { (content(dict), buffer(text.cast::<u8>(), capacity), out(length)) };
    write_text(dict, text, length, |dict| Ok(dict.repr()?))
}

/// `dict.update(other)`: stored keys get the new values. What was stored before a refusal stays, as
/// in Python.
///
/// Returns OK; POINTER, FULL, MEMORY, RUNTIME_ERROR (a callback changed `other`), ERRORS.
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_update(dict: *const CDict, other: *const CDict) -> Status {
    with_error_message(|| {
        // SAFETY: C1.
        let (dict, other) = unsafe { (content(dict)?, content(other)?) };
        dict.update(&*other)?;
        Ok(Status::Ok)
    })
}

/// `hedgerow_dict_update` with a rule for stored keys: `merge` is `HEDGEROW_MERGE_REPLACE`,
/// `_IF_ABSENT` or `_UNIQUE`.
///
/// Returns OK; POINTER, ARGUMENT, KEY_ERROR (a key is stored, under `_UNIQUE`), FULL, MEMORY,
/// RUNTIME_ERROR, ERRORS.
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_merge(
    dict: *const CDict,
    other: *const CDict,
    merge: u32,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1.
        let (dict, other) = unsafe { (content(dict)?, content(other)?) };
        dict.merge(&*other, merge_of(merge)?)?;
        Ok(Status::Ok)
    })
}

/// The dict as a value: the same dict, which may be put into tuples and dicts, including itself.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_dict(
    dict: *const CDict,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (dict, value) = unsafe { (content(dict)?, out(value)?) };
        give(&value, dict.to_value())
    })
}

/// A new handle of the dict that a value is.
///
/// Returns OK; POINTER, TYPE_ERROR.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_dict(
    value: *const CValue,
    dict: *mut *mut CDict,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (value, dict) = unsafe { (content(value)?, out(dict)?) };
        give_dict(&dict, dict_of(&value)?)
    })
}

fn present(is_there: bool) -> Status {
    if is_there { Status::Ok } else { Status::Absent }
}

/// The merge rule with the caller's number.
fn merge_of(number: u32) -> Result<Merge, Status> {
    match number {
        MERGE_REPLACE => Ok(Merge::Replace),
        MERGE_IF_ABSENT => Ok(Merge::IfAbsent),
        MERGE_UNIQUE => Ok(Merge::Unique),
        _ => Err(Status::Argument),
    }
}
