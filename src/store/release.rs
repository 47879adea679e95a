//! The release rule: what dies with a version is what it reaches and no live neighbour does.
//!
//! The versions that hold a given node are connected in the forest of versions (V1). So it is
//! enough to ask the live neighbours, and it is enough to ask the first one thoroughly: the two
//! trees are walked in lockstep, which ends wherever they share, and leaves a few candidates. Every
//! further neighbour is asked for these alone. Two things cut that short:
//!
//! * Nothing that is younger than the youngest version above both (`shared_stamp`) can be in both;
//!   those stamps only descend as the walk goes outwards, so such a candidate is dead for certain.
//! * When no candidate is left, no further neighbour is asked. So a child of a base with 10,000
//!   children is released as fast as an only child.

use std::ops::ControlFlow;

use crate::arena::{Arena, EntryRef, NodeRef};
use crate::error::Error;
use crate::trie::{self, End, OnlyLeft, Visitor};

use super::forest::Neighbours;
use super::table::EMPTY_SLOT;
use super::{Store, Version};

/// Free words below this (256 KiB) are not worth a compaction of one's own accord: a program that
/// makes and releases a few hundred versions over and over would compact every time round.
const COMPACT_FLOOR_WORDS: usize = 1 << 16;
/// The same for vacant rows of the entry arena.
const COMPACT_FLOOR_ROWS: usize = 1 << 14;

/// What only the released version may hold.
#[derive(Clone, Copy)]
struct Candidate {
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

/// Scratch of a release: what is to be freed.
#[derive(Default)]
pub(super) struct Doomed {
    nodes: Vec<NodeRef>,
    entries: Vec<EntryRef>,
    candidates: Vec<Candidate>,
}

/// Frees everything that only the left tree has.
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

/// Makes everything that only the left tree has a candidate.
struct Suspect<'a, K, V> {
    arena: &'a Arena<K, V>,
    candidates: &'a mut Vec<Candidate>,
}

impl<K, V> Visitor for Suspect<'_, K, V> {
    type Break = ();
    const BOTH: bool = false;

    fn left_node(&mut self, node: NodeRef, prefix: u32, level: usize) {
        let head = self.arena.words.head(node);
        // A collision node may stand at another level elsewhere, so it is looked up by its hash.
        let hash = if head.is_collision() { self.arena.words.collision_hash(node) } else { prefix };
        let item = Doom::Node { node, level };
        self.candidates.push(Candidate { item, hash, birth: head.stamp() });
    }

    fn group(&mut self, hash: u32, left: &[EntryRef], _right: &[EntryRef]) -> ControlFlow<()> {
        self.candidates.extend(left.iter().map(|&entry| {
            let birth = self.arena.entries.get(entry).birth.get();
            Candidate { item: Doom::Entry(entry), hash, birth }
        }));
        ControlFlow::Continue(())
    }
}

/// Whether the tree under `root` holds a candidate.
fn holds<K, V>(arena: &Arena<K, V>, root: NodeRef, candidate: &Candidate) -> bool {
    let spot = trie::locate(&arena.words, root, candidate.hash);
    let path = &spot.path.nodes[..=spot.path.depth];
    match candidate.item {
        Doom::Node { node, level } => {
            path.get(level) == Some(&node) || spot.end != End::Nothing && spot.path.last() == node
        }
        Doom::Entry(entry) => match spot.end {
            End::Entry(found) => found == entry,
            End::Collision => arena.words.collision_entries(spot.path.last()).contains(&entry.0),
            End::Nothing | End::Foreign => false,
        },
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
        if slot != EMPTY_SLOT {
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
        if slot != EMPTY_SLOT {
            self.forgotten += usize::from(!self.table.get(slot).root.is_none());
            self.table.retire(slot);
        }
        Ok(())
    }

    /// What follows every operation that frees: user code runs, now that nothing is half done.
    #[inline]
    pub(super) fn after_release(&mut self) {
        let Arena { words, entries, .. } = &self.arena;
        if !cfg!(feature = "zeal")
            && words.free_words() <= COMPACT_FLOOR_WORDS
            && entries.free_count() <= COMPACT_FLOOR_ROWS
        {
            return self.bury_dead();
        }
        let words_waste = words.free_words() > COMPACT_FLOOR_WORDS.max(3 * words.live_words());
        let rows_waste = entries.free_count() > COMPACT_FLOOR_ROWS.max(3 * entries.live_count());
        let worth_it = words_waste || rows_waste;
        if self.auto_compact && worth_it || cfg!(feature = "zeal") {
            // A refusal of the allocator leaves everything where it is.
            let _ = self.compact_now();
        }
        self.bury_dead();
    }

    /// Frees what only this version holds, and retires its row.
    #[inline]
    pub(super) fn release_slot(&mut self, slot: u32) {
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
        let root = self.table.get(slot).root;
        let mut neighbours = self.table.neighbours(slot);
        let first = neighbours.next(&self.table);
        let second = first.and_then(|_| neighbours.next(&self.table));
        match (first, second) {
            (Some((first, _)), Some(second)) => self.suspect(root, first, second, neighbours),
            _ => {
                let other = first.map_or(NodeRef::NONE, |(slot, _)| self.table.get(slot).root);
                let mut visitor = Reap(&mut self.doomed);
                let _ = trie::differences(&self.arena, root, other, &mut visitor);
            }
        }
        self.free_doomed();
    }

    /// The case of several neighbours: what the first one lacks, the others are asked for.
    fn suspect(&mut self, root: NodeRef, first: u32, second: (u32, u32), further: Neighbours) {
        let other = self.table.get(first).root;
        let mut visitor = Suspect { arena: &self.arena, candidates: &mut self.doomed.candidates };
        let _ = trie::differences(&self.arena, root, other, &mut visitor);
        self.sift(Some(second), further);
    }

    /// Dooms the candidates that neither `next` nor any neighbour after it holds.
    fn sift(&mut self, mut next: Option<(u32, u32)>, mut further: Neighbours) {
        let mut candidates = std::mem::take(&mut self.doomed.candidates);
        while let Some((slot, shared_stamp)) = next {
            let other = self.table.get(slot).root;
            candidates.retain(|candidate| {
                if candidate.birth > shared_stamp {
                    self.doomed.push(candidate.item);
                    return false;
                }
                !holds(&self.arena, other, candidate)
            });
            if candidates.is_empty() {
                break;
            }
            next = further.next(&self.table);
        }
        candidates.drain(..).for_each(|candidate| self.doomed.push(candidate.item));
        self.doomed.candidates = candidates;
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
        // All of it lies on the path of the key, so the key's hash finds it anywhere else.
        for (node, level) in self.let_go.nodes.drain(..) {
            let birth = self.arena.words.head(node).stamp();
            let item = Doom::Node { node, level };
            self.doomed.candidates.push(Candidate { item, hash, birth });
        }
        if let Some(entry) = self.let_go.entry.take() {
            let birth = self.arena.entries.get(entry).birth.get();
            self.doomed.candidates.push(Candidate { item: Doom::Entry(entry), hash, birth });
        }
        let mut neighbours = self.table.neighbours(slot);
        let first = neighbours.next(&self.table);
        self.sift(first, neighbours);
        self.free_doomed();
    }
}

impl Doomed {
    fn push(&mut self, item: Doom) {
        match item {
            Doom::Node { node, .. } => self.nodes.push(node),
            Doom::Entry(entry) => self.entries.push(entry),
        }
    }

    /// Gives large scratch back: one release of a large map should not cost memory for ever.
    fn shrink(&mut self) {
        const KEPT: usize = 1 << 10;
        let largest = self.nodes.capacity().max(self.entries.capacity());
        if largest.max(self.candidates.capacity()) > KEPT {
            self.nodes.shrink_to(KEPT);
            self.entries.shrink_to(KEPT);
            self.candidates.shrink_to(KEPT);
        }
    }
}
