//! Frozensets, in CPython's order.
//!
//! The table is that of `Objects/setobject.c`: open addressing, with at least 8 slots and a power
//! of two of them. A probe looks at nine neighbours before it jumps. The table grows when it is
//! three fifths full. A set iterates over its slots in order, so only the same table gives the same
//! `repr`.

use std::sync::{Arc, OnceLock};

use super::depth::Level;
use super::eq::equal;
use super::hash::hash;
use super::hash_policy::HashPolicy;
use super::value::{FrozenSet, ObjectError, SetSlot, Value};

const MIN_SLOTS: usize = 8;
const NEIGHBOURS: usize = 9;
const PERTURB_SHIFT: u32 = 5;
/// A set with more items doubles; a smaller one grows fourfold.
const LARGE: usize = 50_000;

const VACANT: SetSlot = SetSlot { hash: 0, item: None };

impl FrozenSet {
    /// A set of these items. Of equal items it keeps the first.
    ///
    /// ```
    /// use hedgerow::object::{FrozenSet, HashPolicy, Value};
    ///
    /// let items = [1.into(), true.into(), 2.0.into(), 1.0.into()];
    /// let set = FrozenSet::new(items, &HashPolicy::cpython(0))?;
    /// assert_eq!(format!("{:?}", set.iter().collect::<Vec<_>>()), "[1, 2.0]");
    /// # Ok::<(), hedgerow::object::ObjectError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What the hash or the equality of an item fails with.
    pub fn new(
        items: impl IntoIterator<Item = Value>,
        policy: &HashPolicy,
    ) -> Result<Self, ObjectError> {
        let slots = vec![VACANT; MIN_SLOTS].into();
        let mut set = FrozenSet { slots, len: 0, policy: policy.clone(), cache: OnceLock::new() };
        for item in items {
            set.add(item)?;
        }
        Ok(set)
    }

    /// The number of items.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The items, in CPython's order.
    pub fn iter(&self) -> impl Iterator<Item = &Value> {
        self.slots.iter().filter_map(|slot| slot.item.as_ref())
    }

    /// The policy under which its items were hashed.
    pub fn policy(&self) -> &HashPolicy {
        &self.policy
    }

    /// Whether an item is equal to this value.
    ///
    /// # Errors
    ///
    /// What the hash or the equality fails with.
    pub fn contains(&self, value: &Value) -> Result<bool, ObjectError> {
        self.contains_hashed(hash(value, &self.policy)?, value)
    }

    /// [`contains`](FrozenSet::contains), for a value whose hash under the policy of the set is
    /// known.
    ///
    /// # Errors
    ///
    /// What the equality fails with.
    pub fn contains_hashed(&self, hash: i64, value: &Value) -> Result<bool, ObjectError> {
        let index = self.locate(hash, value)?;
        Ok(self.slots[index].item.is_some())
    }

    /// `hash(set)`. It does not depend on the order of the items.
    ///
    /// # Errors
    ///
    /// Under another policy than the set's: what the hash of an item fails with.
    pub fn hash(&self, policy: &HashPolicy) -> Result<i64, ObjectError> {
        if *policy == self.policy {
            let hashes = self.slots.iter().filter(|slot| slot.item.is_some()).map(|slot| slot.hash);
            return Ok(*self.cache.get_or_init(|| combine(hashes, self.len)));
        }
        let _level = Level::enter()?;
        let hashes: Result<Vec<i64>, _> = self.iter().map(|item| hash(item, policy)).collect();
        Ok(combine(hashes?.into_iter(), self.len))
    }

    /// `a == b`.
    pub(super) fn equal(&self, other: &FrozenSet) -> Result<bool, ObjectError> {
        if self.len != other.len {
            return Ok(false);
        }
        let alike = self.policy == other.policy;
        if alike && matches!((self.cache.get(), other.cache.get()), (Some(a), Some(b)) if a != b) {
            return Ok(false);
        }
        let _level = Level::enter()?;
        for slot in &self.slots {
            let Some(item) = &slot.item else { continue };
            let hash = if alike { slot.hash } else { hash(item, &other.policy)? };
            if !other.contains_hashed(hash, item)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes the items out, to drop the set.
    pub(super) fn take_items(&mut self) -> impl Iterator<Item = Value> + use<> {
        let slots = std::mem::take(&mut self.slots);
        slots.into_iter().filter_map(|slot| slot.item)
    }

    fn add(&mut self, item: Value) -> Result<(), ObjectError> {
        let hash = hash(&item, &self.policy)?;
        let index = self.locate(hash, &item)?;
        if self.slots[index].item.is_some() {
            return Ok(());
        }
        self.slots[index] = SetSlot { hash, item: Some(item) };
        self.len += 1;
        if self.len * 5 >= (self.slots.len() - 1) * 3 {
            self.grow();
        }
        Ok(())
    }

    /// The slot of an equal item, or the vacant slot where the value would go. One is always
    /// vacant.
    fn locate(&self, hash: i64, value: &Value) -> Result<usize, ObjectError> {
        let mut probes = Probes::new(hash, self.slots.len());
        loop {
            let index = probes.next_slot();
            let slot = &self.slots[index];
            match &slot.item {
                None => return Ok(index),
                Some(item) if slot.hash == hash && equal(item, value)? => return Ok(index),
                Some(_) => {}
            }
        }
    }

    fn grow(&mut self) {
        let wished = if self.len > LARGE { self.len * 2 } else { self.len * 4 };
        // CPython doubles until the table is larger than wished.
        let count = (wished + 1).next_power_of_two().max(MIN_SLOTS);
        let old = std::mem::replace(&mut self.slots, vec![VACANT; count].into());
        for slot in old.into_iter().filter(|slot| slot.item.is_some()) {
            let mut probes = Probes::new(slot.hash, count);
            let mut index = probes.next_slot();
            while self.slots[index].item.is_some() {
                index = probes.next_slot();
            }
            self.slots[index] = slot;
        }
    }
}

impl Value {
    /// A frozenset of these items, in the order that CPython would give it under this policy.
    ///
    /// # Errors
    ///
    /// As [`FrozenSet::new`].
    pub fn frozen_set(
        items: impl IntoIterator<Item = Value>,
        policy: &HashPolicy,
    ) -> Result<Self, ObjectError> {
        Ok(Value::FrozenSet(Arc::new(FrozenSet::new(items, policy)?)))
    }
}

impl std::fmt::Debug for FrozenSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
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

/// `frozenset_hash`: spreads the hashes and combines them so that order does not matter.
pub(super) fn combine(hashes: impl Iterator<Item = i64>, len: usize) -> i64 {
    let spread = |hash: u64| ((hash ^ 89_869_747) ^ (hash << 16)).wrapping_mul(3_644_798_167);
    let mut sum = hashes.fold(0, |sum, hash| sum ^ spread(hash as u64));
    sum ^= (len as u64 + 1).wrapping_mul(1_927_868_237);
    sum ^= (sum >> 11) ^ (sum >> 25);
    match sum.wrapping_mul(69_069).wrapping_add(907_133_923) as i64 {
        -1 => 590_923_713,
        hash => hash,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(numbers: impl IntoIterator<Item = i64>) -> FrozenSet {
        FrozenSet::new(numbers.into_iter().map(Value::from), &HashPolicy::cpython(0)).unwrap()
    }

    #[test]
    fn of_equal_items_the_first_is_kept() {
        let items = [Value::from(1.0), Value::from(1), Value::from(true)];
        let set = FrozenSet::new(items, &HashPolicy::cpython(0)).unwrap();
        assert_eq!((set.len(), format!("{set:?}").as_str()), (1, "{1.0}"));
        assert!(set.contains(&true.into()).unwrap() && !set.contains(&2.into()).unwrap());
    }

    #[test]
    fn items_are_found_in_a_set_that_has_grown() {
        let set = numbers((0..100_000).map(|number| number * 7));
        assert_eq!((set.len(), set.iter().count()), (100_000, 100_000));
        for number in (0..100_000).step_by(997) {
            assert!(set.contains(&Value::from(number * 7)).unwrap());
            assert!(!set.contains(&Value::from(number * 7 + 1)).unwrap());
        }
    }

    #[test]
    fn order_does_not_matter_for_equality_and_hash() {
        let policy = HashPolicy::cpython(0);
        // 0, 8 and 16 collide in a table of 8 slots, so the order of the slots differs.
        let (a, b) = (numbers([0, 8, 16]), numbers([16, 8, 0]));
        assert_ne!(format!("{a:?}"), format!("{b:?}"));
        assert!(a.equal(&b).unwrap() && !a.equal(&numbers([0, 8, 17])).unwrap());
        assert_eq!(a.hash(&policy).unwrap(), b.hash(&policy).unwrap());
    }

    #[test]
    fn sets_of_two_policies_are_compared() {
        let make = |seed| {
            let items = ["a", "b", "c"].map(Value::from);
            FrozenSet::new(items, &HashPolicy::cpython(seed)).unwrap()
        };
        let (a, b) = (make(1), make(2));
        assert!(a.equal(&b).unwrap() && b.equal(&a).unwrap());
        assert_eq!(a.hash(b.policy()).unwrap(), b.hash(b.policy()).unwrap());
        assert_ne!(a.hash(a.policy()).unwrap(), b.hash(b.policy()).unwrap());
    }
}
