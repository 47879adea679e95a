//! One key of a version or open edit, and many.

use super::on_store;
use super::pointers::{array, buffer, out};
use crate::map::{self, Handle};
use crate::status::Status;

/// Looks a key up in a version or open edit.
///
/// Answers OK, ABSENT (`value` is not written); POINTER, ARGUMENT, STALE, FOREIGN, CALLER, CHANGED.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_key_get(
    store: *const Handle,
    version: u64,
    hash: u64,
    key: u64,
    value: *mut u64,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3.
        let value = unsafe { out(value) }?;
        match store.get(map::version(version)?, hash, key)? {
            Some(found) => {
                value.set(found);
                Ok(Status::Ok)
            }
            None => Ok(Status::Absent),
        }
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// Looks many keys up: those at `keys`, with the hashes at `hashes`. On large versions the walks
/// are interleaved, which is several times faster than one call after the other.
///
/// `found[i]` is 1 where there is such a key, and its value in `values[i]`; else both are 0. Where
/// the call is refused half way, what was written stays.
///
/// Answers OK; POINTER, ARGUMENT, STALE, FOREIGN, CALLER, CHANGED.
///
/// # Safety
///
/// C1, C2, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_key_get_many(
    store: *const Handle,
    version: u64,
    hashes: *const u64,
    keys: *const u64,
    count: usize,
    values: *mut u64,
    found: *mut u8,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C4.
        let (hashes, keys) = unsafe { (array(hashes, count)?, array(keys, count)?) };
        // SAFETY: C4.
        let (values, found) = unsafe { (buffer(values, count)?, buffer(found, count)?) };
        let wanted = |index: usize| (hashes.get(index), keys.get(index));
        store.get_many(map::version(version)?, keys.len(), wanted, |index, value| {
            values.set(index, value.unwrap_or(0));
            found.set(index, u8::from(value.is_some()));
        })?;
        Ok(Status::Ok)
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// Puts a value under a key. Of a version this makes a new one; an edit is written in place, and
/// `made` is its own number. Where an equal key is stored, that one stays, as in Python, and the
/// given key is not stored; `retain` is told which it was.
///
/// Answers OK; SAME (the same value word is there: `made` is the version given, nothing was
/// stored); POINTER, ARGUMENT, STALE, FOREIGN, FULL, MEMORY, CALLER, CHANGED, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_key_insert(
    store: *mut Handle,
    version: u64,
    hash: u64,
    key: u64,
    value: u64,
    made: *mut u64,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3.
        let made = unsafe { out(made) }?;
        let inserted = store.insert(map::version(version)?, hash, key, value)?;
        made.set(inserted.made.to_bits().get());
        Ok(if inserted.is_same { Status::Same } else { Status::Ok })
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}

/// Removes a key. `made` as for `hedgerow_key_insert`.
///
/// Answers OK; ABSENT (`made` is the version given); POINTER, ARGUMENT, STALE, FOREIGN, FULL,
/// MEMORY, CALLER, CHANGED, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_key_remove(
    store: *mut Handle,
    version: u64,
    hash: u64,
    key: u64,
    made: *mut u64,
) -> Status {
    let body = |store: &Handle| {
        // SAFETY: C3.
        let made = unsafe { out(made) }?;
        let without = store.remove(map::version(version)?, hash, key)?;
        made.set(without.map_or(version, |version| version.to_bits().get()));
        Ok(if without.is_some() { Status::Ok } else { Status::Absent })
    };
    // SAFETY: C1, C2.
    unsafe { on_store(store, body) }
}
