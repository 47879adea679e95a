//! Keys with chosen hashes, and a plain model that stands beside a store.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use hedgerow::{Store, Version};

/// A key whose 64-bit hash is chosen; equal if the name is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) hash: u64,
    pub(crate) name: u32,
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.name == other.name
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

/// Takes the hash that a [`Key`] writes as it is.
#[derive(Clone, Copy, Default)]
pub(crate) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _bytes: &[u8]) {
        unreachable!("a Key writes one u64");
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

pub(crate) type ChosenHash = BuildHasherDefault<AsIs>;
pub(crate) type KeyStore = Store<Key, u64, ChosenHash>;
pub(crate) type Contents = HashMap<u32, u64>;

/// Keys whose folded hashes share prefixes of every length, and collide.
pub(crate) fn keys() -> Vec<Key> {
    let mut hashes: Vec<u64> = (0..24).collect();
    for level in 1..7u64 {
        let shared = (1u64 << (5 * level)) - 1;
        hashes.extend(
            (0..6).map(|i| (0x1234_5678 & shared | (i * 5 + 1) << (5 * level)) & 0xffff_ffff),
        );
        hashes.extend((0..3).map(|i| (7 & shared) | i << (5 * level)));
    }
    hashes.extend([3, 3, 3, 3, 0x1234_5678, 0x1234_5678, 0x1234_5678, 35, 35, 0, 0]);
    hashes.extend([0xffff_ffff, 0xffff_fffe, u64::MAX, -2i64 as u64, -5i64 as u64, 4]);
    hashes.iter().enumerate().map(|(name, &hash)| Key { hash, name: name as u32 }).collect()
}

/// Panics unless the version holds what the model says.
pub(crate) fn assert_holds(store: &KeyStore, version: Version, contents: &Contents, keys: &[Key]) {
    let view = store.at(version).unwrap();
    assert_eq!(view.len(), contents.len());
    for key in keys {
        assert_eq!(view.get(key), contents.get(&key.name), "{key:?}");
    }
    let found: Contents = view.iter().map(|(key, &value)| (key.name, value)).collect();
    assert_eq!(&found, contents);
}
