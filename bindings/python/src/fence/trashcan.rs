//! Deallocators that nest.
//!
//! A map that ends lets go of maps, which end, too, and so on. CPython counts how deep the
//! deallocators of its own containers nest; an object that would end too deep inside the others
//! waits in the thread's *trashcan* until most of them are done. Ours are counted with them, so
//! nests of maps in lists in maps are as bounded as those of lists alone. The count and the waiting
//! are the thread state's, so whatever switches stacks within a thread, as greenlets do, takes care
//! of them.
//!
//! From 3.14 on CPython does so for every type, before it calls the deallocator.

use pyo3::ffi;

/// Ends an object by `work`, or has it wait: then `tp_dealloc` will be called again. Says whether
/// it was ended.
///
/// # Safety
///
/// Attached; called from within `dealloc`, a `tp_dealloc` slot, with its object, which the
/// collector tracks no longer.
#[inline(always)]
pub(super) unsafe fn end_nested(
    object: *mut ffi::PyObject,
    dealloc: ffi::destructor,
    work: impl FnOnce(),
) -> bool {
    // SAFETY: by the caller's promise. The deallocator of a subclass, which calls that of its base,
    // has seen to the trashcan itself; it has done too much to be called again.
    unsafe {
        let may_wait = (*ffi::Py_TYPE(object))
            .tp_dealloc
            .is_some_and(|own| std::ptr::fn_addr_eq(own, dealloc));
        can::end_nested(object, may_wait, work)
    }
}

/// Finds out whether what is relied on is so. Called once, at import.
pub(super) fn is_as_expected() -> bool {
    can::is_as_expected()
}

#[cfg(not(Py_3_13))]
mod can {
    use std::ffi::c_int;

    use pyo3::ffi;

    // Of `Py_TRASHCAN_BEGIN` and `Py_TRASHCAN_END`, which are macros.
    unsafe extern "C" {
        fn _PyThreadState_UncheckedGet() -> *mut ffi::PyThreadState;
        fn _PyTrash_begin(state: *mut ffi::PyThreadState, object: *mut ffi::PyObject) -> c_int;
        fn _PyTrash_end(state: *mut ffi::PyThreadState);
    }

    #[inline(always)]
    pub(super) unsafe fn end_nested(
        object: *mut ffi::PyObject,
        may_wait: bool,
        work: impl FnOnce(),
    ) -> bool {
        // SAFETY: as the macros have it: one end for each begin that lets the object pass.
        unsafe {
            let state = _PyThreadState_UncheckedGet();
            if state.is_null() || !may_wait {
                work();
                return true;
            }
            if _PyTrash_begin(state, object) != 0 {
                return false;
            }
            work();
            _PyTrash_end(state);
            true
        }
    }

    pub(super) fn is_as_expected() -> bool {
        true
    }
}

/// 3.13 counts down the calls in C that are left, of 10,000. That is more than a small stack has
/// room for, and than Python's own calls may nest, which destructors make: one of ours counts for
/// many.
#[cfg(all(Py_3_13, not(Py_3_14)))]
mod can {
    use std::ffi::{c_int, c_void};

    use pyo3::ffi;

    unsafe extern "C" {
        fn _PyTrash_thread_deposit_object(state: *mut State, object: *mut ffi::PyObject);
        fn _PyTrash_thread_destroy_chain(state: *mut State);
    }

    /// With no more calls left than this CPython has objects wait; with more than twice as many it
    /// ends those that wait, which then must not wait again.
    const HEADROOM: c_int = 50;

    /// What one of ours counts for.
    const WEIGHT: c_int = 100;

    /// The head of CPython's thread state.
    #[repr(C)]
    struct State {
        pointers: [*mut c_void; 3],
        eval_breaker: usize,
        status: u32,
        whence: c_int,
        state: c_int,
        py_recursion_remaining: c_int,
        py_recursion_limit: c_int,
        c_recursion_remaining: c_int,
    }

    /// As `Py_TRASHCAN_BEGIN` and `Py_TRASHCAN_END` have it. What ends last of those that wait
    /// still finds too few calls left to end the others from within.
    #[inline(always)]
    pub(super) unsafe fn end_nested(
        object: *mut ffi::PyObject,
        may_wait: bool,
        work: impl FnOnce(),
    ) -> bool {
        // SAFETY: the state of this thread, which is attached (contract 1).
        unsafe {
            let state: *mut State = ffi::PyThreadState_Get().cast();
            let left = (*state).c_recursion_remaining;
            if left < 2 * HEADROOM && may_wait {
                _PyTrash_thread_deposit_object(state, object);
                return false;
            }
            // Destructors have a few calls left.
            let inside = (left - WEIGHT).max(left.min(HEADROOM + 1));
            (*state).c_recursion_remaining = inside;
            work();
            if inside > 2 * HEADROOM {
                _PyTrash_thread_destroy_chain(state);
            }
            (*state).c_recursion_remaining = left;
            true
        }
    }

    /// Whether the count stands where it should.
    pub(super) fn is_as_expected() -> bool {
        // SAFETY: attached; a call is entered, and left.
        unsafe {
            let state: *mut State = ffi::PyThreadState_Get().cast();
            let before = (*state).c_recursion_remaining;
            if ffi::Py_EnterRecursiveCall(c"".as_ptr()) != 0 {
                return false;
            }
            let entered = (*state).c_recursion_remaining;
            ffi::Py_LeaveRecursiveCall();
            entered == before - 1
        }
    }
}

#[cfg(Py_3_14)]
mod can {
    use pyo3::ffi;

    #[inline(always)]
    pub(super) unsafe fn end_nested(_: *mut ffi::PyObject, _: bool, work: impl FnOnce()) -> bool {
        work();
        true
    }

    pub(super) fn is_as_expected() -> bool {
        true
    }
}
