//! The maps, behind one trait. Keys are those of [`crate::keys`].

use std::sync::Arc;

use imbl::shared_ptr::DefaultSharedPtr;

use crate::keys::items;
use crate::{Hasher, hasher};

/// A map that threads may share, and whose clones are snapshots.
pub trait Map: Clone + Send + Sync {
    /// The name in tables.
    const NAME: &'static str;

    /// A map of so many entries, with zeros as values.
    fn new(size: usize) -> Self;

    /// Replaces a value.
    fn set(&mut self, key: u64, value: u64);

    /// The value of a key that is there.
    fn get(&self, key: u64) -> u64;

    /// The sum of all values.
    fn sum(&self) -> u64;
}

/// Hedgerow's map.
pub type Owned = hedgerow::Map<u64, u64, Hasher>;
/// imbl's map, whose pointers count atomically.
pub type Imbl = imbl::GenericHashMap<u64, u64, Hasher, DefaultSharedPtr>;
/// rpds's map with pointers that count atomically.
pub type Rpds = rpds::HashTrieMap<u64, u64, archery::ArcTK, Hasher>;

/// No map: a table that is never written. What is slow here is the machine's doing.
#[derive(Clone)]
pub struct Fixed(Arc<[u64]>);

/// The keys that are there are all keys that are asked for.
const PRESENT: &str = "a key that is there";

macro_rules! map {
    ($map:ty, $name:literal, $empty:expr, $insert:ident) => {
        impl Map for $map {
            const NAME: &'static str = $name;

            fn new(size: usize) -> Self {
                let mut map = $empty;
                for (key, _) in items::<u64>(size) {
                    map.$insert(key, 0);
                }
                map
            }

            fn set(&mut self, key: u64, value: u64) {
                self.$insert(key, value);
            }

            fn get(&self, key: u64) -> u64 {
                *<$map>::get(self, &key).expect(PRESENT)
            }

            fn sum(&self) -> u64 {
                self.iter().map(|(_, value)| value).sum()
            }
        }
    };
}

map!(Owned, "hedgerow::Map", Owned::with_hasher(hasher()), insert);
map!(Imbl, "imbl", Imbl::with_hasher(hasher()), insert);
map!(Rpds, "rpds-sync", Rpds::new_with_hasher_and_ptr_kind(hasher()), insert_mut);

impl Map for Fixed {
    const NAME: &'static str = "no map";

    fn new(size: usize) -> Self {
        Fixed(items::<u64>(size).into_iter().map(|_| 0).collect())
    }

    fn set(&mut self, key: u64, value: u64) {
        std::hint::black_box((key, value));
    }

    fn get(&self, key: u64) -> u64 {
        self.0[(key % self.0.len() as u64) as usize]
    }

    fn sum(&self) -> u64 {
        self.0.iter().sum()
    }
}
