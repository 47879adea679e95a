//! The forest of versions: which was derived from which, and who is whose neighbour.
//!
//! A live version's neighbours are the live versions next to it in the forest, reached through dead
//! ones. A dead version stays while it connects two children or more. One that no longer does is
//! spliced out, so there are always fewer dead rows than live ones. [`super::table`] lists the
//! invariants V1 to V4.

use super::error::Error;
use crate::arena::{NodeRef, Refused, TryPush, filled};

use super::table::{NO_ROW, State, VersionRow, VersionTable};
use super::version::Version;

/// How a version relates to its neighbours, where all that it alone holds is on one key's path.
pub(crate) struct OneKeyApart {
    /// The folded hash of the key.
    pub(crate) hash: u32,
    /// The stamp of the parent, if that is live: it holds what is not younger. Otherwise 0.
    pub(crate) floor: u32,
    /// A live child.
    pub(crate) child: u32,
    /// Whether there may be neighbours besides that child and the parent.
    pub(crate) has_more: bool,
}

impl VersionTable {
    fn attach_last(&mut self, index: u32, parent: u32) {
        let sibling = std::mem::replace(&mut self.get_mut(parent).last_child, index);
        if sibling != NO_ROW {
            self.get_mut(sibling).next_sibling = index;
        } else {
            self.get_mut(parent).first_child = index;
        }
        let row = self.get_mut(index);
        row.parent = parent;
        row.previous_sibling = sibling;
        row.next_sibling = NO_ROW;
    }

    fn detach(&mut self, index: u32) {
        self.unlink(index);
        let row = self.get_mut(index);
        row.parent = NO_ROW;
        row.previous_sibling = NO_ROW;
        row.next_sibling = NO_ROW;
    }

    /// Takes a row out of its parent's children; its own links stay.
    #[inline]
    fn unlink(&mut self, index: u32) {
        let VersionRow { parent, previous_sibling, next_sibling, .. } = *self.get(index);
        if previous_sibling != NO_ROW {
            self.get_mut(previous_sibling).next_sibling = next_sibling;
        }
        if next_sibling != NO_ROW {
            self.get_mut(next_sibling).previous_sibling = previous_sibling;
        }
        if parent != NO_ROW {
            let above = self.get_mut(parent);
            if previous_sibling == NO_ROW {
                above.first_child = next_sibling;
            }
            if next_sibling == NO_ROW {
                above.last_child = previous_sibling;
            }
        }
    }

    /// Ends a version: its handle becomes stale. The row stays while it connects others.
    #[inline]
    pub(crate) fn retire(&mut self, index: u32) {
        self.live -= 1;
        self.get_mut(index).end_handle();
        let VersionRow { parent, first_child: child, .. } = *self.get(index);
        // A leaf connects nothing. Only a dead parent may have to be spliced out with it.
        if child == NO_ROW && (parent == NO_ROW || self.get(parent).state != State::Dead) {
            self.unlink(index);
            return self.vacate(index);
        }
        // A root with one child needs no splicing: the child becomes a root.
        if parent == NO_ROW && child != NO_ROW && self.get(child).next_sibling == NO_ROW {
            self.get_mut(child).parent = NO_ROW;
            return self.vacate(index);
        }
        self.dead += 1;
        let row = self.get_mut(index);
        row.state = State::Dead;
        row.root = NodeRef::NONE;
        row.len = 0;
        self.splice(index);
    }

    /// Takes out dead rows that connect fewer than two children (V3), from this one upwards.
    fn splice(&mut self, mut index: u32) {
        let died = index;
        while index != NO_ROW && self.get(index).state == State::Dead {
            let VersionRow { parent, first_child: child, .. } = *self.get(index);
            if child != NO_ROW && self.get(child).next_sibling != NO_ROW {
                if index == died && parent != NO_ROW {
                    self.detach(index);
                    self.attach_last(index, parent);
                }
                return;
            }
            self.detach(index);
            if child != NO_ROW {
                self.detach(child);
                self.adopt(child, parent);
            }
            self.dead -= 1;
            self.vacate(index);
            index = parent;
        }
    }

    /// Makes a row without a parent a child of `parent`, if there is one. Live children come first.
    fn adopt(&mut self, child: u32, parent: u32) {
        if parent == NO_ROW {
            return;
        }
        if self.is_holder(child) {
            self.attach_first(child, parent);
        } else {
            self.attach_last(child, parent);
        }
    }

    /// The hash of the key by which a version was made, if its parent is live and it has no
    /// children: then the parent holds all that it shares.
    #[inline]
    pub(crate) fn last_by_one_key(&self, index: u32) -> Option<u32> {
        let row = self.get(index);
        if row.first_child != NO_ROW || row.parent == NO_ROW {
            return None;
        }
        let parent = self.get(row.parent);
        let is_made = row.origin.stamp == parent.stamp && self.is_holder(row.parent);
        is_made.then_some(row.origin.hash)
    }

    /// A live child of this version, if one key made this version from a live parent, or the child
    /// from this version.
    #[inline]
    pub(crate) fn one_key_apart(&self, index: u32) -> Option<OneKeyApart> {
        let VersionRow { parent, first_child: child, origin, stamp, .. } = *self.get(index);
        // Live children come first.
        if child == NO_ROW || !self.is_holder(child) {
            return None;
        }
        let has_live_parent = parent != NO_ROW && self.is_holder(parent);
        let floor = if has_live_parent { self.get(parent).stamp } else { 0 };
        let is_made = has_live_parent && origin.stamp == floor;
        let below = self.get(child);
        if !is_made && below.origin.stamp != stamp {
            return None;
        }
        let hash = if is_made { origin.hash } else { below.origin.hash };
        let has_more = below.next_sibling != NO_ROW || !(has_live_parent || parent == NO_ROW);
        Some(OneKeyApart { hash, floor, child, has_more })
    }

    pub(crate) fn is_holder(&self, index: u32) -> bool {
        matches!(self.get(index).state, State::Live | State::Open | State::Pinned)
    }

    /// The parent of a version, if it is live.
    pub(crate) fn live_parent(&self, index: u32) -> Option<u32> {
        let parent = self.get(index).parent;
        (parent != NO_ROW && self.is_holder(parent)).then_some(parent)
    }

    /// The live neighbours of a version, nearest relatives first, each with the stamp of their
    /// nearest common ancestor: nothing younger can be in both (V1, V4). The stamps descend.
    pub(crate) fn neighbours(&self, index: u32) -> Neighbours {
        Neighbours { top: index, skip: NO_ROW, next: self.get(index).first_child, ended: false }
    }

    /// The rows of each tree of the forest that are listed. A family may be empty.
    pub(crate) fn families(
        &self,
        is_listed: impl Fn(u32) -> bool,
    ) -> Result<Vec<Vec<u32>>, Refused> {
        const UNKNOWN: u32 = u32::MAX;
        let mut family_of = filled(UNKNOWN, self.rows.len())?;
        let mut families: Vec<Vec<u32>> = Vec::new();
        for index in self.occupied() {
            let mut at = index;
            while family_of[at as usize] == UNKNOWN && self.get(at).parent != NO_ROW {
                at = self.get(at).parent;
            }
            if family_of[at as usize] == UNKNOWN {
                family_of[at as usize] = families.len() as u32;
                families.try_push(Vec::new())?;
            }
            let family = family_of[at as usize];
            let mut passed = index;
            while family_of[passed as usize] == UNKNOWN {
                family_of[passed as usize] = family;
                passed = self.get(passed).parent;
            }
            if is_listed(index) {
                families[family as usize].try_push(index)?;
            }
        }
        Ok(families)
    }

    /// Tests V3, V4, the links of the forest and what is vacant.
    pub(crate) fn check(&self) -> Result<(), String> {
        let (mut live, mut dead, mut pinned) = (0, 0, 0);
        for index in self.occupied() {
            let row = self.get(index);
            let mut children = 0;
            let mut child = row.first_child;
            let mut previous = NO_ROW;
            while child != NO_ROW {
                let below = self.get(child);
                let linked = below.parent == index && below.previous_sibling == previous;
                if !linked || below.state == State::Vacant || children > self.rows.len() {
                    return Err(format!("version row {child}: badly linked under {index}"));
                }
                if below.stamp <= row.stamp {
                    return Err(format!("version row {child}: stamp not above its parent's (V4)"));
                }
                children += 1;
                (previous, child) = (child, below.next_sibling);
            }
            if row.last_child != previous {
                return Err(format!("version row {index}: its last child is not the last"));
            }
            if row.has_handle() != matches!(row.state, State::Live | State::Open) {
                return Err(format!("version row {index}: its handle is stale or not, wrongly"));
            }
            match row.state {
                State::Dead if children < 2 => {
                    return Err(format!("version row {index}: dead, and connects {children} (V3)"));
                }
                State::Dead => dead += 1,
                State::Pinned if row.pins == 0 => {
                    return Err(format!("version row {index}: released, not dead, and not pinned"));
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

impl VersionTable {
    /// The row of a version that is pinned, released or not.
    pub(crate) fn resolve_pinned(&self, version: Version) -> Result<u32, Error> {
        match self.resolve_any(version) {
            Ok(index) if self.get(index).pins == 0 => Err(Error::Stale { version }),
            Ok(index) => Ok(index),
            Err(_) => self.resolve_released(version),
        }
    }

    /// A pinned version has been released.
    #[cold]
    pub(crate) fn keep_pinned(&mut self, index: u32) {
        let row = self.get_mut(index);
        row.end_handle();
        row.state = State::Pinned;
        self.live -= 1;
        self.pinned += 1;
    }

    /// Its last pin has gone: makes it live again, to be released like any other.
    pub(crate) fn unkeep_pinned(&mut self, index: u32) {
        let row = self.get_mut(index);
        row.restore_handle();
        row.state = State::Live;
        self.live += 1;
        self.pinned -= 1;
    }
}

/// A walk to the live neighbours of one version. It holds no borrow, so that the caller may read
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
            if self.next == NO_ROW {
                let parent = table.get(self.top).parent;
                if parent == NO_ROW {
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
            let index = self.next;
            let row = table.get(index);
            if index == self.skip {
                self.next = row.next_sibling;
            } else if table.is_holder(index) {
                self.next = self.after(table, index);
                return Some((index, table.get(self.top).stamp));
            } else {
                self.next = row.first_child;
            }
        }
    }

    /// Leaves out relatives of `neighbour` that cannot hold the part it does not hold.
    ///
    /// `birth` is the stamp of what `neighbour` has in that place. An ancestor of `neighbour` whose
    /// stamp is at least `birth` had the same there, so it lacks the part, and what was derived
    /// from it cannot hold the part either (V1).
    pub(crate) fn skip_relatives(&mut self, table: &VersionTable, neighbour: u32, birth: u32) {
        if self.ended {
            return;
        }
        let mut ancestor = NO_ROW;
        let mut above = table.get(neighbour).parent;
        while above != self.top && above != NO_ROW && table.get(above).stamp >= birth {
            (ancestor, above) = (above, table.get(above).parent);
        }
        if ancestor != NO_ROW {
            self.next = self.after(table, ancestor);
        }
    }

    /// The row that follows the subtree of `index` in the walk below `top`.
    fn after(&self, table: &VersionTable, mut index: u32) -> u32 {
        loop {
            let row = table.get(index);
            if row.next_sibling != NO_ROW {
                return row.next_sibling;
            }
            if row.parent == self.top {
                return NO_ROW;
            }
            index = row.parent;
        }
    }
}
