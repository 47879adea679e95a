//! The forest of versions: which was derived from which, and who is whose neighbour.
//!
//! A live version's neighbours are the live versions next to it in the forest, reached through dead
//! ones that still join several. A dead version that joins nothing any more is spliced out, so
//! there are always fewer dead rows than live ones. The invariants V1 to V4 stand in
//! [`super::table`].

use crate::arena::NodeRef;

use super::table::{NO_SLOT, State, VersionSlot, VersionTable};

impl VersionTable {
    #[inline]
    pub(super) fn attach_first(&mut self, slot: u32, parent: u32) {
        let sibling = std::mem::replace(&mut self.get_mut(parent).first_child, slot);
        if sibling != NO_SLOT {
            self.get_mut(sibling).previous_sibling = slot;
        } else {
            self.get_mut(parent).last_child = slot;
        }
        let row = self.get_mut(slot);
        row.parent = parent;
        row.previous_sibling = NO_SLOT;
        row.next_sibling = sibling;
    }

    fn attach_last(&mut self, slot: u32, parent: u32) {
        let sibling = std::mem::replace(&mut self.get_mut(parent).last_child, slot);
        if sibling != NO_SLOT {
            self.get_mut(sibling).next_sibling = slot;
        } else {
            self.get_mut(parent).first_child = slot;
        }
        let row = self.get_mut(slot);
        row.parent = parent;
        row.previous_sibling = sibling;
        row.next_sibling = NO_SLOT;
    }

    fn detach(&mut self, slot: u32) {
        self.unlink(slot);
        let row = self.get_mut(slot);
        row.parent = NO_SLOT;
        row.previous_sibling = NO_SLOT;
        row.next_sibling = NO_SLOT;
    }

    /// Takes a row out of its parent's children; its own links stay.
    #[inline]
    fn unlink(&mut self, slot: u32) {
        let VersionSlot { parent, previous_sibling, next_sibling, .. } = *self.get(slot);
        if previous_sibling != NO_SLOT {
            self.get_mut(previous_sibling).next_sibling = next_sibling;
        }
        if next_sibling != NO_SLOT {
            self.get_mut(next_sibling).previous_sibling = previous_sibling;
        }
        if parent != NO_SLOT {
            let above = self.get_mut(parent);
            if previous_sibling == NO_SLOT {
                above.first_child = next_sibling;
            }
            if next_sibling == NO_SLOT {
                above.last_child = previous_sibling;
            }
        }
    }

    /// Ends a version: its handle becomes stale. The row stays for as long as it joins others.
    #[inline]
    pub(crate) fn retire(&mut self, slot: u32) {
        self.live -= 1;
        let VersionSlot { parent, first_child: child, .. } = *self.get(slot);
        // The last of a line joins nothing, nor does what it hangs under need it, if that lives.
        if child == NO_SLOT && (parent == NO_SLOT || self.get(parent).state != State::Dead) {
            self.unlink(slot);
            return self.vacate(slot);
        }
        // The first of a line needs no splicing: its only child becomes the first.
        if parent == NO_SLOT && child != NO_SLOT && self.get(child).next_sibling == NO_SLOT {
            self.get_mut(child).parent = NO_SLOT;
            return self.vacate(slot);
        }
        self.dead += 1;
        let row = self.get_mut(slot);
        row.state = State::Dead;
        row.root = NodeRef::NONE;
        row.len = 0;
        self.splice(slot);
    }

    /// Takes dead rows out that join nothing (V3), from this one upwards.
    fn splice(&mut self, mut slot: u32) {
        let died = slot;
        while slot != NO_SLOT && self.get(slot).state == State::Dead {
            let VersionSlot { parent, first_child: child, .. } = *self.get(slot);
            if child != NO_SLOT && self.get(child).next_sibling != NO_SLOT {
                if slot == died && parent != NO_SLOT {
                    self.detach(slot);
                    self.attach_last(slot, parent);
                }
                return;
            }
            self.detach(slot);
            if child != NO_SLOT {
                self.detach(child);
                self.adopt(child, parent);
            }
            self.dead -= 1;
            self.vacate(slot);
            slot = parent;
        }
    }

    /// Makes a row without a parent a child of `parent`, if that is a row: live ones first.
    fn adopt(&mut self, child: u32, parent: u32) {
        if parent == NO_SLOT {
            return;
        }
        if self.is_holder(child) {
            self.attach_first(child, parent);
        } else {
            self.attach_last(child, parent);
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

    /// The hash of the key by which a version was made, if its maker lives, and nothing was derived
    /// from it: then it shares all but what it made itself.
    #[inline]
    pub(crate) fn last_by_one_key(&self, slot: u32) -> Option<u32> {
        let row = self.get(slot);
        if row.first_child != NO_SLOT || row.parent == NO_SLOT {
            return None;
        }
        let parent = self.get(row.parent);
        let is_made = row.origin.stamp == parent.stamp && parent.state == State::Live;
        is_made.then_some(row.origin.hash)
    }

    pub(crate) fn is_holder(&self, slot: u32) -> bool {
        matches!(self.get(slot).state, State::Live | State::Open | State::Pinned)
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

    /// The parent of a version, if it is live.
    pub(crate) fn live_parent(&self, slot: u32) -> Option<u32> {
        let parent = self.get(slot).parent;
        (parent != NO_SLOT && self.is_holder(parent)).then_some(parent)
    }

    /// The live neighbours of a version, nearest kin first, each with the stamp of the youngest
    /// version above both: nothing younger can be in both (V1, V4). Those stamps only descend.
    pub(crate) fn neighbours(&self, slot: u32) -> Neighbours {
        Neighbours { top: slot, skip: NO_SLOT, next: self.get(slot).first_child, ended: false }
    }

    /// Tests V3, V4, the links of the forest and what is vacant.
    pub(crate) fn check(&self) -> Result<(), String> {
        let (mut live, mut dead, mut pinned) = (0, 0, 0);
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
            if row.last_child != previous {
                return Err(format!("version row {slot}: its last child is not the last"));
            }
            match row.state {
                State::Dead if children < 2 => {
                    return Err(format!("version row {slot}: dead, and joins {children} (V3)"));
                }
                State::Dead => dead += 1,
                State::Pinned if row.pins == 0 => {
                    return Err(format!("version row {slot}: released, not dead, and not pinned"));
                }
                State::Pinned => pinned += 1,
                _ => live += 1,
            }
        }
        if (live, dead, pinned) != (self.live, self.dead, self.pinned) {
            return Err(format!(
                "{live} live, {dead} dead and {pinned} pinned version rows, not as counted"
            ));
        }
        self.check_vacancy()
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

    /// Leaves out versions that cannot hold what the last one has not. It has something else in
    /// that place, of this birth; a joint above it that is no older held that already, so nothing
    /// derived from the joint holds what was looked for (V1).
    pub(crate) fn leave(&mut self, table: &VersionTable, neighbour: u32, birth: u32) {
        if self.ended {
            return;
        }
        let mut joint = NO_SLOT;
        let mut above = table.get(neighbour).parent;
        while above != self.top && above != NO_SLOT && table.get(above).stamp >= birth {
            (joint, above) = (above, table.get(above).parent);
        }
        if joint != NO_SLOT {
            self.next = self.after(table, joint);
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
