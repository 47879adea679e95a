//! Strs made of a str.

use hedgerow::object::{ObjectError, PyStr, Value};

use super::convert::to_str;
use super::error::with_error_message;
use super::handle::{CDict, CValue, give};
use super::policy::version_of;
use super::types::{
    CASE_CAPITALIZE, CASE_CASEFOLD, CASE_LOWER, CASE_SWAPCASE, CASE_TITLE, CASE_UPPER, optional,
};
use crate::pointers::{Out, content, content_or_null, out};
use crate::status::Status;

/// `text + other`.
///
/// Returns OK; POINTER, TYPE_ERROR (no str).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_concat(
    text: *const CValue,
    other: *const CValue,
    result: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let ([text, other], result) = unsafe { ([content(text), content(other)], out(result)) };
    change_by([text, other], result, |text, other| Ok(text.concat(other)))
}

/// `text * count`.
///
/// Returns OK; POINTER, TYPE_ERROR (no str), MEMORY.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_repeat(
    text: *const CValue,
    count: i64,
    result: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let (text, result) = unsafe { (content(text), out(result)) };
    change(text, result, |text| text.repeat(count))
}

/// `text[start:stop:step]`. `start` or `stop` may be `HEDGEROW_OMITTED`.
///
/// Returns OK; POINTER, TYPE_ERROR (no str), VALUE_ERROR (a step of 0).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_slice(
    text: *const CValue,
    start: i64,
    stop: i64,
    step: i64,
    result: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let (text, result) = unsafe { (content(text), out(result)) };
    change(text, result, |text| text.slice(optional(start), optional(stop), step))
}

/// `text.strip(chars)`: without these characters at both ends; null for white space.
///
/// Returns OK; POINTER, TYPE_ERROR (no str).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_strip(
    text: *const CValue,
    chars: *const CValue,
    result: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let (text, chars, result) = unsafe { (content(text), content_or_null(chars), out(result)) };
    strip(text, chars, result, PyStr::strip, PyStr::strip_chars)
}

/// `text.lstrip(chars)`: without these characters at the start; null for white space.
///
/// Returns OK; POINTER, TYPE_ERROR (no str).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_lstrip(
    text: *const CValue,
    chars: *const CValue,
    result: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let (text, chars, result) = unsafe { (content(text), content_or_null(chars), out(result)) };
    strip(text, chars, result, PyStr::lstrip, PyStr::lstrip_chars)
}

/// `text.rstrip(chars)`: without these characters at the end; null for white space.
///
/// Returns OK; POINTER, TYPE_ERROR (no str).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_rstrip(
    text: *const CValue,
    chars: *const CValue,
    result: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let (text, chars, result) = unsafe { (content(text), content_or_null(chars), out(result)) };
    strip(text, chars, result, PyStr::rstrip, PyStr::rstrip_chars)
}

/// `text.removeprefix(prefix)`.
///
/// Returns OK; POINTER, TYPE_ERROR (no str).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_removeprefix(
    text: *const CValue,
    prefix: *const CValue,
    result: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let ([text, prefix], result) = unsafe { ([content(text), content(prefix)], out(result)) };
    change_by([text, prefix], result, |text, prefix| Ok(text.removeprefix(prefix)))
}

/// `text.removesuffix(suffix)`.
///
/// Returns OK; POINTER, TYPE_ERROR (no str).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_removesuffix(
    text: *const CValue,
    suffix: *const CValue,
    result: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let ([text, suffix], result) = unsafe { ([content(text), content(suffix)], out(result)) };
    change_by([text, suffix], result, |text, suffix| Ok(text.removesuffix(suffix)))
}

/// `text.replace(old, new, most)`: below 0, `most` is no limit.
///
/// Returns OK; POINTER, TYPE_ERROR (no str).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_replace(
    text: *const CValue,
    old: *const CValue,
    new: *const CValue,
    most: i64,
    result: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let (texts, result) = unsafe { ([content(text), content(old), content(new)], out(result)) };
    with_error_message(|| {
        let ([text, old, new], result) = (texts, result?);
        let (text, old, new) = (text?, old?, new?);
        let (text, old, new) = (to_str(&text)?, to_str(&old)?, to_str(&new)?);
        give(&result, Value::Str(text.replace(old, new, usize::try_from(most).ok())))
    })
}

/// `text.center(width, fill)`: the text in the middle; null for a fill of spaces.
///
/// Returns OK; POINTER, TYPE_ERROR (no str), MEMORY.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_center(
    text: *const CValue,
    width: i64,
    fill: *const CValue,
    result: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let (text, fill, result) = unsafe { (content(text), content_or_null(fill), out(result)) };
    pad(text, fill, result, |text, fill| text.center(width, fill))
}

/// `text.ljust(width, fill)`: the text at the start; null for a fill of spaces.
///
/// Returns OK; POINTER, TYPE_ERROR (no str), MEMORY.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_ljust(
    text: *const CValue,
    width: i64,
    fill: *const CValue,
    result: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let (text, fill, result) = unsafe { (content(text), content_or_null(fill), out(result)) };
    pad(text, fill, result, |text, fill| text.ljust(width, fill))
}

/// `text.rjust(width, fill)`: the text at the end; null for a fill of spaces.
///
/// Returns OK; POINTER, TYPE_ERROR (no str), MEMORY.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_rjust(
    text: *const CValue,
    width: i64,
    fill: *const CValue,
    result: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let (text, fill, result) = unsafe { (content(text), content_or_null(fill), out(result)) };
    pad(text, fill, result, |text, fill| text.rjust(width, fill))
}

/// `text.zfill(width)`.
///
/// Returns OK; POINTER, TYPE_ERROR (no str), MEMORY.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_zfill(
    text: *const CValue,
    width: i64,
    result: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let (text, result) = unsafe { (content(text), out(result)) };
    change(text, result, |text| text.zfill(width))
}

/// `text.expandtabs(size)`.
///
/// Returns OK; POINTER, TYPE_ERROR (no str), OVERFLOW_ERROR, MEMORY.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_expandtabs(
    text: *const CValue,
    size: i32,
    result: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let (text, result) = unsafe { (content(text), out(result)) };
    change(text, result, |text| text.expandtabs(size))
}

/// `text.translate(table)`: the table has None, an int or a str for the number of a code
/// point.
///
/// Returns OK; POINTER, TYPE_ERROR, VALUE_ERROR, ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_translate(
    text: *const CValue,
    table: *const CDict,
    result: *mut *mut CValue,
) -> Status {
    // SAFETY: C1, C3.
    let (text, table, result) = unsafe { (content(text), content(table), out(result)) };
    with_error_message(|| {
        let (text, table, result) = (text?, table?, result?);
        give(&result, Value::Str(to_str(&text)?.translate_by(&table.to_dict())?))
    })
}

/// One of the methods that change the case of letters, as this CPython: `which` is
/// `HEDGEROW_CASE_LOWER`, `_UPPER`, `_CASEFOLD`, `_CAPITALIZE`, `_TITLE` or `_SWAPCASE`; `python`
/// is 11 for CPython 3.11, up to 15, or 0 for the newest.
///
/// Returns OK; POINTER, ARGUMENT (no such method or version), TYPE_ERROR (no str).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_case(
    text: *const CValue,
    which: u32,
    python: u32,
    result: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (text, result) = unsafe { (content(text)?, out(result)?) };
        let (text, unicode) = (to_str(&text)?, version_of(python)?.unicode());
        let changed = match which {
            CASE_LOWER => text.lower(unicode),
            CASE_UPPER => text.upper(unicode),
            CASE_CASEFOLD => text.casefold(unicode),
            CASE_CAPITALIZE => text.capitalize(unicode),
            CASE_TITLE => text.title(unicode),
            CASE_SWAPCASE => text.swapcase(unicode),
            _ => return Err(Status::Argument.into()),
        };
        give(&result, Value::Str(changed))
    })
}

type Given = Result<Value, Status>;
type GivenOrNot = Result<Option<Value>, Status>;
type Made = Result<Out<*mut CValue>, Status>;

fn change(
    text: Given,
    result: Made,
    change: impl FnOnce(&PyStr) -> Result<PyStr, ObjectError>,
) -> Status {
    with_error_message(|| {
        let (text, result) = (text?, result?);
        give(&result, Value::Str(change(to_str(&text)?)?))
    })
}

fn change_by(
    texts: [Given; 2],
    result: Made,
    change: impl FnOnce(&PyStr, &PyStr) -> Result<PyStr, ObjectError>,
) -> Status {
    with_error_message(|| {
        let ([text, other], result) = (texts, result?);
        let (text, other) = (text?, other?);
        give(&result, Value::Str(change(to_str(&text)?, to_str(&other)?)?))
    })
}

fn strip(
    text: Given,
    chars: GivenOrNot,
    result: Made,
    of_space: impl FnOnce(&PyStr) -> PyStr,
    of_chars: impl FnOnce(&PyStr, &PyStr) -> PyStr,
) -> Status {
    with_error_message(|| {
        let (text, chars, result) = (text?, chars?, result?);
        let text = to_str(&text)?;
        let stripped = match &chars {
            None => of_space(text),
            Some(chars) => of_chars(text, to_str(chars)?),
        };
        give(&result, Value::Str(stripped))
    })
}

fn pad(
    text: Given,
    fill: GivenOrNot,
    result: Made,
    pad: impl FnOnce(&PyStr, &PyStr) -> Result<PyStr, ObjectError>,
) -> Status {
    with_error_message(|| {
        let (text, fill, result) = (text?, fill?, result?);
        let space = Value::from(" ");
        let fill = fill.as_ref().unwrap_or(&space);
        give(&result, Value::Str(pad(to_str(&text)?, to_str(fill)?)?))
    })
}
