//! Who holds what: for hosts with a collector of their own, which wants every reference told that a
//! version holds, although the store owns each entry once.

use crate::arena::{EntryRef, NodeRef};
use crate::error::Error;

use super::holdings::Child;
use super::table::{EMPTY_SLOT, NO_SLOT, State};
use super::{Store, Version};

impl<K, V, S> Store<K, V, S> {
    /// The live versions and open edits that hold entries, by family: those of two families share
    /// nothing, those of one may, as they were derived from each other or from versions that are
    /// released by now.
    ///
    /// Costs O(rows of the version table).
    ///
    /// ```
    /// let mut store = hedgerow::Store::new();
    /// let a = store.insert(store.empty(), 1, 1)?;
    /// let b = store.insert(a, 2, 2)?;
    /// let c = store.insert(store.empty(), 3, 3)?;
    /// let mut families = store.families();
    /// families.iter_mut().for_each(|family| family.sort());
    /// assert_eq!(families, [vec![a, b], vec![c]]);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    pub fn families(&self) -> Vec<Vec<Version>> {
        const UNKNOWN: u32 = u32::MAX;
        let mut family_of = vec![UNKNOWN; self.table.slots.len()];
        let mut families: Vec<Vec<Version>> = Vec::new();
        let mut way = Vec::new();
        for slot in self.table.occupied() {
            let mut at = slot;
            while family_of[at as usize] == UNKNOWN {
                way.push(at);
                match self.table.get(at).parent {
                    NO_SLOT => {
                        family_of[at as usize] = families.len() as u32;
                        families.push(Vec::new());
                    }
                    parent => at = parent,
                }
            }
            let family = family_of[at as usize];
            for passed in way.drain(..) {
                family_of[passed as usize] = family;
            }
            let row = self.table.get(slot);
            let is_listed = matches!(row.state, State::Live | State::Open);
            if is_listed && !row.root.is_none() {
                families[family as usize].push(self.table.handle(slot));
            }
        }
        families.retain(|family| !family.is_empty());
        families
    }

    /// Hands `visit` every entry that some of the given versions or open edits hold, with the
    /// number of those that do; a version given twice counts twice.
    ///
    /// Nodes are counted, not walks: a node's number is the sum of its parents', so that this costs
    /// O(m log m) for the m nodes and entries that are reached, however often they are shared.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::Foreign`].
    ///
    /// ```
    /// let mut store = hedgerow::Store::new();
    /// let a = store.insert(store.empty(), "old", 1)?;
    /// let b = store.insert(a, "new", 2)?;
    /// let mut held = Vec::new();
    /// store.count_holders(&[a, b], |key, _, holders| held.push((*key, holders)))?;
    /// held.sort();
    /// assert_eq!(held, [("new", 1), ("old", 2)]);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    pub fn count_holders(
        &self,
        versions: &[Version],
        mut visit: impl FnMut(&K, &V, u32),
    ) -> Result<(), Error> {
        let mut level = Vec::with_capacity(versions.len());
        for &version in versions {
            let slot = self.table.resolve_any(version)?;
            if slot != EMPTY_SLOT {
                level.push((self.table.get(slot).root.0, 1));
            }
        }
        level.retain(|&(root, _)| root != NodeRef::NONE.0);
        let mut held = Held::default();
        // A branch stands at one level in all the trees it is part of, so that by the time a level
        // is looked at, all parents of its nodes have been. What may stand at several (entries and
        // collision nodes) is added up at the end.
        while !level.is_empty() {
            add_up(&mut level);
            level = self.below(&level, &mut held);
        }
        add_up(&mut held.collisions);
        for (node, holders) in held.collisions {
            let colliding = self.arena.words.collision_entries(NodeRef(node));
            held.entries.extend(colliding.iter().map(|&entry| (entry, holders)));
        }
        add_up(&mut held.entries);
        for (entry, holders) in held.entries {
            let entry = self.arena.entries.get(EntryRef(entry));
            visit(&entry.key, &entry.value, holders);
        }
        Ok(())
    }

    /// The branches under those of one level, each as often as it has parents.
    fn below(&self, level: &[(u32, u32)], held: &mut Held) -> Vec<(u32, u32)> {
        let mut next = Vec::new();
        for &(node, holders) in level {
            self.children(NodeRef(node), |child| match child {
                Child::Entry(entry) => held.entries.push((entry, holders)),
                Child::Node(node) if self.arena.words.head(node).is_collision() => {
                    held.collisions.push((node.0, holders));
                }
                Child::Node(node) => next.push((node.0, holders)),
            });
        }
        next
    }
}

/// Handles that may stand at several levels, with numbers of holders.
#[derive(Default)]
struct Held {
    entries: Vec<(u32, u32)>,
    collisions: Vec<(u32, u32)>,
}

/// Makes one of the pairs of the same handle, with the sum of their numbers.
fn add_up(counts: &mut Vec<(u32, u32)>) {
    counts.sort_unstable_by_key(|&(handle, _)| handle);
    counts.dedup_by(|later, first| {
        let same = later.0 == first.0;
        if same {
            // Versions are fewer than 2^28: no sum of holders can overflow.
            first.1 += later.1;
        }
        same
    });
}
