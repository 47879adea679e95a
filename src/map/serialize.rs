//! serde (feature `serde`): a map as a map, and a set as a sequence, in iteration order.

use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::store::Pairs;

use super::{Map, Set};

impl<K: Serialize, V: Serialize, S> Serialize for Map<K, V, S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        serializer.collect_map(self)
    }
}

/// Of equal keys, the last stays.
impl<'de, K, V, S> Deserialize<'de> for Map<K, V, S>
where
    K: Deserialize<'de> + Hash + Eq,
    V: Deserialize<'de>,
    S: BuildHasher + Default,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs = deserializer.deserialize_map(Pairs(PhantomData))?;
        Ok(pairs.into_iter().collect())
    }
}

impl<T: Serialize, S> Serialize for Set<T, S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        serializer.collect_seq(self)
    }
}

impl<'de, T, S> Deserialize<'de> for Set<T, S>
where
    T: Deserialize<'de> + Hash + Eq,
    S: BuildHasher + Default,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}
