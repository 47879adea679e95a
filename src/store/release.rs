//! The release rule: a version's end frees what it reaches and no live neighbour does.
//!
//! The versions that hold a given node are connected in the forest of versions (V1), so it is
//! enough to ask the live neighbours. There are four cases, from the most common to the most
//! general:
//!
//! 1. The version has no child in the forest, and was made by one key from a parent that is live:
//!    it frees what bears its own stamp, on the path of that key.
//! 2. It has a live child. One key made the version from a live parent, or the child from it
//!    ([`VersionTable::one_key_apart`]). All that it alone holds is on that key's path and younger
//!    than a live parent. Two walks down the path find what the child has not; what further
//!    neighbours hold is left out as in case 4.
//! 3. One neighbour: both trees in lockstep, which ends wherever they share. No neighbour: the
//!    whole tree.
//! 4. Several neighbours: in lockstep with one of them. What that one lacks is looked up in the
//!    others ([`HolderSearch`]) before its children are. Two things keep that short:
//!    * Nothing younger than their nearest common ancestor can be in both. Those stamps only
//!      descend as the walk goes outwards, so an item that is younger is held by no neighbour that
//!      follows. An item that is no younger than a live parent is held by that.
//!    * Where a neighbour has something else in the same place, versions derived from the same
//!      ancestor do not hold the item either ([`Neighbours::skip_relatives`]).

use std::ops::ControlFlow;

use crate::arena::{Arena, NodeRef};
use crate::trie::{self, Group, OnlyOnPath, Part, ToFree, Visitor};

use super::error::Error;
use super::forest::{Neighbours, OneKeyApart};
use super::table::{EMPTY_ROW, NO_RUN, VersionRow, VersionTable};
use super::{Store, Version};

impl<K, V, S> Store<K, V, S> {
    /// Ends a version: frees every node and entry that no other version holds, at once and exactly,
    /// and drops the keys and values among them. The handle becomes stale.
    ///
    /// Costs what is freed, and a walk down the paths in which the version differs from its
    /// neighbours. Memory that is no longer used goes back to the system, page by page; nothing
    /// that is in use moves. Releasing the permanent empty version does nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::OtherStore`]; [`Error::WrongState`] for an open edit.
    pub fn release(&mut self, version: Version) -> Result<(), Error> {
        let index = self.table.resolve(version)?;
        if index != EMPTY_ROW && !self.release_pinned(index) {
            self.release_row(index);
            self.after_release();
        }
        Ok(())
    }

    /// Ends a version in O(1), and leaves what it held to the next [`compact`](Store::compact).
    ///
    /// # Errors
    ///
    /// As [`release`](Store::release).
    pub fn forget(&mut self, version: Version) -> Result<(), Error> {
        let index = self.table.resolve(version)?;
        if index != EMPTY_ROW && !self.release_pinned(index) {
            self.forgotten += usize::from(!self.table.get(index).root.is_none());
            self.table.retire(index);
        }
        Ok(())
    }

    /// Makes the handle of a pinned version stale, and keeps what it holds. Returns whether it is
    /// pinned.
    #[inline]
    fn release_pinned(&mut self, index: u32) -> bool {
        let is_pinned = self.table.get(index).pins > 0;
        if is_pinned {
            self.table.keep_pinned(index);
        }
        is_pinned
    }

    /// Frees what only this version holds, and retires its row.
    #[inline]
    pub(crate) fn release_row(&mut self, index: u32) {
        if let Some(hash) = self.table.last_by_one_key(index) {
            let VersionRow { root, stamp, .. } = *self.table.get(index);
            trie::free_own(&mut self.arena, root, hash, stamp);
            return self.table.retire(index);
        }
        if !self.free_unique_on_path(index) {
            self.free_unique(index);
        }
        self.table.retire(index);
    }

    /// What follows every release. Destructors run here, where the store is consistent.
    #[inline(always)]
    pub(crate) fn after_release(&mut self) {
        if cfg!(feature = "stress") && !self.is_owned {
            // If the allocator refuses, everything stays where it is.
            let _ = self.compact_moving(&mut []);
        }
        if self.arena.entries.live_count() == 0 {
            self.arena.reset();
            self.table.give_back_waste();
        }
        self.drop_dead();
    }

    /// Frees what only this version holds, if that is on one key's path. Returns whether it is.
    #[inline]
    fn free_unique_on_path(&mut self, index: u32) -> bool {
        let Store { arena, table, .. } = self;
        let Some(apart) = table.one_key_apart(index) else {
            return false;
        };
        let OneKeyApart { hash, floor, child, has_more } = apart;
        let (root, other) = (table.get(index).root, table.get(child).root);
        let mut only = OnlyOnPath::NOTHING;
        if !trie::find_only_on_path(arena, root, (hash, floor), other, &mut only) {
            return false;
        }
        if has_more {
            let holders = HolderSearch::new(arena, table, index);
            only.leave_out(holders.arena, hash, |part| holders.is_held(part));
        }
        trie::free_only_on_path(arena, &only);
        true
    }

    /// Frees what only this version holds.
    fn free_unique(&mut self, index: u32) {
        let Store { arena, table, to_free, .. } = self;
        let root = table.get(index).root;
        let mut neighbours = table.neighbours(index);
        let Some(first) = neighbours.next(table) else {
            if !root.is_none() {
                let VersionRow { run, len, .. } = *table.get(index);
                trie::free_tree(arena, root, (run != NO_RUN).then_some(run), len);
            }
            return;
        };
        let second = neighbours.next(table);
        let root_of = |index: u32| table.get(index).root;
        if second.is_none() {
            let other = root_of(first.0);
            let _ = trie::differences(arena.reader(), root, other, &mut CollectUnique(to_free));
        } else {
            // A version differs least from its parent.
            let other = root_of(table.live_parent(index).unwrap_or(first.0));
            let holders = HolderSearch::new(arena, table, index);
            let mut visitor = CollectUnheld { holders, to_free };
            let _ = trie::differences(arena.reader(), root, other, &mut visitor);
        }
        if self.to_free.is_complete() {
            self.free_collected();
        } else {
            self.free_one_by_one(index);
        }
    }

    /// Frees what only this version holds, without a list of it.
    #[cold]
    fn free_one_by_one(&mut self, index: u32) {
        let Store { arena, table, .. } = self;
        let root = table.get(index).root;
        trie::free_unheld(arena, root, (0, 0), &|arena: &Arena<K, V>, part: Part| {
            HolderSearch::new(arena, table, index).is_held(part)
        });
    }

    /// Frees what an update of an open edit replaced, if no other version holds it.
    pub(crate) fn free_replaced(&mut self, index: u32, hash: u32) {
        if self.replaced.nodes().is_empty() && self.replaced.entry.is_none() {
            return;
        }
        let Store { arena, table, replaced, .. } = self;
        let is_held =
            |arena: &Arena<K, V>, part: Part| HolderSearch::new(arena, table, index).is_held(part);
        // All of it is on the path of the key, so the key's hash leads to it in any other tree.
        for &(node, level) in replaced.nodes() {
            if !is_held(arena, Part::node(arena, node, hash, level)) {
                arena.words.free_node(node);
            }
        }
        if let Some(entry) = replaced.entry
            && !is_held(arena, Part::entry(arena, entry))
        {
            arena.free_entry(entry);
        }
        replaced.cleared();
    }

    fn free_collected(&mut self) {
        // Last first: the first row is the next to be used.
        for entry in self.to_free.entries.drain(..).rev() {
            self.arena.free_entry(entry);
        }
        for node in self.to_free.nodes.drain(..) {
            self.arena.words.free_node(node);
        }
        self.to_free.shrink();
    }
}

/// Collects everything that only the left tree has.
struct CollectUnique<'a>(&'a mut ToFree);

impl Visitor for CollectUnique<'_> {
    type Break = ();
    const BOTH: bool = false;

    #[inline]
    fn left_node(&mut self, node: NodeRef, _prefix: u32, _level: usize) {
        self.0.push_node(node);
    }

    #[inline]
    fn group(&mut self, _hash: u32, left: Group<'_>, _right: Group<'_>) -> ControlFlow<()> {
        left.for_each(|entry| self.0.push_entry(entry));
        ControlFlow::Continue(())
    }
}

/// Collects what only the left tree has, and no other neighbour either.
struct CollectUnheld<'a, K, V> {
    holders: HolderSearch<'a, K, V>,
    to_free: &'a mut ToFree,
}

impl<K, V> Visitor for CollectUnheld<'_, K, V> {
    type Break = ();
    const BOTH: bool = false;

    fn is_held(&mut self, node: NodeRef, prefix: u32, level: usize) -> bool {
        self.holders.is_held(Part::node(self.holders.arena, node, prefix, level))
    }

    fn left_node(&mut self, node: NodeRef, _prefix: u32, _level: usize) {
        self.to_free.push_node(node);
    }

    fn group(&mut self, _hash: u32, left: Group<'_>, _right: Group<'_>) -> ControlFlow<()> {
        let CollectUnheld { holders, to_free } = self;
        let dead = left.filter(|&entry| !holders.is_held(Part::entry(holders.arena, entry)));
        dead.for_each(|entry| to_free.push_entry(entry));
        ControlFlow::Continue(())
    }
}

/// Looks among the neighbours of one version for those that hold a part of it.
struct HolderSearch<'a, K, V> {
    arena: &'a Arena<K, V>,
    table: &'a VersionTable,
    index: u32,
    /// The parent's stamp, if the parent is live: it holds every part of this version that is not
    /// younger than itself. Otherwise 0.
    parent_stamp: u32,
}

impl<'a, K, V> HolderSearch<'a, K, V> {
    fn new(arena: &'a Arena<K, V>, table: &'a VersionTable, index: u32) -> Self {
        let parent_stamp = table.live_parent(index).map_or(0, |parent| table.get(parent).stamp);
        HolderSearch { arena, table, index, parent_stamp }
    }

    /// Whether a neighbour holds a part, too.
    fn is_held(&self, part: Part) -> bool {
        if part.birth <= self.parent_stamp {
            return true;
        }
        let mut neighbours: Neighbours = self.table.neighbours(self.index);
        while let Some((neighbour, shared_stamp)) = neighbours.next(self.table) {
            if part.birth > shared_stamp {
                return false;
            }
            match part.birth_of_other(self.arena, self.table.get(neighbour).root) {
                None => return true,
                Some(birth) => neighbours.skip_relatives(self.table, neighbour, birth),
            }
        }
        false
    }
}
