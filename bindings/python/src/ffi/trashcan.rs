//! Deallocators that nest.
//!
//! A map that ends drops maps, which end too, and so on. CPython counts how deep the deallocators
//! of its own containers nest. An object that would end too deep inside others waits in the
//! thread's *trashcan* until most of them are done. Our deallocators are counted with them, so maps
//! in lists in maps nest no deeper than lists alone. The count and the trashcan belong to the
//! thread state, so whatever switches stacks within a thread, as greenlets do, switches them as
//! well.
//!
//! From 3.14 on CPython does this for every type, before it calls the deallocator.

use pyo3::ffi;

/// Ends an object by `work`, or has it wait: then CPython will call `tp_dealloc` again. Returns
/// whether it was ended.
///
/// # Safety
///
/// Attached; called from `dealloc`, a `tp_dealloc` slot, with its object, which is untracked.
#[inline(always)]
pub(crate) unsafe fn end_nested(
    object: *mut ffi::PyObject,
    dealloc: ffi::destructor,
    work: impl FnOnce(),
) -> bool {
    // SAFETY: by the caller's promise. The deallocator of a subclass calls that of its base, but
    // handles the trashcan itself, and has done too much to be called again.
    unsafe {
        let may_wait = (*ffi::Py_TYPE(object))
            .tp_dealloc
            .is_some_and(|own| std::ptr::fn_addr_eq(own, dealloc));
        can::end_nested(object, may_wait, work)
    }
}

/// Whether CPython's thread state has the layout that this module relies on. Called at import.
pub(crate) fn is_layout_known() -> bool {
    can::is_layout_known()
}

#[cfg(not(Py_3_13))]
mod can {
    use std::ffi::c_int;

    use pyo3::ffi;

    // What the macros `Py_TRASHCAN_BEGIN` and `Py_TRASHCAN_END` call.
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
        // SAFETY: as in the macros: one end for each begin that returns 0.
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

    pub(super) fn is_layout_known() -> bool {
        true
    }
}

/// 3.13 counts down how many calls in C are left, from 10,000. A small stack has no room for so
/// many, and destructors call Python, whose own calls may not nest so deep. So one of our
/// deallocators counts as many calls.
#[cfg(all(Py_3_13, not(Py_3_14)))]
mod can {
    use std::ffi::{c_int, c_void};

    use pyo3::ffi;

    unsafe extern "C" {
        fn _PyTrash_thread_deposit_object(state: *mut State, object: *mut ffi::PyObject);
        fn _PyTrash_thread_destroy_chain(state: *mut State);
    }

    /// With at most so many calls left, CPython makes objects wait. With more than twice as many
    /// left it ends those that wait, which then must not wait again.
    const HEADROOM: c_int = 50;

    /// How many calls one of our deallocators counts as.
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

    /// As `Py_TRASHCAN_BEGIN` and `Py_TRASHCAN_END`. The last one that does not wait finds too few
    /// calls left to end the waiting ones from within.
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
            // Leaves destructors a few calls.
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

    /// Whether the count is where `State` says.
    pub(super) fn is_layout_known() -> bool {
        // SAFETY: attached; one call is entered and left.
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

    pub(super) fn is_layout_known() -> bool {
        true
    }
}
