//! Open edits: versions that are still being written.

use hedgerow::host::HostStore;

use super::store::{CStore, on_store, version_of};
use crate::pointers::{out, shared};
use crate::status::Status;

/// Opens an edit on a version, in O(1). Its number is used like that of a version for reading and
/// writing keys; a write changes the edit in place. The base stays as it is, and may be released.
///
/// Returns OK; POINTER, STALE, FOREIGN, OPEN, FULL, MEMORY, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_edit_open(
    store: *mut CStore,
    base: u64,
    edit: *mut u64,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3.
        let edit = unsafe { out(edit) }?;
        let base = version_of(base)?;
        edit.set(store.write()?.open(base)?.to_bits().get());
        Ok(Status::Ok)
    })
}

/// Commits an edit: what it holds is now a version. `made` becomes its number, which is that of the
/// edit, or that of the empty version.
///
/// Returns OK; POINTER, STALE, FOREIGN, COMMITTED, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_edit_commit(
    store: *mut CStore,
    edit: u64,
    made: *mut u64,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3.
        let made = unsafe { out(made) }?;
        let edit = version_of(edit)?;
        made.set(store.write()?.commit(edit)?.to_bits().get());
        Ok(Status::Ok)
    })
}

/// Ends an edit, and frees what it made.
///
/// Returns OK; POINTER, STALE, FOREIGN, COMMITTED, BUSY.
///
/// # Safety
///
/// C1, C2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_edit_abandon(store: *mut CStore, edit: u64) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        let edit = version_of(edit)?;
        store.write()?.abandon(edit)?;
        Ok(Status::Ok)
    })
}
