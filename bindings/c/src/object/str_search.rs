//! Searching in a str.

use hedgerow::object::{ObjectError, PyStr, Value};

use super::convert::to_str;
use super::error::{CallResult, with_error_message};
use super::handle::{CValue, give_bool};
use super::types::optional;
use crate::pointers::{Out, content, out};
use crate::status::Status;

/// `text.find(part, start, end)`: the index of the first occurrence. `start` or `end` may be
/// `HEDGEROW_OMITTED`; both count from the end if they are negative.
///
/// Returns OK; ABSENT (Python's -1; nothing is written); POINTER, TYPE_ERROR (no str).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_find(
    text: *const CValue,
    part: *const CValue,
    start: i64,
    end: i64,
    index: *mut usize,
) -> Status {
    // SAFETY: C1, C3.
    let (texts, index) = unsafe { ([content(text), content(part)], out(index)) };
    search(texts, index, |text, part| text.find_in(part, optional(start), optional(end)))
}

/// `text.rfind(part, start, end)`: the index of the last occurrence. As `hedgerow_str_find`.
///
/// Returns OK; ABSENT (Python's -1; nothing is written); POINTER, TYPE_ERROR (no str).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_rfind(
    text: *const CValue,
    part: *const CValue,
    start: i64,
    end: i64,
    index: *mut usize,
) -> Status {
    // SAFETY: C1, C3.
    let (texts, index) = unsafe { ([content(text), content(part)], out(index)) };
    search(texts, index, |text, part| text.rfind_in(part, optional(start), optional(end)))
}

/// `text.count(part, start, end)`: how often it occurs without overlap. As `hedgerow_str_find`.
///
/// Returns OK; POINTER, TYPE_ERROR (no str).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_count(
    text: *const CValue,
    part: *const CValue,
    start: i64,
    end: i64,
    count: *mut usize,
) -> Status {
    // SAFETY: C1, C3.
    let (texts, count) = unsafe { ([content(text), content(part)], out(count)) };
    search(texts, count, |text, part| Some(text.count_in(part, optional(start), optional(end))))
}

/// `text.startswith(prefix, start, end)`, where `prefix` is a str or a tuple of strs: 1 or 0. As
/// `hedgerow_str_find`.
///
/// Returns OK; POINTER, TYPE_ERROR.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_startswith(
    text: *const CValue,
    prefix: *const CValue,
    start: i64,
    end: i64,
    truth: *mut i32,
) -> Status {
    // SAFETY: C1, C3.
    let (texts, truth) = unsafe { ([content(text), content(prefix)], out(truth)) };
    begins_or_ends(texts, truth, "startswith", |text, prefix| {
        text.startswith_in(prefix, optional(start), optional(end))
    })
}

/// `text.endswith(suffix, start, end)`, where `suffix` is a str or a tuple of strs: 1 or 0. As
/// `hedgerow_str_find`.
///
/// Returns OK; POINTER, TYPE_ERROR.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_endswith(
    text: *const CValue,
    suffix: *const CValue,
    start: i64,
    end: i64,
    truth: *mut i32,
) -> Status {
    // SAFETY: C1, C3.
    let (texts, truth) = unsafe { ([content(text), content(suffix)], out(truth)) };
    begins_or_ends(texts, truth, "endswith", |text, suffix| {
        text.endswith_in(suffix, optional(start), optional(end))
    })
}

type Texts = [Result<Value, Status>; 2];

fn search(
    texts: Texts,
    number: Result<Out<usize>, Status>,
    find: impl FnOnce(&PyStr, &PyStr) -> Option<usize>,
) -> Status {
    with_error_message(|| {
        let ([text, part], number) = (texts, number?);
        let (text, part) = (text?, part?);
        let Some(found) = find(to_str(&text)?, to_str(&part)?) else { return Ok(Status::Absent) };
        number.set(found);
        Ok(Status::Ok)
    })
}

fn begins_or_ends(
    texts: Texts,
    truth: Result<Out<i32>, Status>,
    method: &str,
    mut holds: impl FnMut(&PyStr, &PyStr) -> bool,
) -> Status {
    with_error_message(|| -> CallResult {
        let ([text, affix], truth) = (texts, truth?);
        let (text, affix) = (text?, affix?);
        let text = to_str(&text)?;
        let Value::Tuple(affixes) = &affix else {
            let Value::Str(affix) = &affix else {
                let given = affix.type_name();
                let words =
                    format!("{method} first arg must be str or a tuple of str, not {given}");
                return Err(ObjectError::Type(words).into());
            };
            return give_bool(&truth, holds(text, affix));
        };
        for affix in affixes.items() {
            let Value::Str(affix) = affix else {
                let given = affix.type_name();
                let words = format!("tuple for {method} must only contain str, not {given}");
                return Err(ObjectError::Type(words).into());
            };
            if holds(text, affix) {
                return give_bool(&truth, true);
            }
        }
        give_bool(&truth, false)
    })
}
