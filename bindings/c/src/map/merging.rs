//! Versions from two others. The result is made in an edit that nobody else knows, so that an error
//! of the caller's leaves nothing behind.

use hedgerow::{Batch, Version};

use super::Handle;
use super::keyed::Order;
use super::relating::Group;
use crate::status::Status;
use crate::types::{
    CHANGE_ADDED, CHANGE_REMOVED, Change, Conflict, IN_BASE, IN_OURS, IN_THEIRS, Pair,
    ResolveFunction,
};

/// Who decides conflicts.
#[derive(Clone, Copy)]
pub(crate) struct Resolver {
    pub(crate) function: ResolveFunction,
    pub(crate) context: *mut std::ffi::c_void,
}

impl Handle {
    /// `ours` with what `theirs` changed since `base`.
    pub(crate) fn merge(
        &self,
        [base, ours, theirs]: [Version; 3],
        resolver: Resolver,
    ) -> Result<Version, Status> {
        self.with_pinned(&[base, ours, theirs], || {
            let changes = self.changes(base, theirs)?;
            self.in_edit(ours, |edit| {
                changes.iter().try_for_each(|change| self.apply(edit, change, resolver))
            })
        })
    }

    /// Does to the edit what `theirs` did to one key.
    fn apply(&self, edit: Version, change: &Change, resolver: Resolver) -> Result<(), Status> {
        let added = change.kind == CHANGE_ADDED;
        let removed = change.kind == CHANGE_REMOVED;
        let base = (!added).then_some(change.old_value);
        let theirs = (!removed).then_some(change.new_value);
        let key = if removed { change.old_key } else { change.new_key };
        let (probe, found) = self.search(edit, change.hash, key, Order::GivenFirst)?;
        let ours = found.map(|(_, value)| value);
        if self.both_equal(ours, theirs)? {
            return Ok(());
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
        match (value, found) {
            (Some(value), _) => {
                let key = found.map_or(key, |(stored, _)| stored);
                self.write()?.put(probe, key, value)?;
                self.retain(key, value);
            }
            (None, Some(_)) => drop(self.write()?.cut(probe)?),
            (None, None) => {}
        }
        Ok(())
    }

    fn decide(&self, conflict: &Conflict, resolver: Resolver) -> Result<Option<u64>, Status> {
        let resolve = resolver.function.ok_or(Status::Conflict)?;
        let mut value = 0;
        match self.calling(|| resolve(resolver.context, conflict, &raw mut value)) {
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

    /// `a` with the keys of `b` that it has not.
    pub(crate) fn union(&self, a: Version, b: Version) -> Result<Version, Status> {
        self.with_pinned(&[a, b], || {
            let missing = self.unmatched(b, a)?;
            self.in_edit(a, |edit| {
                missing.iter().try_for_each(|&(hash, pair)| self.append(edit, hash, pair))
            })
        })
    }

    /// Puts a key that is known to be absent.
    fn append(&self, edit: Version, hash: u32, pair: Pair) -> Result<(), Status> {
        {
            let mut engine = self.write()?;
            let mut probe = engine.probe(edit, hash)?;
            while engine.candidate(&probe)?.is_some() {
                probe.advance();
            }
            engine.put(probe, pair.key, pair.value)?;
        }
        self.retain(pair.key, pair.value);
        Ok(())
    }

    /// The entries of `a` whose keys `b` has, too.
    pub(crate) fn intersection(&self, a: Version, b: Version) -> Result<Version, Status> {
        self.with_pinned(&[a, b], || {
            let surplus = self.unmatched(a, b)?;
            self.in_edit(a, |edit| {
                surplus.iter().try_for_each(|&(hash, Pair { key, .. })| {
                    // The very word is there, and equal to no other key.
                    let is_key = |stored: &u64| Ok::<_, Status>(*stored == key);
                    self.write()?.cut_judged(edit, hash, is_key)?;
                    Ok(())
                })
            })
        })
    }

    /// The entries of `a` whose keys `b` has not.
    pub(crate) fn difference(&self, a: Version, b: Version) -> Result<Version, Status> {
        if self.options.key_eq.is_none() {
            return Ok(self.write()?.difference(a, b)?);
        }
        self.with_pinned(&[a, b], || {
            let kept = self.unmatched(a, b)?.into_iter();
            let items = kept.map(|(hash, pair)| (hash, pair.key, pair.value));
            // Keys of one version: no two are equal.
            let batch = Batch::new(items, |_, _| Ok::<_, Status>(false))?;
            let made = self.write()?.bulk_batch(batch)?;
            self.retain_all(made)?;
            Ok(made)
        })
    }

    /// The entries of `a`, with their hashes, whose keys `b` has not.
    fn unmatched(&self, a: Version, b: Version) -> Result<Vec<(u32, Pair)>, Status> {
        let mut unmatched = Vec::new();
        for Group { hash, left, right } in self.groups(a, b)? {
            for pair in left {
                if self.twin(pair.key, &right)?.is_none() {
                    unmatched.push((hash, pair));
                }
            }
        }
        Ok(unmatched)
    }

    /// Runs `body` on an edit of `base`, and commits it; what failed leaves nothing behind.
    fn in_edit(
        &self,
        base: Version,
        body: impl FnOnce(Version) -> Result<(), Status>,
    ) -> Result<Version, Status> {
        let edit = self.write()?.open(base)?;
        match body(edit) {
            Ok(()) => Ok(self.write()?.commit(edit)?),
            Err(status) => {
                if let Ok(mut engine) = self.engine.try_borrow_mut() {
                    let _ = engine.abandon(edit);
                }
                Err(status)
            }
        }
    }
}
