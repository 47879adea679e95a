//! The traits of `std` that sets have.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::iter::Sum;
use std::ops::{Add, BitAnd, BitOr, BitXor, Sub};

use crate::store::{Keys, Stays};

use super::iter::IntoKeys;
use super::{Map, Set};

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
operator!(Add add union, BitXor bitxor symmetric_difference);

/// The [`union`](Set::union).
impl<T: Hash + Eq + Clone, S: BuildHasher + Clone> Add for Set<T, S> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.union(other)
    }
}

/// The [`unions`](Set::unions).
impl<T: Hash + Eq + Clone, S: BuildHasher + Clone + Default> Sum for Set<T, S> {
    fn sum<I: Iterator<Item = Self>>(sets: I) -> Self {
        Set::unions(sets)
    }
}

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
