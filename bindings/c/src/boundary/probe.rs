//! Keys in steps, without callbacks: the caller compares in its own language.
//!
//! Start a probe; while there is a candidate that is another key, advance; then take the value, put
//! or cut. Between two steps anything may happen.

use super::pointers::{in_out, out, value};
use super::{guarded, on_store};
use crate::map::{self, Handle};
use crate::status::Status;
use crate::types::CProbe;

/// Stands a probe at the first key of a hash in a version or open edit, if there is one or not.
///
/// Answers OK; POINTER, ARGUMENT, STALE, FOREIGN.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_probe_start(
    store: *const Handle,
    version: u64,
    hash: u64,
    probe: *mut CProbe,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3.
        let probe = unsafe { out(probe) }?;
        probe.set(store.probe(map::version(version)?, hash)?);
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// The key and value that a probe stands at.
///
/// Answers OK; ABSENT (there is no further candidate, and nothing is written); POINTER, SCRIBBLED,
/// STALE, FOREIGN, CHANGED.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_probe_candidate(
    store: *const Handle,
    probe: *const CProbe,
    key: *mut u64,
    found: *mut u64,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3.
        let (probe, key, found) = unsafe { (value(probe)?, out(key)?, out(found)?) };
        let pair = store.candidate(probe)?;
        key.set(pair.key);
        found.set(pair.value);
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// Moves a probe to the next candidate, whether there is one or not.
///
/// Answers OK; POINTER, SCRIBBLED.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_probe_advance(probe: *mut CProbe) -> Status {
    guarded(|| {
        // SAFETY: C3.
        let probe = unsafe { in_out(probe) }?;
        probe.set(map::advanced(probe.get())?);
        Ok(Status::Ok)
    })
}

/// Writes where a probe stands: over the candidate, or as a new key where there is none. The key is
/// stored as it is given; to keep the old key, as Python does, give the candidate's. `made` as for
/// `hedgerow_key_insert`.
///
/// That no candidate is equal is the caller's word: a key put past an equal one stands there twice.
///
/// Answers OK; POINTER, SCRIBBLED, STALE, FOREIGN, CHANGED, FULL, MEMORY, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_probe_put(
    store: *mut Handle,
    probe: *const CProbe,
    key: u64,
    put: u64,
    made: *mut u64,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3.
        let (probe, made) = unsafe { (value(probe)?, out(made)?) };
        made.set(store.insert_at(probe, key, put)?.to_bits().get());
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// Removes the candidate that a probe stands at. `made` as for `hedgerow_key_insert`.
///
/// Answers OK; ABSENT (there is no candidate, and nothing is written); POINTER, SCRIBBLED, STALE,
/// FOREIGN, CHANGED, FULL, MEMORY, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_probe_cut(
    store: *mut Handle,
    probe: *const CProbe,
    made: *mut u64,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3.
        let (probe, made) = unsafe { (value(probe)?, out(made)?) };
        made.set(store.remove_at(probe)?.to_bits().get());
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}
