//! Splitting a str, and joining strs.

use hedgerow::object::{ObjectError, PyStr, Value};

use super::convert::to_str;
use super::error::with_error_message;
use super::handle::{CValue, give};
use super::inspect::{dict_of, items_of};
use crate::pointers::{Out, content, content_or_null, out};
use crate::status::Status;

/// `text.split(separator, most)` as a tuple. Null for a separator of white space; below 0, `most`
/// is no limit.
///
/// Returns OK; POINTER, TYPE_ERROR (no str), VALUE_ERROR (an empty separator).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_split(
    text: *const CValue,
    separator: *const CValue,
    most: i64,
    parts: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let (text, separator, parts) =
        unsafe { (content(text), content_or_null(separator), out(parts)) };
    let most = usize::try_from(most).ok();
    split(text, separator, parts, |text, separator| match separator {
        Some(separator) => text.split(separator, most),
        None => Ok(text.split_whitespace(most)),
    })
}

/// `text.rsplit(separator, most)` as a tuple: splits at the last separators. As
/// `hedgerow_str_split`.
///
/// Returns OK; POINTER, TYPE_ERROR (no str), VALUE_ERROR (an empty separator).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_rsplit(
    text: *const CValue,
    separator: *const CValue,
    most: i64,
    parts: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let (text, separator, parts) =
        unsafe { (content(text), content_or_null(separator), out(parts)) };
    let most = usize::try_from(most).ok();
    split(text, separator, parts, |text, separator| match separator {
        Some(separator) => text.rsplit(separator, most),
        None => Ok(text.rsplit_whitespace(most)),
    })
}

/// `text.splitlines(keep_ends)` as a tuple. `keep_ends` is 0 for no.
///
/// Returns OK; POINTER, TYPE_ERROR (no str).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_splitlines(
    text: *const CValue,
    keep_ends: i32,
    lines: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let (text, lines) = unsafe { (content(text), out(lines)) };
    split(text, Ok(None), lines, |text, _| Ok(text.splitlines(keep_ends != 0)))
}

/// `text.partition(separator)`: a tuple of three, divided at the first separator.
///
/// Returns OK; POINTER, TYPE_ERROR (no str), VALUE_ERROR (an empty separator).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_partition(
    text: *const CValue,
    separator: *const CValue,
    parts: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let (text, separator, parts) = unsafe { (content(text), content(separator), out(parts)) };
    partition(text, separator, parts, PyStr::partition)
}

/// `text.rpartition(separator)`: a tuple of three, divided at the last separator.
///
/// Returns OK; POINTER, TYPE_ERROR (no str), VALUE_ERROR (an empty separator).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_rpartition(
    text: *const CValue,
    separator: *const CValue,
    parts: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let (text, separator, parts) = unsafe { (content(text), content(separator), out(parts)) };
    partition(text, separator, parts, PyStr::rpartition)
}

/// `text.join(parts)`: the items of a tuple, frozenset, str or dict with the text between them.
///
/// Returns OK; POINTER, MEMORY, TYPE_ERROR (no str, or an item that is none).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_join(
    text: *const CValue,
    parts: *const CValue,
    joined: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (text, parts, joined) = unsafe { (content(text)?, content(parts)?, out(joined)?) };
        let items = match dict_of(&parts) {
            Ok(dict) => dict.to_dict().iter().map(|(key, _)| key.clone()).collect(),
            Err(_) => items_of(&parts)
                .map_err(|_| ObjectError::Type("can only join an iterable".to_owned()))?,
        };
        give(&joined, Value::Str(to_str(&text)?.join_values(&items)?))
    })
}

fn split(
    text: Result<Value, Status>,
    separator: Result<Option<Value>, Status>,
    parts: Result<Out<*mut CValue>, Status>,
    split: impl FnOnce(&PyStr, Option<&PyStr>) -> Result<Vec<PyStr>, ObjectError>,
) -> Status {
    with_error_message(|| {
        let (text, separator, parts) = (text?, separator?, parts?);
        let separator = separator.as_ref().map(to_str).transpose()?;
        let found = split(to_str(&text)?, separator)?;
        give(&parts, Value::tuple(found.into_iter().map(Value::Str)))
    })
}

fn partition(
    text: Result<Value, Status>,
    separator: Result<Value, Status>,
    parts: Result<Out<*mut CValue>, Status>,
    partition: impl FnOnce(&PyStr, &PyStr) -> Result<[PyStr; 3], ObjectError>,
) -> Status {
    with_error_message(|| {
        let (text, separator, parts) = (text?, separator?, parts?);
        let separator = to_str(&separator)?;
        let found = partition(to_str(&text)?, separator)?;
        give(&parts, Value::tuple(found.map(Value::Str)))
    })
}
