//! How much of the thread's stack is left.
//!
//! What recurses through this package recurses in C: up to 3.13 CPython counts such calls, without
//! knowing how much a thread has for them. Threads may have an eighth of what the main thread has.

use std::cell::Cell;
use std::ffi::CStr;
use std::ops::Range;

use pyo3::exceptions::PyRecursionError;
use pyo3::ffi;
use pyo3::prelude::*;

use super::made;

/// What a call into Python may need, before it is checked again.
const RESERVE: usize = 48 << 10;

thread_local! {
    /// The addresses of the thread's stack, once asked for; none if they are not known.
    static BOUNDS: Cell<Option<(usize, usize)>> = const { Cell::new(None) };
}

/// # Errors
///
/// `RecursionError`, where the stack is short; it says " while ..." what `doing` says. Where it is
/// not known how much is left, the interpreter's count has to do.
pub(super) fn check(py: Python<'_>, doing: &CStr) -> PyResult<()> {
    if cfg!(Py_3_14) {
        // Looks at the stack itself, and counts nothing.
        return count(py, doing).map(drop);
    }
    match left() {
        Some(left) if left < RESERVE => Err(too_deep(py, doing)),
        _ => Ok(()),
    }
}

/// One more call of what CPython does not count.
pub(super) struct Depth {
    is_counted: bool,
}

impl Depth {
    /// # Errors
    ///
    /// As [`check`]; at the interpreter's limit if it is not known how much of the stack is left.
    pub(super) fn enter(py: Python<'_>, doing: &CStr) -> PyResult<Self> {
        if !cfg!(Py_3_14) && left().is_some() {
            return check(py, doing).map(|()| Depth { is_counted: false });
        }
        count(py, doing)
    }
}

impl Drop for Depth {
    fn drop(&mut self) {
        if self.is_counted {
            // SAFETY: entered, and left once.
            unsafe { ffi::Py_LeaveRecursiveCall() };
        }
    }
}

fn count(py: Python<'_>, doing: &CStr) -> PyResult<Depth> {
    // SAFETY: a text of static form; attached.
    if unsafe { ffi::Py_EnterRecursiveCall(doing.as_ptr()) } == 0 {
        Ok(Depth { is_counted: true })
    } else {
        Err(made::fetch(py))
    }
}

#[cold]
fn too_deep(py: Python<'_>, doing: &CStr) -> PyErr {
    let doing = doing.to_string_lossy();
    let words = format!("maximum recursion depth exceeded{doing}");
    made::error::<PyRecursionError>(py, &words)
}

/// How many bytes of the stack are left. `None` if that is not known: where the system does not
/// say, or on a stack that is not the thread's own, as some libraries of coroutines have them.
#[inline(never)]
fn left() -> Option<usize> {
    let local = 0_u8;
    let here = (&raw const local).addr();
    let (low, high) = BOUNDS.get().unwrap_or_else(ask);
    (low..high).contains(&here).then(|| here - low)
}

#[cold]
fn ask() -> (usize, usize) {
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
            // Of the main thread musl tells what is mapped so far.
            return None;
        }
        let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
        let (mut lowest, mut size, mut guard) = (std::ptr::null_mut(), 0, 0);
        // SAFETY: the attributes are read after they were written, and are let go of once.
        unsafe {
            if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
                return None;
            }
            let attributes = attributes.assume_init_mut();
            let told = libc::pthread_attr_getstack(attributes, &raw mut lowest, &raw mut size)
                | libc::pthread_attr_getguardsize(attributes, &raw mut guard);
            libc::pthread_attr_destroy(attributes);
            // Whether the guard is part of the stack differs.
            let low = lowest.addr();
            (told == 0).then(|| low.saturating_add(guard)..low.saturating_add(size))
        }
    }

    fn is_main() -> bool {
        // SAFETY: two questions without conditions.
        unsafe { libc::getpid() == libc::gettid() }
    }
}

#[cfg(target_vendor = "apple")]
mod system {
    use std::ops::Range;

    #[allow(clippy::unnecessary_wraps, reason = "other systems may not know")]
    pub(super) fn bounds() -> Option<Range<usize>> {
        // SAFETY: questions about the thread that asks.
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
