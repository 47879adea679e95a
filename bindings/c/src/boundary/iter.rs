//! Walks over a version, in memory of the caller's.

use super::on_store;
use super::pointers::{buffer, in_out, out};
use crate::map::{self, Handle};
use crate::status::Status;
use crate::types::{CIter, Pair};

/// Starts a walk over a version or open edit, in CPython's order: by the folded hash, five bits at
/// a time, low bits first; then by insertion among equal hashes.
///
/// Answers OK; POINTER, STALE, FOREIGN.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_iter_start(
    store: *const Handle,
    version: u64,
    iter: *mut CIter,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3.
        unsafe { out(iter) }?.set(store.iterate(map::version(version)?)?);
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// The next entry. A step costs the depth of the tree.
///
/// Answers OK; END (nothing is written); POINTER, SCRIBBLED, STALE, FOREIGN, CHANGED (the edit was
/// written since the walk began).
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_iter_next(
    store: *const Handle,
    iter: *mut CIter,
    key: *mut u64,
    value: *mut u64,
) -> Status {
    let body = |store: &Handle| {
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
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// The next entries, up to `capacity` of them; `count` says how many. The depth of the tree is
/// walked once, so this is the fast way to walk much.
///
/// Answers OK; END (`count` is 0); POINTER, ARGUMENT (no room for even one), SCRIBBLED, STALE,
/// FOREIGN, CHANGED.
///
/// # Safety
///
/// C1, C2, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_iter_next_many(
    store: *const Handle,
    iter: *mut CIter,
    pairs: *mut Pair,
    capacity: usize,
    count: *mut usize,
) -> Status {
    let body = |store: &Handle| {
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
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}
