//! The current context of a thread: entered, left, swapped and watched.

use std::sync::TryLockError;

use hedgerow::object::context::{Context, watch};

use super::context_handle::{
    CContext, CContextStack, CWatcher, give_context, give_stack, give_watcher,
};
use super::error::{call_back, with_error_message};
use crate::pointers::{Handle, content, free, out};
use crate::status::{Status, guarded};

/// What `hedgerow_context_run` runs. Returns 0 or more, or below 0 for a failure (see
/// `hedgerow_error_raise`).
pub type ContextFunction = Option<extern "C" fn(word: u64) -> i32>;

/// Called after each switch of the current context of a thread, there. `current` is null if there
/// is none now; it is good until the function returns, which does not free it.
pub type WatchFunction = Option<extern "C" fn(word: u64, current: *const CContext)>;

/// Makes this the current context of this thread, until `hedgerow_context_exit`: CPython's
/// `PyContext_Enter`.
///
/// Returns OK; POINTER, RUNTIME_ERROR (it is entered already, here or in another thread), MEMORY.
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_enter(context: *const CContext) -> Status {
    with_error_message(|| {
        // SAFETY: C1.
        unsafe { content(context) }?.enter()?;
        Ok(Status::Ok)
    })
}

/// Makes that context current again that was before `hedgerow_context_enter`: CPython's
/// `PyContext_Exit`.
///
/// Returns OK; POINTER, RUNTIME_ERROR (it is not entered, or not the current one).
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_exit(context: *const CContext) -> Status {
    with_error_message(|| {
        // SAFETY: C1.
        unsafe { content(context) }?.exit()?;
        Ok(Status::Ok)
    })
}

/// Python's `context.run`: enters the context, runs the function, and leaves it, also if the
/// function failed. `result`, which may not be null, gets what it returned.
///
/// Returns OK; POINTER, RUNTIME_ERROR (the context is entered already, and the function did not
/// run; or it left other contexts entered), MEMORY, ERRORS (what the function failed with).
///
/// # Safety
///
/// C1, C3, C5.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_run(
    context: *const CContext,
    function: ContextFunction,
    word: u64,
    result: *mut i32,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (context, result) = unsafe { (content(context)?, out(result)?) };
        let function = function.ok_or(Status::Pointer)?;
        result.set(context.run(|| call_back(|| function(word), |_| None))??);
        Ok(Status::Ok)
    })
}

/// Whether a thread or a stack has entered the context: 1 or 0.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_is_entered(
    context: *const CContext,
    is_entered: *mut i32,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (context, is_entered) = unsafe { (content(context)?, out(is_entered)?) };
        is_entered.set(i32::from(context.is_entered()));
        Ok(Status::Ok)
    })
}

/// A handle of the current context of this thread.
///
/// Returns OK; ABSENT (nothing was entered or set in this thread; nothing is written); POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_current(context: *mut *mut CContext) -> Status {
    with_error_message(|| {
        // SAFETY: C3.
        let context = unsafe { out(context) }?;
        match Context::current() {
            Some(current) => give_context(&context, current),
            None => Ok(Status::Absent),
        }
    })
}

/// Makes a stack in which nothing was entered, for a coroutine with a call stack of its own.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_stack_new(stack: *mut *mut CContextStack) -> Status {
    // SAFETY: C3.
    with_error_message(|| give_stack(&unsafe { out(stack) }?))
}

/// Frees a stack, and leaves its contexts. Null is allowed, and nothing is done.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, and the stack is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_stack_free(stack: *mut CContextStack) -> Status {
    // SAFETY: C1.
    guarded(|| unsafe { free(stack, CContextStack::end) })
}

/// Exchanges a stack with that of this thread: what a switch of coroutines does, before the new one
/// runs and again after it.
///
/// Returns OK; POINTER, BUSY (the stack is being swapped: a watcher or another thread asks).
///
/// # Safety
///
/// C1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_stack_swap(stack: *const CContextStack) -> Status {
    with_error_message(|| {
        // SAFETY: C1.
        let stack = unsafe { content(stack) }?;
        match stack.try_lock() {
            Ok(mut stack) => stack.swap(),
            Err(TryLockError::Poisoned(stack)) => stack.into_inner().swap(),
            Err(TryLockError::WouldBlock) => return Err(Status::Busy.into()),
        }
        Ok(Status::Ok)
    })
}

/// Calls a function with a word of yours after each switch of the current context, in any thread of
/// the process: CPython's `PyContext_AddWatcher`. The function may call anything.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C3, C5.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_watch(
    function: WatchFunction,
    word: u64,
    watcher: *mut *mut CWatcher,
) -> Status {
    with_error_message(|| {
        // SAFETY: C3.
        let watcher = unsafe { out(watcher) }?;
        let function = function.ok_or(Status::Pointer)?;
        let told = move |current: Option<&Context>| match current {
            Some(current) => CContext::lend(current, |current| function(word, current)),
            None => function(word, std::ptr::null()),
        };
        give_watcher(&watcher, watch(told))
    })
}

/// Ends a watching, and frees its handle. The function may still be running in other threads. Null
/// is allowed, and nothing is done.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, and the watcher is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_context_unwatch(watcher: *mut CWatcher) -> Status {
    // SAFETY: C1.
    guarded(|| unsafe { free(watcher, CWatcher::end) })
}
