//! The set operations of views: `&`, `|`, `-`, `^` and the comparisons, after `_PyDictView_*` and
//! `dictview_richcompare` of `Objects/dictobject.c`.
//!
//! Where CPython gives a `set` the result is a [`Set`], filled in the same steps, so in the same
//! order.

use std::ops::ControlFlow;

use super::elements::{Elements, ElementsKind};
use super::owned::Dict;
use super::set::Set;
use crate::object::clip::clip_for;
use crate::object::eq::equal;
use crate::object::hash_policy::HashPolicy;
use crate::object::value::{ObjectError, Value};

/// The set operations of a view.
///
/// ```
/// use hedgerow::object::{Dict, HashPolicy, SetView, Value};
///
/// let mut dict = Dict::new(HashPolicy::random());
/// dict.insert(1.into(), "one".into())?;
/// dict.insert(2.into(), "two".into())?;
/// let both = dict.keys().intersection(&[Value::from(2.0), Value::from(3)])?;
/// assert_eq!(format!("{:?}", both.iter().collect::<Vec<_>>()), "[2.0]");
/// let items = Value::tuple([Value::tuple([1.into(), "one".into()])]);
/// assert_eq!(dict.items().difference(&items)?.len(), 1);
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
///
/// All of them fail with [`ObjectError::Type`] for operands that are not iterable or comparable,
/// and for unhashable elements; with [`ObjectError::Runtime`] if the size of the dict changes
/// meanwhile; and with what a hash or an equality fails with.
pub trait SetView: Elements {
    /// The policy under which results hash their items.
    fn policy(&self) -> &HashPolicy;

    /// `set(view)`.
    ///
    /// # Errors
    ///
    /// See the trait.
    fn to_set(&self) -> Result<Set, ObjectError> {
        Set::from_elements(self, self.policy().clone())
    }

    /// `view | other`.
    ///
    /// # Errors
    ///
    /// See the trait.
    fn union<E: Elements + ?Sized>(&self, other: &E) -> Result<Set, ObjectError> {
        let mut set = left_operand(self, self.policy())?;
        set.update(other)?;
        Ok(set)
    }

    /// `left | view`, for a left operand that is no view.
    ///
    /// # Errors
    ///
    /// See the trait.
    fn reflected_union<E: Elements + ?Sized>(&self, left: &E) -> Result<Set, ObjectError> {
        let mut set = left_operand(left, self.policy())?;
        set.update(self)?;
        Ok(set)
    }

    /// `view - other`.
    ///
    /// # Errors
    ///
    /// See the trait.
    fn difference<E: Elements + ?Sized>(&self, other: &E) -> Result<Set, ObjectError> {
        let mut set = left_operand(self, self.policy())?;
        set.difference_update(other)?;
        Ok(set)
    }

    /// `left - view`, for a left operand that is no view.
    ///
    /// # Errors
    ///
    /// See the trait.
    fn reflected_difference<E: Elements + ?Sized>(&self, left: &E) -> Result<Set, ObjectError> {
        let mut set = left_operand(left, self.policy())?;
        set.difference_update(self)?;
        Ok(set)
    }

    /// `view & other`, and `other & view` for an operand that is no view.
    ///
    /// The elements are those of `other`; but those of the view if `other` is a set that is not
    /// smaller, or a larger view. A frozenset is no set here.
    ///
    /// # Errors
    ///
    /// See the trait.
    fn intersection<E: Elements + ?Sized>(&self, other: &E) -> Result<Set, ObjectError> {
        let (mine, theirs) = (self.count(), other.count());
        let set = Set::new(self.policy().clone());
        match other.kind() {
            ElementsKind::Set if mine <= theirs => match other.as_set() {
                Some(other) if other.policy == self.policy() => other.intersection(self),
                _ => common(set, self, other),
            },
            ElementsKind::Keys | ElementsKind::Items if mine < theirs => common(set, self, other),
            _ => common(set, other, self),
        }
    }

    /// `view ^ other`. Of two item views, pairs with equal values need not be hashed.
    ///
    /// # Errors
    ///
    /// See the trait.
    fn symmetric_difference<E: Elements + ?Sized>(&self, other: &E) -> Result<Set, ObjectError> {
        if self.kind() == ElementsKind::Items
            && other.kind() == ElementsKind::Items
            && let (Some(mine), Some(theirs)) = (self.copied_items()?, other.copied_items()?)
        {
            return differing_items(mine, &theirs);
        }
        let mut set = left_operand(self, self.policy())?;
        set.symmetric_difference_update(other)?;
        Ok(set)
    }

    /// `left ^ view`, for a left operand that is no view.
    ///
    /// # Errors
    ///
    /// See the trait.
    fn reflected_symmetric_difference<E: Elements + ?Sized>(
        &self,
        left: &E,
    ) -> Result<Set, ObjectError> {
        let mut set = left_operand(left, self.policy())?;
        set.symmetric_difference_update(self)?;
        Ok(set)
    }

    /// `view == other`: false if `other` is neither a set nor a view.
    ///
    /// # Errors
    ///
    /// See the trait.
    fn equal<E: Elements + ?Sized>(&self, other: &E) -> Result<bool, ObjectError> {
        Ok(is_comparable(other) && self.count() == other.count() && all_in(self, other)?)
    }

    /// `view <= other`.
    ///
    /// # Errors
    ///
    /// See the trait.
    fn is_subset<E: Elements + ?Sized>(&self, other: &E) -> Result<bool, ObjectError> {
        comparable("<=", self, other)?;
        Ok(self.count() <= other.count() && all_in(self, other)?)
    }

    /// `view < other`.
    ///
    /// # Errors
    ///
    /// See the trait.
    fn is_proper_subset<E: Elements + ?Sized>(&self, other: &E) -> Result<bool, ObjectError> {
        comparable("<", self, other)?;
        Ok(self.count() < other.count() && all_in(self, other)?)
    }

    /// `view >= other`.
    ///
    /// # Errors
    ///
    /// See the trait.
    fn is_superset<E: Elements + ?Sized>(&self, other: &E) -> Result<bool, ObjectError> {
        comparable(">=", self, other)?;
        Ok(self.count() >= other.count() && all_in(other, self)?)
    }

    /// `view > other`.
    ///
    /// # Errors
    ///
    /// See the trait.
    fn is_proper_superset<E: Elements + ?Sized>(&self, other: &E) -> Result<bool, ObjectError> {
        comparable(">", self, other)?;
        Ok(self.count() > other.count() && all_in(other, self)?)
    }

    /// `view.isdisjoint(other)`.
    ///
    /// # Errors
    ///
    /// See the trait.
    fn is_disjoint<E: Elements + ?Sized>(&self, other: &E) -> Result<bool, ObjectError> {
        let iterate_self = is_comparable(other) && other.count() > self.count();
        if iterate_self { none_in(self, other) } else { none_in(other, self) }
    }
}

/// `dictviews_to_set`: the set that an operation starts with. It has room for the keys of a view
/// from the beginning, as `set(view)` has not.
fn left_operand<E: Elements + ?Sized>(left: &E, policy: &HashPolicy) -> Result<Set, ObjectError> {
    let mut set = Set::new(policy.clone());
    if left.kind() == ElementsKind::Keys {
        set.make_room(left)?;
    }
    set.update(left)?;
    Ok(set)
}

fn is_comparable<E: Elements + ?Sized>(operand: &E) -> bool {
    operand.kind().is_set() || operand.kind().is_view()
}

fn common<A, B>(mut set: Set, iterated: &A, asked: &B) -> Result<Set, ObjectError>
where
    A: Elements + ?Sized,
    B: Elements + ?Sized,
{
    iterated.visit(&mut |element| {
        if asked.contains(&element)? {
            set.add(element)?;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(set)
}

/// After `dictitems_xor` of `Objects/dictobject.c`.
fn differing_items(mut mine: Dict, theirs: &Dict) -> Result<Set, ObjectError> {
    let mut set = Set::new(mine.policy().clone());
    for (key, value) in theirs {
        match mine.get(key)? {
            Some(other) if equal(other, value)? => mine.del_item(key)?,
            _ => set.add(Value::tuple([key.clone(), value.clone()]))?,
        }
    }
    for (key, value) in &mine {
        set.add(Value::tuple([key.clone(), value.clone()]))?;
    }
    Ok(set)
}

fn all_in<A, B>(iterated: &A, asked: &B) -> Result<bool, ObjectError>
where
    A: Elements + ?Sized,
    B: Elements + ?Sized,
{
    let mut all = true;
    iterated.visit(&mut |element| {
        all = asked.contains(&element)?;
        Ok(if all { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(all)
}

fn none_in<A, B>(iterated: &A, asked: &B) -> Result<bool, ObjectError>
where
    A: Elements + ?Sized,
    B: Elements + ?Sized,
{
    let mut none = true;
    iterated.visit(&mut |element| {
        none = !asked.contains(&element)?;
        Ok(if none { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(none)
}

fn comparable<A, B>(operator: &str, a: &A, b: &B) -> Result<(), ObjectError>
where
    A: SetView + ?Sized,
    B: Elements + ?Sized,
{
    if is_comparable(b) {
        return Ok(());
    }
    let python = a.policy().python;
    Err(ObjectError::Type(format!(
        "'{operator}' not supported between instances of '{}' and '{}'",
        clip_for(python, a.type_name(), 100),
        clip_for(python, b.type_name(), 100)
    )))
}
