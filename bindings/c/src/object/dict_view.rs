//! Views of dicts: what is in them, and their operations as sets.

use std::ffi::c_char;

use hedgerow::object::{Elements, ObjectError, Set, SetView, SharedDict};

use super::error::{CallError, CallResult, with_error_message};
use super::handle::{CDict, CValue, give, give_bool, write_text};
use super::types::{
    COMPARE_DISJOINT, COMPARE_EQUAL, COMPARE_GREATER, COMPARE_GREATER_EQUAL, COMPARE_LESS,
    COMPARE_LESS_EQUAL, SET_AND, SET_OR, SET_SUB, SET_XOR, VIEW_ITEMS, VIEW_KEYS, VIEW_VALUES,
};
use crate::pointers::{buffer, content, out};
use crate::status::Status;

/// `value in view`, where `view` is `HEDGEROW_VIEW_KEYS`, `_VALUES` or `_ITEMS` of the dict. An
/// item is a tuple of two.
///
/// Returns OK (it is); ABSENT; POINTER, ARGUMENT (no such view), ERRORS.
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_view_contains(
    dict: *const CDict,
    view: u32,
    value: *const CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1.
        let (dict, value) = unsafe { (content(dict)?, content(value)?) };
        let found = match view {
            VIEW_KEYS => dict.keys().contains(&value)?,
            VIEW_VALUES => dict.values().contains(&value)?,
            VIEW_ITEMS => dict.items().contains(&value)?,
            _ => return Err(Status::Argument.into()),
        };
        Ok(if found { Status::Ok } else { Status::Absent })
    })
}

/// Writes `repr(view)` as UTF-8 with a 0 at its end, as `hedgerow_dict_repr` does.
///
/// Returns OK; POINTER, ARGUMENT (no such view, or no such buffer), SHORT, ERRORS.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_view_repr(
    dict: *const CDict,
    view: u32,
    text: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Status {
    // SAFETY: C1, C3, C4.
    let (dict, text, length) =
        unsafe { (content(dict), buffer(text.cast::<u8>(), capacity), out(length)) };
    write_text(dict, text, length, |dict| {
        Ok(match view {
            VIEW_KEYS => dict.keys().repr()?,
            VIEW_VALUES => dict.values().repr()?,
            VIEW_ITEMS => dict.items().repr()?,
            _ => return Err(Status::Argument.into()),
        })
    })
}

/// `view & other`, `|`, `-` or `^`: `operation` is `HEDGEROW_SET_AND`, `_OR`, `_SUB` or `_XOR`,
/// `view` is `HEDGEROW_VIEW_KEYS` or `_ITEMS`. `is_reflected` is 1 for `other & view`. Python makes
/// a set; here it is a frozenset of its items, in the order of `frozenset(set)`.
///
/// Returns OK; POINTER, ARGUMENT (no such view or operation), TYPE_ERROR (not iterable),
/// RUNTIME_ERROR (a callback changed the dict), ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_view_combine(
    dict: *const CDict,
    view: u32,
    operation: u32,
    other: *const CValue,
    is_reflected: i32,
    set: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (dict, other, set) = unsafe { (content(dict)?, content(other)?, out(set)?) };
        let made = combine_view(&dict, view, operation, &other, is_reflected != 0)?;
        give(&set, made.to_frozen_set()?)
    })
}

/// `hedgerow_dict_view_combine` with a view of another dict, or of the same.
///
/// Returns OK; POINTER, ARGUMENT (no such view or operation), RUNTIME_ERROR (a callback changed a
/// dict), ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_view_combine_views(
    dict: *const CDict,
    view: u32,
    operation: u32,
    other: *const CDict,
    other_view: u32,
    set: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (dict, other, set) = unsafe { (content(dict)?, content(other)?, out(set)?) };
        let made = match other_view {
            VIEW_KEYS => combine_view(&dict, view, operation, &other.keys(), false)?,
            VIEW_ITEMS => combine_view(&dict, view, operation, &other.items(), false)?,
            _ => return Err(Status::Argument.into()),
        };
        give(&set, made.to_frozen_set()?)
    })
}

/// A comparison of a view with a value as sets: `comparison` is `HEDGEROW_COMPARE_EQUAL`, `_LESS`
/// (a proper subset), `_LESS_EQUAL`, `_GREATER`, `_GREATER_EQUAL`, or `_DISJOINT`, the method
/// `isdisjoint`. 1 or 0.
///
/// Returns OK; POINTER, ARGUMENT (no such view or comparison), TYPE_ERROR (no order), ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_view_compare(
    dict: *const CDict,
    view: u32,
    comparison: u32,
    other: *const CValue,
    truth: *mut i32,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (dict, other, truth) = unsafe { (content(dict)?, content(other)?, out(truth)?) };
        give_bool(&truth, compare_view(&dict, view, comparison, &other)?)
    })
}

/// `hedgerow_dict_view_compare` with a view of another dict, or of the same.
///
/// Returns OK; POINTER, ARGUMENT (no such view or comparison), ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_dict_view_compare_views(
    dict: *const CDict,
    view: u32,
    comparison: u32,
    other: *const CDict,
    other_view: u32,
    truth: *mut i32,
) -> Status {
    with_error_message(|| -> CallResult {
        // SAFETY: C1, C3.
        let (dict, other, truth) = unsafe { (content(dict)?, content(other)?, out(truth)?) };
        let holds = match other_view {
            VIEW_KEYS => compare_view(&dict, view, comparison, &other.keys())?,
            VIEW_ITEMS => compare_view(&dict, view, comparison, &other.items())?,
            _ => return Err(Status::Argument.into()),
        };
        give_bool(&truth, holds)
    })
}

fn combine_view<E: Elements + ?Sized>(
    dict: &SharedDict,
    view: u32,
    operation: u32,
    other: &E,
    is_reflected: bool,
) -> Result<Set, CallError> {
    match view {
        VIEW_KEYS => combine(&dict.keys(), operation, other, is_reflected),
        VIEW_ITEMS => combine(&dict.items(), operation, other, is_reflected),
        _ => Err(Status::Argument.into()),
    }
}

fn combine<E: Elements + ?Sized>(
    view: &impl SetView,
    operation: u32,
    other: &E,
    is_reflected: bool,
) -> Result<Set, CallError> {
    Ok(match (operation, is_reflected) {
        (SET_AND, _) => view.intersection(other)?,
        (SET_OR, false) => view.union(other)?,
        (SET_OR, true) => view.reflected_union(other)?,
        (SET_SUB, false) => view.difference(other)?,
        (SET_SUB, true) => view.reflected_difference(other)?,
        (SET_XOR, false) => view.symmetric_difference(other)?,
        (SET_XOR, true) => view.reflected_symmetric_difference(other)?,
        _ => return Err(Status::Argument.into()),
    })
}

fn compare_view<E: Elements + ?Sized>(
    dict: &SharedDict,
    view: u32,
    comparison: u32,
    other: &E,
) -> Result<bool, CallError> {
    match view {
        VIEW_KEYS => compare(&dict.keys(), comparison, other),
        VIEW_ITEMS => compare(&dict.items(), comparison, other),
        _ => Err(Status::Argument.into()),
    }
}

fn compare<E: Elements + ?Sized>(
    view: &impl SetView,
    comparison: u32,
    other: &E,
) -> Result<bool, CallError> {
    let holds: Result<bool, ObjectError> = match comparison {
        COMPARE_EQUAL => view.equal(other),
        COMPARE_LESS => view.is_proper_subset(other),
        COMPARE_LESS_EQUAL => view.is_subset(other),
        COMPARE_GREATER => view.is_proper_superset(other),
        COMPARE_GREATER_EQUAL => view.is_superset(other),
        COMPARE_DISJOINT => view.is_disjoint(other),
        _ => return Err(Status::Argument.into()),
    };
    Ok(holds?)
}
