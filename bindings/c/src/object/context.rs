//! Contexts as mappings.

use std::ffi::c_char;

use hedgerow::object::ObjectError;
use hedgerow::object::context::{Context, copy_context};

use super::context_handle::{CContext, CContextVar, give_context, give_var};
use super::error::with_error_message;
use super::handle::{CValue, give, give_bool, give_found, write_text};
use crate::pointers::{Handle, buffer, content, free, out, out_or_null, shared};
use crate::status::{Status, guarded};

/// Makes an empty context: Python's `Context()`.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_new(context: *mut *mut CContext) -> Status {
    // SAFETY: C3.
    with_error_message(|| give_context(&unsafe { out(context) }?, Context::new()))
}

/// Frees a handle; the context is dropped with its last reference. Null is allowed, and nothing is
/// done.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, and the handle is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_free(context: *mut CContext) -> Status {
    // SAFETY: C1.
    guarded(|| unsafe { free(context, CContext::end) })
}

/// `context.copy()`: another context with the same variables and values. O(1).
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_copy(
    context: *const CContext,
    copy: *mut *mut CContext,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (context, copy) = unsafe { (shared(context)?, out(copy)?) };
        give_context(&copy, context.borrowed()?.copy())
    })
}

/// `copy_context()`: a copy of the current context of this thread. O(1).
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_copy_current(copy: *mut *mut CContext) -> Status {
    // SAFETY: C3.
    with_error_message(|| give_context(&unsafe { out(copy) }?, copy_context()))
}

/// `len(context)`: the number of variables that have a value in it.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_len(context: *const CContext, len: *mut usize) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (context, len) = unsafe { (content(context)?, out(len)?) };
        len.set(context.len());
        Ok(Status::Ok)
    })
}

/// `context[var]`: the value of a variable in a context, without its default. `value` may be null,
/// to ask whether there is one.
///
/// Returns OK; ABSENT (Python's KeyError; nothing is written); POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_get(
    context: *const CContext,
    var: *const CContextVar,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (context, var, value) =
            unsafe { (content(context)?, content(var)?, out_or_null(value)?) };
        match value {
            Some(value) => give_found(&value, context.get(&var)),
            None if context.contains(&var) => Ok(Status::Ok),
            None => Ok(Status::Absent),
        }
    })
}

/// All variables and their values, in CPython's order. `vars` and `values` have room for `capacity`
/// handles each, which you free; either may be null if it is not wanted. `count` becomes the number
/// of variables, also if there is no room (and nothing else is written).
///
/// Returns OK; POINTER, ARGUMENT, SHORT, MEMORY (what was handed out before stays yours: `count`
/// says how many of each).
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_items(
    context: *const CContext,
    vars: *mut *mut CContextVar,
    values: *mut *mut CValue,
    capacity: usize,
    count: *mut usize,
) -> Status {
    with_error_message(|| {
        let vars_capacity = if vars.is_null() { 0 } else { capacity };
        let values_capacity = if values.is_null() { 0 } else { capacity };
        // SAFETY: C1, C3, C4.
        let (context, vars, values, count) = unsafe {
            (
                content(context)?,
                buffer(vars, vars_capacity)?,
                buffer(values, values_capacity)?,
                out(count)?,
            )
        };
        let items = context.items();
        count.set(items.len());
        if items.len() > capacity {
            return Err(Status::Short.into());
        }
        for (index, (var, value)) in items.enumerate() {
            count.set(index);
            if vars_capacity > 0 {
                give_var(&vars.place(index), var)?;
            }
            if values_capacity > 0 {
                give(&values.place(index), value)?;
            }
            count.set(index + 1);
        }
        Ok(Status::Ok)
    })
}

/// Whether `a == b`: the same variables with equal values. 1 or 0. Of two copies of one context
/// only what differs is looked at.
///
/// Returns OK; POINTER, ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_equal(
    a: *const CContext,
    b: *const CContext,
    equal: *mut i32,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (a, b, equal) = unsafe { (content(a)?, content(b)?, out(equal)?) };
        give_bool(&equal, a.equal(&b)?)
    })
}

/// Writes `repr(context)` with a 0 at its end. `length` becomes its length without the 0, also if
/// the buffer is too short (and nothing else is written).
///
/// Returns OK; POINTER, ARGUMENT, SHORT.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_repr(
    context: *const CContext,
    text: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Status {
    // SAFETY: C1, C3, C4.
    let (context, text, length) =
        unsafe { (content(context), buffer(text.cast::<u8>(), capacity), out(length)) };
    write_text(context, text, length, |context| Ok(context.repr()))
}

/// The context as a value. As long as there is such a value, it is the same object each time.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_context(
    context: *const CContext,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (context, value) = unsafe { (content(context)?, out(value)?) };
        give(&value, context.to_value())
    })
}

/// A new handle of the context that a value is.
///
/// Returns OK; POINTER, TYPE_ERROR.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_context(
    value: *const CValue,
    context: *mut *mut CContext,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (value, context) = unsafe { (content(value)?, out(context)?) };
        let expected = || ObjectError::Type("an instance of Context was expected".to_owned());
        give_context(&context, Context::of_value(&value).ok_or_else(expected)?)
    })
}
