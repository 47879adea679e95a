//! What needs neither a store nor a pointer.

use std::ffi::c_char;

use crate::status::Status;

/// Changes when a program has to be compiled anew.
const ABI_VERSION: u32 = 0;

/// The number of the library's binary interface: `HEDGEROW_ABI_VERSION` of the header it belongs
/// to. A program that links the shared library may compare the two at its start.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_abi_version() -> u32 {
    ABI_VERSION
}

/// One line of English for a status: cause and remedy. Never null, permanent, and the same for
/// every number that is no status.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_strerror(status: i32) -> *const c_char {
    Status::text_of(status).as_ptr()
}

/// A 64-bit hash folded to 32 bits as CPython's HAMT does it: the halves combined by exclusive or,
/// and -1 made -2. Stores of `HEDGEROW_HASH_64` fold by themselves.
///
/// Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn hedgerow_hash_fold(hash: u64) -> u32 {
    hedgerow::fold(hash)
}
