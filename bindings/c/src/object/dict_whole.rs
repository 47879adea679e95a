//! Dicts made of other things, and changed by them.

use hedgerow::object::{Dict, SharedDict};

use super::error::with_error_message;
use super::handle::{CDict, CValue, give_dict};
use super::policy::policy_of;
use super::types::CPolicy;
use crate::pointers::{content, out, read};
use crate::status::Status;

/// `dict.fromkeys(keys, value)`, whose keys are hashed under this policy: `keys` is a tuple,
/// frozenset, str, bytes or dict.
///
/// Returns OK; POINTER, ARGUMENT (no policy), MEMORY, TYPE_ERROR (not iterable), ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_fromkeys(
    keys: *const CValue,
    value: *const CValue,
    policy: *const CPolicy,
    dict: *mut *mut CDict,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (keys, value) = unsafe { (content(keys)?, content(value)?) };
        // SAFETY: C3.
        let (policy, dict) = unsafe { (read(policy)?, out(dict)?) };
        let made = Dict::from_keys(&keys, value, policy_of(policy)?)?;
        give_dict(&dict, SharedDict::from(made))
    })
}

/// `dict | other`: another dict, where `other` is a dict as a value. For `other | dict` make a
/// handle of the other one by `hedgerow_value_to_dict`.
///
/// Returns OK; POINTER, MEMORY, TYPE_ERROR (no dict), RUNTIME_ERROR (a callback changed `other`),
/// ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_union(
    dict: *const CDict,
    other: *const CValue,
    made: *mut *mut CDict,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (dict, other, made) = unsafe { (content(dict)?, content(other)?, out(made)?) };
        give_dict(&made, SharedDict::from(dict.to_dict().union(&other)?))
    })
}

/// `dict |= other`, which is `dict.update(other)` of any value: a dict, or a tuple, frozenset, str
/// or bytes of pairs. What was stored before a refusal stays, as in Python.
///
/// Returns OK; POINTER, FULL, MEMORY, TYPE_ERROR and VALUE_ERROR (no pairs), RUNTIME_ERROR (a
/// callback changed `other`), ERRORS.
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_update_from(
    dict: *const CDict,
    other: *const CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1.
        let (dict, other) = unsafe { (content(dict)?, content(other)?) };
        dict.update(&other)?;
        Ok(Status::Ok)
    })
}
