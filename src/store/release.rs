//! The release rule: what dies with a version is what it reaches and no live neighbour does.
//!
//! The versions that hold a given node are connected in the forest of versions (V1), so it is
//! enough to ask the live neighbours. There are four cases, from the most common to the most
//! general:
//!
//! 1. A version that nothing was derived from, made by one key from one that lives: what bears its
//!    stamp, on the path of that key.
//! 2. One neighbour, one key apart: two walks down the path of that key (`reap_path`).
//! 3. One neighbour: both trees in lockstep, which ends wherever they share. No neighbour: all of
//!    the tree.
//! 4. Several: in lockstep with one of them, and what that one has not, is looked for in the others
//!    before it is looked into ([`Search`]). Two things keep that short:
//!    * Nothing younger than the youngest version above both can be in both; those stamps only
//!      descend as the walk goes outwards, so what is younger is dead for certain. And what is no
//!      younger than a live ancestor is held by that.
//!    * A neighbour that has something else in the place tells of the joints above it, too
//!      ([`Neighbours::leave`]).

use std::ops::ControlFlow;

use crate::arena::{Arena, EntryRef, NodeRef};
use crate::error::Error;
use crate::trie::{self, End, OnlyLeft, Visitor};

use super::forest::Neighbours;
use super::table::{EMPTY_SLOT, NO_RUN, VersionSlot, VersionTable};
use super::{Store, Version};

/// Free words below this (256 KiB) are not worth a compaction of one's own accord: a program that
/// makes and releases a few hundred versions over and over would compact every time round.
const COMPACT_FLOOR_WORDS: usize = 1 << 16;
/// The same for vacant rows of the entry arena.
const COMPACT_FLOOR_ROWS: usize = 1 << 14;

/// Whether so much is not in use that it is worth giving back.
#[inline(always)]
fn is_waste(unused: usize, used: usize, floor: usize) -> bool {
    unused > floor && unused > 3 * used
}

/// Scratch of a release: what is to be freed.
#[derive(Default)]
pub(super) struct Doomed {
    nodes: Vec<NodeRef>,
    entries: Vec<EntryRef>,
}

/// Dooms everything that only the left tree has.
struct Reap<'a>(&'a mut Doomed);

impl Visitor for Reap<'_> {
    type Break = ();
    const BOTH: bool = false;

    #[inline]
    fn left_node(&mut self, node: NodeRef, _prefix: u32, _level: usize) {
        self.0.nodes.push(node);
    }

    #[inline]
    fn group(&mut self, _hash: u32, left: &[EntryRef], _right: &[EntryRef]) -> ControlFlow<()> {
        self.0.entries.extend_from_slice(left);
        ControlFlow::Continue(())
    }
}

/// Something that one version reaches, and perhaps others.
#[derive(Clone, Copy)]
struct Suspect {
    item: Doom,
    /// Bits of the hashes that lead there.
    hash: u32,
    birth: u32,
}

#[derive(Clone, Copy)]
enum Doom {
    Node { node: NodeRef, level: usize },
    Entry(EntryRef),
}

/// Looks among the neighbours of one version for what it holds.
struct Search<'a, K, V> {
    arena: &'a Arena<K, V>,
    table: &'a VersionTable,
    slot: u32,
    /// Stamp of the parent, if that is live: it holds all that is no younger. Else 0.
    parent_stamp: u32,
}

impl<'a, K, V> Search<'a, K, V> {
    fn new(arena: &'a Arena<K, V>, table: &'a VersionTable, slot: u32) -> Self {
        let parent_stamp = table.live_parent(slot).map_or(0, |parent| table.get(parent).stamp);
        Search { arena, table, slot, parent_stamp }
    }

    fn node(&self, node: NodeRef, prefix: u32, level: usize) -> Suspect {
        let head = self.arena.words.head(node);
        // A collision node may stand at another level elsewhere, so it is looked up by its hash.
        let hash = if head.is_collision() { self.arena.words.collision_hash(node) } else { prefix };
        Suspect { item: Doom::Node { node, level }, hash, birth: head.stamp() }
    }

    fn entry(&self, entry: EntryRef) -> Suspect {
        let found = self.arena.entries.get(entry);
        Suspect { item: Doom::Entry(entry), hash: found.hash, birth: found.birth.get() }
    }

    /// Whether a neighbour holds it, too.
    fn is_held(&self, suspect: Suspect) -> bool {
        if suspect.birth <= self.parent_stamp {
            return true;
        }
        let mut neighbours: Neighbours = self.table.neighbours(self.slot);
        while let Some((neighbour, shared_stamp)) = neighbours.next(self.table) {
            if suspect.birth > shared_stamp {
                return false;
            }
            match self.birth_in_place(self.table.get(neighbour).root, suspect) {
                None => return true,
                Some(birth) => neighbours.leave(self.table, neighbour, birth),
            }
        }
        false
    }

    /// `None` if the tree under `root` holds it; else the birth of what is there instead, that is
    /// of the last node on the way.
    fn birth_in_place(&self, root: NodeRef, suspect: Suspect) -> Option<u32> {
        let words = &self.arena.words;
        if root.is_none() {
            return Some(u32::MAX);
        }
        let spot = trie::locate(words, root, suspect.hash);
        let (path, last) = (&spot.path.nodes[..=spot.path.depth], spot.path.last());
        let (is_held, place) = match suspect.item {
            Doom::Node { node, level } if words.head(node).is_collision() => {
                (last == node, level.max(spot.path.depth))
            }
            Doom::Node { node, level } => (path.get(level) == Some(&node), level),
            Doom::Entry(entry) => {
                let is_held = match spot.end {
                    End::Entry(found) => found == entry,
                    End::Collision => words.collision_entries(last).contains(&entry.0),
                    End::Nothing | End::Foreign => false,
                };
                (is_held, spot.path.depth)
            }
        };
        let instead = path.get(place).copied().unwrap_or(last);
        (!is_held).then(|| words.head(instead).stamp())
    }
}

/// Dooms what only the left tree has, and no other neighbour either.
struct Sift<'a, K, V> {
    search: Search<'a, K, V>,
    doomed: &'a mut Doomed,
}

impl<K, V> Visitor for Sift<'_, K, V> {
    type Break = ();
    const BOTH: bool = false;

    fn is_held(&mut self, node: NodeRef, prefix: u32, level: usize) -> bool {
        self.search.is_held(self.search.node(node, prefix, level))
    }

    fn left_node(&mut self, node: NodeRef, _prefix: u32, _level: usize) {
        self.doomed.nodes.push(node);
    }

    fn group(&mut self, _hash: u32, left: &[EntryRef], _right: &[EntryRef]) -> ControlFlow<()> {
        let search = &self.search;
        let dead = left.iter().copied().filter(|&entry| !search.is_held(search.entry(entry)));
        self.doomed.entries.extend(dead);
        ControlFlow::Continue(())
    }
}

impl<K, V, S> Store<K, V, S> {
    /// Ends a version: frees every node and entry that no other version holds, at once and exactly,
    /// and drops the keys and values among them. The handle becomes stale.
    ///
    /// Costs what is freed, and one walk down the paths in which the version differs from a
    /// relative; now and then a [compaction](Store::compact), when three quarters of the arena have
    /// become free ([`set_auto_compact`](Store::set_auto_compact)). Releasing the
    /// permanent empty version does nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Stale`], [`Error::Foreign`]; [`Error::WrongState`] for an open edit.
    pub fn release(&mut self, version: Version) -> Result<(), Error> {
        let slot = self.table.resolve(version)?;
        if slot != EMPTY_SLOT && !self.release_pinned(slot) {
            self.release_slot(slot);
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
        let slot = self.table.resolve(version)?;
        if slot != EMPTY_SLOT && !self.release_pinned(slot) {
            self.forgotten += usize::from(!self.table.get(slot).root.is_none());
            self.table.retire(slot);
        }
        Ok(())
    }

    /// What follows every operation that frees: user code runs, now that nothing is half done.
    #[inline(always)]
    pub(super) fn after_release(&mut self) {
        let Arena { words, entries, .. } = &self.arena;
        let words_waste = is_waste(words.free_words(), words.live_words(), COMPACT_FLOOR_WORDS);
        let rows_waste = is_waste(entries.free_count(), entries.live_count(), COMPACT_FLOOR_ROWS);
        if words_waste || rows_waste || cfg!(feature = "zeal") {
            self.compact_unasked();
        } else if is_waste(words.spare_words(), words.live_words(), COMPACT_FLOOR_WORDS)
            || is_waste(entries.spare_rows(), entries.live_count(), COMPACT_FLOOR_ROWS)
        {
            self.give_spare_back();
        }
        self.bury_dead();
    }

    #[cold]
    fn compact_unasked(&mut self) {
        if self.auto_compact || cfg!(feature = "zeal") {
            // A refusal of the allocator leaves everything where it is.
            let _ = self.compact_moving(&mut []);
        }
    }

    /// After the end of a large map that had come last.
    #[cold]
    fn give_spare_back(&mut self) {
        if self.auto_compact {
            self.arena.words.trim();
            self.arena.entries.trim();
        }
    }

    /// Frees what only this version holds, and retires its row.
    #[inline]
    pub(super) fn release_slot(&mut self, slot: u32) {
        if let Some(hash) = self.table.last_by_one_key(slot) {
            let (root, stamp) = (self.table.get(slot).root, self.table.get(slot).stamp);
            trie::free_own(&mut self.arena, root, hash, stamp);
            return self.table.retire(slot);
        }
        let reaped = match self.table.lone_neighbour(slot) {
            Some(neighbour) => self.reap_path(slot, neighbour),
            None => false,
        };
        if !reaped {
            self.reap(slot);
        }
        self.table.retire(slot);
    }

    /// The case of a version with one neighbour, one of which was made from the other by one key.
    /// Says whether that was so.
    #[inline]
    fn reap_path(&mut self, slot: u32, neighbour: u32) -> bool {
        let Some(hash) = self.table.differ_by_one_key(slot, neighbour) else {
            return false;
        };
        let (root, other) = (self.table.get(slot).root, self.table.get(neighbour).root);
        let mut only = OnlyLeft::default();
        if !trie::differ_by_one_key(&self.arena, root, other, hash, &mut only) {
            return false;
        }
        for node in only.nodes() {
            let head = self.arena.words.head(node);
            self.arena.words.free_branch(node, head);
        }
        if let Some(entry) = only.entry {
            self.arena.free_entry(entry);
        }
        true
    }

    /// Frees what only this version holds.
    fn reap(&mut self, slot: u32) {
        let Store { arena, table, doomed, .. } = self;
        let root = table.get(slot).root;
        let mut neighbours = table.neighbours(slot);
        let Some(first) = neighbours.next(table) else {
            if !root.is_none() {
                let VersionSlot { run, len, .. } = *table.get(slot);
                trie::free_tree(arena, root, (run != NO_RUN).then_some(run), len);
            }
            return;
        };
        let second = neighbours.next(table);
        let root_of = |slot: u32| table.get(slot).root;
        if second.is_none() {
            let other = root_of(first.0);
            let _ = trie::differences(arena, root, other, &mut Reap(doomed));
        } else {
            // From its parent a version differs least.
            let other = root_of(table.live_parent(slot).unwrap_or(first.0));
            let mut visitor = Sift { search: Search::new(arena, table, slot), doomed };
            let _ = trie::differences(&*arena, root, other, &mut visitor);
        }
        self.free_doomed();
    }

    fn free_doomed(&mut self) {
        // Last first, so that rows are handed out again in the order they stood in.
        for entry in self.doomed.entries.drain(..).rev() {
            self.arena.free_entry(entry);
        }
        for node in self.doomed.nodes.drain(..) {
            self.arena.words.free_node(node);
        }
        self.doomed.shrink();
    }

    /// An open edit let go of things it did not make: frees those that no other version holds.
    pub(super) fn settle_let_go(&mut self, slot: u32, hash: u32) {
        if self.let_go.nodes.is_empty() && self.let_go.entry.is_none() {
            return;
        }
        let Store { arena, table, doomed, let_go, .. } = self;
        let search = Search::new(arena, table, slot);
        // All of it lies on the path of the key, so the key's hash finds it anywhere else.
        for (node, level) in let_go.nodes.drain(..) {
            if !search.is_held(search.node(node, hash, level)) {
                doomed.nodes.push(node);
            }
        }
        if let Some(entry) = let_go.entry.take()
            && !search.is_held(search.entry(entry))
        {
            doomed.entries.push(entry);
        }
        self.free_doomed();
    }
}

impl Doomed {
    /// Gives large scratch back: one release of a large map should not cost memory for ever.
    fn shrink(&mut self) {
        const KEPT: usize = 1 << 10;
        if self.nodes.capacity().max(self.entries.capacity()) > KEPT {
            self.nodes.shrink_to(KEPT);
            self.entries.shrink_to(KEPT);
        }
    }
}
