//! Messages of failed calls on values and dicts.

use std::ffi::c_char;

use super::guarded;
use super::handle::told;
use super::pointers::{array, buffer, out};
use super::text::write_text;
use crate::object::{raise, text_of, told_last};
use crate::status::Status;

/// Writes why the last call on values and dicts that was refused on this thread was: in Python's
/// words where the status is one of its exceptions, else as `hedgerow_strerror`. UTF-8, with a 0 at
/// its end; `length` says how long it is, without the 0, also where the buffer is too short (and
/// nothing else was written).
///
/// Ask before the next call: where that has to ask functions of yours, the message is gone.
///
/// Answers OK; ABSENT (no call was refused, or the message is gone); POINTER, ARGUMENT, SHORT.
///
/// Threads: any; each has messages of its own.
///
/// # Safety
///
/// C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_error_message(
    text: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Status {
    guarded(|| {
        // SAFETY: C3, C4.
        let (text, length) = unsafe { (buffer(text.cast::<u8>(), capacity)?, out(length)?) };
        match told_last() {
            Some(message) => write_text(message.as_bytes(), &text, &length),
            None => Ok(Status::Absent),
        }
    })
}

/// For functions of foreign objects: says what failed, right before it returns the same status. The
/// call under way is then refused with this status and message.
///
/// `status` is `HEDGEROW_CALLER`, one of Python's exceptions, FULL or MEMORY. To hand on what a
/// call in the function was refused with, return its status; its message stays. A function that
/// returns another number below 0 has failed with CALLER. Without a message a TYPE_ERROR of a hash
/// says "unhashable type", and any other status what `hedgerow_strerror` says.
///
/// Answers the status given; POINTER, ARGUMENT (not one of these), UNICODE_DECODE_ERROR (the text
/// is no UTF-8).
///
/// Threads: any.
///
/// # Safety
///
/// C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_error_raise(
    status: i32,
    text: *const c_char,
    length: usize,
) -> Status {
    let mut message = None;
    let read = told(|| {
        // SAFETY: C4.
        let text = unsafe { array(text.cast::<u8>(), length) }?.copied();
        message = Some(text_of(text)?);
        Ok(Status::Ok)
    });
    match message {
        None => read,
        Some(message) => guarded(|| raise(status, message)),
    }
}
