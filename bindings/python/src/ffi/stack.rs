//! How much of the thread's stack is left.
//!
//! Whatever recurses through this package recurses in C. Up to 3.13 CPython counts such calls, but
//! does not know how much stack a thread has: it may be an eighth of what the main thread has.

use std::cell::Cell;
use std::ffi::CStr;
use std::ops::Range;

use pyo3::exceptions::PyRecursionError;
use pyo3::ffi;
use pyo3::prelude::*;

use super::construct;

/// How many bytes a call into Python may need before the stack is checked again.
const RESERVE: usize = 48 << 10;

thread_local! {
    /// The addresses of the thread's stack, once asked for; an empty range if they are unknown.
    static BOUNDS: Cell<Option<(usize, usize)>> = const { Cell::new(None) };
}

/// # Errors
///
/// `RecursionError` with the words of `doing` (" while ..."), where the stack is too short for one
/// more call into Python. CPython counts those calls: where it is unknown how much stack is left,
/// that count has to do.
pub(crate) fn check_stack(py: Python<'_>, doing: &CStr) -> PyResult<()> {
    if cfg!(Py_3_14) {
        // CPython looks at the stack, and counts nothing.
        return count(py, doing).map(drop);
    }
    match room() {
        Room::Short => Err(too_deep(py, doing)),
        _ => Ok(()),
    }
}

/// Whether the stack is long enough for one more call into Python.
pub(super) enum Room {
    Enough,
    Short,
    Unknown,
}

pub(super) fn room() -> Room {
    match left() {
        Some(left) if left < RESERVE => Room::Short,
        Some(_) => Room::Enough,
        None => Room::Unknown,
    }
}

/// A nested call of a kind that CPython does not count.
pub(crate) struct Depth {
    is_counted: bool,
}

impl Depth {
    /// # Errors
    ///
    /// As [`check_stack`]. Where it is unknown how much stack is left, the call is counted.
    pub(crate) fn enter(py: Python<'_>, doing: &CStr) -> PyResult<Self> {
        if !cfg!(Py_3_14) && left().is_some() {
            return check_stack(py, doing).map(|()| Depth { is_counted: false });
        }
        count(py, doing)
    }
}

impl Drop for Depth {
    fn drop(&mut self) {
        if self.is_counted {
            // SAFETY: entered before, and left once.
            unsafe { ffi::Py_LeaveRecursiveCall() };
        }
    }
}

fn count(py: Python<'_>, doing: &CStr) -> PyResult<Depth> {
    // SAFETY: a text of static form; attached.
    if unsafe { ffi::Py_EnterRecursiveCall(doing.as_ptr()) } == 0 {
        Ok(Depth { is_counted: true })
    } else {
        Err(construct::fetch(py))
    }
}

/// The exception of a stack that is too short.
#[cold]
pub(super) fn too_deep(py: Python<'_>, doing: &CStr) -> PyErr {
    let doing = doing.to_string_lossy();
    let words = format!("maximum recursion depth exceeded{doing}");
    construct::error::<PyRecursionError>(py, &words)
}

/// How many bytes of the stack are left. `None` if that is unknown: where the system does not say,
/// or on a stack that is not the thread's own, as some coroutine libraries use.
#[inline(never)]
fn left() -> Option<usize> {
    let local = 0_u8;
    let here = (&raw const local).addr();
    let (low, high) = BOUNDS.get().unwrap_or_else(find_bounds);
    (low..high).contains(&here).then(|| here - low)
}

#[cold]
fn find_bounds() -> (usize, usize) {
    let Range { start, end } = system::bounds().unwrap_or(0..0);
    BOUNDS.set(Some((start, end)));
    (start, end)
}

#[cfg(target_os = "linux")]
mod system {
    use std::mem::MaybeUninit;
    use std::ops::Range;

    pub(super) fn bounds() -> Option<Range<usize>> {
        if cfg!(target_env = "musl") && is_main() {
            // For the main thread musl returns what is mapped so far.
            return None;
        }
        let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
        let (mut lowest, mut size, mut guard) = (std::ptr::null_mut(), 0, 0);
        // SAFETY: the attributes are read after they were written, and destroyed once.
        unsafe {
            if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
                return None;
            }
            let attributes = attributes.assume_init_mut();
            let status = libc::pthread_attr_getstack(attributes, &raw mut lowest, &raw mut size)
                | libc::pthread_attr_getguardsize(attributes, &raw mut guard);
            libc::pthread_attr_destroy(attributes);
            // Whether the guard is part of the stack differs.
            let low = lowest.addr();
            (status == 0).then(|| low.saturating_add(guard)..low.saturating_add(size))
        }
    }

    fn is_main() -> bool {
        // SAFETY: both can always be called.
        unsafe { libc::getpid() == libc::gettid() }
    }
}

#[cfg(target_vendor = "apple")]
mod system {
    use std::ops::Range;

    #[allow(clippy::unnecessary_wraps, reason = "other systems may not know")]
    pub(super) fn bounds() -> Option<Range<usize>> {
        // SAFETY: called for the current thread.
        let (high, size) = unsafe {
            let thread = libc::pthread_self();
            (libc::pthread_get_stackaddr_np(thread).addr(), libc::pthread_get_stacksize_np(thread))
        };
        Some(high.saturating_sub(size)..high)
    }
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
mod system {
    use std::ops::Range;

    pub(super) fn bounds() -> Option<Range<usize>> {
        None
    }
}
