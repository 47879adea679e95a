//! Versions as a whole.

use std::ffi::c_char;

use super::on_store;
use super::pointers::{array, buffer, out};
use crate::map::{self, Handle};
use crate::status::Status;
use crate::types::Item;

/// The empty version: always the same, and permanent. Releasing it does nothing.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_empty(store: *const Handle, empty: *mut u64) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3.
        unsafe { out(empty) }?.set(store.empty()?.to_bits().get());
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// How many entries a version or open edit has.
///
/// Answers OK; POINTER, STALE, FOREIGN.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_len(
    store: *const Handle,
    version: u64,
    len: *mut u64,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3.
        unsafe { out(len) }?.set(store.len(map::version(version)?)?);
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// Makes a version of many pairs at once: faster than inserting them, and with the entries in
/// iteration order. Of equal keys the last stays, in the place of the first; what it replaced never
/// was in the store.
///
/// The items are copied before anything else: where there is no memory for that, the process ends.
///
/// Answers OK; POINTER, ARGUMENT, FULL, MEMORY, CALLER, BUSY.
///
/// # Safety
///
/// C1, C2, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_build(
    store: *mut Handle,
    items: *const Item,
    count: usize,
    made: *mut u64,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3, C4.
        let (items, made) = unsafe { (array(items, count)?, out(made)?) };
        made.set(store.build(items.copied())?.to_bits().get());
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// Ends a version: what only it held is freed before this returns. Each version that a call made is
/// to be released once; its number stays invalid for ever.
///
/// Never refused for want of memory: the lists of what is freed are asked for as in MEMORY above,
/// and where a compaction that would give memory back has none, it is left out.
///
/// Answers OK; POINTER, STALE, FOREIGN, OPEN, BUSY.
///
/// # Safety
///
/// C1, C2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_release(store: *mut Handle, version: u64) -> Status {
    let body = |store: &Handle| store.release(map::version(version)?).map(|()| Status::Ok);
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// Ends a version in O(1), and leaves what only it held to the next compaction. Takes no memory.
///
/// Answers OK; POINTER, STALE, FOREIGN, OPEN, BUSY.
///
/// # Safety
///
/// C1, C2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_forget(store: *mut Handle, version: u64) -> Status {
    let body = |store: &Handle| store.forget(map::version(version)?).map(|()| Status::Ok);
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// Writes the tree of a version or open edit as text, in the words of immutables'
/// `Map.__dump__()`, with a 0 at its end. `length` says how long the text is, without the 0, also
/// where the buffer is too short (and nothing else was written).
///
/// Answers OK; POINTER, ARGUMENT, SHORT, STALE, FOREIGN.
///
/// # Safety
///
/// C1, C2, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_dump(
    store: *const Handle,
    version: u64,
    text: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3, C4.
        let (text, length) = unsafe { (buffer(text.cast::<u8>(), capacity)?, out(length)?) };
        let dump = store.dump(map::version(version)?)?;
        length.set(dump.len());
        if dump.len() >= text.len() {
            return Err(Status::Short);
        }
        let bytes = dump.bytes().chain([0]);
        bytes.enumerate().for_each(|(index, byte)| text.set(index, byte));
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}
