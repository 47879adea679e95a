//! Versions from two others, in two steps. First the caller's functions are asked, of what was
//! copied; then all is written in one go, in which no function of the caller's runs. So nobody sees
//! anything half made, and an error of the caller's leaves nothing behind.

use hedgerow::Version;
use hedgerow::host::{Batch, HostStore};

use super::relating::Group;
use super::{Engine, Handle};
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

/// What is to be done to one key of a version.
#[derive(Clone, Copy)]
enum Write {
    /// Put in the place of the key that is stored as this very word.
    Replace(u32, Pair),
    /// Put a key that is not there.
    Append(u32, Pair),
    /// Remove the key that is stored as this very word.
    Remove(u32, u64),
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
            let mut writes = Vec::with_capacity(changes.len());
            for change in &changes {
                writes.extend(self.write_of(ours, change, resolver)?);
            }
            self.written(ours, &writes)
        })
    }

    /// What is to be done to `ours` for what `theirs` did to one key.
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
        let found = self.twin(key, &self.candidates(ours, change.hash)?)?;
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
            let missing = self.unmatched(b, a)?.into_iter();
            let writes = missing.map(|(hash, pair)| Write::Append(hash, pair));
            self.written(a, &writes.collect::<Vec<_>>())
        })
    }

    /// The entries of `a` whose keys `b` has, too.
    pub(crate) fn intersection(&self, a: Version, b: Version) -> Result<Version, Status> {
        self.with_pinned(&[a, b], || {
            let surplus = self.unmatched(a, b)?.into_iter();
            let writes = surplus.map(|(hash, pair)| Write::Remove(hash, pair.key));
            self.written(a, &writes.collect::<Vec<_>>())
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

    /// A version of `base` with all these writes, of which the caller is told afterwards.
    fn written(&self, base: Version, writes: &[Write]) -> Result<Version, Status> {
        let mut done = 0;
        let made = {
            let mut engine = self.write()?;
            let edit = engine.open(base)?;
            let end = writes.iter().try_for_each(|&write| {
                put(&mut engine, edit, write)?;
                done += 1;
                Ok(())
            });
            match end {
                Ok(()) => engine.commit(edit).map_err(Status::from),
                Err(status) => {
                    // An edit that nobody knows of cannot have ended before.
                    let _ = engine.abandon(edit);
                    Err(status)
                }
            }
        };
        // Of what failed half way, too: its entries are handed back, as any that died.
        for write in &writes[..done] {
            if let Write::Replace(_, pair) | Write::Append(_, pair) = write {
                self.retain(pair.key, pair.value);
            }
        }
        made
    }
}

/// Writes to an edit. Keys are words here: those of one version are told apart by them.
fn put(engine: &mut Engine, edit: Version, write: Write) -> Result<(), Status> {
    let (hash, key) = match write {
        Write::Replace(hash, pair) => (hash, Some(pair.key)),
        Write::Append(hash, _) => (hash, None),
        Write::Remove(hash, key) => (hash, Some(key)),
    };
    let mut probe = engine.probe(edit, hash)?;
    while engine.candidate(&probe)?.is_some_and(|(stored, _)| Some(*stored) != key) {
        probe.advance();
    }
    match write {
        Write::Replace(_, pair) | Write::Append(_, pair) => {
            engine.insert_at(probe, pair.key, pair.value)?
        }
        // Equality that answers otherwise may have removed it twice.
        Write::Remove(..) if engine.candidate(&probe)?.is_none() => return Ok(()),
        Write::Remove(..) => engine.remove_at(probe)?,
    };
    Ok(())
}
