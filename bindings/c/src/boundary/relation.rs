//! Two versions and more.

use std::ffi::c_void;

use hedgerow::Version;

use super::on_store;
use super::pointers::{buffer, out};
use crate::map::{self, Handle, Resolver};
use crate::status::Status;
use crate::types::{Change, ResolveFunction, Sharing, Unshared};

/// Writes the version that `make` makes of `a` and `b`.
///
/// # Safety
///
/// C1 and C2 for the store, C3 for `made`.
unsafe fn combine(
    store: *mut Handle,
    (a, b): (u64, u64),
    made: *mut u64,
    make: impl FnOnce(&Handle, Version, Version) -> Result<Version, Status>,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3.
        let made = unsafe { out(made) }?;
        made.set(make(store, map::version(a)?, map::version(b)?)?.to_bits().get());
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// Whether two versions have equal keys with equal values: `equal` becomes 1 or 0. Costs what
/// differs between relatives.
///
/// Answers OK; POINTER, STALE, FOREIGN, OPEN, CALLER.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_equal(
    store: *const Handle,
    a: u64,
    b: u64,
    equal: *mut i32,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3.
        let equal = unsafe { out(equal) }?;
        equal.set(i32::from(store.equal(map::version(a)?, map::version(b)?)?));
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// What changed from `a` to `b`, in iteration order of the hashes. `count` says how many changes
/// there are, also where the buffer is too short (and nothing else was written).
///
/// Answers OK; POINTER, ARGUMENT, SHORT, STALE, FOREIGN, OPEN, CALLER.
///
/// # Safety
///
/// C1, C2, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_diff(
    store: *const Handle,
    a: u64,
    b: u64,
    changes: *mut Change,
    capacity: usize,
    count: *mut usize,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3, C4.
        let (changes, count) = unsafe { (buffer(changes, capacity)?, out(count)?) };
        changes.fill(&store.diff(map::version(a)?, map::version(b)?)?, &count)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// The entries that only one of two versions, or open edits, holds, hash by hash. Nothing is
/// compared but hashes: of these a caller without callbacks makes equality, a diff or a merge with
/// an equality of its own. `count` as for `hedgerow_version_diff`.
///
/// Answers OK; POINTER, ARGUMENT, SHORT, STALE, FOREIGN.
///
/// # Safety
///
/// C1, C2, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_unshared(
    store: *const Handle,
    a: u64,
    b: u64,
    entries: *mut Unshared,
    capacity: usize,
    count: *mut usize,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3, C4.
        let (entries, count) = unsafe { (buffer(entries, capacity)?, out(count)?) };
        entries.fill(&store.unshared(map::version(a)?, map::version(b)?)?, &count)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// How many nodes and entries two versions share. `size` is `sizeof(hedgerow_sharing)`.
///
/// Answers OK; POINTER, SIZE, STALE, FOREIGN, OPEN.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_shared(
    store: *const Handle,
    a: u64,
    b: u64,
    sharing: *mut Sharing,
    size: usize,
) -> Status {
    let body = |store: &Handle| {
        if size != size_of::<Sharing>() {
            return Err(Status::Size);
        }
        // SAFETY: C3.
        let sharing = unsafe { out(sharing) }?;
        sharing.set(store.shared(map::version(a)?, map::version(b)?)?);
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// Three-way merge: a version of `ours` with what `theirs` changed since `base`. Where both changed
/// a key in different ways, `resolve` decides. All is written when it has been asked for the last
/// time; then `retain` is told of what was.
///
/// Answers OK; POINTER, STALE (also where a function of the caller's has released `ours`), FOREIGN,
/// OPEN, FULL, MEMORY, CALLER, CONFLICT (one arose, and `resolve` is null), BUSY.
///
/// # Safety
///
/// C1, C2, C3, C5.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_merge(
    store: *mut Handle,
    base: u64,
    ours: u64,
    theirs: u64,
    resolve: ResolveFunction,
    context: *mut c_void,
    made: *mut u64,
) -> Status {
    let merge = |store: &Handle, ours: Version, theirs: Version| {
        let resolver = Resolver { function: resolve, context };
        store.merge([map::version(base)?, ours, theirs], resolver)
    };
    // SAFETY: C1, C2, C3.
    unsafe { combine(store, (ours, theirs), made, merge) }
}

/// A version of `a` with the keys of `b` that it has not. It is written when all keys are compared;
/// then `retain` is told of what was.
///
/// Answers OK; POINTER, STALE (also where a function of the caller's has released `a`), FOREIGN,
/// OPEN, FULL, MEMORY, CALLER, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_union(
    store: *mut Handle,
    a: u64,
    b: u64,
    made: *mut u64,
) -> Status {
    // SAFETY: C1, C2, C3.
    unsafe { combine(store, (a, b), made, Handle::union) }
}

/// A version of the entries of `a` whose keys `b` has, too, with the values of `a`.
///
/// Answers OK; POINTER, STALE (also where a function of the caller's has released `a`), FOREIGN,
/// OPEN, FULL, MEMORY, CALLER, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_intersect(
    store: *mut Handle,
    a: u64,
    b: u64,
    made: *mut u64,
) -> Status {
    // SAFETY: C1, C2, C3.
    unsafe { combine(store, (a, b), made, Handle::intersection) }
}

/// A version of the entries of `a` whose keys `b` has not.
///
/// Answers OK; POINTER, STALE, FOREIGN, OPEN, FULL, MEMORY, CALLER, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_subtract(
    store: *mut Handle,
    a: u64,
    b: u64,
    made: *mut u64,
) -> Status {
    // SAFETY: C1, C2, C3.
    unsafe { combine(store, (a, b), made, Handle::difference) }
}
