//! Why a call on values, dicts or images failed: a status, and a message that waits for the thread
//! that called.

use std::cell::RefCell;
use std::ffi::c_char;
use std::fmt;

use hedgerow::object::{Errors, ObjectError, PyStr, UnicodeError};

use crate::pointers::{array, buffer, out};
use crate::room;
use crate::status::{Status, guarded};

/// Writes the message of the last refused call on values, dicts and images of this thread: in
/// Python's words if the status is one of its exceptions, what is wrong with an image or a file,
/// and otherwise as `hedgerow_strerror`. UTF-8, with a 0 at its end. `length` becomes its length
/// without the 0, also if the buffer is too short (and nothing else is written).
///
/// Ask before the next call: one that calls back discards the message.
///
/// Returns OK; ABSENT (no call was refused, or the message is gone); POINTER, ARGUMENT, SHORT,
/// MEMORY (the message stays).
///
/// Threads: any; each has its own message.
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
        match last_message()? {
            Some(message) => text.fill_text(message.as_bytes(), &length),
            None => Ok(Status::Absent),
        }
    })
}

/// For functions of objects: says what failed, right before the function returns the same status.
/// The call that runs it is then refused with this status and message.
///
/// `status` is `HEDGEROW_CALLER`, one of Python's exceptions, FULL or MEMORY. To pass on the
/// refusal of a call that the function made, return its status; its message stays. A function that
/// returns any other number below 0 has failed with CALLER. Without a message, a TYPE_ERROR of a
/// hash says "unhashable type", and any other status what `hedgerow_strerror` says.
///
/// Returns the status given; POINTER, ARGUMENT (not one of these), UNICODE_DECODE_ERROR (the text
/// is not UTF-8).
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
    let read = with_error_message(|| {
        // SAFETY: C4.
        let text = unsafe { array(text.cast::<u8>(), length) }?.copied()?;
        message = Some(text_of(text)?);
        Ok(Status::Ok)
    });
    match message {
        None => read,
        Some(message) => guarded(|| raise(status, message)),
    }
}

/// A refusal, with a message of its own or that of its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallError {
    status: Status,
    message: Option<String>,
}

/// How the body of a call on values and dicts ends.
pub(crate) type CallResult = Result<Status, CallError>;

thread_local! {
    /// The last refusal of this thread.
    static LAST: RefCell<Option<CallError>> = const { RefCell::new(None) };
}

/// Runs the body of a call on values or dicts, and keeps its error message for
/// `hedgerow_error_message`.
///
/// The message is kept after everything of the call is dropped. So a `drop` of the caller whose
/// own calls fail does not overwrite it.
pub(crate) fn with_error_message(body: impl FnOnce() -> CallResult) -> Status {
    guarded(|| {
        body().map_err(|error| {
            let status = error.status;
            remember(error);
            status
        })
    })
}

/// TypeError with these words, which are kept as the message. For a call that is too short for
/// [`with_error_message`].
#[cold]
pub(super) fn type_error(words: &str) -> Status {
    with_error_message(|| Err(ObjectError::Type(words.to_owned()).into()))
}

/// Bytes as text, which they have to be.
pub(super) fn text_of(bytes: Vec<u8>) -> Result<String, ObjectError> {
    String::from_utf8(bytes)
        .or_else(|error| String::try_from(&PyStr::from_utf8(error.as_bytes(), Errors::Strict)?))
}

/// Keeps a refusal for [`last_message`]. A thread that ends, and calls from a destructor, cannot
/// ask for it any more.
fn remember(error: CallError) {
    let _ = LAST.try_with(|last| last.replace(Some(error)));
}

/// The message of this thread's last refusal.
fn last_message() -> Result<Option<String>, Status> {
    let shown = LAST.try_with(|last| last.borrow().as_ref().map(room::text_of));
    shown.ok().flatten().transpose()
}

/// What a callback says it failed with, before it returns this status.
fn raise(number: i32, message: String) -> Result<Status, Status> {
    let status = passed_on(number).ok_or(Status::Argument)?;
    remember(CallError { status, message: Some(message) });
    Ok(status)
}

/// Runs a callback, which returns below 0 for a failure. `default_message` is for a failure without
/// a message.
pub(super) fn call_back(
    call: impl FnOnce() -> i32,
    default_message: impl FnOnce(Status) -> Option<String>,
) -> Result<i32, ObjectError> {
    let _ = LAST.try_with(RefCell::take);
    let number = call();
    if number >= 0 {
        return Ok(number);
    }
    let status = passed_on(number).unwrap_or(Status::Caller);
    let raised = LAST.try_with(RefCell::take).ok().flatten();
    let message = raised.filter(|raised| raised.status == status).and_then(|raised| raised.message);
    let message = message.or_else(|| default_message(status));
    Err(ObjectError::raised(CallError { status, message }))
}

/// The status of a number, if a call passes it on when a callback returns it.
fn passed_on(number: i32) -> Option<Status> {
    let status = Status::from_number(number)?;
    let is_passed_on =
        status.is_exception() || matches!(status, Status::Caller | Status::Full | Status::Memory);
    is_passed_on.then_some(status)
}

impl CallError {
    /// A refusal with a message of its own; without memory for it, that of the status.
    pub(crate) fn new(status: Status, message: impl fmt::Display) -> Self {
        CallError { status, message: room::text_of(message).ok() }
    }
}

impl From<Status> for CallError {
    fn from(status: Status) -> Self {
        CallError { status, message: None }
    }
}

impl From<CallError> for Status {
    fn from(error: CallError) -> Self {
        error.status
    }
}

impl From<ObjectError> for CallError {
    fn from(error: ObjectError) -> Self {
        let status = match &error {
            ObjectError::Type(_) => Status::TypeError,
            ObjectError::Value(_) => Status::ValueError,
            ObjectError::Key(..) => Status::KeyError,
            ObjectError::Lookup(_) => Status::LookupError,
            ObjectError::Index(_) => Status::IndexError,
            ObjectError::Attribute(_) => Status::AttributeError,
            ObjectError::Recursion => Status::RecursionError,
            ObjectError::Overflow(_) => Status::OverflowError,
            ObjectError::Unicode(unicode) => match **unicode {
                UnicodeError::Decode { .. } => Status::UnicodeDecodeError,
                _ => Status::UnicodeEncodeError,
            },
            ObjectError::Raised(raised) => match raised.downcast_ref::<CallError>() {
                Some(error) => return error.clone(),
                None => Status::Caller,
            },
            ObjectError::Store(engine) => (*engine).into(),
            _ => Status::RuntimeError,
        };
        CallError::new(status, &error)
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => f.write_str(message),
            None => f.write_str(&self.status.text().to_string_lossy()),
        }
    }
}

impl std::error::Error for CallError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_a_callback_is_passed_on_with_its_message() {
        let fail = || raise(Status::ValueError as i32, "no".to_owned()).unwrap() as i32;
        let error = CallError::from(call_back(fail, |_| None).unwrap_err());
        assert_eq!((error.status, error.to_string().as_str()), (Status::ValueError, "no"));
        assert_eq!(last_message(), Ok(None), "taken; the call that fails remembers it again");
    }

    #[test]
    fn messages_of_other_failures_and_other_numbers_are_not() {
        let other = || {
            raise(Status::ValueError as i32, "no".to_owned()).unwrap();
            Status::TypeError as i32
        };
        let error = CallError::from(call_back(other, |_| Some("default".to_owned())).unwrap_err());
        assert_eq!((error.status, error.to_string().as_str()), (Status::TypeError, "default"));
        for number in [-1, i32::MIN, Status::Panic as i32] {
            let error = CallError::from(call_back(|| number, |_| None).unwrap_err());
            assert_eq!(error.status, Status::Caller);
            assert_eq!(raise(number, String::new()), Err(Status::Argument));
        }
        assert_eq!(raise(0, String::new()), Err(Status::Argument));
    }

    #[test]
    fn bytes_that_are_not_text_say_where() {
        assert_eq!(text_of(b"ok".to_vec()).unwrap(), "ok");
        let message = "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte";
        assert_eq!(text_of(b"a\xff".to_vec()).unwrap_err().to_string(), message);
    }
}
