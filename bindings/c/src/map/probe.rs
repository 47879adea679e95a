//! Looking up, storing and removing in steps, without callbacks: the caller compares the keys.
//!
//! Start a probe; while there is a candidate that is another key, advance; then take the value, put
//! or cut. Anything may happen to the store between two steps.

use hedgerow::host::HostStore;

use super::store::{CStore, on_store, version_of};
use super::types::CProbe;
use crate::pointers::{in_out, out, read, shared};
use crate::status::{Status, guarded};

/// Starts a probe at the first key of a hash in a version or open edit, whether there is one or
/// not.
///
/// Returns OK; POINTER, ARGUMENT, STALE, FOREIGN.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_probe_start(
    store: *const CStore,
    version: u64,
    hash: u64,
    probe: *mut CProbe,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3.
        let probe = unsafe { out(probe) }?;
        let (version, hash) = (version_of(version)?, store.hash(hash)?);
        probe.set(CProbe::seal(store.read()?.probe(version, hash)?));
        Ok(Status::Ok)
    })
}

/// The key and value at a probe.
///
/// Returns OK; ABSENT (there is no further candidate, and nothing is written); POINTER, SCRIBBLED,
/// STALE, FOREIGN, CHANGED.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_probe_candidate(
    store: *const CStore,
    probe: *const CProbe,
    key: *mut u64,
    found: *mut u64,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3.
        let (probe, key, found) = unsafe { (read(probe)?, out(key)?, out(found)?) };
        let probe = probe.open()?;
        let engine = store.read()?;
        let (stored, value) = engine.candidate(&probe)?.ok_or(Status::Absent)?;
        key.set(*stored);
        found.set(*value);
        Ok(Status::Ok)
    })
}

/// Moves a probe to the next candidate, whether there is one or not.
///
/// Returns OK; POINTER, SCRIBBLED.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_probe_advance(probe: *mut CProbe) -> Status {
    guarded(|| {
        // SAFETY: C3.
        let words = unsafe { in_out(probe) }?;
        let mut probe = words.get().open()?;
        probe.advance();
        words.set(CProbe::seal(probe));
        Ok(Status::Ok)
    })
}

/// Writes at a probe: over the candidate, or a new key if there is none. The key is stored as it is
/// given; to keep the stored key, as Python does, give the candidate's. `made` as for
/// `hedgerow_key_insert`.
///
/// The library does not compare: a key that is put past an equal one is stored twice.
///
/// Returns OK; POINTER, SCRIBBLED, STALE, FOREIGN, CHANGED, FULL, MEMORY, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_probe_put(
    store: *mut CStore,
    probe: *const CProbe,
    key: u64,
    put: u64,
    made: *mut u64,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3.
        let (probe, made) = unsafe { (read(probe)?, out(made)?) };
        let version = store.write()?.insert_at(probe.open()?, key, put)?;
        store.retain(key, put);
        made.set(version.to_bits().get());
        Ok(Status::Ok)
    })
}

/// Removes the candidate at a probe. `made` as for `hedgerow_key_insert`.
///
/// Returns OK; ABSENT (there is no candidate, and nothing is written); POINTER, SCRIBBLED, STALE,
/// FOREIGN, CHANGED, FULL, MEMORY, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_probe_cut(
    store: *mut CStore,
    probe: *const CProbe,
    made: *mut u64,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3.
        let (probe, made) = unsafe { (read(probe)?, out(made)?) };
        made.set(store.write()?.remove_at(probe.open()?)?.to_bits().get());
        Ok(Status::Ok)
    })
}
