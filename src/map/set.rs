//! Sets: maps whose values say nothing.

use std::borrow::Borrow;
use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::{BitAnd, BitOr, BitXor, Sub};

use crate::store::{DefaultHashBuilder, Keys};

use crate::store::Stays;

use super::iter::{Drain, IntoKeys};
use super::{Arena, Map};

/// A hash set that is cloned in O(1), and shares with its clones all that has not changed: a
/// [`Map`] without values. Its methods are those of `std`'s `HashSet`; those that make a set of two
/// return a set, which shares with the first.
///
/// ```
/// let small: hedgerow::Set<u32> = (0..10).collect();
/// let mut large = small.clone();
/// large.insert(10);
/// assert!(small.contains(&7) && small.is_subset(&large));
/// assert_eq!(&large - &small, hedgerow::Set::from([10]));
/// ```
pub struct Set<T, S = DefaultHashBuilder> {
    pub(super) map: Map<T, (), S>,
}

impl<T> Set<T> {
    /// An empty set. It allocates nothing.
    #[must_use]
    pub fn new() -> Self {
        Set { map: Map::new() }
    }
}

impl<T, S> Set<T, S> {
    /// An empty set with a hasher. It allocates nothing.
    pub const fn with_hasher(hasher: S) -> Self {
        Set { map: Map::with_hasher(hasher) }
    }

    /// An empty set in an arena.
    pub fn new_in(arena: &Arena<T, (), S>) -> Self
    where
        S: Clone,
    {
        Set { map: Map::new_in(arena) }
    }

    /// The hasher.
    pub fn hasher(&self) -> &S {
        self.map.hasher()
    }

    /// How many elements there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Whether two sets are the same version. See [`Map::ptr_eq`].
    #[must_use]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.map.ptr_eq(&other.map)
    }

    /// The elements, in the order of [`Map::iter`].
    #[must_use]
    pub fn iter(&self) -> Keys<'_, T, ()> {
        self.map.keys()
    }

    /// Removes all elements.
    pub fn clear(&mut self) {
        self.map.clear();
    }

    /// Keeps the elements that `keep` accepts, and removes the others.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.map.retain(|element, ()| keep(element));
    }

    /// Removes all elements, and returns them: clones, if other sets may have them.
    pub fn drain(&mut self) -> IntoKeys<T, ()>
    where
        T: Clone,
    {
        let Drain(pairs) = self.map.drain();
        IntoKeys(super::IntoIter(pairs))
    }
}

impl<T: Hash + Eq, S: BuildHasher> Set<T, S> {
    /// Whether there is such an element.
    #[inline]
    pub fn contains<Q>(&self, element: &Q) -> bool
    where
        T: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.map.contains_key(element)
    }

    /// The element that is equal to this one.
    pub fn get<Q>(&self, element: &Q) -> Option<&T>
    where
        T: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.map.get_key_value(element).map(|(element, ())| element)
    }

    /// Adds an element, unless there is an equal one. Returns whether there was none.
    ///
    /// ```
    /// let mut set = hedgerow::Set::new();
    /// assert!(set.insert("a") && !set.insert("a"));
    /// ```
    pub fn insert(&mut self, element: T) -> bool {
        match self.map.entry(element) {
            super::Entry::Occupied(_) => false,
            super::Entry::Vacant(entry) => {
                entry.insert(());
                true
            }
        }
    }

    /// Adds an element in place of one that is equal to it, which it returns: a clone, if other
    /// sets may have it.
    pub fn replace(&mut self, element: T) -> Option<T>
    where
        T: Clone,
    {
        let old = self.get(&element).cloned();
        self.map.insert(element, ());
        old
    }

    /// Removes an element. Returns whether it was there.
    pub fn remove<Q>(&mut self, element: &Q) -> bool
    where
        T: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.map.remove(element).is_some()
    }

    /// Removes an element, and returns it: a clone, if other sets may have it.
    pub fn take<Q>(&mut self, element: &Q) -> Option<T>
    where
        T: Borrow<Q> + Clone,
        Q: Hash + Eq + ?Sized,
    {
        self.map.remove_entry(element).map(|(element, ())| element)
    }

    /// Whether all elements are in the other set, too. Costs what differs, between sets of one
    /// arena.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.map.is_submap(&other.map)
    }

    /// Whether all elements of the other set are in this one, too.
    pub fn is_superset(&self, other: &Self) -> bool {
        other.is_subset(self)
    }

    /// Whether the sets have no element in common. O(n).
    pub fn is_disjoint(&self, other: &Self) -> bool {
        let (small, large) = if self.len() < other.len() { (self, other) } else { (other, self) };
        !small.iter().any(|element| large.contains(element))
    }
}

impl<T: Hash + Eq + Clone, S: BuildHasher + Clone> Set<T, S> {
    /// The set with an element.
    #[must_use]
    pub fn update(&self, element: T) -> Self {
        let mut set = self.clone();
        set.insert(element);
        set
    }

    /// The set without an element.
    #[must_use]
    pub fn without<Q>(&self, element: &Q) -> Self
    where
        T: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        Set { map: self.map.without(element) }
    }

    /// The elements of both sets.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Set { map: self.map.union(other.map) }
    }

    /// The elements that are in both sets.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Set { map: self.map.intersection(other.map) }
    }

    /// The elements of this set that are not in the other.
    #[must_use]
    pub fn difference(self, other: Self) -> Self {
        Set { map: self.map.difference(other.map) }
    }

    /// The elements that are in one of the sets.
    #[must_use]
    pub fn symmetric_difference(self, other: Self) -> Self {
        Set { map: self.map.symmetric_difference(other.map) }
    }
}

macro_rules! operator {
    ($($operator:ident $method:ident $of:ident),* $(,)?) => {$(
        #[doc = concat!("The [`", stringify!($of), "`](Set::", stringify!($of), ").")]
        impl<T: Hash + Eq + Clone, S: BuildHasher + Clone> $operator for &Set<T, S> {
            type Output = Set<T, S>;

            fn $method(self, other: Self) -> Set<T, S> {
                self.clone().$of(other.clone())
            }
        }
    )*};
}

operator!(BitOr bitor union, BitAnd bitand intersection, Sub sub difference);
operator!(BitXor bitxor symmetric_difference);

/// O(1), and clones no element.
impl<T, S: Clone> Clone for Set<T, S> {
    fn clone(&self) -> Self {
        Set { map: self.map.clone() }
    }
}

impl<T, S: Default> Default for Set<T, S> {
    fn default() -> Self {
        Set { map: Map::default() }
    }
}

impl<T: fmt::Debug, S> fmt::Debug for Set<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

impl<T: Hash + Eq, S: BuildHasher> PartialEq for Set<T, S> {
    fn eq(&self, other: &Self) -> bool {
        self.map == other.map
    }
}

impl<T: Hash + Eq, S: BuildHasher> Eq for Set<T, S> {}

impl<T: Hash + Eq, S: BuildHasher> Hash for Set<T, S> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.map.hash(state);
    }
}

/// Of equal elements, the first stays.
impl<T: Hash + Eq, S: BuildHasher + Default> FromIterator<T> for Set<T, S> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let mut map = Map::default();
        map.build(elements.into_iter().map(|element| (element, ())), Stays::First);
        Set { map }
    }
}

impl<T: Hash + Eq, S: BuildHasher> Extend<T> for Set<T, S> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        elements.into_iter().for_each(|element| _ = self.insert(element));
    }
}

impl<'a, T: Hash + Eq + Copy, S: BuildHasher> Extend<&'a T> for Set<T, S> {
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, elements: I) {
        self.extend(elements.into_iter().copied());
    }
}

macro_rules! from_elements {
    ($([$($generics:tt)*] $from:ty),* $(,)?) => {$(
        impl<T: Hash + Eq $($generics)*> From<$from> for Set<T> {
            fn from(elements: $from) -> Self {
                elements.into_iter().collect()
            }
        }
    )*};
}

from_elements!([, const N: usize] [T; N], [] Vec<T>, [, U] HashSet<T, U>, [] BTreeSet<T>);

impl<'a, T, S> IntoIterator for &'a Set<T, S> {
    type Item = &'a T;
    type IntoIter = Keys<'a, T, ()>;

    fn into_iter(self) -> Keys<'a, T, ()> {
        self.iter()
    }
}

/// The elements: clones, if other sets may have them. They are collected first.
impl<T: Clone, S> IntoIterator for Set<T, S> {
    type Item = T;
    type IntoIter = IntoKeys<T, ()>;

    fn into_iter(self) -> IntoKeys<T, ()> {
        self.map.into_keys()
    }
}
