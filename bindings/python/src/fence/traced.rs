//! What `tracemalloc` is told of this package's memory.
//!
//! It hooks CPython's own allocators, and for all others there are two functions: one to be called
//! for a new block, one for a block that goes. While it is off they look at a flag and return, so
//! no flag of ours is needed, which would be wrong once somebody starts or stops it: what was made
//! before it was started is not known to it, and what it knew is forgotten when it is stopped.
//! They run no Python code, and may be called while the store is borrowed.

use std::ffi::{c_int, c_uint};

use pyo3::ffi;

/// The domain of this package, to filter by: `tracemalloc.DomainFilter(True, 0x6865_6467)`.
const DOMAIN: c_uint = u32::from_be_bytes(*b"hedg");
/// What CPython answers while it does not trace.
const IS_OFF: c_int = -2;

unsafe extern "C" {
    fn PyTraceMalloc_Track(domain: c_uint, block: usize, size: usize) -> c_int;
    fn PyTraceMalloc_Untrack(domain: c_uint, block: usize) -> c_int;
}

/// Tells of a block that was made, or that has a new size where it is. Null, of no memory, is
/// passed over.
#[inline]
pub(super) fn made(block: *mut u8, size: usize) {
    // The function that needs no lock is asked first, and mostly says that nothing is traced.
    // SAFETY: may be called at any time, for any address, without the interpreter lock too.
    if unsafe { PyTraceMalloc_Untrack(DOMAIN, block.addr()) } != IS_OFF {
        trace(block, size);
    }
}

/// Tells that a block goes. Called before anybody else can have it.
#[inline]
pub(super) fn ended(block: *mut u8) {
    // SAFETY: as above.
    unsafe { PyTraceMalloc_Untrack(DOMAIN, block.addr()) };
}

#[cold]
fn trace(block: *mut u8, size: usize) {
    // SAFETY: attached (asked for, because the allocator serves a thread's own end as well), so
    // the line that is running can be looked at. What cannot be traced for lack of memory is not.
    unsafe {
        if !block.is_null() && ffi::PyGILState_Check() != 0 {
            PyTraceMalloc_Track(DOMAIN, block.addr(), size);
        }
    }
}
