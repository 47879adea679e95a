//! Keys with chosen hashes, a plain model to compare a store with, and recorded histories.
#![allow(dead_code, reason = "every test program uses its own part of this")]

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use hedgerow::host::{HostStore, Probe};
use hedgerow::{NodeKind, Store, Version, View, WithError, fold};

/// A key with a chosen hash of 64 bits. Keys of the same name are equal. Prints as `k3@1f`: name
/// and hash.
#[derive(Clone, Copy)]
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

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "k{}@{:x}", self.name, self.hash)
    }
}

/// Hashes a [`Key`] to the 64 bits that it writes.
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

pub(crate) fn store() -> KeyStore {
    KeyStore::with_hasher(ChosenHash::default())
}

/// Keys of these hashes, named by their position.
pub(crate) fn keys_of(hashes: impl IntoIterator<Item = u64>) -> Vec<Key> {
    hashes.into_iter().zip(0..).map(|(hash, name)| Key { hash, name }).collect()
}

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
    keys_of(hashes)
}

/// Three keys of one hash, and a fourth that differs from it in the last chunk only. It pushes
/// their collision node down to level 7, the deepest level there is.
pub(crate) fn deep_keys() -> Vec<Key> {
    keys_of([9, 9, 9, 9 | 1 << 30])
}

/// A version made by one insert after another, with the names of the keys as values. The versions
/// in between are released.
pub(crate) fn grow(store: &mut KeyStore, keys: &[Key]) -> Version {
    let mut version = store.empty();
    for &key in keys {
        let next = store.insert(version, key, u64::from(key.name)).unwrap();
        store.release(version).unwrap();
        version = next;
    }
    version
}

/// The version without these keys. The given one is released.
pub(crate) fn shrink(store: &mut KeyStore, mut version: Version, keys: &[Key]) -> Version {
    for key in keys {
        let next = store.remove(version, key).unwrap().expect("the key is there");
        store.release(version).unwrap();
        version = next;
    }
    version
}

pub(crate) fn contents(store: &KeyStore, version: Version) -> Contents {
    store.at(version).unwrap().iter().map(|(key, &value)| (key.name, value)).collect()
}

/// The names of the keys, in iteration order.
pub(crate) fn names(store: &KeyStore, version: Version) -> Vec<u32> {
    store.at(version).unwrap().keys().map(|key| key.name).collect()
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

/// Whether a probe's candidate is the key, for [`HostStore::insert_with`] and its like.
pub(crate) fn is_key(store: &mut KeyStore, probe: &Probe, key: &Key) -> Result<bool, Infallible> {
    Ok(store.candidate(probe).unwrap().expect("there is a candidate").0 == key)
}

/// Inserts by [`HostStore::insert_with`], into a committed version or an open edit.
pub(crate) fn host_insert(
    store: &mut KeyStore,
    version: Version,
    key: Key,
    value: u64,
) -> Result<Version, WithError<Infallible>> {
    store.insert_with(version, fold(key.hash), key, value, is_key)
}

/// Removes by [`HostStore::remove_with`], from a committed version or an open edit.
pub(crate) fn host_remove(
    store: &mut KeyStore,
    version: Version,
    key: Key,
) -> Result<Option<Version>, WithError<Infallible>> {
    store.remove_with(version, fold(key.hash), |store, probe| is_key(store, probe, &key))
}

/// One `INDENT:KIND SLOTS` for each node, without the space, as in the recorded shapes: `4:B2
/// 12:C2`.
pub(crate) fn outline<S>(view: View<'_, Key, u64, S>) -> String {
    let node = |node: &hedgerow::ShapeNode| {
        let kind = match node.kind {
            NodeKind::Bitmap => 'B',
            NodeKind::Array => 'A',
            NodeKind::Collision => 'C',
        };
        format!("{}:{kind}{}", node.indent, node.slots)
    };
    view.shape().nodes().iter().map(node).collect::<Vec<_>>().join(" ")
}

/// The lines of the dump without addresses and blank lines.
pub(crate) fn dump_lines<S>(view: View<'_, Key, u64, S>) -> Vec<String> {
    let dump = view.dump().to_string();
    let lines = dump.lines().filter(|line| !line.trim().is_empty());
    let without_id = |line: &str| {
        let words = line.split(' ').filter(|word| !word.starts_with("id="));
        words.collect::<Vec<_>>().join(" ").replace("(id=", "(")
    };
    lines.map(without_id).collect()
}

/// The size of the block of a node of so many words, up to 35, as measured on maps of one node. A
/// node without words, which only C has, takes no block.
pub(crate) fn block_sizes() -> impl Fn(usize) -> usize {
    let one_node = |slots| {
        let mut store = store();
        let _ = grow(&mut store, &keys_of(0..slots));
        store.stats().live_words
    };
    let sizes: Vec<usize> = (1..=32).map(one_node).collect();
    move |words| if words == 0 { 0 } else { sizes[words - 4] }
}

/// The chunks of a key's hash, low bits first. They decide its position in iteration order.
pub(crate) fn chunks(key: &Key) -> [u32; 7] {
    std::array::from_fn(|level| fold(key.hash) >> (5 * level) & 31)
}

/// A step of a recorded history. See `vectors/record.py`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recorded<'a> {
    Case(&'a str),
    Set(Key),
    Del(Key),
    Order(&'a str),
    Shape(&'a str),
}

/// The steps of a recorded file.
pub(crate) fn recorded(text: &str) -> Vec<Recorded<'_>> {
    let mut hashes: HashMap<u32, u64> = HashMap::new();
    let mut steps = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let mut numbers = rest.split(' ');
        steps.push(match word {
            "case" => {
                hashes.clear();
                Recorded::Case(rest)
            }
            "set" => {
                let name = numbers.next().unwrap().parse().unwrap();
                let hash = numbers.next().unwrap().parse::<i64>().unwrap() as u64;
                hashes.insert(name, hash);
                Recorded::Set(Key { hash, name })
            }
            "del" => {
                let name = rest.parse().unwrap();
                Recorded::Del(Key { hash: hashes[&name], name })
            }
            "order" => Recorded::Order(rest),
            "shape" => Recorded::Shape(rest),
            _ => panic!("a line of unknown kind: {line}"),
        });
    }
    steps
}

/// A random number generator that gives the same numbers in every run (splitmix64).
#[derive(Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.roll() % bound as u64) as usize
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
