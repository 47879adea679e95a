//! Reports this package's memory to `tracemalloc`.
//!
//! `tracemalloc` hooks CPython's own allocators. For others there are two functions: one to report
//! a new block, one to report that a block is freed. While tracing is off they read a flag and
//! return. A flag of our own would be wrong once tracing starts or stops, because that forgets
//! blocks. The two run no Python code, so they may be called while the store is borrowed.

use std::ffi::{c_int, c_uint};

use pyo3::ffi;

/// The domain of this package, to filter by: `tracemalloc.DomainFilter(True, 0x6865_6467)`.
const DOMAIN: c_uint = u32::from_be_bytes(*b"hedg");
/// What CPython returns while it does not trace.
const IS_OFF: c_int = -2;

unsafe extern "C" {
    fn PyTraceMalloc_Track(domain: c_uint, block: usize, size: usize) -> c_int;
    fn PyTraceMalloc_Untrack(domain: c_uint, block: usize) -> c_int;
}

/// Reports a new block, or one that has a new size in the same place. Ignores null.
#[inline]
pub(super) fn report_new(block: *mut u8, size: usize) {
    // The function that needs no lock comes first: mostly it says that nothing is traced.
    // SAFETY: may be called at any time, for any address, also without the interpreter lock.
    if unsafe { PyTraceMalloc_Untrack(DOMAIN, block.addr()) } != IS_OFF {
        trace(block, size);
    }
}

/// Reports that a block is freed. Called before anybody else can get it.
#[inline]
pub(super) fn report_freed(block: *mut u8) {
    // SAFETY: as above.
    unsafe { PyTraceMalloc_Untrack(DOMAIN, block.addr()) };
}

/// Reports the memory of large arenas as well, which is not of the package's allocator.
pub(crate) fn watch_mappings() {
    hedgerow::host::observe_mappings(|address, used| {
        let block = std::ptr::without_provenance_mut(address);
        if used == 0 {
            report_freed(block);
        } else {
            report_new(block, used);
        }
    });
}

#[cold]
fn trace(block: *mut u8, size: usize) {
    // SAFETY: attached, so the running line can be read. That is checked, because threads also free
    // memory as they end. What cannot be traced for lack of memory is not traced.
    unsafe {
        if !block.is_null() && ffi::PyGILState_Check() != 0 {
            PyTraceMalloc_Track(DOMAIN, block.addr(), size);
        }
    }
}
