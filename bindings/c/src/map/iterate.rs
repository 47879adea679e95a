//! Iterators over the entries of a version, in the caller's memory.

use hedgerow::host::HostStore;

use super::store::{CStore, on_store, version_of};
use super::types::{CIter, Pair};
use crate::pointers::{buffer, in_out, out, shared};
use crate::status::Status;

/// Starts an iterator over a version or open edit, in CPython's order: by the folded hash, five
/// bits at a time, low bits first; among equal hashes by insertion.
///
/// Returns OK; POINTER, STALE, FOREIGN.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_iter_start(
    store: *const CStore,
    version: u64,
    iter: *mut CIter,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3.
        let iter = unsafe { out(iter) }?;
        let version = version_of(version)?;
        iter.set(CIter::seal(store.read()?.cursor(version)?));
        Ok(Status::Ok)
    })
}

/// The next entry. A step walks down the tree.
///
/// Returns OK; END (nothing is written); POINTER, SCRIBBLED, STALE, FOREIGN, CHANGED (the edit was
/// written after the iterator was started).
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_iter_next(
    store: *const CStore,
    iter: *mut CIter,
    key: *mut u64,
    value: *mut u64,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3.
        let (iter, key, value) = unsafe { (in_out(iter)?, out(key)?, out(value)?) };
        let mut found = Pair::default();
        let (moved, count) = store.next(iter.get(), 1, |_, pair| found = pair)?;
        if count == 0 {
            return Ok(Status::End);
        }
        iter.set(moved);
        key.set(found.key);
        value.set(found.value);
        Ok(Status::Ok)
    })
}

/// The next entries, up to `capacity`; `count` becomes their number. One walk down the tree serves
/// them all, so this is the fast way to read many entries.
///
/// Returns OK; END (`count` is 0); POINTER, ARGUMENT (`capacity` is 0), SCRIBBLED, STALE, FOREIGN,
/// CHANGED.
///
/// # Safety
///
/// C1, C2, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_iter_next_many(
    store: *const CStore,
    iter: *mut CIter,
    pairs: *mut Pair,
    capacity: usize,
    count: *mut usize,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3, C4.
        let (iter, pairs, count) =
            unsafe { (in_out(iter)?, buffer(pairs, capacity)?, out(count)?) };
        if pairs.len() == 0 {
            return Err(Status::Argument);
        }
        let put = |index, pair| pairs.set(index, pair);
        let (moved, visited) = store.next(iter.get(), pairs.len(), put)?;
        iter.set(moved);
        count.set(visited);
        Ok(if visited == 0 { Status::End } else { Status::Ok })
    })
}

impl CStore {
    /// Passes the next entries, `count` at most, to `visit` with their indices.
    fn next(
        &self,
        iter: CIter,
        count: usize,
        mut visit: impl FnMut(usize, Pair),
    ) -> Result<(CIter, usize), Status> {
        let mut cursor = iter.open()?;
        let mut index = 0;
        let visited = self.read()?.advance_by(&mut cursor, count, |&key, &value| {
            visit(index, Pair { key, value });
            index += 1;
        })?;
        Ok((CIter::seal(cursor), visited))
    }
}
