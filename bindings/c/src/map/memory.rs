//! What a store holds: statistics, limits, compaction, dead entries, and a visit of all entries.

use std::ffi::c_void;

use hedgerow::Version;
use hedgerow::host::HostMemory;

use super::store::{CStore, check_size, on_store, version_of};
use super::types::{Compaction, Limits, Pair, Stats, VisitFunction};
use crate::pointers::{array, buffer, out, out_or_null, read, shared};
use crate::room::try_collect;
use crate::status::{Status, StatusResult};

/// What a store holds. `size` is `sizeof(hedgerow_stats)`. O(1).
///
/// Returns OK; POINTER, SIZE.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_stats(
    store: *const CStore,
    stats: *mut Stats,
    size: usize,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        check_size::<Stats>(size)?;
        // SAFETY: C3.
        let target = unsafe { out(stats) }?;
        let stats = store.read()?.stats();
        target.set(Stats {
            live_versions: stats.live_versions as u64,
            dead_versions: stats.dead_versions as u64,
            forgotten_versions: stats.forgotten_versions as u64,
            live_words: stats.live_words as u64,
            free_words: stats.free_words as u64,
            live_entries: stats.live_entries as u64,
            free_entries: stats.free_entries as u64,
            heap_bytes: stats.heap_bytes as u64,
            compactions: stats.compactions,
        });
        Ok(Status::Ok)
    })
}

/// The limits of a store. `size` is `sizeof(hedgerow_limits)`.
///
/// Returns OK; POINTER, SIZE.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_limits(
    store: *const CStore,
    limits: *mut Limits,
    size: usize,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        check_size::<Limits>(size)?;
        // SAFETY: C3.
        let target = unsafe { out(limits) }?;
        let limits = store.read()?.limits();
        target.set(Limits {
            words: limits.words as u64,
            entries: limits.entries as u64,
            versions: limits.versions as u64,
            stamps: limits.stamps as u64,
        });
        Ok(Status::Ok)
    })
}

/// Sets the limits of a store. What it already holds beyond a new limit stays. Begin with what
/// `hedgerow_store_limits` gave. `size` is `sizeof(hedgerow_limits)`.
///
/// Returns OK; POINTER, SIZE, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_set_limits(
    store: *mut CStore,
    limits: *const Limits,
    size: usize,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        check_size::<Limits>(size)?;
        // SAFETY: C3.
        let limits = unsafe { read(limits) }?;
        // A number that `usize` cannot hold is no limit.
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        store.write()?.set_limits(hedgerow::Limits {
            words: count(limits.words),
            entries: count(limits.entries),
            versions: count(limits.versions),
            stamps: count(limits.stamps),
        });
        Ok(Status::Ok)
    })
}

/// Moves everything live together, in iteration order of the newest version, and returns the rest,
/// with the unused end of the version table, to whom it is from. All versions, edits, probes and
/// iterators stay valid. `done` may be null. `size` is `sizeof(hedgerow_compaction)`, or 0 with
/// null.
///
/// Returns OK; POINTER, SIZE, MEMORY (nothing was done: there is no room for a second copy of what
/// is live), BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_compact(
    store: *mut CStore,
    done: *mut Compaction,
    size: usize,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3.
        let done = unsafe { out_or_null(done) }?;
        if done.is_some() {
            check_size::<Compaction>(size)?;
        }
        let compaction = store.write()?.compact();
        if !compaction.done {
            return Err(Status::Memory);
        }
        if let Some(done) = done {
            done.set(Compaction {
                bytes_before: compaction.bytes_before as u64,
                bytes_after: compaction.bytes_after as u64,
                entries_freed: compaction.entries_freed as u64,
            });
        }
        Ok(Status::Ok)
    })
}

/// Checks every invariant of the store. O(everything): for tests, and for suspicions.
///
/// Returns OK; POINTER, CORRUPT.
///
/// # Safety
///
/// C1, C2.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_check(store: *const CStore) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        store.read()?.check().map(|()| Status::Ok).map_err(|_| Status::Corrupt)
    })
}

/// Hands out keys and values of entries that died, from a store that keeps them
/// (`HEDGEROW_DEAD_KEEP`): up to `capacity`, in no order. `count` becomes their number. Call it
/// until that is 0. With a `drop` it always is.
///
/// Returns OK; POINTER, ARGUMENT, BUSY.
///
/// # Safety
///
/// C1, C2, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_drain(
    store: *mut CStore,
    dead: *mut Pair,
    capacity: usize,
    count: *mut usize,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3, C4.
        let (dead, count) = unsafe { (buffer(dead, capacity)?, out(count)?) };
        count.set(store.drain(dead.len(), |index, pair| dead.set(index, pair))?);
        Ok(Status::Ok)
    })
}

/// Calls `visit` once for every entry that the given versions and open edits hold, with the number
/// of those that hold it: for the caller's garbage collector. Null versions, with a count of
/// 0: all that are live. Dead entries that were not drained yet are not visited, nor what only
/// forgotten versions hold.
///
/// Returns OK, also if `visit` stopped it; POINTER, ARGUMENT, STALE, FOREIGN, MEMORY (before the
/// first call of `visit`), CALLER.
///
/// # Safety
///
/// C1, C2, C4, C5.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_store_visit(
    store: *const CStore,
    versions: *const u64,
    count: usize,
    visit: VisitFunction,
    context: *mut c_void,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        let visit = visit.ok_or(Status::Pointer)?;
        let chosen = if versions.is_null() && count == 0 {
            None
        } else {
            // SAFETY: C4.
            let versions = unsafe { array(versions, count) }?;
            Some(try_collect((0..count).map(|index| version_of(versions.get(index))))?)
        };
        store.visit(chosen, |key, value, holders| visit(context, key, value, holders))
    })
}

impl CStore {
    /// Passes up to `count` dead pairs to `take`, with their indices; the others stay.
    fn drain(&self, count: usize, mut take: impl FnMut(usize, Pair)) -> Result<usize, Status> {
        if self.options.drop.is_some() {
            // What is dead now is for that function alone.
            return Ok(0);
        }
        let mut undrained = self.undrained.try_borrow_mut().map_err(|_| Status::Busy)?;
        let mut engine = self.write()?;
        engine.take_dead_into(&mut undrained);
        let mut taken = 0;
        while taken < count
            && let Some((key, value)) = undrained.pop().or_else(|| engine.pop_dead())
        {
            take(taken, Pair { key, value });
            taken += 1;
        }
        Ok(taken)
    }

    /// Passes to `visit` every entry of the given versions, or of all live ones, with the number of
    /// those that hold it. `visit` must not write to the store; anything but 0 stops it.
    fn visit(
        &self,
        versions: Option<Vec<Version>>,
        mut visit: impl FnMut(u64, u64, u32) -> i32,
    ) -> StatusResult {
        let engine = self.read()?;
        let versions = match versions {
            Some(versions) => versions,
            None => {
                let rows = 0..engine.version_rows() as u32;
                try_collect(rows.filter_map(|row| engine.version_in_row(row)).map(Ok))?
            }
        };
        self.visits.set(self.visits.get() + 1);
        let mut returned = 0;
        let counted = engine.count_holders(&versions, |&key, &value, holders| {
            if returned == 0 {
                returned = self.call_back(|| visit(key, value, holders));
            }
        });
        self.visits.set(self.visits.get() - 1);
        counted?;
        if returned < 0 { Err(Status::Caller) } else { Ok(Status::Ok) }
    }
}
