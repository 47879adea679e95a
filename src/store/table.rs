//! The version table: which versions there are, and which was derived from which.
//!
//! Its rows form a forest, which [`super::forest`] keeps. [`super::resize`] adds rows and gives
//! them back; [`super::vacancy`] knows the vacant ones.
//!
//! Invariants of the versions:
//!
//! * **V1** The versions that hold a given node or entry are connected in the forest.
//! * **V2** A version has a parent only if both had entries when it was derived.
//! * **V3** A dead row has two children at least.
//! * **V4** A child's stamp is above its parent's.

use super::error::Error;
use crate::arena::{NodeRef, Refused, Region};

use super::vacancy::Vacancy;
use super::version::{GENERATIONS, MAX_ROWS, StoreMark, Version};

pub(crate) use super::version::NO_ROW;

/// The entries of a version are not known to be a run.
pub(crate) const NO_RUN: u32 = u32::MAX;

/// The permanent empty version.
pub(crate) const EMPTY_ROW: u32 = 0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// To be used again, unless it has had all its generations.
    Vacant,
    /// Committed, and not released.
    Live,
    /// An edit that has not ended: like a live version, but its root still moves.
    Open,
    /// Released, but pinned: it holds what it held, and its handle is stale.
    Pinned,
    /// Released or forgotten; connects its children.
    Dead,
}

/// A row of the version table: one cache line.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(crate) struct VersionRow {
    pub(crate) state: State,
    /// The generation of its handle: how often the row had been used before. Where the handle is
    /// stale, how often it has been used, with all bits flipped: that is negative.
    pub(super) generation: i32,
    pub(crate) root: NodeRef,
    pub(crate) len: u32,
    pub(crate) stamp: u32,
    /// The first row of its entries if they are a run: consecutive rows, in iteration order.
    pub(crate) run: u32,
    /// Writes so far of an open edit. A probe with another count is out of date.
    pub(crate) revision: u64,
    /// How it was made, if by one key.
    pub(crate) origin: Origin,
    /// How many pins it has.
    pub(crate) pins: u32,
    pub(crate) parent: u32,
    /// Live children come before dead ones.
    pub(crate) first_child: u32,
    pub(crate) last_child: u32,
    pub(crate) previous_sibling: u32,
    pub(crate) next_sibling: u32,
}

/// How a version was made from another, if by one insert or removal. The two differ on the path of
/// that key, so two walks down the path compare them.
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

const _: () = assert!(size_of::<VersionRow>() == 64);

impl VersionRow {
    /// A row that no version has, without links.
    pub(crate) const VACANT: VersionRow = VersionRow {
        state: State::Vacant,
        generation: !0,
        root: NodeRef::NONE,
        len: 0,
        stamp: 0,
        run: NO_RUN,
        revision: 0,
        origin: Origin::OTHER,
        pins: 0,
        parent: NO_ROW,
        first_child: NO_ROW,
        last_child: NO_ROW,
        previous_sibling: NO_ROW,
        next_sibling: NO_ROW,
    };

    /// A vacant row that was used so often.
    pub(crate) fn vacant(uses: u32) -> Self {
        VersionRow { generation: !(uses as i32), ..VersionRow::VACANT }
    }

    /// Whether its handle is that of a live version or an open edit.
    #[inline]
    pub(crate) fn has_handle(&self) -> bool {
        self.generation >= 0
    }

    /// How often it was used before its handle; where that is stale, how often it was used.
    #[inline]
    pub(crate) fn uses(&self) -> u32 {
        (if self.has_handle() { self.generation } else { !self.generation }) as u32
    }

    /// Whether it is vacant, and has had all its generations.
    #[inline]
    pub(crate) fn is_spent(&self) -> bool {
        self.generation <= !(GENERATIONS as i32)
    }

    /// Makes its handle stale.
    #[inline]
    pub(crate) fn end_handle(&mut self) {
        self.generation = !(self.generation + 1);
    }

    /// Takes that back, for a row that is released for good right after it.
    pub(crate) fn restore_handle(&mut self) {
        self.generation = !self.generation - 1;
    }

    /// The new state of an open edit, after a write. `growth` is by how many entries it is longer.
    #[inline(always)]
    pub(crate) fn rewrite(&mut self, root: NodeRef, growth: i32) {
        self.root = root;
        self.len = self.len.wrapping_add_signed(growth);
        self.run = NO_RUN;
        self.revision += 1;
    }
}

/// The version table.
pub(crate) struct VersionTable {
    mark: StoreMark,
    pub(crate) rows: Region<VersionRow>,
    pub(crate) vacancy: Vacancy,
    pub(crate) live: usize,
    pub(crate) dead: usize,
    pub(crate) pinned: usize,
    limit: usize,
}

impl VersionTable {
    pub(crate) fn new() -> Result<Self, Refused> {
        VersionTable::with_mark(StoreMark::draw())
    }

    fn with_mark(mark: StoreMark) -> Result<Self, Refused> {
        let mut rows = Region::new(MAX_ROWS);
        rows.reserve(1)?;
        let generation = mark.next_handle(EMPTY_ROW, 0).1 as i32;
        rows.push(VersionRow { state: State::Live, generation, ..VersionRow::VACANT });
        Ok(VersionTable {
            mark,
            rows,
            vacancy: Vacancy::new(),
            live: 0,
            dead: 0,
            pinned: 0,
            limit: MAX_ROWS,
        })
    }

    /// Live versions and open edits, without the permanent empty one.
    pub(crate) fn live_count(&self) -> usize {
        self.live
    }

    /// Dead versions, which connect others.
    pub(crate) fn dead_count(&self) -> usize {
        self.dead
    }

    /// Rows that are not vacant.
    #[inline]
    pub(crate) fn in_use(&self) -> usize {
        self.live + self.dead + self.pinned + 1
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.rows.heap_bytes(self.rows.len()) + self.vacancy.heap_bytes()
    }

    /// Rows in use or vacant. The row of every valid handle is below this.
    pub(crate) fn row_count(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit.min(MAX_ROWS);
    }

    #[inline]
    pub(crate) fn get(&self, index: u32) -> &VersionRow {
        &self.rows[index as usize]
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, index: u32) -> &mut VersionRow {
        &mut self.rows[index as usize]
    }

    /// The handle of a live version or an open edit.
    #[inline]
    pub(crate) fn handle(&self, index: u32) -> Version {
        let row = self.get(index);
        debug_assert!(row.has_handle(), "the handle of row {index} is stale");
        self.mark.handle(index, row.generation as u32).unwrap_or(Version::MIN)
    }

    /// The row of a version that is committed or an open edit.
    #[inline(always)]
    pub(crate) fn find_any(&self, version: Version) -> Result<(u32, &VersionRow), Error> {
        let (index, generation) = self.mark.parts(version);
        match self.rows.get(index as usize) {
            // A stale one is negative, hence higher than any.
            Some(row) if i64::from(row.generation) as u64 == generation => Ok((index, row)),
            _ if self.gave(version) => Err(Error::Stale { version }),
            _ => Err(Error::OtherStore { version }),
        }
    }

    /// Whether a handle that is not good now once was.
    #[cold]
    fn gave(&self, version: Version) -> bool {
        let (index, generation) = self.mark.parts(version);
        let past = || self.vacancy.uses(index as usize);
        generation < self.rows.get(index as usize).map_or_else(past, VersionRow::uses).into()
    }

    /// The row of a version that was released, and is pinned.
    pub(crate) fn resolve_released(&self, version: Version) -> Result<u32, Error> {
        let (index, generation) = self.mark.parts(version);
        match self.rows.get(index as usize) {
            Some(row) if row.state == State::Pinned && u64::from(row.uses()) == generation + 1 => {
                Ok(index)
            }
            _ if self.gave(version) => Err(Error::Stale { version }),
            _ => Err(Error::OtherStore { version }),
        }
    }

    /// The root of a version that is committed or an open edit.
    #[inline(always)]
    pub(crate) fn root(&self, version: Version) -> Result<NodeRef, Error> {
        Ok(self.find_any(version)?.1.root)
    }

    /// The row of a committed version.
    #[inline(always)]
    pub(crate) fn find(&self, version: Version) -> Result<(u32, &VersionRow), Error> {
        match self.find_any(version)? {
            found if found.1.state == State::Live => Ok(found),
            _ => Err(Error::WrongState { version, open: true }),
        }
    }

    /// The index of the row of a version that is committed or an open edit.
    #[inline]
    pub(crate) fn resolve_any(&self, version: Version) -> Result<u32, Error> {
        Ok(self.find_any(version)?.0)
    }

    /// The index of the row of a committed version.
    #[inline]
    pub(crate) fn resolve(&self, version: Version) -> Result<u32, Error> {
        Ok(self.find(version)?.0)
    }

    /// The row of an open edit.
    pub(crate) fn resolve_open(&self, version: Version) -> Result<u32, Error> {
        match self.find_any(version)? {
            (index, row) if row.state == State::Open => Ok(index),
            _ => Err(Error::WrongState { version, open: false }),
        }
    }

    /// Whether one more version can be made.
    #[inline(always)]
    pub(crate) fn has_room(&self) -> bool {
        let in_use = self.in_use();
        in_use + self.vacancy.spent < self.vacancy.ready && in_use < self.limit
    }

    /// Adds a version derived from `parent`, in a row that was reserved. Returns the row's index,
    /// and the handle.
    #[inline(always)]
    pub(crate) fn add(&mut self, parent: u32, row: VersionRow) -> (u32, Version) {
        let has_root = !row.root.is_none();
        let vacated = std::mem::replace(&mut self.vacancy.vacated, NO_ROW);
        let index = if vacated == NO_ROW { self.take_row() } else { vacated };
        let mark = self.mark;
        let place = self.get_mut(index);
        let (version, generation) = mark.next_handle(index, !place.generation as u32);
        *place = VersionRow { generation: generation as i32, ..row };
        self.live += 1;
        // V2: an empty map shares nothing.
        if parent != NO_ROW && !self.get(parent).root.is_none() && has_root {
            self.attach_first(index, parent);
        }
        (index, version)
    }

    #[inline]
    pub(crate) fn attach_first(&mut self, index: u32, parent: u32) {
        let sibling = std::mem::replace(&mut self.get_mut(parent).first_child, index);
        if sibling != NO_ROW {
            self.get_mut(sibling).previous_sibling = index;
        } else {
            self.get_mut(parent).last_child = index;
        }
        let row = self.get_mut(index);
        row.parent = parent;
        row.previous_sibling = NO_ROW;
        row.next_sibling = sibling;
    }

    /// Rows of versions and edits that hold something: live, open and pinned ones.
    pub(crate) fn holders(&self) -> impl Iterator<Item = u32> + '_ {
        (EMPTY_ROW + 1..self.rows.len() as u32).filter(|&index| self.is_holder(index))
    }

    /// Rows that take part in the forest.
    pub(crate) fn occupied(&self) -> impl Iterator<Item = u32> + '_ {
        let rows = EMPTY_ROW + 1..self.rows.len() as u32;
        rows.filter(|&index| self.get(index).state != State::Vacant)
    }

    /// The same, to change them.
    pub(crate) fn occupied_mut(&mut self) -> impl Iterator<Item = &mut VersionRow> {
        let rows = self.rows[EMPTY_ROW as usize + 1..].iter_mut();
        rows.filter(|row| row.state != State::Vacant)
    }
}

#[cfg(test)]
mod tests {
    use super::super::version::tests::mark_of;
    use super::*;

    fn add(table: &mut VersionTable) -> Version {
        table.reserve().unwrap();
        let row = VersionRow { state: State::Live, stamp: 1, ..VersionRow::VACANT };
        table.add(NO_ROW, row).1
    }

    /// A mark that equals the bits of a row and a generation would make their handle zero.
    #[test]
    fn the_generation_whose_handle_would_be_zero_is_skipped() {
        let bits_of = |row: usize, generation: u64| (generation << 28) | row as u64;
        for (row, generation) in [(0, 0), (1, 0), (1, 3), (2, 5), (3, 0)] {
            let mark = bits_of(row, generation);
            let mut table = VersionTable::with_mark(mark_of(mark)).unwrap();
            let empty = table.handle(EMPTY_ROW);
            let mut gone = Vec::new();
            for _ in 0..10 {
                let all: Vec<Version> = (0..3).map(|_| add(&mut table)).collect();
                for (index, &version) in (1..).zip(&all) {
                    assert_eq!(table.resolve(version), Ok(index));
                    assert_eq!(table.handle(index), version);
                    assert_eq!(version.row(empty), index);
                }
                table.check().unwrap();
                all.iter().for_each(|version| table.retire(version.row(empty)));
                // The lowest row is to be used first.
                table.give_back();
                gone.extend(all);
            }
            assert_eq!(table.resolve(empty), Ok(EMPTY_ROW));
            for (at, &version) in gone.iter().enumerate() {
                assert_eq!(table.resolve(version), Err(Error::Stale { version }));
                assert!(!gone[..at].contains(&version));
            }
            let skipped = if row == 0 { empty } else { gone[generation as usize * 3 + row - 1] };
            assert_eq!(skipped.to_bits().get() ^ mark, bits_of(row, generation + 1));
        }
    }
}
