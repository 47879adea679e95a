//! Versions made of two others, in two steps. First the caller's functions are asked about copies
//! of the entries; then everything is written at once, without a callback. So a callback never sees
//! a half made version, and an error of a callback leaves nothing behind.

use std::ffi::c_void;

use hedgerow::Version;
use hedgerow::host::{Batch, HostStore};

use super::compare::Group;
use super::store::{CStore, Engine, on_store, version_of};
use super::types::{
    CHANGE_ADDED, CHANGE_REMOVED, Change, Conflict, IN_BASE, IN_OURS, IN_THEIRS, Pair,
    ResolveFunction,
};
use crate::pointers::{Out, out, shared};
use crate::room::{TryPush, try_collect, with_room};
use crate::status::Status;

/// Three-way merge: a version of `ours` with what `theirs` changed since `base`. If both changed a
/// key in different ways, `resolve` decides. Everything is written after its last call; then
/// `retain` is called for what was stored.
///
/// Returns OK; POINTER, STALE (also if a callback has released `ours`), FOREIGN, OPEN, FULL,
/// MEMORY, CALLER, CONFLICT (there is one, and `resolve` is null), BUSY.
///
/// # Safety
///
/// C1, C2, C3, C5.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_merge(
    store: *mut CStore,
    base: u64,
    ours: u64,
    theirs: u64,
    resolve: ResolveFunction,
    context: *mut c_void,
    made: *mut u64,
) -> Status {
    // SAFETY: C1, C2, C3.
    let (store, made) = unsafe { (shared(store), out(made)) };
    combine(store, made, (ours, theirs), |store, ours, theirs| {
        let resolver = Resolver { function: resolve, context };
        store.merge([version_of(base)?, ours, theirs], resolver)
    })
}

/// A version of `a` with the keys of `b` that `a` does not have. It is written after all keys are
/// compared; then `retain` is called for what was stored.
///
/// Returns OK; POINTER, STALE (also if a callback has released `a`), FOREIGN, OPEN, FULL, MEMORY,
/// CALLER, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_union(
    store: *mut CStore,
    a: u64,
    b: u64,
    made: *mut u64,
) -> Status {
    // SAFETY: C1, C2, C3.
    let (store, made) = unsafe { (shared(store), out(made)) };
    combine(store, made, (a, b), CStore::union)
}

/// A version of the entries of `a` whose keys `b` has, with the values of `a`.
///
/// Returns OK; POINTER, STALE (also if a callback has released `a`), FOREIGN, OPEN, FULL, MEMORY,
/// CALLER, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_intersect(
    store: *mut CStore,
    a: u64,
    b: u64,
    made: *mut u64,
) -> Status {
    // SAFETY: C1, C2, C3.
    let (store, made) = unsafe { (shared(store), out(made)) };
    combine(store, made, (a, b), CStore::intersection)
}

/// A version of the entries of `a` whose keys `b` does not have.
///
/// Returns OK; POINTER, STALE, FOREIGN, OPEN, FULL, MEMORY, CALLER, BUSY.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_subtract(
    store: *mut CStore,
    a: u64,
    b: u64,
    made: *mut u64,
) -> Status {
    // SAFETY: C1, C2, C3.
    let (store, made) = unsafe { (shared(store), out(made)) };
    combine(store, made, (a, b), CStore::difference)
}

/// Writes to `made` the version that `combine` makes of `a` and `b`.
fn combine(
    store: Result<&CStore, Status>,
    made: Result<Out<u64>, Status>,
    (a, b): (u64, u64),
    combine: impl FnOnce(&CStore, Version, Version) -> Result<Version, Status>,
) -> Status {
    on_store(store, |store| {
        let made = made?;
        made.set(combine(store, version_of(a)?, version_of(b)?)?.to_bits().get());
        Ok(Status::Ok)
    })
}

/// The caller's function that decides conflicts.
#[derive(Clone, Copy)]
struct Resolver {
    function: ResolveFunction,
    context: *mut c_void,
}

/// One change to a version.
#[derive(Clone, Copy)]
enum Write {
    /// Store over the key with this very word.
    Replace(u32, Pair),
    /// Store a key that is not there.
    Append(u32, Pair),
    /// Remove the key with this very word.
    Remove(u32, u64),
}

impl CStore {
    /// `ours` with what `theirs` changed since `base`.
    fn merge(
        &self,
        [base, ours, theirs]: [Version; 3],
        resolver: Resolver,
    ) -> Result<Version, Status> {
        self.with_pinned(&[base, ours, theirs], || {
            let changes = self.changes(base, theirs)?;
            let mut writes = with_room(changes.len())?;
            for change in &changes {
                writes.extend(self.write_of(ours, change, resolver)?);
            }
            self.apply(ours, &writes)
        })
    }

    /// What one change of `theirs` does to `ours`.
    fn write_of(
        &self,
        ours: Version,
        change: &Change,
        resolver: Resolver,
    ) -> Result<Option<Write>, Status> {
        let added = change.kind == CHANGE_ADDED;
        let removed = change.kind == CHANGE_REMOVED;
        let base = (!added).then_some(change.old_value);
        let theirs = (!removed).then_some(change.new_value);
        let key = if removed { change.old_key } else { change.new_key };
        let found = self.equal_key(key, &self.candidates(ours, change.hash)?)?;
        let ours = found.map(|pair| pair.value);
        if self.both_equal(ours, theirs)? {
            return Ok(None);
        }
        let value = if self.both_equal(ours, base)? {
            theirs
        } else {
            let sides = [(base, IN_BASE), (ours, IN_OURS), (theirs, IN_THEIRS)];
            let present = sides.iter().filter(|side| side.0.is_some()).map(|side| side.1).sum();
            let [base, ours, theirs] = sides.map(|side| side.0.unwrap_or(0));
            let conflict = Conflict { key, base, ours, theirs, present, hash: change.hash };
            self.decide(&conflict, resolver)?
        };
        Ok(match (value, found) {
            (Some(value), Some(Pair { key, .. })) => {
                Some(Write::Replace(change.hash, Pair { key, value }))
            }
            (Some(value), None) => Some(Write::Append(change.hash, Pair { key, value })),
            (None, Some(stored)) => Some(Write::Remove(change.hash, stored.key)),
            (None, None) => None,
        })
    }

    fn decide(&self, conflict: &Conflict, resolver: Resolver) -> Result<Option<u64>, Status> {
        let resolve = resolver.function.ok_or(Status::Conflict)?;
        let mut value = 0;
        match self.call_back(|| resolve(resolver.context, conflict, &raw mut value)) {
            ..0 => Err(Status::Caller),
            0 => Ok(None),
            _ => Ok(Some(value)),
        }
    }

    fn both_equal(&self, a: Option<u64>, b: Option<u64>) -> Result<bool, Status> {
        match (a, b) {
            (Some(a), Some(b)) => self.values_equal(a, b),
            (a, b) => Ok(a.is_none() && b.is_none()),
        }
    }

    /// `a` with the keys of `b` that `a` does not have.
    fn union(&self, a: Version, b: Version) -> Result<Version, Status> {
        self.with_pinned(&[a, b], || {
            let missing = self.unmatched(b, a)?.into_iter();
            let writes = missing.map(|(hash, pair)| Ok(Write::Append(hash, pair)));
            self.apply(a, &try_collect(writes)?)
        })
    }

    /// The entries of `a` whose keys `b` has.
    fn intersection(&self, a: Version, b: Version) -> Result<Version, Status> {
        self.with_pinned(&[a, b], || {
            let surplus = self.unmatched(a, b)?.into_iter();
            let writes = surplus.map(|(hash, pair)| Ok(Write::Remove(hash, pair.key)));
            self.apply(a, &try_collect(writes)?)
        })
    }

    /// The entries of `a` whose keys `b` does not have.
    fn difference(&self, a: Version, b: Version) -> Result<Version, Status> {
        if self.options.key_eq.is_none() {
            return Ok(self.write()?.difference(a, b)?);
        }
        self.with_pinned(&[a, b], || {
            let kept = self.unmatched(a, b)?.into_iter();
            let items = kept.map(|(hash, pair)| (hash, pair.key, pair.value));
            // No two keys of one version are equal.
            let batch = Batch::new(items, |_, _| Ok::<_, Status>(false))?;
            let made = self.write()?.bulk_batch(batch)?;
            self.retain_all(made)?;
            Ok(made)
        })
    }

    /// The entries of `a` whose keys `b` does not have, with their hashes.
    fn unmatched(&self, a: Version, b: Version) -> Result<Vec<(u32, Pair)>, Status> {
        let mut unmatched = Vec::new();
        for Group { hash, left, right } in self.groups(a, b)? {
            for pair in left {
                if self.equal_key(pair.key, &right)?.is_none() {
                    unmatched.try_push((hash, pair))?;
                }
            }
        }
        Ok(unmatched)
    }

    /// The entries of a version whose keys have this hash.
    fn candidates(&self, version: Version, hash: u32) -> Result<Vec<Pair>, Status> {
        let engine = self.read()?;
        let mut probe = engine.probe(version, hash)?;
        let mut found = Vec::new();
        while let Some((&key, &value)) = engine.candidate(&probe)? {
            found.try_push(Pair { key, value })?;
            probe.advance();
        }
        Ok(found)
    }

    /// A version of `base` with all these writes. Calls `retain` afterwards.
    fn apply(&self, base: Version, writes: &[Write]) -> Result<Version, Status> {
        let mut done = 0;
        let made = {
            let mut engine = self.write()?;
            let edit = engine.open(base)?;
            let end = writes.iter().try_for_each(|&write| {
                write_to(&mut engine, edit, write)?;
                done += 1;
                Ok(())
            });
            match end {
                Ok(()) => engine.commit(edit).map_err(Status::from),
                Err(status) => {
                    // It cannot fail: nobody else knows of this edit.
                    let _ = engine.abandon(edit);
                    Err(status)
                }
            }
        };
        // Also after a failure half way: then these entries are dead, and `drop` is called for
        // them.
        for write in &writes[..done] {
            if let Write::Replace(_, pair) | Write::Append(_, pair) = write {
                self.retain(pair.key, pair.value);
            }
        }
        made
    }
}

/// Writes to an edit. Within one version, words are enough to tell keys apart.
fn write_to(engine: &mut Engine, edit: Version, write: Write) -> Result<(), Status> {
    let (hash, key) = match write {
        Write::Replace(hash, pair) => (hash, Some(pair.key)),
        Write::Append(hash, _) => (hash, None),
        Write::Remove(hash, key) => (hash, Some(key)),
    };
    let mut probe = engine.probe(edit, hash)?;
    while engine.candidate(&probe)?.is_some_and(|(stored, _)| Some(*stored) != key) {
        probe.advance();
    }
    let _edit = match write {
        Write::Replace(_, pair) | Write::Append(_, pair) => {
            engine.insert_at(probe, pair.key, pair.value)?
        }
        // An inconsistent equality may have listed the key twice.
        Write::Remove(..) if engine.candidate(&probe)?.is_none() => return Ok(()),
        Write::Remove(..) => engine.remove_at(probe)?,
    };
    Ok(())
}
