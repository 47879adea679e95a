//! How a call ends: a status, its text, and what becomes of a panic.

use std::ffi::{CStr, c_char};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hedgerow::{Error, WithError};

/// Changes when programs have to be compiled again.
const ABI_VERSION: u32 = 0;

/// The number of the library's binary interface: `HEDGEROW_ABI_VERSION` of the header it belongs
/// to. A program that links the shared library can compare the two at its start.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_abi_version() -> u32 {
    ABI_VERSION
}

/// One line of English for a status: cause and remedy. Never null, valid for ever, and the same for
/// every number that is no status.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_strerror(status: i32) -> *const c_char {
    Status::from_number(status).map_or(c"no status of this library", Status::text).as_ptr()
}

/// What a call returns. From zero up: the call was done, and this is how it turned out. Below zero:
/// it was refused. Then no version has changed, and nothing was written through a pointer unless
/// the call says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    /// Done.
    Ok = 0,
    /// There is no such key, or no further candidate.
    Absent = 1,
    /// The iteration is over.
    End = 2,
    /// The same value is already there: nothing was stored, and the version is the one given.
    Same = 3,
    /// A pointer is null, or not aligned for what it should point at.
    Pointer = -1,
    /// A number is out of range: a 32-bit hash with a non-zero upper half, a count that exceeds the
    /// address space, an option that does not exist.
    Argument = -2,
    /// The structure has another size in this library: header and library do not match.
    Size = -3,
    /// The buffer is too short. The count says how long it has to be.
    Short = -4,
    /// The pointer does not point at a store, or points at one that was freed.
    Store = -5,
    /// The version was released or forgotten, its edit has ended, or it never existed.
    Stale = -6,
    /// The version belongs to another store, or the iterator to another handle of a dict.
    Foreign = -7,
    /// The version is an open edit, and has to be committed first.
    Open = -8,
    /// The version is committed, hence immutable: open an edit on it.
    Committed = -9,
    /// The edit was written after the probe or iterator was made: start it again.
    Changed = -10,
    /// The probe or iterator does not hold what the library wrote there: start it again.
    Scribbled = -11,
    /// A limit is reached. Release versions, compact, or raise the limit.
    Full = -12,
    /// The allocator refused memory. Release versions, or free memory elsewhere.
    Memory = -13,
    /// A callback returned an error.
    Caller = -14,
    /// Both sides of a merge changed a key in different ways, and there is no function to decide.
    Conflict = -15,
    /// The store is being visited or freed, and cannot be written (or freed) meanwhile; or the
    /// value is lent to the function that frees it.
    Busy = -16,
    /// An invariant of the store is broken: a bug of the library. Free the store.
    Corrupt = -17,
    /// The library panicked: a bug of the library. The store refuses everything but being freed.
    Panic = -18,
    /// The pointer does not point at a value, dict, type, image or delta, or points at one that was
    /// freed.
    Handle = -19,
    /// Python's TypeError: an operand of the wrong type, such as an unhashable key.
    TypeError = -20,
    /// Python's ValueError: the right type, but an invalid value.
    ValueError = -21,
    /// Python's KeyError. Looking up a key that is absent is `HEDGEROW_ABSENT` instead.
    KeyError = -22,
    /// Python's IndexError: an index out of range.
    IndexError = -23,
    /// Python's AttributeError: only from callbacks.
    AttributeError = -24,
    /// Python's RuntimeError: "dictionary changed size during iteration".
    RuntimeError = -25,
    /// Python's RecursionError: values nest, or functions call back, too deep.
    RecursionError = -26,
    /// Python's OverflowError: a number too large for its target.
    OverflowError = -27,
    /// Python's UnicodeEncodeError: a str that the encoding cannot represent.
    UnicodeEncodeError = -28,
    /// Python's UnicodeDecodeError: bytes that are not valid text.
    UnicodeDecodeError = -29,
    /// Python's LookupError: from callbacks, for unknown names of codecs and error handlers, and
    /// where a context variable that has no value is reset. Reading one is `HEDGEROW_ABSENT`.
    LookupError = -30,
    /// The system refused to read or write a file; the message of the thread says why.
    Io = -31,
    /// The bytes are no image or delta, of another format, cut off, or damaged.
    Damaged = -32,
    /// The image has keys or values of other kinds than the call is for.
    OtherKind = -33,
    /// The delta starts from other contents than the image has.
    OtherBase = -34,
}

/// How the body of a call ends. Both sides are statuses, so that `?` returns a refusal.
pub(crate) type StatusResult = Result<Status, Status>;

/// Runs the body of a call that needs no store; a panic becomes [`Status::Panic`].
pub(crate) fn guarded(body: impl FnOnce() -> StatusResult) -> Status {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(status) | Err(status)) => status,
        Err(panic) => {
            // Dropping the payload could panic again.
            mem::forget(panic);
            Status::Panic
        }
    }
}

impl Status {
    /// Every status.
    pub(crate) const ALL: [Status; 38] = [
        Status::Ok,
        Status::Absent,
        Status::End,
        Status::Same,
        Status::Pointer,
        Status::Argument,
        Status::Size,
        Status::Short,
        Status::Store,
        Status::Stale,
        Status::Foreign,
        Status::Open,
        Status::Committed,
        Status::Changed,
        Status::Scribbled,
        Status::Full,
        Status::Memory,
        Status::Caller,
        Status::Conflict,
        Status::Busy,
        Status::Corrupt,
        Status::Panic,
        Status::Handle,
        Status::TypeError,
        Status::ValueError,
        Status::KeyError,
        Status::IndexError,
        Status::AttributeError,
        Status::RuntimeError,
        Status::RecursionError,
        Status::OverflowError,
        Status::UnicodeEncodeError,
        Status::UnicodeDecodeError,
        Status::LookupError,
        Status::Io,
        Status::Damaged,
        Status::OtherKind,
        Status::OtherBase,
    ];

    /// One line that names cause and remedy.
    pub(crate) fn text(self) -> &'static CStr {
        match self {
            Status::Ok => c"done",
            Status::Absent => c"there is no such key, or no further candidate",
            Status::End => c"the iteration is over",
            Status::Same => c"the same value is there already; nothing was stored",
            Status::Pointer => c"a pointer is null or not aligned: pass the address of a variable",
            Status::Argument => c"a number is out of its range: see the function's comment",
            Status::Size => {
                c"a structure has another size in this library: compile again with its header"
            }
            Status::Short => c"the buffer is too short: make it as long as the count says",
            Status::Store => c"this is no store, or one that was freed",
            Status::Stale => {
                c"the version was released or forgotten, its edit ended, or it never was"
            }
            Status::Foreign => {
                c"the version or iterator belongs to another store or dict: use it with its own"
            }
            Status::Open => c"the version is an open edit: commit it first",
            Status::Committed => c"the version is committed, hence immutable: open an edit on it",
            Status::Changed => c"the edit was written since: start the probe or iterator again",
            Status::Scribbled => c"the probe or iterator was overwritten: start it again",
            Status::Full => c"a limit is reached: release versions, compact, or raise the limit",
            Status::Memory => {
                c"the allocator refused memory: release versions, or free some elsewhere"
            }
            Status::Caller => c"a callback returned an error",
            Status::Conflict => c"both sides changed a key in different ways: name a resolver",
            Status::Busy => {
                c"the store is being visited or freed, or the value is lent: do it later"
            }
            Status::Corrupt => c"the store is corrupt, which is a bug of hedgerow: free it",
            Status::Panic => c"hedgerow panicked, which is a bug of hedgerow: free the store",
            Status::Handle => {
                c"this is no value, dict, type, context or image of this library, or was freed"
            }
            Status::TypeError => c"TypeError: hedgerow_error_message tells more",
            Status::ValueError => c"ValueError: hedgerow_error_message tells more",
            Status::KeyError => c"KeyError: hedgerow_error_message tells more",
            Status::IndexError => c"IndexError: hedgerow_error_message tells more",
            Status::AttributeError => c"AttributeError: hedgerow_error_message tells more",
            Status::RuntimeError => c"RuntimeError: hedgerow_error_message tells more",
            Status::RecursionError => c"RecursionError: hedgerow_error_message tells more",
            Status::OverflowError => c"OverflowError: hedgerow_error_message tells more",
            Status::UnicodeEncodeError => c"UnicodeEncodeError: hedgerow_error_message tells more",
            Status::UnicodeDecodeError => c"UnicodeDecodeError: hedgerow_error_message tells more",
            Status::LookupError => c"LookupError: hedgerow_error_message tells more",
            Status::Io => c"a file cannot be read or written: hedgerow_error_message tells more",
            Status::Damaged => {
                c"these bytes are no image or delta, or damaged: hedgerow_error_message tells more"
            }
            Status::OtherKind => {
                c"the image has other kinds of keys and values: use the call for its kinds"
            }
            Status::OtherBase => {
                c"the delta starts from other contents: apply it to the image it was made from"
            }
        }
    }

    /// Whether this is one of Python's exceptions.
    pub(crate) fn is_exception(self) -> bool {
        (Status::LookupError as i32..=Status::TypeError as i32).contains(&(self as i32))
    }

    /// The status of a number, if it is one.
    pub(crate) fn from_number(number: i32) -> Option<Status> {
        Status::ALL.into_iter().find(|&status| status as i32 == number)
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        match error {
            Error::Stale { .. } => Status::Stale,
            Error::OtherStore { .. } => Status::Foreign,
            Error::WrongState { open: true, .. } => Status::Open,
            Error::WrongState { open: false, .. } => Status::Committed,
            Error::Changed { .. } => Status::Changed,
            // The only misuse that this library passes on: removing past the last candidate.
            Error::Misuse { .. } => Status::Absent,
            Error::Full { .. } => Status::Full,
            Error::Allocation { .. } => Status::Memory,
            // `Error` is non-exhaustive: an error of a later engine.
            _ => Status::Argument,
        }
    }
}

impl From<WithError<Status>> for Status {
    fn from(error: WithError<Status>) -> Self {
        match error {
            WithError::Store(error) => error.into(),
            WithError::Caller(status) => status,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_own_number_and_text() {
        let mut numbers = Status::ALL.map(|status| status as i32).to_vec();
        numbers.sort_unstable();
        assert_eq!(numbers, (-34..=3).collect::<Vec<_>>());
        let mut texts = Status::ALL.map(Status::text).to_vec();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), Status::ALL.len());
        assert_eq!(Status::from_number(-17).map(Status::text), Some(Status::Corrupt.text()));
        assert_eq!(hedgerow_strerror(99), hedgerow_strerror(-99));
    }
}
