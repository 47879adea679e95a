//! Handles of values, dicts and types: what they hold, and new ones.

use std::sync::Arc;

use hedgerow::object::{SharedDict, Value};

use super::guarded;
use super::pointers::Out;
use crate::object::{DictHandle, Failure, Held, ObjectType, Reply, TypeHandle, ValueHandle, tell};
use crate::status::{Answer, Status};

/// Runs a call on values or dicts, and keeps the message of its failure.
///
/// By the time that the message is kept everything of the call is dropped: a `drop` of the caller's
/// that fails in something does not overwrite it.
pub(super) fn told(body: impl FnOnce() -> Reply) -> Status {
    guarded(|| {
        body().map_err(|failure| {
            let status = failure.status;
            tell(failure);
            status
        })
    })
}

/// A copy of what a handle holds. Callbacks may free the handle; nobody looks at it again.
///
/// # Safety
///
/// C1.
#[inline]
unsafe fn held<T: Held>(handle: *const T) -> Result<T::Held, Status> {
    if handle.is_null() || !handle.is_aligned() {
        return Err(Status::Pointer);
    }
    // SAFETY: C1. The reference is shared and ends here; what changes in a handle is atomic.
    unsafe { &*handle }.held()
}

/// # Safety
///
/// C1.
#[inline]
pub(super) unsafe fn value_of(value: *const ValueHandle) -> Result<Value, Status> {
    // SAFETY: C1.
    unsafe { held(value) }
}

/// # Safety
///
/// C1.
#[inline]
pub(super) unsafe fn dict_of(dict: *const DictHandle) -> Result<SharedDict, Status> {
    // SAFETY: C1.
    unsafe { held(dict) }.map(|(dict, _)| dict)
}

/// A dict, and the number of its handle.
///
/// # Safety
///
/// C1.
pub(super) unsafe fn numbered_dict_of(
    dict: *const DictHandle,
) -> Result<(SharedDict, u64), Status> {
    // SAFETY: C1.
    unsafe { held(dict) }
}

/// # Safety
///
/// C1.
pub(super) unsafe fn type_of(class: *const TypeHandle) -> Result<Arc<ObjectType>, Status> {
    // SAFETY: C1.
    unsafe { held(class) }
}

/// Frees a handle. What it holds goes when the memory is free already.
///
/// # Safety
///
/// C1, and nobody uses the handle afterwards.
pub(super) unsafe fn free<T: Held>(handle: *mut T) -> Answer {
    if handle.is_null() {
        return Ok(Status::Ok);
    }
    if !handle.is_aligned() {
        return Err(Status::Pointer);
    }
    // SAFETY: C1. The reference is shared and ends here.
    unsafe { &*handle }.end()?;
    // SAFETY: C1: it came from a box, for one that is lent does not end, and nobody uses it.
    let held = *unsafe { Box::from_raw(handle) };
    drop(held);
    Ok(Status::Ok)
}

/// Takes the value that a function of the caller's handed to the library.
///
/// That the pointer is null or a value is C5: the function does what its type says.
pub(crate) fn given_value(value: *mut ValueHandle) -> Result<Value, Status> {
    // SAFETY: C5, hence C1.
    let copied = unsafe { value_of(value) }?;
    // SAFETY: C5, hence C1. One that was only lent is refused.
    unsafe { free(value) }?;
    Ok(copied)
}

/// Hands out a value, as a handle that the caller frees.
pub(super) fn give(out: &Out<*mut ValueHandle>, value: Value) {
    out.set(Box::into_raw(Box::new(ValueHandle::new(value))));
}

/// Hands out a new value: how most calls that make one end.
pub(super) fn made(out: &Out<*mut ValueHandle>, value: Value) -> Reply {
    give(out, value);
    Ok(Status::Ok)
}

/// Hands out what was found, if it was.
pub(super) fn found(out: &Out<*mut ValueHandle>, value: Option<Value>) -> Reply {
    match value {
        Some(value) => made(out, value),
        None => Ok(Status::Absent),
    }
}

/// Hands out a dict, as a handle that the caller frees.
pub(super) fn give_dict(out: &Out<*mut DictHandle>, dict: SharedDict) {
    out.set(Box::into_raw(Box::new(DictHandle::new(dict))));
}

/// A yes or no.
pub(super) fn answered(out: &Out<i32>, answer: bool) -> Result<Status, Failure> {
    out.set(i32::from(answer));
    Ok(Status::Ok)
}
