//! `set`: what the operations on views give, and their operand.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::elements::{Elements, ElementsKind, SetRef, Visit};
use crate::object::frozen_set::element_hash;
use crate::object::hash::hash;
use crate::object::hash_policy::HashPolicy;
use crate::object::repr::repr_items;
use crate::object::set_table::SetIter;
use crate::object::value::{FrozenSet, ObjectError, SetTable, Value};

/// A Python `set`, in CPython's order. Of equal items the first is kept.
///
/// The order depends on hashes, and on the steps that filled the set: a set made from another set
/// or from a dict may be in another order than one made by adding their items.
///
/// | operation | cost, besides hashing and comparing items |
/// | --- | --- |
/// | [`contains`](Set::contains), [`add`](Set::add), [`discard`](Set::discard) | amortised O(1) |
/// | everything else | O(items) of both operands |
///
/// ```
/// use hedgerow::object::{HashPolicy, Set};
///
/// let set = Set::from_elements(&[8.into(), 0.into(), true.into()], HashPolicy::random())?;
/// assert_eq!(set.repr()?, "{8, 0, True}");
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
#[derive(Clone, Default)]
pub struct Set {
    table: SetTable,
    policy: HashPolicy,
}

impl Set {
    /// An empty set.
    #[must_use]
    pub fn new(policy: HashPolicy) -> Self {
        Set { table: SetTable::default(), policy }
    }

    /// `set(elements)`.
    ///
    /// # Errors
    ///
    /// As [`update`](Set::update).
    pub fn from_elements<E: Elements + ?Sized>(
        elements: &E,
        policy: HashPolicy,
    ) -> Result<Self, ObjectError> {
        let mut set = Set::new(policy);
        set.update(elements)?;
        Ok(set)
    }

    /// The policy under which items are hashed.
    #[must_use]
    pub fn policy(&self) -> &HashPolicy {
        &self.policy
    }

    /// The number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items, in CPython's order.
    #[must_use]
    pub fn iter(&self) -> SetIter<'_> {
        self.table.iter()
    }

    /// `item in set`.
    ///
    /// # Errors
    ///
    /// What the hash or the equality of an item fails with.
    pub fn contains(&self, item: &Value) -> Result<bool, ObjectError> {
        self.table.contains(self.hash(item)?, item)
    }

    /// `set.add(item)`.
    ///
    /// # Errors
    ///
    /// As [`contains`](Set::contains); [`ObjectError::Store`] if there is no room.
    pub fn add(&mut self, item: Value) -> Result<(), ObjectError> {
        self.table.add(self.hash(&item)?, item)
    }

    /// `set.discard(item)`. Returns whether it was there.
    ///
    /// # Errors
    ///
    /// As [`contains`](Set::contains).
    pub fn discard(&mut self, item: &Value) -> Result<bool, ObjectError> {
        Ok(self.table.discard(self.hash(item)?, item)?.is_some())
    }

    /// `set.update(elements)`. Items that were added before an error stay.
    ///
    /// # Errors
    ///
    /// As [`add`](Set::add), and what iterating over the elements fails with.
    pub fn update<E: Elements + ?Sized>(&mut self, elements: &E) -> Result<(), ObjectError> {
        if let Some(other) = self.alike(elements) {
            return self.table.merge(other);
        }
        if matches!(
            elements.kind(),
            ElementsKind::Dict | ElementsKind::Set | ElementsKind::FrozenSet
        ) {
            self.make_room(elements)?;
        }
        elements.visit(&mut |element| {
            self.add(element)?;
            Ok(ControlFlow::Continue(()))
        })
    }

    /// `set.difference_update(elements)`. Items that were removed before an error are gone.
    ///
    /// # Errors
    ///
    /// As [`contains`](Set::contains), and what iterating over the elements fails with.
    pub fn difference_update<E: Elements + ?Sized>(
        &mut self,
        elements: &E,
    ) -> Result<(), ObjectError> {
        if let Some(other) = self.alike(elements) {
            // CPython discards only common items of a set that is more than eight times larger.
            let few = other.len() / 8 > self.len();
            let common = few.then(|| common(&self.table, other)).transpose()?;
            for (hash, item) in common.as_ref().unwrap_or(other).hashed() {
                self.table.discard(hash, item)?;
            }
        } else {
            elements.visit(&mut |element| {
                self.discard(&element)?;
                Ok(ControlFlow::Continue(()))
            })?;
        }
        Ok(self.table.shed_tombstones()?)
    }

    /// `set.symmetric_difference_update(elements)`. After an error, some are done.
    ///
    /// # Errors
    ///
    /// As [`update`](Set::update).
    pub fn symmetric_difference_update<E: Elements + ?Sized>(
        &mut self,
        elements: &E,
    ) -> Result<(), ObjectError> {
        if let Some(other) = self.alike(elements) {
            return self.toggle_all(other);
        }
        if elements.kind() == ElementsKind::Dict {
            return elements.visit(&mut |element| {
                self.toggle(self.hash(&element)?, &element)?;
                Ok(ControlFlow::Continue(()))
            });
        }
        let others = Set::from_elements(elements, self.policy.clone())?;
        self.toggle_all(&others.table)
    }

    /// `set.intersection(elements)`: the common items, those of `elements`. Of two sets it takes
    /// those of the smaller one.
    ///
    /// # Errors
    ///
    /// As [`update`](Set::update).
    pub fn intersection<E: Elements + ?Sized>(&self, elements: &E) -> Result<Set, ObjectError> {
        SetRef { table: &self.table, policy: &self.policy }.intersection(elements)
    }

    /// `frozenset(set)`. As in CPython it may be in another order.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Store`] if there is no room.
    pub fn to_frozen_set(&self) -> Result<Value, ObjectError> {
        let mut table = SetTable::default();
        table.merge(&self.table)?;
        Ok(Value::FrozenSet(Arc::new(FrozenSet::of_table(table, &self.policy))))
    }

    /// `repr(set)`.
    ///
    /// # Errors
    ///
    /// What the repr of an item fails with.
    pub fn repr(&self) -> Result<String, ObjectError> {
        if self.is_empty() {
            return Ok("set()".to_string());
        }
        Ok(format!("{{{}}}", repr_items(self.iter(), self.policy.python.unicode())?))
    }

    /// Makes the room that CPython makes before it adds the keys of a dict.
    pub(super) fn make_room<E: Elements + ?Sized>(&mut self, of: &E) -> Result<(), ObjectError> {
        Ok(self.table.make_room(of.count().unwrap_or(0))?)
    }

    fn hash(&self, item: &Value) -> Result<i64, ObjectError> {
        element_hash(item, &self.policy)
    }

    fn alike<'e, E: Elements + ?Sized>(&self, elements: &'e E) -> Option<&'e SetTable> {
        alike(elements, &self.policy)
    }

    fn toggle_all(&mut self, other: &SetTable) -> Result<(), ObjectError> {
        other.hashed().try_for_each(|(hash, item)| self.toggle(hash, item))
    }

    /// Removes an item that is here, and adds one that is not.
    fn toggle(&mut self, hash: i64, item: &Value) -> Result<(), ObjectError> {
        match self.table.discard(hash, item)? {
            Some(_) => Ok(()),
            None => self.table.add(hash, item.clone()),
        }
    }
}

impl SetRef<'_> {
    /// See [`Set::intersection`].
    pub(super) fn intersection<E: Elements + ?Sized>(
        self,
        elements: &E,
    ) -> Result<Set, ObjectError> {
        let mut set = Set::new(self.policy.clone());
        if let Some(other) = alike(elements, self.policy) {
            set.table = common(self.table, other)?;
            return Ok(set);
        }
        elements.visit(&mut |element| {
            // Not `contains`: here CPython passes the error of the hash on as it is.
            let hash = hash(&element, self.policy)?;
            if self.table.contains(hash, &element)? {
                set.table.add(hash, element)?;
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(set)
    }
}

/// The table of the elements, if its hashes are those of this policy.
fn alike<'e, E: Elements + ?Sized>(elements: &'e E, policy: &HashPolicy) -> Option<&'e SetTable> {
    let other = elements.as_set()?;
    (other.policy == policy).then_some(other.table)
}

/// The items of the smaller set that are in the other one too.
fn common(mine: &SetTable, other: &SetTable) -> Result<SetTable, ObjectError> {
    let (asked, taken) = if other.len() > mine.len() { (other, mine) } else { (mine, other) };
    let mut common = SetTable::default();
    for (hash, item) in taken.hashed() {
        if asked.contains(hash, item)? {
            common.add(hash, item.clone())?;
        }
    }
    Ok(common)
}

impl Elements for Set {
    fn kind(&self) -> ElementsKind {
        ElementsKind::Set
    }

    fn type_name(&self) -> &str {
        "set"
    }

    fn count(&self) -> Option<usize> {
        Some(self.len())
    }

    fn visit(&self, visit: Visit<'_>) -> Result<(), ObjectError> {
        super::elements::visit_all(self.iter(), visit)
    }

    fn contains(&self, value: &Value) -> Result<bool, ObjectError> {
        Set::contains(self, value)
    }

    fn as_set(&self) -> Option<SetRef<'_>> {
        Some(SetRef { table: &self.table, policy: &self.policy })
    }
}

impl fmt::Debug for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
