//! What two versions have in common. Costs O(what differs) if one was made from the other.
//!
//! The engine lists the entries that are not shared. They are copied, and the caller's functions
//! compare them without a borrow, while both versions are pinned.

use std::ops::ControlFlow;

use hedgerow::Version;
use hedgerow::host::HostStore;

use super::store::{CStore, check_size, on_store, version_of};
use super::types::{
    CHANGE_ADDED, CHANGE_REMOVED, CHANGE_REPLACED, Change, Pair, Sharing, Unshared,
};
use crate::pointers::{buffer, out, shared};
use crate::room::{TryPush, try_collect};
use crate::status::Status;

/// Whether two versions have equal keys with equal values: `equal` becomes 1 or 0. Of relatives it
/// compares only what differs.
///
/// Returns OK; POINTER, STALE, FOREIGN, OPEN, MEMORY, CALLER.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_equal(
    store: *const CStore,
    a: u64,
    b: u64,
    equal: *mut i32,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3.
        let equal = unsafe { out(equal) }?;
        equal.set(i32::from(store.equal(version_of(a)?, version_of(b)?)?));
        Ok(Status::Ok)
    })
}

/// What changed from `a` to `b`, in iteration order of the hashes. `count` becomes the number of
/// changes, also if the buffer is too short (and nothing else is written).
///
/// Returns OK; POINTER, ARGUMENT, SHORT, STALE, FOREIGN, OPEN, MEMORY, CALLER.
///
/// # Safety
///
/// C1, C2, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_diff(
    store: *const CStore,
    a: u64,
    b: u64,
    changes: *mut Change,
    capacity: usize,
    count: *mut usize,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3, C4.
        let (changes, count) = unsafe { (buffer(changes, capacity)?, out(count)?) };
        changes.fill(&store.diff(version_of(a)?, version_of(b)?)?, &count)
    })
}

/// The entries that only one of two versions or open edits holds, hash by hash. Only hashes are
/// compared: with these entries a caller without callbacks can compare, diff or merge versions by
/// an equality of its own. `count` as for `hedgerow_version_diff`.
///
/// Returns OK; POINTER, ARGUMENT, SHORT, STALE, FOREIGN, MEMORY.
///
/// # Safety
///
/// C1, C2, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_unshared(
    store: *const CStore,
    a: u64,
    b: u64,
    entries: *mut Unshared,
    capacity: usize,
    count: *mut usize,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        // SAFETY: C3, C4.
        let (entries, count) = unsafe { (buffer(entries, capacity)?, out(count)?) };
        let mut found = Vec::new();
        for Group { hash, left, right } in store.groups(version_of(a)?, version_of(b)?)? {
            for (side, pairs) in [(0, left), (1, right)] {
                for Pair { key, value } in pairs {
                    found.try_push(Unshared { key, value, hash, side })?;
                }
            }
        }
        entries.fill(&found, &count)
    })
}

/// How many nodes and entries two versions share. `size` is `sizeof(hedgerow_sharing)`.
///
/// Returns OK; POINTER, SIZE, STALE, FOREIGN, OPEN.
///
/// # Safety
///
/// C1, C2, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_version_shared(
    store: *const CStore,
    a: u64,
    b: u64,
    sharing: *mut Sharing,
    size: usize,
) -> Status {
    // SAFETY: C1, C2.
    on_store(unsafe { shared(store) }, |store| {
        check_size::<Sharing>(size)?;
        // SAFETY: C3.
        let sharing = unsafe { out(sharing) }?;
        let (a, b) = (version_of(a)?, version_of(b)?);
        let counts = store.read()?.shared(a, b)?;
        sharing.set(Sharing {
            nodes_shared: counts.nodes_shared as u64,
            nodes_only_a: counts.nodes_only_a as u64,
            nodes_only_b: counts.nodes_only_b as u64,
            entries_shared: counts.entries_shared as u64,
            entries_only_a: counts.entries_only_a as u64,
            entries_only_b: counts.entries_only_b as u64,
        });
        Ok(Status::Ok)
    })
}

/// The entries of one hash that two versions do not share.
pub(super) struct Group {
    pub(super) hash: u32,
    pub(super) left: Vec<Pair>,
    pub(super) right: Vec<Pair>,
}

impl CStore {
    /// The entries that two versions or open edits do not share, by their hashes.
    pub(super) fn groups(&self, a: Version, b: Version) -> Result<Vec<Group>, Status> {
        let mut groups = Vec::new();
        let pair = |(&key, &value): (&u64, &u64)| Ok(Pair { key, value });
        let listed = self.read()?.unshared(a, b, |group| {
            let hash = group.hash();
            let left = try_collect(group.left().map(pair));
            let right = try_collect(group.right().map(pair));
            let group = left.and_then(|left| Ok(Group { hash, left, right: right? }));
            match group.and_then(|group| groups.try_push(group)) {
                Ok(()) => ControlFlow::Continue(()),
                Err(refused) => ControlFlow::Break(refused),
            }
        })?;
        match listed {
            ControlFlow::Continue(()) => Ok(groups),
            ControlFlow::Break(refused) => Err(refused),
        }
    }

    /// Whether two versions have equal keys with equal values.
    fn equal(&self, a: Version, b: Version) -> Result<bool, Status> {
        {
            let engine = self.read()?;
            if engine.len(a)? != engine.len(b)? {
                return Ok(false);
            }
            if self.has_plain_words() {
                return Ok(engine.equal(a, b)?);
            }
        }
        self.with_pinned(&[a, b], || {
            for Group { left, right, .. } in self.groups(a, b)? {
                if left.len() != right.len() {
                    return Ok(false);
                }
                for ours in left {
                    match self.equal_key(ours.key, &right)? {
                        Some(equal) if self.values_equal(ours.value, equal.value)? => {}
                        _ => return Ok(false),
                    }
                }
            }
            Ok(true)
        })
    }

    /// What changed from `a` to `b`.
    fn diff(&self, a: Version, b: Version) -> Result<Vec<Change>, Status> {
        if self.has_plain_words() {
            let engine = self.read()?;
            engine.at(a).and(engine.at(b))?;
            return self.changes(a, b);
        }
        self.with_pinned(&[a, b], || self.changes(a, b))
    }

    /// What changed between versions that are pinned, or whose words are compared.
    pub(super) fn changes(&self, a: Version, b: Version) -> Result<Vec<Change>, Status> {
        let mut changes = Vec::new();
        for Group { hash, left, mut right } in self.groups(a, b)? {
            for Pair { key: old_key, value: old_value } in left {
                let removed = Change { old_key, old_value, hash, ..Change::default() };
                let Some(equal) = self.equal_key(old_key, &right)? else {
                    changes.try_push(Change { kind: CHANGE_REMOVED, ..removed })?;
                    continue;
                };
                right.retain(|other| *other != equal);
                if !self.values_equal(old_value, equal.value)? {
                    let (new_key, new_value) = (equal.key, equal.value);
                    let kind = CHANGE_REPLACED;
                    changes.try_push(Change { new_key, new_value, kind, ..removed })?;
                }
            }
            for Pair { key: new_key, value: new_value } in right {
                let kind = CHANGE_ADDED;
                let added = Change { new_key, new_value, hash, kind, ..Change::default() };
                changes.try_push(added)?;
            }
        }
        Ok(changes)
    }

    /// The pair with an equal key.
    pub(super) fn equal_key(&self, key: u64, among: &[Pair]) -> Result<Option<Pair>, Status> {
        for &pair in among {
            if self.keys_equal(key, pair.key)? {
                return Ok(Some(pair));
            }
        }
        Ok(None)
    }
}
