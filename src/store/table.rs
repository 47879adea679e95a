//! The version table: which versions there are, and which was derived from which.
//!
//! Rows form a forest. A live version's neighbours are the live versions next to it in the forest,
//! reached through dead ones that still join several. A dead version that joins nothing any more
//! is spliced out, so there are always fewer dead rows than live ones.
//!
//! Invariants:
//!
//! * **V1** The versions that hold a given node or entry are connected in the forest.
//! * **V2** A version has a parent only if both had entries when it was derived.
//! * **V3** A dead row has two children at least.
//! * **V4** A child's stamp is above its parent's.

use crate::arena::NodeRef;
use crate::error::{Error, Resource};

use super::version::{MAX_GENERATION, MAX_SLOTS, StoreMark, Version};

/// No row.
pub(crate) const NO_SLOT: u32 = u32::MAX;
/// The entries of a version are not known to stand in a row.
pub(crate) const NO_RUN: u32 = u32::MAX;

/// The permanent empty version.
pub(crate) const EMPTY_SLOT: u32 = 0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// On the free list, or given up.
    Vacant,
    /// Committed, and not released.
    Live,
    /// An edit that has not ended: like a live version, but its root still moves.
    Open,
    /// Released or forgotten; joins the versions next to it.
    Dead,
}

/// A row of the version table.
#[derive(Clone, Debug)]
pub(crate) struct VersionSlot {
    pub(crate) state: State,
    generation: u32,
    pub(crate) root: NodeRef,
    pub(crate) len: u32,
    pub(crate) stamp: u32,
    /// First row of the entry arena, if the entries stand there in iteration order.
    pub(crate) run: u32,
    /// Writes so far, for an open edit: tells a probe that it is out of date.
    pub(crate) revision: u32,
    /// How it was made, if by one key.
    pub(crate) origin: Origin,
    parent: u32,
    first_child: u32,
    previous_sibling: u32,
    /// The next sibling; for a vacant row the next vacant one.
    next_sibling: u32,
}

/// A version made from another by one insert or removal. The two differ on the path of one key,
/// and comparing them takes no more than two walks down that path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Stamp of the version it was made from; 0 where it was made otherwise.
    pub(crate) stamp: u32,
    /// The folded hash of the key.
    pub(crate) hash: u32,
}

impl Origin {
    pub(crate) const OTHER: Origin = Origin { stamp: 0, hash: 0 };
}

/// What a row is made from.
#[derive(Clone, Copy)]
pub(crate) struct NewVersion {
    pub(crate) state: State,
    pub(crate) root: NodeRef,
    pub(crate) len: u32,
    pub(crate) stamp: u32,
    pub(crate) run: u32,
    pub(crate) origin: Origin,
}

impl NewVersion {
    /// A version of which nothing more is known.
    pub(crate) fn plain(state: State, root: NodeRef, len: u32, stamp: u32) -> Self {
        NewVersion { state, root, len, stamp, run: NO_RUN, origin: Origin::OTHER }
    }
}

pub(crate) struct VersionTable {
    mark: StoreMark,
    slots: Vec<VersionSlot>,
    vacant: u32,
    live: usize,
    dead: usize,
    limit: usize,
}

impl VersionTable {
    pub(crate) fn new() -> Self {
        let mut table = VersionTable {
            mark: StoreMark::next(),
            slots: Vec::new(),
            vacant: NO_SLOT,
            live: 0,
            dead: 0,
            limit: MAX_SLOTS,
        };
        table.add(NO_SLOT, NewVersion::plain(State::Live, NodeRef::NONE, 0, 0));
        table.live = 0;
        table
    }

    /// Live versions and open edits, without the permanent empty one.
    pub(crate) fn live_count(&self) -> usize {
        self.live
    }

    /// Dead versions that still join others.
    pub(crate) fn dead_count(&self) -> usize {
        self.dead
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.slots.capacity() * size_of::<VersionSlot>()
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit.min(MAX_SLOTS);
    }

    #[inline]
    pub(crate) fn get(&self, slot: u32) -> &VersionSlot {
        &self.slots[slot as usize]
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, slot: u32) -> &mut VersionSlot {
        &mut self.slots[slot as usize]
    }

    #[inline]
    pub(crate) fn handle(&self, slot: u32) -> Version {
        Version::new(self.mark, slot, self.get(slot).generation)
    }

    /// The row of a version that is committed or an open edit.
    #[inline]
    pub(crate) fn resolve_any(&self, version: Version) -> Result<u32, Error> {
        let slot = version.slot();
        match self.slots.get(slot as usize) {
            Some(row)
                if row.generation == version.generation()
                    && matches!(row.state, State::Live | State::Open)
                    && version.is_of(self.mark) =>
            {
                Ok(slot)
            }
            _ if version.is_of(self.mark) => Err(Error::Stale { version }),
            _ => Err(Error::Foreign { version }),
        }
    }

    /// The row of a committed version.
    #[inline]
    pub(crate) fn resolve(&self, version: Version) -> Result<u32, Error> {
        let slot = self.resolve_any(version)?;
        match self.get(slot).state {
            State::Live => Ok(slot),
            _ => Err(Error::WrongState { version, open: true }),
        }
    }

    /// The row of an open edit.
    pub(crate) fn resolve_open(&self, version: Version) -> Result<u32, Error> {
        let slot = self.resolve_any(version)?;
        match self.get(slot).state {
            State::Open => Ok(slot),
            _ => Err(Error::WrongState { version, open: false }),
        }
    }

    /// Sees to it that one more row can be made.
    #[inline]
    pub(crate) fn reserve(&mut self) -> Result<(), Error> {
        if self.vacant != NO_SLOT {
            return Ok(());
        }
        if self.slots.len() >= self.limit {
            return Err(Error::Full { what: Resource::Versions, limit: self.limit });
        }
        let bytes = size_of::<VersionSlot>() * self.slots.len().max(1);
        self.slots.try_reserve(1).map_err(|_| Error::Allocation { bytes })
    }

    /// Makes a row, which was reserved, for a version derived from `parent`.
    #[inline(always)]
    pub(crate) fn add(&mut self, parent: u32, new: NewVersion) -> u32 {
        let NewVersion { state, root, len, stamp, run, origin } = new;
        let row = VersionSlot {
            state,
            generation: 0,
            root,
            len,
            stamp,
            run,
            revision: 0,
            origin,
            parent: NO_SLOT,
            first_child: NO_SLOT,
            previous_sibling: NO_SLOT,
            next_sibling: NO_SLOT,
        };
        self.live += 1;
        let slot = self.vacant;
        let slot = if slot == NO_SLOT {
            self.slots.push(row);
            (self.slots.len() - 1) as u32
        } else {
            let vacant = self.get_mut(slot);
            let (generation, next) = (vacant.generation, vacant.next_sibling);
            *vacant = VersionSlot { generation, ..row };
            self.vacant = next;
            slot
        };
        // V2: an empty map shares nothing, so nothing needs to be told about it.
        if parent != NO_SLOT && !self.get(parent).root.is_none() && !root.is_none() {
            self.attach(slot, parent);
        }
        slot
    }

    fn attach(&mut self, slot: u32, parent: u32) {
        let sibling = std::mem::replace(&mut self.get_mut(parent).first_child, slot);
        if sibling != NO_SLOT {
            self.get_mut(sibling).previous_sibling = slot;
        }
        let row = self.get_mut(slot);
        row.parent = parent;
        row.previous_sibling = NO_SLOT;
        row.next_sibling = sibling;
    }

    fn detach(&mut self, slot: u32) {
        let VersionSlot { parent, previous_sibling, next_sibling, .. } = *self.get(slot);
        if previous_sibling != NO_SLOT {
            self.get_mut(previous_sibling).next_sibling = next_sibling;
        } else if parent != NO_SLOT {
            self.get_mut(parent).first_child = next_sibling;
        }
        if next_sibling != NO_SLOT {
            self.get_mut(next_sibling).previous_sibling = previous_sibling;
        }
        let row = self.get_mut(slot);
        row.parent = NO_SLOT;
        row.previous_sibling = NO_SLOT;
        row.next_sibling = NO_SLOT;
    }

    /// Ends a version: its handle becomes stale. The row stays for as long as it joins others.
    #[inline]
    pub(crate) fn retire(&mut self, slot: u32) {
        self.live -= 1;
        self.dead += 1;
        let row = self.get_mut(slot);
        row.state = State::Dead;
        row.root = NodeRef::NONE;
        row.len = 0;
        row.generation += 1;
        let (parent, child) = (row.parent, row.first_child);
        // The first of a line needs no splicing: its only child becomes the first.
        if parent == NO_SLOT && child != NO_SLOT && self.get(child).next_sibling == NO_SLOT {
            self.get_mut(child).parent = NO_SLOT;
            self.vacate(slot);
        } else {
            self.splice(slot);
        }
    }

    /// Takes dead rows out that join nothing (V3), from this one upwards.
    fn splice(&mut self, mut slot: u32) {
        while slot != NO_SLOT && self.get(slot).state == State::Dead {
            let VersionSlot { parent, first_child: child, .. } = *self.get(slot);
            if child != NO_SLOT && self.get(child).next_sibling != NO_SLOT {
                return;
            }
            if child == NO_SLOT {
                self.detach(slot);
            } else {
                self.take_place(child, slot);
            }
            self.vacate(slot);
            slot = parent;
        }
    }

    /// Puts the only child of `slot` in its place.
    fn take_place(&mut self, child: u32, slot: u32) {
        let VersionSlot { parent, previous_sibling, next_sibling, .. } = *self.get(slot);
        let row = self.get_mut(child);
        row.parent = parent;
        row.previous_sibling = previous_sibling;
        row.next_sibling = next_sibling;
        if parent == NO_SLOT {
            return;
        }
        if previous_sibling != NO_SLOT {
            self.get_mut(previous_sibling).next_sibling = child;
        } else {
            self.get_mut(parent).first_child = child;
        }
        if next_sibling != NO_SLOT {
            self.get_mut(next_sibling).previous_sibling = child;
        }
    }

    #[inline]
    fn vacate(&mut self, slot: u32) {
        self.dead -= 1;
        let vacant = self.vacant;
        let row = self.get_mut(slot);
        row.state = State::Vacant;
        if row.generation < MAX_GENERATION {
            row.next_sibling = vacant;
            self.vacant = slot;
        }
    }

    /// The hash of the key in which two versions differ, if one was made from the other by one key.
    #[inline]
    pub(crate) fn differ_by_one_key(&self, a: u32, b: u32) -> Option<u32> {
        let (a, b) = (self.get(a), self.get(b));
        if b.origin.stamp == a.stamp {
            Some(b.origin.hash)
        } else if a.origin.stamp == b.stamp {
            Some(a.origin.hash)
        } else {
            None
        }
    }

    pub(crate) fn is_holder(&self, slot: u32) -> bool {
        matches!(self.get(slot).state, State::Live | State::Open)
    }

    /// The one live neighbour of a version, in the two cases that are told at a glance: the last of
    /// a line, and the first.
    #[inline]
    pub(crate) fn lone_neighbour(&self, slot: u32) -> Option<u32> {
        let VersionSlot { parent, first_child: child, .. } = *self.get(slot);
        let neighbour = match (parent, child) {
            (NO_SLOT, NO_SLOT) => return None,
            (parent, NO_SLOT) => parent,
            (NO_SLOT, child) if self.get(child).next_sibling == NO_SLOT => child,
            _ => return None,
        };
        self.is_holder(neighbour).then_some(neighbour)
    }

    /// The live neighbours of a version, nearest kin first, each with the stamp of the youngest
    /// version above both: nothing younger can be in both (V1, V4). Those stamps only descend.
    pub(crate) fn neighbours(&self, slot: u32) -> Neighbours {
        Neighbours { top: slot, skip: NO_SLOT, next: self.get(slot).first_child, ended: false }
    }

    /// Rows of the given states.
    pub(crate) fn holders(&self) -> impl Iterator<Item = u32> + '_ {
        (EMPTY_SLOT + 1..self.slots.len() as u32).filter(|&slot| self.is_holder(slot))
    }

    /// Rows that take part in the forest: live, open and dead.
    pub(crate) fn occupied(&self) -> impl Iterator<Item = u32> + '_ {
        let slots = EMPTY_SLOT + 1..self.slots.len() as u32;
        slots.filter(|&slot| self.get(slot).state != State::Vacant)
    }

    /// Tests V2 to V4 and the links of the forest.
    pub(crate) fn check(&self) -> Result<(), String> {
        let (mut live, mut dead) = (0, 0);
        for slot in self.occupied() {
            let row = self.get(slot);
            let mut children = 0;
            let mut child = row.first_child;
            let mut previous = NO_SLOT;
            while child != NO_SLOT {
                let below = self.get(child);
                let linked = below.parent == slot && below.previous_sibling == previous;
                if !linked || below.state == State::Vacant || children > self.slots.len() {
                    return Err(format!("version row {child}: badly linked under {slot}"));
                }
                if below.stamp <= row.stamp {
                    return Err(format!("version row {child}: stamp not above its parent's (V4)"));
                }
                children += 1;
                (previous, child) = (child, below.next_sibling);
            }
            match row.state {
                State::Dead if children < 2 => {
                    return Err(format!("version row {slot}: dead, and joins {children} (V3)"));
                }
                State::Dead => dead += 1,
                _ => live += 1,
            }
        }
        if (live, dead) != (self.live, self.dead) {
            return Err(format!("{live} live and {dead} dead version rows, not as counted"));
        }
        Ok(())
    }
}

/// A walk to the live neighbours of one version. Holds no borrow, so that the caller may look at
/// the table meanwhile, and takes no memory.
pub(crate) struct Neighbours {
    /// The version above both, so far: the start, then its ancestors.
    top: u32,
    /// The child of `top` that the walk came from.
    skip: u32,
    /// The next row below `top` to look at.
    next: u32,
    ended: bool,
}

impl Neighbours {
    /// The next neighbour, and the stamp of the version above both.
    #[inline]
    pub(crate) fn next(&mut self, table: &VersionTable) -> Option<(u32, u32)> {
        loop {
            if self.ended {
                return None;
            }
            if self.next == NO_SLOT {
                let parent = table.get(self.top).parent;
                if parent == NO_SLOT {
                    self.ended = true;
                    return None;
                }
                if table.is_holder(parent) {
                    self.ended = true;
                    return Some((parent, table.get(parent).stamp));
                }
                (self.skip, self.top) = (self.top, parent);
                self.next = table.get(parent).first_child;
                continue;
            }
            let slot = self.next;
            let row = table.get(slot);
            if slot == self.skip {
                self.next = row.next_sibling;
            } else if table.is_holder(slot) {
                self.next = self.after(table, slot);
                return Some((slot, table.get(self.top).stamp));
            } else {
                self.next = row.first_child;
            }
        }
    }

    /// The row that follows the subtree of `slot` in the walk below `top`.
    fn after(&self, table: &VersionTable, mut slot: u32) -> u32 {
        loop {
            let row = table.get(slot);
            if row.next_sibling != NO_SLOT {
                return row.next_sibling;
            }
            if row.parent == self.top {
                return NO_SLOT;
            }
            slot = row.parent;
        }
    }
}
