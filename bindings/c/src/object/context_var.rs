//! Context variables, and the tokens that reset them.

use std::ffi::c_char;

use hedgerow::object::Value;
use hedgerow::object::context::ContextVar;

use super::context_handle::{CContextVar, CToken, give_var, token_handle};
use super::custom::object_word;
use super::error::{type_error, with_error_message};
use super::handle::{CValue, give, give_found, write_text};
use super::policy::policy_of;
use super::types::CPolicy;
use crate::pointers::{
    Handle, buffer, content, content_or_null, free, leak_into, out, out_or_null, read, shared,
};
use crate::room::Spare;
use crate::status::{Status, guarded};

/// Makes a context variable: Python's `ContextVar(name, default=default_value)`. `default_value`
/// may be null, for none. Its hash, which decides the order of contexts, is made of that of its
/// name under the policy and of a number that counts up.
///
/// Returns OK; POINTER, ARGUMENT (no policy), TYPE_ERROR (the name is no str).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_var_new(
    name: *const CValue,
    default_value: *const CValue,
    policy: *const CPolicy,
    var: *mut *mut CContextVar,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (name, policy, var) = unsafe { (content(name)?, read(policy)?, out(var)?) };
        // SAFETY: C1.
        let default = unsafe { content_or_null(default_value) }?;
        give_var(&var, ContextVar::named(&name, default, &policy_of(policy)?)?)
    })
}

/// `hedgerow_context_var_new` with the hash that you give it, for contexts in the order of a
/// CPython whose `hash(var)` is known.
///
/// Returns OK; POINTER, ARGUMENT (no policy), TYPE_ERROR (the name is no str).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_var_new_hashed(
    name: *const CValue,
    default_value: *const CValue,
    hash: i64,
    policy: *const CPolicy,
    var: *mut *mut CContextVar,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (name, policy, var) = unsafe { (content(name)?, read(policy)?, out(var)?) };
        // SAFETY: C1.
        let default = unsafe { content_or_null(default_value) }?;
        let policy = policy_of(policy)?;
        let Value::Str(name) = name else {
            // It says what is wrong.
            return give_var(&var, ContextVar::named(&name, default, &policy)?);
        };
        give_var(&var, ContextVar::with_hash(name, default, hash, policy.python))
    })
}

/// Frees a handle; the variable is dropped with its last reference. Null is allowed, and nothing is
/// done.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, and the handle is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_var_free(var: *mut CContextVar) -> Status {
    // SAFETY: C1.
    guarded(|| unsafe { free(var, CContextVar::end) })
}

/// `var.name`.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_var_name(
    var: *const CContextVar,
    name: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (var, name) = unsafe { (content(var)?, out(name)?) };
        give(&name, var.name().clone().into())
    })
}

/// `hash(var)`.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_var_hash(
    var: *const CContextVar,
    hash: *mut i64,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (var, hash) = unsafe { (content(var)?, out(hash)?) };
        hash.set(var.hash_value());
        Ok(Status::Ok)
    })
}

/// Writes `repr(var)` as UTF-8 with a 0 at its end. `length` becomes its length without the 0, also
/// if the buffer is too short (and nothing else is written).
///
/// Returns OK; POINTER, ARGUMENT, SHORT, ERRORS.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_var_repr(
    var: *const CContextVar,
    text: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Status {
    // SAFETY: C1, C3, C4.
    let (var, text, length) =
        unsafe { (content(var), buffer(text.cast::<u8>(), capacity), out(length)) };
    write_text(var, text, length, |var| Ok(var.repr()?))
}

/// The value of a variable in the current context of this thread, or else its default: Python's
/// `var.get()`, and CPython's `PyContextVar_Get`.
///
/// Returns OK; ABSENT (there is neither, Python's LookupError; nothing is written); POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_var_get(
    var: *const CContextVar,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (var, value) = unsafe { (shared(var)?, out(value)?) };
        give_found(&value, var.borrowed()?.get_or_none())
    })
}

/// `hedgerow_context_var_get` of a variable whose values are objects of yours: writes the word of
/// the object, and makes no handle. The fast way. The context keeps the object alive until the
/// variable is set, or another context becomes the current one.
///
/// Returns OK; ABSENT (there is no value; nothing is written); POINTER, TYPE_ERROR (the value is no
/// object of a `hedgerow_type`).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_var_get_word(
    var: *const CContextVar,
    word: *mut u64,
) -> Status {
    guarded(|| {
        // SAFETY: C1, C3.
        let (var, word) = unsafe { (shared(var)?, out(word)?) };
        let Some(found) = var.borrowed()?.get_ref() else { return Ok(Status::Absent) };
        match object_word(&found) {
            Some(found) => word.set(found),
            None => return Err(type_error("the value is no object of the caller")),
        }
        Ok(Status::Ok)
    })
}

/// Gives a variable a value in the current context of this thread: Python's `var.set(value)`. The
/// value stays the caller's. `token` may be null if it is not wanted. A thread without a context
/// gets one.
///
/// Returns OK; POINTER, MEMORY (for the token; nothing was set), RUNTIME_ERROR (at the very end of
/// a thread).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_var_set(
    var: *const CContextVar,
    value: *const CValue,
    token: *mut *mut CToken,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (var, value, token) = unsafe { (content(var)?, content(value)?, out_or_null(token)?) };
        let Some(token) = token else {
            var.set(value)?;
            return Ok(Status::Ok);
        };
        let spare = Spare::new()?;
        token.set(leak_into(spare, token_handle(var.set(value)?)));
        Ok(Status::Ok)
    })
}

/// Gives the variable the value that it had before the `set` that made the token, or none: Python's
/// `var.reset(token)`.
///
/// Returns OK; POINTER, RUNTIME_ERROR (the token was used), VALUE_ERROR (it is of another variable,
/// or of another context), LOOKUP_ERROR (the variable has no value, and had none), ERRORS (of the
/// repr in the message).
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_var_reset(
    var: *const CContextVar,
    token: *const CToken,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1.
        let (var, token) = unsafe { (content(var)?, content(token)?) };
        var.reset(&token)?;
        Ok(Status::Ok)
    })
}

/// The variable as a value. As long as there is such a value, it is the same object each time.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_context_var(
    var: *const CContextVar,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (var, value) = unsafe { (content(var)?, out(value)?) };
        give(&value, var.to_value())
    })
}

/// A new handle of the variable that a value is.
///
/// Returns OK; POINTER, TYPE_ERROR ("a ContextVar key was expected, got ..."), ERRORS.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_context_var(
    value: *const CValue,
    var: *mut *mut CContextVar,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (value, var) = unsafe { (content(value)?, out(var)?) };
        give_var(&var, ContextVar::of_key(&value)?)
    })
}

/// Frees a token. Null is allowed, and nothing is done.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, and the token is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_token_free(token: *mut CToken) -> Status {
    // SAFETY: C1.
    guarded(|| unsafe { free(token, CToken::end) })
}

/// `token.var`.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_token_var(
    token: *const CToken,
    var: *mut *mut CContextVar,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (token, var) = unsafe { (content(token)?, out(var)?) };
        give_var(&var, token.var().clone())
    })
}

/// `token.old_value`.
///
/// Returns OK; ABSENT (`Token.MISSING`; nothing is written); POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_token_old_value(
    token: *const CToken,
    value: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (token, value) = unsafe { (content(token)?, out(value)?) };
        give_found(&value, token.old_value().cloned())
    })
}

/// Writes `repr(token)` as UTF-8 with a 0 at its end. `length` becomes its length without the 0,
/// also if the buffer is too short (and nothing else is written).
///
/// Returns OK; POINTER, ARGUMENT, SHORT, ERRORS.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_token_repr(
    token: *const CToken,
    text: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Status {
    // SAFETY: C1, C3, C4.
    let (token, text, length) =
        unsafe { (content(token), buffer(text.cast::<u8>(), capacity), out(length)) };
    write_text(token, text, length, |token| Ok(token.repr()?))
}
