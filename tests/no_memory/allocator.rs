//! An allocator that refuses chosen allocations of one thread.
#![allow(unsafe_code, reason = "an allocator is unsafe to implement")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Which allocations are refused, from the nth on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusals {
    /// The nth alone.
    One,
    /// The nth and all that follow.
    AllFrom,
}

/// The allocator of the system, unless [`refusing`] runs.
pub(crate) struct Refusing;

thread_local! {
    /// Allocations until the first that is refused. 0 where none is.
    static UNTIL: Cell<u64> = const { Cell::new(0) };
    static REFUSALS: Cell<Refusals> = const { Cell::new(Refusals::One) };
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// Runs `act` while the allocator refuses this thread's nth allocation, counted from 1. Returns how
/// many it refused.
pub(crate) fn refusing<R>(nth: u64, refusals: Refusals, act: impl FnOnce() -> R) -> (R, u64) {
    REFUSALS.set(refusals);
    COUNT.set(0);
    UNTIL.set(nth);
    let result = act();
    UNTIL.set(0);
    (result, COUNT.get())
}

/// Counts an allocation, and returns whether it is to be refused.
fn refuses() -> bool {
    let until = UNTIL.get();
    match (until, REFUSALS.get()) {
        (0, _) => return false,
        (1, Refusals::AllFrom) => {}
        _ => UNTIL.set(until - 1),
    }
    if until == 1 {
        COUNT.set(COUNT.get() + 1);
    }
    until == 1
}

// SAFETY: it is the allocator of the system, which may refuse too.
unsafe impl GlobalAlloc for Refusing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if refuses() {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if refuses() {
            return std::ptr::null_mut();
        }
        // SAFETY: as in `alloc`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if refuses() {
            return std::ptr::null_mut();
        }
        // SAFETY: as in `alloc`.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as in `alloc`.
        unsafe { System.dealloc(block, layout) }
    }
}
