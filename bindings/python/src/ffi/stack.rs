//! How much of the thread's stack is left.
//!
//! Whatever recurses through this package recurses in C. Up to 3.13 CPython counts such calls, but
//! does not know how much stack a thread has: it may be an eighth of what the main thread has.

use std::cell::Cell;
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use pyo3::exceptions::PyRecursionError;
use pyo3::ffi;
use pyo3::prelude::*;

use super::construct;

/// How many bytes a call into Python may need before the stack is checked again.
const RESERVE: usize = 48 << 10;

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

/// See [`Room`]. Asks without a call where the thread is the last one that asked.
#[inline(always)]
pub(super) fn room() -> Room {
    // Not written: only its address matters.
    let local = MaybeUninit::<u8>::uninit();
    if Span::of_bits(LAST.load(Relaxed)).contains(local.as_ptr().addr()) {
        return Room::Enough;
    }
    find_room()
}

#[inline(never)]
fn find_room() -> Room {
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
    let Range { start: low, end: high } = bounds();
    (low..high).contains(&here).then(|| here - low)
}

/// The addresses of the thread's stack; an empty range if they are unknown.
fn bounds() -> Range<usize> {
    // Once this is destroyed, the thread is ending, and nobody would forget what is kept.
    let known = BOUNDS.try_with(|Bounds(known)| {
        let (low, high) = known.get().unwrap_or_else(|| {
            let Range { start, end } = system::bounds().unwrap_or(0..0);
            known.set(Some((start, end)));
            (start, end)
        });
        if children_forget() {
            LAST.store(Span::of_stack(low, high).bits(), Relaxed);
        }
        low..high
    });
    known.unwrap_or_else(|_| system::bounds().unwrap_or(0..0))
}

/// The addresses of a thread's stack, once asked for.
struct Bounds(Cell<Option<(usize, usize)>>);

thread_local! {
    static BOUNDS: Bounds = const { Bounds(Cell::new(None)) };
}

impl Drop for Bounds {
    fn drop(&mut self) {
        if let Some((low, high)) = self.0.get() {
            // The next thread may have a shorter stack at the same place.
            let ended = Span::of_stack(low, high).bits();
            let _ = LAST.compare_exchange(ended, 0, Relaxed, Relaxed);
        }
    }
}

/// The [`Span`] of the thread that asked last. It has not ended: it would have been forgotten. So
/// an address in the span is one of that thread's stack, whoever asks.
static LAST: AtomicU64 = AtomicU64::new(0);

/// Where a stack is long enough: a first page, and how many there are. It is kept in one word,
/// because a thread that ends does not hold the interpreter lock: the count of pages is in the low
/// bits. 0 is empty.
#[derive(Clone, Copy)]
struct Span {
    first: u64,
    count: u64,
}

impl Span {
    const PAGE_BITS: u32 = 12;
    const COUNT_BITS: u32 = 28;

    /// Of a stack between two addresses; empty where that is no whole page, or too many.
    fn of_stack(low: usize, high: usize) -> Self {
        let first = (low.saturating_add(RESERVE) as u64).div_ceil(1 << Self::PAGE_BITS);
        let count = (high as u64 >> Self::PAGE_BITS).saturating_sub(first);
        let fits = first >> (u64::BITS - Self::COUNT_BITS) == 0 && count >> Self::COUNT_BITS == 0;
        Span { first, count: if fits { count } else { 0 } }
    }

    fn bits(self) -> u64 {
        self.first << Self::COUNT_BITS | self.count
    }

    #[inline(always)]
    fn of_bits(bits: u64) -> Self {
        let count = bits & ((1 << Self::COUNT_BITS) - 1);
        Span { first: bits >> Self::COUNT_BITS, count }
    }

    #[inline(always)]
    fn contains(self, address: usize) -> bool {
        (address as u64 >> Self::PAGE_BITS).wrapping_sub(self.first) < self.count
    }
}

/// Has child processes forget the [`LAST`] thread, which may not live there, and returns whether
/// they will.
fn children_forget() -> bool {
    #[cfg(unix)]
    {
        extern "C" fn forget() {
            LAST.store(0, Relaxed);
        }
        static DONE: OnceLock<bool> = OnceLock::new();
        // SAFETY: a function that may be called in a child of many threads, and is never unloaded.
        *DONE.get_or_init(|| unsafe { libc::pthread_atfork(None, None, Some(forget)) } == 0)
    }
    #[cfg(not(unix))]
    false
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
