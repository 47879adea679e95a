//! The hash table of sets: that of `Objects/setobject.c`.
//!
//! Open addressing, with at least 8 slots and a power of two of them. A probe looks at nine
//! neighbours before it jumps. The table grows when it is three fifths full, and a removed item
//! leaves a tombstone. A set iterates over its slots in order. So only the same table, filled in
//! the same steps, gives the order of CPython.
//!
//! Nothing here hashes. The methods that compare run user code, which has no way to reach the
//! table: it is borrowed.

use super::eq::equal;
use super::room::try_with_capacity;
use super::value::{ObjectError, SetSlot, SetTable, Value};
use crate::Error;

const MIN_SLOTS: usize = 8;
const NEIGHBOURS: usize = 9;
const PERTURB_SHIFT: u32 = 5;
/// A set with more items doubles; a smaller one grows fourfold.
const LARGE: usize = 50_000;

/// The hash of a slot without an item tells whether there was one.
const VACANT: SetSlot = SetSlot { hash: 0, item: None };
const TOMBSTONE: SetSlot = SetSlot { hash: -1, item: None };

impl SetTable {
    pub(super) fn len(&self) -> usize {
        self.live
    }

    /// The items in the order of their slots.
    pub(super) fn iter(&self) -> SetIter<'_> {
        SetIter { slots: self.slots.iter(), left: self.live }
    }

    /// The items and their hashes.
    pub(super) fn hashed(&self) -> impl Iterator<Item = (i64, &Value)> {
        self.slots.iter().filter_map(|slot| Some((slot.hash, slot.item.as_ref()?)))
    }

    /// Whether an item is equal to this value.
    pub(super) fn contains(&self, hash: i64, value: &Value) -> Result<bool, ObjectError> {
        Ok(self.live > 0 && self.locate(hash, value)?.is_ok())
    }

    /// Adds a value, unless an item is equal to it: `set_add_entry`.
    pub(super) fn add(&mut self, hash: i64, value: Value) -> Result<(), ObjectError> {
        if self.slots.is_empty() {
            self.slots = vacant(MIN_SLOTS)?;
        }
        let Err(index) = self.locate(hash, &value)? else { return Ok(()) };
        let filled = self.filled + usize::from(self.slots[index].hash == VACANT.hash);
        // Taken before the item is in, so that a refusal changes nothing.
        let grows = filled > self.filled && filled * 5 >= self.mask() * 3;
        let larger = grows.then(|| vacant(slot_count(roomy(self.live + 1)))).transpose()?;
        self.slots[index] = SetSlot { hash, item: Some(value) };
        (self.filled, self.live) = (filled, self.live + 1);
        if let Some(slots) = larger {
            self.move_to(slots);
        }
        Ok(())
    }

    /// Removes the item that is equal to a value, and returns it.
    pub(super) fn discard(
        &mut self,
        hash: i64,
        value: &Value,
    ) -> Result<Option<Value>, ObjectError> {
        if self.live == 0 {
            return Ok(None);
        }
        let Ok(index) = self.locate(hash, value)? else { return Ok(None) };
        self.live -= 1;
        Ok(std::mem::replace(&mut self.slots[index], TOMBSTONE).item)
    }

    /// Adds the items of another set: `set_merge`. If this one is empty, its slots become those of
    /// the other wherever CPython copies them.
    pub(super) fn merge(&mut self, other: &SetTable) -> Result<(), ObjectError> {
        if other.live == 0 {
            return Ok(());
        }
        self.make_room(other.live)?;
        if self.filled > 0 {
            for (hash, item) in other.hashed() {
                self.add(hash, item.clone())?;
            }
            return Ok(());
        }
        let count = self.slots.len().max(MIN_SLOTS);
        let mut slots = vacant(count)?;
        if count == other.slots.len() && other.filled == other.live {
            slots.clone_from_slice(&other.slots);
        } else {
            for (hash, item) in other.hashed() {
                insert_clean(&mut slots, SetSlot { hash, item: Some(item.clone()) });
            }
        }
        self.slots = slots;
        (self.filled, self.live) = (other.live, other.live);
        Ok(())
    }

    /// Makes room for the items of a dict or set, as if none of them were here already.
    pub(super) fn make_room(&mut self, more: usize) -> Result<(), Error> {
        if self.filled.saturating_add(more).saturating_mul(5) >= self.mask() * 3 {
            self.resize(self.live.saturating_add(more).saturating_mul(2))?;
        }
        Ok(())
    }

    /// Moves the items to a new table if more than a quarter of the slots are tombstones: the end
    /// of `set_difference_update_internal`.
    pub(super) fn shed_tombstones(&mut self) -> Result<(), Error> {
        if self.filled - self.live > self.mask() / 4 {
            self.resize(roomy(self.live))
        } else {
            Ok(())
        }
    }

    /// Takes the items out, to drop the set.
    pub(super) fn take_items(&mut self) -> impl Iterator<Item = Value> + use<> {
        std::mem::take(self).slots.into_iter().filter_map(|slot| slot.item)
    }

    fn mask(&self) -> usize {
        self.slots.len().max(MIN_SLOTS) - 1
    }

    fn resize(&mut self, wished: usize) -> Result<(), Error> {
        let count = slot_count(wished);
        if count > MIN_SLOTS || self.slots.len() > count || self.filled > self.live {
            self.move_to(vacant(count)?);
        }
        Ok(())
    }

    /// Moves the items to these vacant slots, without the tombstones.
    fn move_to(&mut self, mut slots: Box<[SetSlot]>) {
        let old = std::mem::take(&mut self.slots).into_iter();
        old.filter(|slot| slot.item.is_some()).for_each(|slot| insert_clean(&mut slots, slot));
        (self.slots, self.filled) = (slots, self.live);
    }

    /// The slot of an equal item, or as an error the one where the value would go: the last
    /// tombstone on the way to a vacant slot, or that slot. One is always vacant.
    fn locate(&self, hash: i64, value: &Value) -> Result<Result<usize, usize>, ObjectError> {
        let mut probes = Probes::new(hash, self.slots.len());
        let mut tombstone = None;
        loop {
            let index = probes.next_slot();
            let slot = &self.slots[index];
            match &slot.item {
                None if slot.hash == VACANT.hash => return Ok(Err(tombstone.unwrap_or(index))),
                None => tombstone = Some(index),
                Some(item) if slot.hash == hash && equal(item, value)? => return Ok(Ok(index)),
                Some(_) => {}
            }
        }
    }
}

/// An iterator over the items of a set.
#[derive(Clone, Debug)]
pub struct SetIter<'a> {
    slots: std::slice::Iter<'a, SetSlot>,
    left: usize,
}

impl<'a> Iterator for SetIter<'a> {
    type Item = &'a Value;

    fn next(&mut self) -> Option<&'a Value> {
        let item = self.slots.find_map(|slot| slot.item.as_ref())?;
        self.left -= 1;
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for SetIter<'_> {}
impl std::iter::FusedIterator for SetIter<'_> {}

/// How many items CPython grows a table for when it has this many.
fn roomy(live: usize) -> usize {
    if live > LARGE { live * 2 } else { live * 4 }
}

/// CPython doubles until the table is larger than wished.
fn slot_count(wished: usize) -> usize {
    wished.saturating_add(1).checked_next_power_of_two().unwrap_or(usize::MAX).max(MIN_SLOTS)
}

fn vacant(count: usize) -> Result<Box<[SetSlot]>, Error> {
    let mut slots = try_with_capacity(count)?;
    slots.resize(count, VACANT);
    Ok(slots.into_boxed_slice())
}

/// Puts an item into a table that has neither an equal one nor tombstones.
fn insert_clean(slots: &mut [SetSlot], slot: SetSlot) {
    let mut probes = Probes::new(slot.hash, slots.len());
    let mut index = probes.next_slot();
    while slots[index].item.is_some() {
        index = probes.next_slot();
    }
    slots[index] = slot;
}

/// The slots to probe for a hash, in order, without end.
struct Probes {
    mask: usize,
    perturb: u64,
    base: usize,
    neighbour: usize,
}

impl Probes {
    fn new(hash: i64, count: usize) -> Self {
        let mask = count - 1;
        Probes { mask, perturb: hash as u64, base: hash as usize & mask, neighbour: 0 }
    }

    fn next_slot(&mut self) -> usize {
        let last = if self.base + NEIGHBOURS <= self.mask { NEIGHBOURS } else { 0 };
        if self.neighbour > last {
            self.perturb >>= PERTURB_SHIFT;
            let jump = self.base.wrapping_mul(5).wrapping_add(1);
            self.base = jump.wrapping_add(self.perturb as usize) & self.mask;
            self.neighbour = 0;
        }
        self.neighbour += 1;
        self.base + self.neighbour - 1
    }
}
