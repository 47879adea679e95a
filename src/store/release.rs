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

use super::error::Error;
use crate::arena::{Arena, EntryRef, NodeRef};
use crate::trie::{self, OnlyLeft, PathEnd, ToFree, Visitor};

use super::forest::Neighbours;
use super::table::{EMPTY_ROW, NO_RUN, VersionRow, VersionTable};
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

/// Dooms everything that only the left tree has.
struct Reap<'a>(&'a mut ToFree);

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
    index: u32,
    /// Stamp of the parent, if that is live: it holds all that is no younger. Else 0.
    parent_stamp: u32,
}

impl<'a, K, V> Search<'a, K, V> {
    fn new(arena: &'a Arena<K, V>, table: &'a VersionTable, index: u32) -> Self {
        let parent_stamp = table.live_parent(index).map_or(0, |parent| table.get(parent).stamp);
        Search { arena, table, index, parent_stamp }
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
        let mut neighbours: Neighbours = self.table.neighbours(self.index);
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
        let location = trie::locate(words, root, suspect.hash);
        let (path, last) = (&location.path.nodes[..=location.path.depth], location.path.last());
        let (is_held, place) = match suspect.item {
            Doom::Node { node, level } if words.head(node).is_collision() => {
                (last == node, level.max(location.path.depth))
            }
            Doom::Node { node, level } => (path.get(level) == Some(&node), level),
            Doom::Entry(entry) => {
                let is_held = match location.end {
                    PathEnd::Entry(found) => found == entry,
                    PathEnd::Collision => words.collision_entries(last).contains(&entry.0),
                    PathEnd::Empty | PathEnd::OtherCollision => false,
                };
                (is_held, location.path.depth)
            }
        };
        let instead = path.get(place).copied().unwrap_or(last);
        (!is_held).then(|| words.head(instead).stamp())
    }
}

/// Dooms what only the left tree has, and no other neighbour either.
struct Sift<'a, K, V> {
    search: Search<'a, K, V>,
    to_free: &'a mut ToFree,
}

impl<K, V> Visitor for Sift<'_, K, V> {
    type Break = ();
    const BOTH: bool = false;

    fn is_held(&mut self, node: NodeRef, prefix: u32, level: usize) -> bool {
        self.search.is_held(self.search.node(node, prefix, level))
    }

    fn left_node(&mut self, node: NodeRef, _prefix: u32, _level: usize) {
        self.to_free.nodes.push(node);
    }

    fn group(&mut self, _hash: u32, left: &[EntryRef], _right: &[EntryRef]) -> ControlFlow<()> {
        let search = &self.search;
        let dead = left.iter().copied().filter(|&entry| !search.is_held(search.entry(entry)));
        self.to_free.entries.extend(dead);
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
    /// [`Error::Stale`], [`Error::OtherStore`]; [`Error::WrongState`] for an open edit.
    pub fn release(&mut self, version: Version) -> Result<(), Error> {
        let index = self.table.resolve(version)?;
        if index != EMPTY_ROW && !self.release_pinned(index) {
            self.release_row(index);
            self.after_release();
        }
        Ok(())
    }

    /// Releases a version that is pinned: in name. Says whether it was.
    #[inline]
    pub(crate) fn release_pinned(&mut self, index: u32) -> bool {
        let is_pinned = self.table.get(index).pins > 0;
        if is_pinned && index != EMPTY_ROW {
            self.table.outlive(index);
        }
        is_pinned
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

    /// What follows every operation that frees: user code runs, now that nothing is half done.
    #[inline(always)]
    pub(crate) fn after_release(&mut self) {
        let Arena { words, entries, .. } = &self.arena;
        let words_waste = is_waste(words.free_words(), words.live_words(), COMPACT_FLOOR_WORDS);
        let rows_waste = is_waste(entries.free_count(), entries.live_count(), COMPACT_FLOOR_ROWS);
        if words_waste || rows_waste || cfg!(feature = "stress") {
            self.compact_unasked();
        } else if is_waste(words.spare_words(), words.live_words(), COMPACT_FLOOR_WORDS)
            || is_waste(entries.spare_rows(), entries.live_count(), COMPACT_FLOOR_ROWS)
        {
            self.give_spare_back();
        }
        self.drop_dead();
    }

    #[cold]
    fn compact_unasked(&mut self) {
        if self.auto_compact || cfg!(feature = "stress") {
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
    pub(crate) fn release_row(&mut self, index: u32) {
        if let Some(hash) = self.table.last_by_one_key(index) {
            let (root, stamp) = (self.table.get(index).root, self.table.get(index).stamp);
            trie::free_own(&mut self.arena, root, hash, stamp);
            return self.table.retire(index);
        }
        let reaped = match self.table.lone_neighbour(index) {
            Some(neighbour) => self.reap_path(index, neighbour),
            None => false,
        };
        if !reaped {
            self.reap(index);
        }
        self.table.retire(index);
    }

    /// The case of a version with one neighbour, one of which was made from the other by one key.
    /// Says whether that was so.
    #[inline]
    fn reap_path(&mut self, index: u32, neighbour: u32) -> bool {
        let Some(hash) = self.table.differ_by_one_key(index, neighbour) else {
            return false;
        };
        let (root, other) = (self.table.get(index).root, self.table.get(neighbour).root);
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
    fn reap(&mut self, index: u32) {
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
            let _ = trie::differences(arena, root, other, &mut Reap(to_free));
        } else {
            // From its parent a version differs least.
            let other = root_of(table.live_parent(index).unwrap_or(first.0));
            let mut visitor = Sift { search: Search::new(arena, table, index), to_free };
            let _ = trie::differences(&*arena, root, other, &mut visitor);
        }
        self.free_collected();
    }

    fn free_collected(&mut self) {
        // Last first, so that rows are handed out again in the order they stood in.
        for entry in self.to_free.entries.drain(..).rev() {
            self.arena.free_entry(entry);
        }
        for node in self.to_free.nodes.drain(..) {
            self.arena.words.free_node(node);
        }
        self.to_free.shrink();
    }

    /// An open edit let go of things it did not make: frees those that no other version holds.
    pub(crate) fn free_replaced(&mut self, index: u32, hash: u32) {
        if self.replaced.nodes.is_empty() && self.replaced.entry.is_none() {
            return;
        }
        let Store { arena, table, to_free, replaced, .. } = self;
        let search = Search::new(arena, table, index);
        // All of it lies on the path of the key, so the key's hash finds it anywhere else.
        for (node, level) in replaced.nodes.drain(..) {
            if !search.is_held(search.node(node, hash, level)) {
                to_free.nodes.push(node);
            }
        }
        if let Some(entry) = replaced.entry.take()
            && !search.is_held(search.entry(entry))
        {
            to_free.entries.push(entry);
        }
        self.free_collected();
    }
}
