//! Open edits: versions in the making.

use super::on_store;
use super::pointers::out;
use crate::map::{self, Handle};
use crate::status::Status;

/// Opens an edit on a version, in O(1). Its number goes wherever that of a version goes for reading
/// and writing keys, and writing changes it in place. The base stays as it is, and may be released.
///
/// Answers OK; POINTER, STALE, FOREIGN, OPEN, FULL, MEMORY, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_edit_open(
    store: *mut Handle,
    base: u64,
    edit: *mut u64,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3.
        let edit = unsafe { out(edit) }?;
        edit.set(store.open(map::version(base)?)?.to_bits().get());
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// Ends an edit: what it holds is a version from now on. `made` is its number, which is the edit's
/// own, or that of the empty version.
///
/// Answers OK; POINTER, STALE, FOREIGN, COMMITTED, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_edit_commit(
    store: *mut Handle,
    edit: u64,
    made: *mut u64,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3.
        let made = unsafe { out(made) }?;
        made.set(store.commit(map::version(edit)?)?.to_bits().get());
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// Ends an edit, and frees what it made.
///
/// Answers OK; POINTER, STALE, FOREIGN, COMMITTED, BUSY.
///
/// # Safety
///
/// C1, C2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_edit_abandon(store: *mut Handle, edit: u64) -> Status {
    let body = |store: &Handle| store.abandon(map::version(edit)?).map(|()| Status::Ok);
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}
