//! Versions as a whole: the empty one, one of many pairs, and their end.

use std::ffi::c_char;

use hedgerow::Version;
use hedgerow::host::{Batch, HostStore};

use super::store::{CStore, on_store, on_view, version_of};
use super::types::Item;
use crate::pointers::{array, buffer, out, shared};
use crate::room::{text_of, with_room};
use crate::status::Status;

/// The empty version: always the same, and permanent. Releasing it does nothing.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_empty(store: *const CStore, empty: *mut u64) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3.
        let empty = unsafe { out(empty) }?;
        empty.set(store.read()?.empty().to_bits().get());
        Ok(Status::Ok)
    })
}

/// The number of entries of a version or open edit.
///
/// Returns OK; POINTER, STALE, FOREIGN.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_len(
    store: *const CStore,
    version: u64,
    len: *mut u64,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3.
        let len = unsafe { out(len) }?;
        let version = version_of(version)?;
        len.set(on_view(&*store.read()?, version, |view| view.len() as u64)?);
        Ok(Status::Ok)
    })
}

/// Makes a version of many pairs at once. This is faster than inserting them, and stores the
/// entries in iteration order. Of equal keys the last stays, in the place of the first; the others
/// are never stored.
///
/// The items are copied first.
///
/// Returns OK; POINTER, ARGUMENT, FULL, MEMORY, CALLER, BUSY.
///
/// # Safety
///
/// C1, C2, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_build(
    store: *mut CStore,
    items: *const Item,
    count: usize,
    made: *mut u64,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3, C4.
        let (items, made) = unsafe { (array(items, count)?, out(made)?) };
        made.set(store.build(items.copied()?)?.to_bits().get());
        Ok(Status::Ok)
    })
}

/// Ends a version. What only this version held is freed before the call returns. Each version that
/// a call made is to be released once; its number stays invalid for ever.
///
/// Never refused for lack of memory: it is slower without memory for the lists of what is freed.
///
/// Returns OK; POINTER, STALE, FOREIGN, OPEN, BUSY.
///
/// # Safety
///
/// C1, C2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_release(store: *mut CStore, version: u64) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        let version = version_of(version)?;
        store.write()?.release(version)?;
        Ok(Status::Ok)
    })
}

/// Ends a version in O(1). What only this version held is freed by the next compaction. Takes no
/// memory.
///
/// Returns OK; POINTER, STALE, FOREIGN, OPEN, BUSY.
///
/// # Safety
///
/// C1, C2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_forget(store: *mut CStore, version: u64) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        let version = version_of(version)?;
        store.write()?.forget(version)?;
        Ok(Status::Ok)
    })
}

/// Writes the tree of a version or open edit as text, in the format of immutables'
/// `Map.__dump__()`, with a 0 at its end. `length` becomes the length of the text, without the 0,
/// also if the buffer is too short (and nothing else is written).
///
/// Returns OK; POINTER, ARGUMENT, SHORT, STALE, FOREIGN, MEMORY.
///
/// # Safety
///
/// C1, C2, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_dump(
    store: *const CStore,
    version: u64,
    text: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3, C4.
        let (text, length) = unsafe { (buffer(text.cast::<u8>(), capacity)?, out(length)?) };
        let version = version_of(version)?;
        let dump = on_view(&*store.read()?, version, |view| text_of(view.dump()))??;
        text.fill_text(dump.as_bytes(), &length)
    })
}

impl CStore {
    /// A version of all the items; of equal keys the last stays.
    fn build(&self, items: Vec<Item>) -> Result<Version, Status> {
        let mut hashed = with_room(items.len())?;
        for Item { hash, key, value } in items {
            hashed.push((self.hash(hash)?, key, value));
        }
        let batch = Batch::new(hashed, |a, b| self.keys_equal(*a, *b))?;
        let made = self.write()?.bulk_batch(batch)?;
        self.retain_all(made)?;
        Ok(made)
    }
}
