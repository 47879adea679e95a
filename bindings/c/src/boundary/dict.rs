//! Dicts: making and ending them, one key at a time, and as a whole.

use std::ffi::c_char;

use hedgerow::object::{ObjectError, SharedDict};

use super::guarded;
use super::handle::{answered, dict_of, found, free, give, give_dict, made, told, value_of};
use super::pointers::{buffer, out, value as read};
use super::text::write_text;
use crate::object::{CPolicy, DictHandle, ValueHandle, merge_of, policy_of, to_dict};
use crate::status::Status;

/// Makes an empty dict, whose keys are hashed under this policy.
///
/// Answers OK; POINTER, ARGUMENT (no policy).
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_new(
    policy: *const CPolicy,
    dict: *mut *mut DictHandle,
) -> Status {
    told(|| {
        // SAFETY: C3.
        let (policy, dict) = unsafe { (read(policy)?, out(dict)?) };
        give_dict(&dict, SharedDict::new(policy_of(policy)?));
        Ok(Status::Ok)
    })
}

/// Ends a handle; the dict goes with the last reference to it. Null is allowed, and nothing is
/// done.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C1, and the handle is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_free(dict: *mut DictHandle) -> Status {
    // SAFETY: C1.
    guarded(|| unsafe { free(dict) })
}

/// How many entries a dict has.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_len(dict: *const DictHandle, len: *mut u64) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (dict, len) = unsafe { (dict_of(dict)?, out(len)?) };
        len.set(dict.len() as u64);
        Ok(Status::Ok)
    })
}

/// `dict[key] = value`. Key and value stay the caller's. An equal key that is there stays as it is.
///
/// Answers OK; POINTER, FULL, MEMORY, ERRORS.
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_set(
    dict: *const DictHandle,
    key: *const ValueHandle,
    value: *const ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C1.
        let (dict, key, value) = unsafe { (dict_of(dict)?, value_of(key)?, value_of(value)?) };
        drop(dict.insert(key, value)?);
        Ok(Status::Ok)
    })
}

/// `dict[key]`.
///
/// Answers OK; ABSENT (Python's KeyError; nothing is written); POINTER, ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_get(
    dict: *const DictHandle,
    key: *const ValueHandle,
    value: *mut *mut ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (dict, key, value) = unsafe { (dict_of(dict)?, value_of(key)?, out(value)?) };
        found(&value, dict.get(&key)?)
    })
}

/// `key in dict`.
///
/// Answers OK (it is); ABSENT; POINTER, ERRORS.
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_contains(
    dict: *const DictHandle,
    key: *const ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C1.
        let (dict, key) = unsafe { (dict_of(dict)?, value_of(key)?) };
        Ok(present(dict.contains_key(&key)?))
    })
}

/// `del dict[key]`.
///
/// Answers OK; ABSENT (Python's KeyError); POINTER, ERRORS.
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_delete(
    dict: *const DictHandle,
    key: *const ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C1.
        let (dict, key) = unsafe { (dict_of(dict)?, value_of(key)?) };
        Ok(present(dict.remove(&key)?.is_some()))
    })
}

/// `dict.pop(key)`.
///
/// Answers OK; ABSENT (Python's KeyError; nothing is written); POINTER, ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_pop(
    dict: *const DictHandle,
    key: *const ValueHandle,
    value: *mut *mut ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (dict, key, value) = unsafe { (dict_of(dict)?, value_of(key)?, out(value)?) };
        found(&value, dict.remove(&key)?.map(|entry| entry.1))
    })
}

/// `dict.setdefault(key, value)`: the value that is there, or else this one, which is then stored.
///
/// Answers OK; POINTER, FULL, MEMORY, ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_setdefault(
    dict: *const DictHandle,
    key: *const ValueHandle,
    value: *const ValueHandle,
    stored: *mut *mut ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (dict, key, value, stored) =
            unsafe { (dict_of(dict)?, value_of(key)?, value_of(value)?, out(stored)?) };
        made(&stored, dict.setdefault(key, value)?)
    })
}

/// `dict.popitem()`: removes the entry that was inserted last, and hands it out.
///
/// Answers OK; ABSENT (the dict is empty, Python's KeyError; nothing is written); POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_popitem(
    dict: *const DictHandle,
    key: *mut *mut ValueHandle,
    value: *mut *mut ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (dict, key, value) = unsafe { (dict_of(dict)?, out(key)?, out(value)?) };
        match dict.popitem() {
            Ok(item) => {
                give(&key, item.0);
                give(&value, item.1);
                Ok(Status::Ok)
            }
            Err(ObjectError::Key(_)) => Ok(Status::Absent),
            Err(error) => Err(error.into()),
        }
    })
}

/// `dict.clear()`.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_clear(dict: *const DictHandle) -> Status {
    told(|| {
        // SAFETY: C1.
        unsafe { dict_of(dict) }?.clear();
        Ok(Status::Ok)
    })
}

/// `dict.copy()`: another dict with the same keys and values, under the same policy.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_copy(
    dict: *const DictHandle,
    copy: *mut *mut DictHandle,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (dict, copy) = unsafe { (dict_of(dict)?, out(copy)?) };
        give_dict(&copy, SharedDict::from(dict.to_dict()));
        Ok(Status::Ok)
    })
}

/// Whether `a == b`: the same keys with equal values, in any order. 1 or 0.
///
/// Answers OK; POINTER, ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_equal(
    a: *const DictHandle,
    b: *const DictHandle,
    equal: *mut i32,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (a, b, equal) = unsafe { (dict_of(a)?, dict_of(b)?, out(equal)?) };
        answered(&equal, a.equal(&b)?)
    })
}

/// Writes `repr(dict)` as UTF-8 with a 0 at its end. `length` says how long it is, without the 0,
/// also where the buffer is too short (and nothing else was written).
///
/// Answers OK; POINTER, ARGUMENT, SHORT, ERRORS.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_repr(
    dict: *const DictHandle,
    text: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Status {
    told(|| {
        // SAFETY: C1, C3, C4.
        let (dict, text, length) =
            unsafe { (dict_of(dict)?, buffer(text.cast::<u8>(), capacity)?, out(length)?) };
        Ok(write_text(dict.repr()?.as_bytes(), &text, &length)?)
    })
}

/// `dict.update(other)`: keys that are there get the new values. What was stored before a refusal
/// stays, as in Python.
///
/// Answers OK; POINTER, FULL, MEMORY, RUNTIME_ERROR (`other` was changed meanwhile), ERRORS.
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_update(
    dict: *const DictHandle,
    other: *const DictHandle,
) -> Status {
    told(|| {
        // SAFETY: C1.
        let (dict, other) = unsafe { (dict_of(dict)?, dict_of(other)?) };
        dict.update(&other)?;
        Ok(Status::Ok)
    })
}

/// `hedgerow_dict_update` with another rule for keys that are there: `merge` is
/// `HEDGEROW_MERGE_REPLACE`, `_IF_ABSENT` or `_UNIQUE`.
///
/// Answers OK; POINTER, ARGUMENT, KEY_ERROR (a key is there, under `_UNIQUE`), FULL, MEMORY,
/// RUNTIME_ERROR, ERRORS.
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_merge(
    dict: *const DictHandle,
    other: *const DictHandle,
    merge: u32,
) -> Status {
    told(|| {
        // SAFETY: C1.
        let (dict, other) = unsafe { (dict_of(dict)?, dict_of(other)?) };
        dict.merge(&other, merge_of(merge)?)?;
        Ok(Status::Ok)
    })
}

/// The dict as a value: the same dict, which may be put into tuples and dicts, itself included.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_dict(
    dict: *const DictHandle,
    value: *mut *mut ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (dict, value) = unsafe { (dict_of(dict)?, out(value)?) };
        made(&value, dict.to_value())
    })
}

/// A handle of the dict that a value is.
///
/// Answers OK; POINTER, TYPE_ERROR.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_dict(
    value: *const ValueHandle,
    dict: *mut *mut DictHandle,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (value, dict) = unsafe { (value_of(value)?, out(dict)?) };
        give_dict(&dict, to_dict(&value)?);
        Ok(Status::Ok)
    })
}

fn present(is_there: bool) -> Status {
    if is_there { Status::Ok } else { Status::Absent }
}
