//! Why a call failed: the status, and the message, which waits for the thread that called.

use std::cell::RefCell;
use std::fmt;

use hedgerow::object::{ObjectError, UnicodeError};

use crate::status::Status;

/// A refusal with words of its own, or with those of its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) status: Status,
    pub(crate) message: Option<String>,
}

/// How a call on values and dicts ends.
pub(crate) type Reply = Result<Status, Failure>;

thread_local! {
    /// The last refusal of this thread.
    static LAST: RefCell<Option<Failure>> = const { RefCell::new(None) };
}

/// Keeps a refusal for [`told_last`]. A thread that ends, and calls from a destructor of its own,
/// has nobody to tell.
pub(crate) fn tell(failure: Failure) {
    let _ = LAST.try_with(|last| last.replace(Some(failure)));
}

/// The message of this thread's last refusal.
pub(crate) fn told_last() -> Option<String> {
    let last = LAST.try_with(|last| last.borrow().clone()).ok().flatten()?;
    Some(last.to_string())
}

/// What a function of the caller's says that it failed with, before it returns this status.
pub(crate) fn raise(number: i32, message: String) -> Result<Status, Status> {
    let status = handed_on(number).ok_or(Status::Argument)?;
    tell(Failure { status, message: Some(message) });
    Ok(status)
}

/// Runs a function of the caller's, which returns below 0 for a failure. `silent` is the message
/// where it gave none.
pub(super) fn asking(
    call: impl FnOnce() -> i32,
    silent: impl FnOnce(Status) -> Option<String>,
) -> Result<i32, ObjectError> {
    let _ = LAST.try_with(RefCell::take);
    let number = call();
    if number >= 0 {
        return Ok(number);
    }
    let status = handed_on(number).unwrap_or(Status::Caller);
    let told = LAST.try_with(RefCell::take).ok().flatten();
    let message = told.filter(|told| told.status == status).and_then(|told| told.message);
    let message = message.or_else(|| silent(status));
    Err(ObjectError::raised(Failure { status, message }))
}

/// The status of a number, if it is one that a function of the caller's hands on as it is.
fn handed_on(number: i32) -> Option<Status> {
    let status = Status::ALL.into_iter().find(|&status| status as i32 == number)?;
    let fits =
        status.is_exception() || matches!(status, Status::Caller | Status::Full | Status::Memory);
    fits.then_some(status)
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        Failure { status, message: None }
    }
}

impl From<ObjectError> for Failure {
    fn from(error: ObjectError) -> Self {
        let status = match &error {
            ObjectError::Type(_) => Status::TypeError,
            ObjectError::Value(_) => Status::ValueError,
            ObjectError::Key(_) => Status::KeyError,
            ObjectError::Index(_) => Status::IndexError,
            ObjectError::Attribute(_) => Status::AttributeError,
            ObjectError::Recursion => Status::RecursionError,
            ObjectError::Overflow(_) => Status::OverflowError,
            ObjectError::Unicode(unicode) => match **unicode {
                UnicodeError::Decode { .. } => Status::UnicodeDecodeError,
                _ => Status::UnicodeEncodeError,
            },
            ObjectError::Raised(raised) => match raised.downcast_ref::<Failure>() {
                Some(failure) => return failure.clone(),
                None => Status::Caller,
            },
            ObjectError::Store(engine) => (*engine).into(),
            _ => Status::RuntimeError,
        };
        Failure { status, message: Some(error.to_string()) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => f.write_str(message),
            None => f.write_str(&self.status.text().to_string_lossy()),
        }
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_the_callers_is_handed_on_with_its_words() {
        let fail = || raise(Status::ValueError as i32, "no".to_owned()).unwrap() as i32;
        let failure = Failure::from(asking(fail, |_| None).unwrap_err());
        assert_eq!((failure.status, failure.to_string().as_str()), (Status::ValueError, "no"));
        assert_eq!(told_last(), None, "taken, and told anew by whoever ends the call");
    }

    #[test]
    fn words_of_another_failure_and_numbers_that_mean_nothing_are_not() {
        let other = || {
            raise(Status::ValueError as i32, "no".to_owned()).unwrap();
            Status::TypeError as i32
        };
        let failure = Failure::from(asking(other, |_| Some("silent".to_owned())).unwrap_err());
        assert_eq!((failure.status, failure.to_string().as_str()), (Status::TypeError, "silent"));
        for number in [-1, i32::MIN, Status::Panic as i32] {
            let failure = Failure::from(asking(|| number, |_| None).unwrap_err());
            assert_eq!(failure.status, Status::Caller);
            assert_eq!(raise(number, String::new()), Err(Status::Argument));
        }
        assert_eq!(raise(0, String::new()), Err(Status::Argument));
    }
}
