//! The calls of the library: pointers in, a status out.
//!
//! Everything here does the same three things. It turns the caller's pointers into values that can
//! be used safely, or refuses them; runs the call in safe code; and turns what comes out, a panic
//! included, into a status. This is the only place where a panic is caught, and the only module
//! with `unsafe`.
//!
//! # The contract
//!
//! What the header asks of callers, and what every `unsafe` here relies on:
//!
//! * **C1** A `hedgerow_store *` is null, or came from `hedgerow_store_new` and was not freed. The
//!   same holds for `hedgerow_value *`, `hedgerow_dict *` and `hedgerow_type *`, and the calls that
//!   make them; or they are lent to a function of the caller's that still runs.
//! * **C2** One thread at a time uses a store.
//! * **C3** A pointer to one value is null, or good for reading or writing one value of its type,
//!   for as long as the call runs.
//! * **C4** A pointer to an array is null, or good for as many values as the count beside it says.
//!   Nobody else writes them while the call runs, but the caller's own functions that it calls.
//! * **C5** A function pointer is null, or that of a function of its type, which returns.
//!
//! What can be told is refused with a status and not left to the contract: null and misaligned
//! pointers, sizes, and, most of the time, a store that was freed.
//!
//! No reference to the caller's memory is made: it is read and written through pointers, value by
//! value, so that memory that two arguments share, or that a callback writes, is no aliasing.

mod dict;
mod dict_iter;
mod dict_lookup;
mod edit;
mod failure;
mod handle;
mod iter;
mod key;
mod object;
mod pointers;
mod policy;
mod probe;
mod relation;
mod status;
mod store;
mod text;
mod value;
mod value_reading;
mod version;

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use dict::*;
pub use dict_iter::*;
pub use dict_lookup::*;
pub use edit::*;
pub use failure::*;
pub(crate) use handle::given_value;
pub use iter::*;
pub use key::*;
pub use object::*;
pub use policy::*;
pub use probe::*;
pub use relation::*;
pub use status::*;
pub use store::*;
pub use value::*;
pub use value_reading::*;
pub use version::*;

use crate::map::Handle;
use crate::status::{Answer, Status};

/// Runs a call on a store.
///
/// # Safety
///
/// C1 and C2 for `store`.
#[inline]
unsafe fn on_store(store: *const Handle, body: impl FnOnce(&Handle) -> Answer) -> Status {
    if store.is_null() || !store.is_aligned() {
        return Status::Pointer;
    }
    // SAFETY: C1. The reference is shared, and so are those of calls further out: everything in a
    // store that changes is in a cell.
    let handle = unsafe { &*store };
    if let Err(status) = handle.test() {
        return status;
    }
    let run = || {
        let answer = body(handle);
        handle.bury();
        answer
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(status) | Err(status)) => status,
        Err(panic) => {
            handle.poison();
            // What was thrown may panic when it is dropped.
            mem::forget(panic);
            Status::Panic
        }
    }
}

/// Runs a call that needs no store.
fn guarded(body: impl FnOnce() -> Answer) -> Status {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(status) | Err(status)) => status,
        Err(panic) => {
            mem::forget(panic);
            Status::Panic
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_status_and_the_store_refuses_everything_but_its_end() {
        let mut store = std::ptr::null_mut();
        // SAFETY: C1 to C3: a variable of this test, and the store that it holds.
        unsafe {
            assert_eq!(hedgerow_store_new(std::ptr::null(), 0, &raw mut store), Status::Ok);
            assert_eq!(on_store(store, |_| panic!("on purpose")), Status::Panic);
            let mut empty = 0;
            assert_eq!(hedgerow_version_empty(store, &raw mut empty), Status::Panic);
            assert_eq!(hedgerow_store_check(store), Status::Panic);
            assert_eq!(hedgerow_store_free(store), Status::Ok);
        }
        assert_eq!(guarded(|| panic!("on purpose")), Status::Panic);
    }
}
