//! serde for the contents of a version (feature `serde`): a map, in iteration order.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::{Error, Store, Version, View};
use crate::arena::TryPush;

impl<K: Serialize, V: Serialize, S> Serialize for View<'_, K, V, S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        serializer.collect_map(self)
    }
}

/// Reads the pairs of a map.
pub(crate) struct Pairs<K, V>(pub(crate) PhantomData<(K, V)>);

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for Pairs<K, V> {
    type Value = Vec<(K, V)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.try_push(pair).map_err(|refused| A::Error::custom(Error::refused(refused)))?;
        }
        Ok(pairs)
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Store<K, V, S> {
    /// Reads a map as a new version. Of equal keys, the last stays.
    ///
    /// # Errors
    ///
    /// The deserializer's; those of [`bulk`](Store::bulk) by way of `custom`, which may take memory
    /// of its own.
    ///
    /// ```
    /// let mut store = hedgerow::Store::<String, u32>::new();
    /// let mut json = serde_json::Deserializer::from_str(r#"{"one": 1, "two": 2}"#);
    /// let version = store.deserialize(&mut json)?;
    /// assert_eq!(store.at(version)?["two"], 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn deserialize<'de, D>(&mut self, deserializer: D) -> Result<Version, D::Error>
    where
        D: Deserializer<'de>,
        K: Deserialize<'de>,
        V: Deserialize<'de>,
    {
        let pairs = deserializer.deserialize_map(Pairs(PhantomData))?;
        self.bulk(pairs).map_err(D::Error::custom)
    }
}
