//! Frozensets, in CPython's order. Their table is in `set_table`.

use std::sync::{Arc, OnceLock};

use super::depth::Level;
use super::error::Use;
use super::hash::hash;
use super::hash_policy::HashPolicy;
use super::set_table::SetIter;
use super::value::{FrozenSet, ObjectError, SetTable, Value};

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
        let mut table = SetTable::default();
        for item in items {
            table.add(element_hash(&item, policy)?, item)?;
        }
        Ok(FrozenSet::of_table(table, policy))
    }

    /// A set whose items were hashed under this policy.
    pub(super) fn of_table(table: SetTable, policy: &HashPolicy) -> Self {
        FrozenSet { table, policy: policy.clone(), cache: OnceLock::new() }
    }

    /// The number of items.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items, in CPython's order.
    pub fn iter(&self) -> SetIter<'_> {
        self.table.iter()
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
        self.contains_hashed(element_hash(value, &self.policy)?, value)
    }

    /// [`contains`](FrozenSet::contains), for a value whose hash under the policy of the set is
    /// known.
    ///
    /// # Errors
    ///
    /// What the equality fails with.
    pub fn contains_hashed(&self, hash: i64, value: &Value) -> Result<bool, ObjectError> {
        self.table.contains(hash, value)
    }

    /// `hash(set)`. It does not depend on the order of the items.
    ///
    /// # Errors
    ///
    /// Under another policy than the set's: what the hash of an item fails with.
    pub fn hash(&self, policy: &HashPolicy) -> Result<i64, ObjectError> {
        if *policy == self.policy {
            let hashes = self.table.hashed().map(|(hash, _)| hash);
            return Ok(*self.cache.get_or_init(|| combine(hashes, self.len())));
        }
        let _level = Level::enter()?;
        let hashes: Result<Vec<i64>, _> = self.iter().map(|item| hash(item, policy)).collect();
        Ok(combine(hashes?.into_iter(), self.len()))
    }

    /// `a == b`.
    pub(super) fn equal(&self, other: &FrozenSet) -> Result<bool, ObjectError> {
        if self.len() != other.len() {
            return Ok(false);
        }
        let alike = self.policy == other.policy;
        if alike && matches!((self.cache.get(), other.cache.get()), (Some(a), Some(b)) if a != b) {
            return Ok(false);
        }
        let _level = Level::enter()?;
        for (known, item) in self.table.hashed() {
            let hash = if alike { known } else { hash(item, &other.policy)? };
            if !other.contains_hashed(hash, item)? {
                return Ok(false);
            }
        }
        Ok(true)
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

/// The hash of an element of a set.
pub(super) fn element_hash(item: &Value, policy: &HashPolicy) -> Result<i64, ObjectError> {
    hash(item, policy).map_err(|error| error.refuses(item, Use::SetElement, policy))
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
