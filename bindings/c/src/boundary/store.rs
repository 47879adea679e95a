//! Making, measuring and ending stores.

use std::ffi::c_void;

use super::pointers::{array, buffer, out, out_or_null, value};
use super::{guarded, on_store};
use crate::map::{self, Handle};
use crate::status::Status;
use crate::types::{Compaction, Limits, Options, Pair, Stats, VisitFunction};

const NO_OPTIONS: Options = Options {
    context: std::ptr::null_mut(),
    key_eq: None,
    value_eq: None,
    retain: None,
    drop: None,
    hash_bits: 0,
    dead: 0,
};

fn fits<T>(size: usize) -> Result<(), Status> {
    if size == size_of::<T>() { Ok(()) } else { Err(Status::Size) }
}

/// Makes a store. `options` may be null, with a size of 0: keys and values are plain numbers then.
/// `size` is `sizeof(hedgerow_options)`.
///
/// Where there is no memory for it the process ends.
///
/// Answers OK; POINTER, SIZE, ARGUMENT (an option that does not exist).
///
/// # Safety
///
/// C3, C5.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_new(
    options: *const Options,
    size: usize,
    store: *mut *mut Handle,
) -> Status {
    guarded(|| {
        // SAFETY: C3.
        let store = unsafe { out(store) }?;
        let options = if options.is_null() && size == 0 {
            NO_OPTIONS
        } else {
            fits::<Options>(size)?;
            // SAFETY: C3, and C5 for the functions among them.
            unsafe { value(options) }?
        };
        store.set(Box::into_raw(Box::new(Handle::new(options)?)));
        Ok(Status::Ok)
    })
}

/// Ends a store and all its versions. Where there is a `drop`, it is called for every entry, and
/// may read what is left. Null is allowed, and nothing is done.
///
/// Without a `drop`, entries that hold references are to be visited, or their versions released and
/// drained, before.
///
/// Answers OK; STORE, BUSY (called from one of the store's own callbacks).
///
/// # Safety
///
/// C1, C2, and the store is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_free(store: *mut Handle) -> Status {
    if store.is_null() {
        return Status::Ok;
    }
    // SAFETY: C1, C2.
    match unsafe { on_store(store, Handle::close) } {
        // A store that panicked, now or before, goes without its callbacks.
        Status::Ok | Status::Panic => guarded(|| {
            // SAFETY: C1: it came from a box, and nobody uses it: no callback of it runs.
            drop(unsafe { Box::from_raw(store) });
            Ok(Status::Ok)
        }),
        refused => refused,
    }
}

/// Tells what a store holds. `size` is `sizeof(hedgerow_stats)`. O(1).
///
/// Answers OK; POINTER, SIZE.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_stats(
    store: *const Handle,
    stats: *mut Stats,
    size: usize,
) -> Status {
    let body = |store: &Handle| {
        fits::<Stats>(size)?;
        // SAFETY: C3.
        unsafe { out(stats) }?.set(store.stats()?);
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// Tells what a store may grow to. `size` is `sizeof(hedgerow_limits)`.
///
/// Answers OK; POINTER, SIZE.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_limits(
    store: *const Handle,
    limits: *mut Limits,
    size: usize,
) -> Status {
    let body = |store: &Handle| {
        fits::<Limits>(size)?;
        // SAFETY: C3.
        unsafe { out(limits) }?.set(store.limits()?);
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// Sets what a store may grow to. What it holds beyond a new limit stays. Begin with what
/// `hedgerow_store_limits` gave.
///
/// Answers OK; POINTER, SIZE, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_set_limits(
    store: *mut Handle,
    limits: *const Limits,
    size: usize,
) -> Status {
    let body = |store: &Handle| {
        fits::<Limits>(size)?;
        // SAFETY: C3.
        store.set_limits(unsafe { value(limits) }?)?;
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// Whether the store compacts of its own accord, at the end of a release that leaves far more free
/// memory than live. On (not 0) to begin with.
///
/// Answers OK; POINTER, BUSY.
///
/// # Safety
///
/// C1, C2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_set_auto_compact(store: *mut Handle, on: i32) -> Status {
    // SAFETY: C1, C2.
    unsafe { on_store(store, |store| store.set_auto_compact(on != 0).map(|()| Status::Ok)) }
}

/// Moves everything live together, in iteration order of the newest version, and gives the rest
/// back to the allocator, the vacant end of the version table with it. All versions, edits, probes
/// and iterators stay good. `done` may be null. `size` is `sizeof(hedgerow_compaction)`, or 0 with
/// null.
///
/// Answers OK; POINTER, SIZE, MEMORY (nothing was done: there is no room for a second copy of what
/// is live), BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_compact(
    store: *mut Handle,
    done: *mut Compaction,
    size: usize,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3.
        let done = unsafe { out_or_null(done) }?;
        if done.is_some() {
            fits::<Compaction>(size)?;
        }
        let compaction = store.compact()?;
        if let Some(done) = done {
            done.set(compaction);
        }
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// Tests every invariant of the store. O(everything); for tests, and for doubts.
///
/// Answers OK; POINTER, CORRUPT.
///
/// # Safety
///
/// C1, C2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_check(store: *const Handle) -> Status {
    // SAFETY: C1, C2.
    unsafe { on_store(store, Handle::check) }
}

/// Hands out keys and values of entries that died, of a store that keeps its dead
/// (`HEDGEROW_DEAD_KEEP`): up to `capacity` of them, in no order. `count` says how many there were.
/// Call it until that is 0, which it always is where there is a `drop`.
///
/// Answers OK; POINTER, ARGUMENT, BUSY.
///
/// # Safety
///
/// C1, C2, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_drain(
    store: *mut Handle,
    dead: *mut Pair,
    capacity: usize,
    count: *mut usize,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3, C4.
        let (dead, count) = unsafe { (buffer(dead, capacity)?, out(count)?) };
        count.set(store.drain(dead.len(), |index, pair| dead.set(index, pair))?);
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// Calls `visit` for every entry that the given versions and open edits hold, once each, with the
/// number of those that do: for a collector of the caller's own. Null versions: all that are live.
/// What died and was not drained yet is not visited, nor what only forgotten versions hold.
///
/// Answers OK, also where `visit` stopped it; POINTER, ARGUMENT, STALE, FOREIGN, CALLER.
///
/// # Safety
///
/// C1, C2, C4, C5.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_visit(
    store: *const Handle,
    versions: *const u64,
    count: usize,
    visit: VisitFunction,
    context: *mut c_void,
) -> Status {
    let body = |store: &Handle| {
        let visit = visit.ok_or(Status::Pointer)?;
        let chosen = if versions.is_null() && count == 0 {
            None
        } else {
            // SAFETY: C4.
            let versions = unsafe { array(versions, count) }?.copied();
            Some(versions.into_iter().map(map::version).collect::<Result<Vec<_>, _>>()?)
        };
        store.visit(chosen, |key, value, holders| visit(context, key, value, holders))
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}
