//! The traits of std that users of a map expect.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::ops::Index;

use super::relate::trees_are_equal;
use super::{Store, View};

impl<K, V, S: Default> Default for Store<K, V, S> {
    fn default() -> Self {
        Store::with_hasher(S::default())
    }
}

/// The versions, newest first, each as a map.
impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for Store<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let views = self.versions().filter_map(|version| Some((version, self.at(version).ok()?)));
        f.write_str("Store ")?;
        f.debug_map().entries(views).finish()
    }
}

/// A store with one version, which [`Store::versions`] gives; of no pairs, with none but the
/// permanent empty one.
///
/// # Panics
///
/// Where [`Store::bulk`] fails, as a `HashMap` does when it cannot grow.
impl<K: Hash + Eq, V, S: BuildHasher + Default> FromIterator<(K, V)> for Store<K, V, S> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(items: I) -> Self {
        let mut store = Store::with_hasher(S::default());
        match store.bulk(items) {
            Ok(_) => store,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Equal keys with equal values. Views of one store are compared in O(what differs).
impl<K: Hash + Eq, V: PartialEq, S: BuildHasher> PartialEq for View<'_, K, V, S> {
    fn eq(&self, other: &Self) -> bool {
        if self.len() != other.len() {
            return false;
        }
        if !std::ptr::eq(self.arena, other.arena) {
            return self.iter().all(|(key, value)| other.get(key) == Some(value));
        }
        trees_are_equal(self.arena, self.root, other.root)
    }
}

impl<K: Hash + Eq, V: Eq, S: BuildHasher> Eq for View<'_, K, V, S> {}

/// # Panics
///
/// If there is no such key, as a `HashMap` does.
impl<K, V, S, Q> Index<&Q> for View<'_, K, V, S>
where
    K: Hash + Eq + Borrow<Q>,
    S: BuildHasher,
    Q: Hash + Eq + ?Sized,
{
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("no entry found for key")
    }
}
