//! What two versions have in common: in O(what differs) for relatives.
//!
//! The engine says what is not shared; that is copied, and compared by the caller's functions
//! without a borrow, while both versions are pinned.

use hedgerow::host::HostStore;
use std::ops::ControlFlow;

use hedgerow::Version;

use super::Handle;
use crate::status::Status;
use crate::types::{
    CHANGE_ADDED, CHANGE_REMOVED, CHANGE_REPLACED, Change, Pair, Sharing, Unshared,
};

/// The entries of one hash that two versions do not share.
pub(super) struct Group {
    pub(super) hash: u32,
    pub(super) left: Vec<Pair>,
    pub(super) right: Vec<Pair>,
}

impl Handle {
    pub(crate) fn shared(&self, a: Version, b: Version) -> Result<Sharing, Status> {
        let shared = self.read()?.shared(a, b)?;
        Ok(Sharing {
            nodes_shared: shared.nodes_shared as u64,
            nodes_only_a: shared.nodes_only_a as u64,
            nodes_only_b: shared.nodes_only_b as u64,
            entries_shared: shared.entries_shared as u64,
            entries_only_a: shared.entries_only_a as u64,
            entries_only_b: shared.entries_only_b as u64,
        })
    }

    /// The entries that only one of two versions, or open edits, holds.
    pub(crate) fn unshared(&self, a: Version, b: Version) -> Result<Vec<Unshared>, Status> {
        let mut found = Vec::new();
        for Group { hash, left, right } in self.groups(a, b)? {
            for (side, pairs) in [(0, left), (1, right)] {
                let rows = pairs.into_iter();
                found.extend(rows.map(|Pair { key, value }| Unshared { key, value, hash, side }));
            }
        }
        Ok(found)
    }

    pub(super) fn groups(&self, a: Version, b: Version) -> Result<Vec<Group>, Status> {
        let mut groups = Vec::new();
        let pair = |(&key, &value): (&u64, &u64)| Pair { key, value };
        let _ = self.read()?.unshared(a, b, |group| {
            groups.push(Group {
                hash: group.hash(),
                left: group.left().map(pair).collect(),
                right: group.right().map(pair).collect(),
            });
            ControlFlow::<()>::Continue(())
        })?;
        Ok(groups)
    }

    /// Whether two versions have equal keys with equal values.
    pub(crate) fn equal(&self, a: Version, b: Version) -> Result<bool, Status> {
        {
            let engine = self.read()?;
            if engine.len(a)? != engine.len(b)? {
                return Ok(false);
            }
            if self.compares_words() {
                return Ok(engine.equal(a, b)?);
            }
        }
        self.with_pinned(&[a, b], || {
            for Group { left, right, .. } in self.groups(a, b)? {
                if left.len() != right.len() {
                    return Ok(false);
                }
                for ours in left {
                    match self.twin(ours.key, &right)? {
                        Some(twin) if self.values_equal(ours.value, twin.value)? => {}
                        _ => return Ok(false),
                    }
                }
            }
            Ok(true)
        })
    }

    /// What changed from `a` to `b`.
    pub(crate) fn diff(&self, a: Version, b: Version) -> Result<Vec<Change>, Status> {
        if self.compares_words() {
            let engine = self.read()?;
            engine.at(a).and(engine.at(b))?;
            return self.changes(a, b);
        }
        self.with_pinned(&[a, b], || self.changes(a, b))
    }

    /// The same for versions that are pinned.
    pub(super) fn changes(&self, a: Version, b: Version) -> Result<Vec<Change>, Status> {
        let mut changes = Vec::new();
        for Group { hash, left, mut right } in self.groups(a, b)? {
            for Pair { key: old_key, value: old_value } in left {
                let removed = Change { old_key, old_value, hash, ..Change::default() };
                let Some(twin) = self.twin(old_key, &right)? else {
                    changes.push(Change { kind: CHANGE_REMOVED, ..removed });
                    continue;
                };
                right.retain(|other| *other != twin);
                if !self.values_equal(old_value, twin.value)? {
                    let (new_key, new_value) = (twin.key, twin.value);
                    let kind = CHANGE_REPLACED;
                    changes.push(Change { new_key, new_value, kind, ..removed });
                }
            }
            for Pair { key: new_key, value: new_value } in right {
                let kind = CHANGE_ADDED;
                changes.push(Change { new_key, new_value, hash, kind, ..Change::default() });
            }
        }
        Ok(changes)
    }

    /// The entries of a version whose keys have this hash.
    pub(super) fn candidates(&self, version: Version, hash: u32) -> Result<Vec<Pair>, Status> {
        let engine = self.read()?;
        let mut probe = engine.probe(version, hash)?;
        let mut found = Vec::new();
        while let Some((&key, &value)) = engine.candidate(&probe)? {
            found.push(Pair { key, value });
            probe.advance();
        }
        Ok(found)
    }

    /// The pair of an equal key.
    pub(super) fn twin(&self, key: u64, among: &[Pair]) -> Result<Option<Pair>, Status> {
        for &pair in among {
            if self.keys_equal(key, pair.key)? {
                return Ok(Some(pair));
            }
        }
        Ok(None)
    }
}
