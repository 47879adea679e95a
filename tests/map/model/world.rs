//! Maps, their models, and what their keys and values are.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use hedgerow::{Arena, Map, Store, fold};

use crate::support::{self, ChosenHash};

static KEYS: LazyLock<Vec<support::Key>> = LazyLock::new(support::keys);

/// More maps than this are dropped.
const POPULATION: usize = 12;

/// What keys and values are made of numbers, and how they hash.
pub(crate) trait Kind {
    type Key: Hash + Eq + Clone + Debug;
    type Value: Eq + Clone + Debug;
    type Hasher: BuildHasher + Clone + Default;
    /// How many keys there are.
    fn keys() -> usize;
    fn key(name: usize) -> Self::Key;
    fn name(key: &Self::Key) -> usize;
    fn value(number: u64) -> Self::Value;
    fn number(value: &Self::Value) -> u64;
    /// The hasher of arena number `index`.
    fn hasher(index: usize) -> Self::Hasher;
    /// What tells this key and this value from their clones, if anything does.
    fn ids(_key: &Self::Key, _value: &Self::Value) -> Option<[u64; 2]> {
        None
    }
}

/// Keys of chosen hashes, plain numbers.
pub(crate) struct Numbers;

impl Kind for Numbers {
    type Key = support::Key;
    type Value = u64;
    type Hasher = ChosenHash;

    fn keys() -> usize {
        KEYS.len()
    }

    fn key(name: usize) -> support::Key {
        KEYS[name]
    }

    fn name(key: &support::Key) -> usize {
        key.name as usize
    }

    fn value(number: u64) -> u64 {
        number
    }

    fn number(value: &u64) -> u64 {
        *value
    }

    fn hasher(_index: usize) -> ChosenHash {
        ChosenHash::default()
    }
}

/// A hasher of few hashes, other ones for each seed.
#[derive(Clone, Default)]
pub(crate) struct FewHashes(u64);

pub(crate) struct FewHasher(DefaultHasher);

impl BuildHasher for FewHashes {
    type Hasher = FewHasher;

    fn build_hasher(&self) -> FewHasher {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.0);
        FewHasher(hasher)
    }
}

impl Hasher for FewHasher {
    fn finish(&self) -> u64 {
        // Two bits of each of three chunks.
        self.0.finish() & (3 | 3 << 5 | 3 << 25)
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }
}

/// Strings, in arenas with different hashers.
pub(crate) struct Strings;

impl Kind for Strings {
    type Key = String;
    type Value = String;
    type Hasher = FewHashes;

    fn keys() -> usize {
        70
    }

    fn key(name: usize) -> String {
        format!("key {name}")
    }

    fn name(key: &String) -> usize {
        key[4..].parse().unwrap()
    }

    fn value(number: u64) -> String {
        format!("value {number}")
    }

    fn number(value: &String) -> u64 {
        value[6..].parse().unwrap()
    }

    fn hasher(index: usize) -> FewHashes {
        FewHashes(index as u64)
    }
}

thread_local! {
    static NEXT_ID: Cell<u64> = const { Cell::new(0) };
    static ALIVE: RefCell<HashSet<u64>> = RefCell::default();
}

/// How many [`Tracked`] there are in this thread.
pub(crate) fn alive() -> usize {
    ALIVE.with_borrow(HashSet::len)
}

/// Something that is known while it is alive. Each clone is another one.
#[derive(Debug)]
pub(crate) struct Tracked<T> {
    id: u64,
    content: T,
}

impl<T> Tracked<T> {
    fn new(content: T) -> Self {
        let id = NEXT_ID.replace(NEXT_ID.get() + 1);
        ALIVE.with_borrow_mut(|alive| alive.insert(id));
        Tracked { id, content }
    }
}

impl<T: Clone> Clone for Tracked<T> {
    fn clone(&self) -> Self {
        Tracked::new(self.content.clone())
    }
}

impl<T> Drop for Tracked<T> {
    fn drop(&mut self) {
        let was_alive = ALIVE.with_borrow_mut(|alive| alive.remove(&self.id));
        assert!(was_alive || std::thread::panicking(), "number {} is dropped twice", self.id);
    }
}

impl<T: PartialEq> PartialEq for Tracked<T> {
    fn eq(&self, other: &Self) -> bool {
        self.content == other.content
    }
}

impl<T: Eq> Eq for Tracked<T> {}

impl<T: Hash> Hash for Tracked<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.content.hash(state);
    }
}

/// Keys and values that are known while they are alive.
pub(crate) struct Counted;

impl Kind for Counted {
    type Key = Tracked<support::Key>;
    type Value = Tracked<u64>;
    type Hasher = ChosenHash;

    fn keys() -> usize {
        KEYS.len()
    }

    fn key(name: usize) -> Self::Key {
        Tracked::new(KEYS[name])
    }

    fn name(key: &Self::Key) -> usize {
        key.content.name as usize
    }

    fn value(number: u64) -> Self::Value {
        Tracked::new(number)
    }

    fn number(value: &Self::Value) -> u64 {
        value.content
    }

    fn hasher(_index: usize) -> ChosenHash {
        ChosenHash::default()
    }

    fn ids(key: &Self::Key, value: &Self::Value) -> Option<[u64; 2]> {
        Some([key.id, value.id])
    }
}

pub(crate) type MapOf<K> = Map<<K as Kind>::Key, <K as Kind>::Value, <K as Kind>::Hasher>;
pub(crate) type ArenaOf<K> = Arena<<K as Kind>::Key, <K as Kind>::Value, <K as Kind>::Hasher>;

/// What a map must hold: names of keys and numbers of values, in the order of insertion.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model(pub(crate) Vec<(usize, u64)>);

impl Model {
    pub(crate) fn get(&self, name: usize) -> Option<u64> {
        self.0.iter().find(|pair| pair.0 == name).map(|pair| pair.1)
    }

    /// A new key is the last. Another one stays where it is.
    pub(crate) fn put(&mut self, name: usize, number: u64) -> Option<u64> {
        match self.0.iter_mut().find(|pair| pair.0 == name) {
            Some(pair) => Some(std::mem::replace(&mut pair.1, number)),
            None => {
                self.0.push((name, number));
                None
            }
        }
    }

    pub(crate) fn cut(&mut self, name: usize) -> Option<u64> {
        let at = self.0.iter().position(|pair| pair.0 == name)?;
        Some(self.0.remove(at).1)
    }

    /// The pairs in the order in which a map with this hasher has them.
    pub(crate) fn ordered<K: Kind>(&self, hasher: &K::Hasher) -> Vec<(usize, u64)> {
        let chunks = |name| {
            let hash = fold(hasher.hash_one(K::key(name)));
            std::array::from_fn::<u32, 7, _>(|level| hash >> (5 * level) & 31)
        };
        let mut pairs = self.0.clone();
        // Stable: equal hashes stay in the order of insertion.
        pairs.sort_by_cached_key(|pair| chunks(pair.0));
        pairs
    }
}

/// Compares what a map holds, and its order, with its model.
pub(crate) fn check_entries<K: Kind>(map: &MapOf<K>, model: &Model) {
    let found: Vec<_> = map.iter().map(|(k, v)| (K::name(k), K::number(v))).collect();
    assert_eq!(found, model.ordered::<K>(map.hasher()));
    assert_eq!((map.len(), map.is_empty()), (model.0.len(), model.0.is_empty()));
    // Not by `fold`, as above, but step by step.
    let mut steps = map.iter();
    let taken = std::iter::from_fn(|| steps.next());
    assert!(taken.map(|(k, v)| (K::name(k), K::number(v))).eq(found));
}

/// Looks up all keys.
pub(crate) fn check_lookups<K: Kind>(map: &MapOf<K>, model: &Model) {
    for name in 0..K::keys() {
        let found = map.get(&K::key(name)).map(K::number);
        assert_eq!(found, model.get(name), "key {name}");
    }
}

/// Maps beside their models, and arenas for more.
pub(crate) struct World<K: Kind> {
    pub(crate) maps: Vec<(MapOf<K>, Model)>,
    pub(crate) arenas: Vec<ArenaOf<K>>,
    pub(crate) clock: u64,
}

impl<K: Kind> World<K> {
    pub(crate) fn new() -> Self {
        let arenas: Vec<_> = (1..3).map(|index| Arena::with_hasher(K::hasher(index))).collect();
        let maps = vec![(Map::new_in(&arenas[0]), Model::default())];
        World { maps, arenas, clock: 0 }
    }

    pub(crate) fn index(&self, number: usize) -> usize {
        number % self.maps.len()
    }

    pub(crate) fn pick(&mut self, number: usize) -> &mut (MapOf<K>, Model) {
        let index = self.index(number);
        &mut self.maps[index]
    }

    /// Adds a map. If there are too many, one goes.
    pub(crate) fn keep(&mut self, map: MapOf<K>, model: Model) {
        self.maps.push((map, model));
        if self.maps.len() > POPULATION {
            let index = self.index(self.clock as usize * 7);
            self.maps.swap_remove(index);
        }
    }

    /// Compares all maps with their models, and looks up all keys in one of them.
    pub(crate) fn check(&self, number: usize) {
        for (map, model) in &self.maps {
            check_entries::<K>(map, model);
        }
        let (map, model) = &self.maps[self.index(number)];
        check_lookups::<K>(map, model);
        let pairs = self.maps.iter().flat_map(|(map, _)| map);
        let held: HashSet<u64> = pairs.filter_map(|(k, v)| K::ids(k, v)).flatten().collect();
        ALIVE.with_borrow(|alive| assert_eq!(*alive, held, "alive, and held by maps"));
    }

    /// The order of a map is that of a store with its hasher into which the same is inserted.
    pub(crate) fn check_order_beside_stores(&self) {
        for (map, model) in &self.maps {
            let mut store = Store::with_hasher(map.hasher().clone());
            let pairs = model.0.iter().map(|&(name, number)| (K::key(name), K::value(number)));
            let version = store.bulk(pairs).unwrap();
            let view = store.at(version).unwrap();
            assert!(map.iter().eq(view.iter()), "{map:?}\n{view:?}");
        }
    }
}
