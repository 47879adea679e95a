//! Sets: maps whose values say nothing.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::iter::FusedIterator;

use crate::store::{DefaultHashBuilder, Keys};

use super::iter::{Drain, IntoKeys};
use super::{Arena, Map};

/// A hash set that is cloned in O(1), and shares with its clones all that has not changed: a
/// [`Map`] without values. Its methods are those of `std`'s `HashSet`, but those that make a set of
/// two return a set, as imbl's do: [`methods`](crate::methods) has a table of them. They cost what
/// those of a map cost.
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

    /// As [`new`](Set::new): memory is taken as it is needed. For programs written for `std`.
    #[must_use]
    pub fn with_capacity(_capacity: usize) -> Self {
        Set::new()
    }

    /// A set of one element.
    #[must_use]
    pub fn unit(element: T) -> Self
    where
        T: Hash + Eq,
    {
        Set { map: Map::unit(element, ()) }
    }
}

impl<T, S> Set<T, S> {
    /// An empty set with a hasher. It allocates nothing.
    pub const fn with_hasher(hasher: S) -> Self {
        Set { map: Map::with_hasher(hasher) }
    }

    /// As [`with_hasher`](Set::with_hasher). For programs written for `std`.
    pub fn with_capacity_and_hasher(_capacity: usize, hasher: S) -> Self {
        Set::with_hasher(hasher)
    }

    /// An empty set of other elements, with the hasher of this one.
    #[must_use]
    pub fn new_from<U>(&self) -> Set<U, S>
    where
        S: Clone,
    {
        Set { map: self.map.new_from() }
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

    /// How many elements there are: no set has room for more than it needs.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.len()
    }

    /// Does nothing: memory is taken as it is needed. For programs written for `std`.
    pub fn reserve(&mut self, _additional: usize) {}

    /// Gives back memory that the arena does not need. See [`Map::shrink_to_fit`].
    pub fn shrink_to_fit(&mut self) {
        self.map.shrink_to_fit();
    }

    /// As [`shrink_to_fit`](Set::shrink_to_fit). For programs written for `std`.
    pub fn shrink_to(&mut self, _min_capacity: usize) {
        self.shrink_to_fit();
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

    /// Removes the elements that `accept` accepts, one at a time, and returns them: clones, if
    /// other sets may have them. What the iterator has not come to stays.
    pub fn extract_if(&mut self, mut accept: impl FnMut(&T) -> bool) -> impl FusedIterator<Item = T>
    where
        T: Clone,
    {
        self.map.extract_if(move |element, ()| accept(element)).map(|(element, ())| element)
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

    /// Adds an element in place of one that is equal to it, of which it returns a clone.
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

    /// [`is_subset`](Set::is_subset), and the other set has more elements.
    pub fn is_proper_subset(&self, other: &Self) -> bool {
        self.map.is_proper_submap(&other.map)
    }

    /// Whether all elements of the other set are in this one, too.
    pub fn is_superset(&self, other: &Self) -> bool {
        other.is_subset(self)
    }

    /// Whether the sets have no element in common. O(n) in the smaller one.
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

    /// The elements of both sets; of two that are equal, that of this set. See [`Map::union`].
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Set { map: self.map.union(other.map) }
    }

    /// The elements of all sets.
    #[must_use]
    pub fn unions(sets: impl IntoIterator<Item = Self>) -> Self
    where
        S: Default,
    {
        sets.into_iter().reduce(Set::union).unwrap_or_default()
    }

    /// The elements that are in both sets, as this set has them. See [`Map::intersection`].
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Set { map: self.map.intersection(other.map) }
    }

    /// The elements of this set that are not in the other. See [`Map::difference`].
    #[must_use]
    pub fn difference(self, other: Self) -> Self {
        Set { map: self.map.difference(other.map) }
    }

    /// The [`difference`](Set::difference), under the name that imbl has for it.
    #[must_use]
    pub fn relative_complement(self, other: Self) -> Self {
        self.difference(other)
    }

    /// The elements that are in one of the sets, but not in both.
    #[must_use]
    pub fn symmetric_difference(self, other: Self) -> Self {
        Set { map: self.map.symmetric_difference(other.map) }
    }
}
