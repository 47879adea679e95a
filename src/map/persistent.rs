//! Maps made from one map, which stays as it is.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use super::Map;

impl<K: Hash + Eq, V: Clone, S: BuildHasher + Clone> Map<K, V, S> {
    /// The map with `value` under `key`. As all methods here, it changes a clone: O(d), as
    /// [`insert`](Map::insert), with the nodes of one path copied.
    ///
    /// ```
    /// let one = hedgerow::Map::from([("a", 1)]);
    /// let two = one.update("b", 2);
    /// assert_eq!((one.len(), two.len()), (1, 2));
    /// ```
    #[must_use]
    pub fn update(&self, key: K, value: V) -> Self {
        let mut map = self.clone();
        map.insert(key, value);
        map
    }

    /// The map with `value` under `key`; or if the key is there, with what `combine` makes of the
    /// value that is there and this one.
    #[must_use]
    pub fn update_with(&self, key: K, value: V, combine: impl FnOnce(V, V) -> V) -> Self {
        self.update_with_key(key, value, |_, old, new| combine(old, new))
    }

    /// As [`update_with`](Map::update_with); `combine` gets the key as well.
    #[must_use]
    pub fn update_with_key(&self, key: K, value: V, combine: impl FnOnce(&K, V, V) -> V) -> Self {
        let value = match self.get(&key) {
            Some(old) => combine(&key, old.clone(), value),
            None => value,
        };
        self.update(key, value)
    }

    /// As [`update_with_key`](Map::update_with_key), and returns the value that was there as well,
    /// of which `combine` gets a reference.
    ///
    /// ```
    /// let one = hedgerow::Map::from([("a", 1)]);
    /// let (old, two) = one.update_lookup_with_key("a", 5, |_, old, new| old + new);
    /// assert_eq!((old, two["a"]), (Some(1), 6));
    /// ```
    #[must_use]
    pub fn update_lookup_with_key(
        &self,
        key: K,
        value: V,
        combine: impl FnOnce(&K, &V, V) -> V,
    ) -> (Option<V>, Self) {
        let old = self.get(&key).cloned();
        let value = match &old {
            Some(old) => combine(&key, old, value),
            None => value,
        };
        (old, self.update(key, value))
    }

    /// The map without `key`.
    ///
    /// ```
    /// let one = hedgerow::Map::from([("a", 1)]);
    /// assert!(one.without("a").is_empty());
    /// ```
    #[must_use]
    pub fn without<Q>(&self, key: &Q) -> Self
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let mut map = self.clone();
        map.remove(key);
        map
    }

    /// The map in which `change` has made a new value of that of `key`, both of which may be none.
    ///
    /// ```
    /// let one = hedgerow::Map::from([("a", 1)]);
    /// let two = one.alter(|value| value.map(|value| value + 1), "a");
    /// assert_eq!(two["a"], 2);
    /// ```
    #[must_use]
    pub fn alter(&self, change: impl FnOnce(Option<V>) -> Option<V>, key: K) -> Self {
        let old = self.get(&key).cloned();
        let had_key = old.is_some();
        match change(old) {
            Some(value) => self.update(key, value),
            None if had_key => self.without(&key),
            None => self.clone(),
        }
    }

    /// The value of a key, and the map without it; `None` if it is not there.
    #[must_use]
    pub fn extract<Q>(&self, key: &Q) -> Option<(V, Self)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let mut map = self.clone();
        let value = map.remove(key)?;
        Some((value, map))
    }

    /// A key with its value, and the map without it; `None` if it is not there.
    ///
    /// ```
    /// let one = hedgerow::Map::from([("a", 1), ("b", 2)]);
    /// assert_eq!(one.extract_with_key("a"), Some(("a", 1, one.without("a"))));
    /// ```
    #[must_use]
    pub fn extract_with_key<Q>(&self, key: &Q) -> Option<(K, V, Self)>
    where
        K: Borrow<Q> + Clone,
        Q: Hash + Eq + ?Sized,
    {
        let mut map = self.clone();
        let (key, value) = map.remove_entry(key)?;
        Some((key, value, map))
    }
}
