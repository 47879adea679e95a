//! The sets of keys that `bench` uses. They are drawn here and sent to Python, so that all maps
//! have the same.

use super::keys::{Column, Keys, Kind};
use crate::key_file;
use fastrand::Rng;
use std::collections::HashSet;
use std::hash::Hash;

/// The seed of every draw: two runs time the same keys.
const SEED: u64 = 0x6865_6467_6572_6f77;

/// When the timestamps begin, in milliseconds: November 2023.
const FIRST_MILLISECOND: i64 = 1_700_000_000_000;

/// Where the objects are that are addresses in Rust: as far apart as small objects are in Python.
const FIRST_ADDRESS: i64 = 0x7f3a_5c00_0000;
const OBJECT_BYTES: i64 = 48;

/// A sequence of keys. A map of some size has the first so many.
#[derive(Debug)]
pub(crate) struct KeySet {
    name: String,
    source: Source,
}

/// A set that is drawn, by its name in `--sets`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drawn {
    /// Random strings of 16 letters and digits.
    Strings,
    /// Paths of files, which begin alike.
    Paths,
    /// Ids of 62 bits: ints from 2**61 on.
    Ids,
    /// Random ints of 63 bits.
    Ints,
    /// Times in milliseconds, up to half a minute apart.
    Timestamps,
    /// The ints from -1 down, shuffled. CPython folds the hash of -k to k - 1; that of -1 is -2.
    Negative,
    /// Random floats between 0 and 1,000.
    Floats,
    /// Pairs of a small int and a larger one.
    Tuples,
    /// Random UUIDs.
    Uuids,
    /// Random bytes, 16 of them.
    Bytes,
    /// Objects that are compared by identity.
    Objects,
    /// The numbers of variables of a context. They are no keys of maps, and not in `ALL`.
    Variables,
}

impl Drawn {
    /// All that are keys of maps, in the order of the table.
    pub(crate) const ALL: [Drawn; 11] = [
        Drawn::Strings,
        Drawn::Paths,
        Drawn::Ids,
        Drawn::Ints,
        Drawn::Timestamps,
        Drawn::Negative,
        Drawn::Floats,
        Drawn::Tuples,
        Drawn::Uuids,
        Drawn::Bytes,
        Drawn::Objects,
    ];

    /// The name in `--sets` and in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Drawn::Strings => "strings",
            Drawn::Paths => "paths",
            Drawn::Ids => "ids",
            Drawn::Ints => "ints",
            Drawn::Timestamps => "timestamps",
            Drawn::Negative => "negative",
            Drawn::Floats => "floats",
            Drawn::Tuples => "tuples",
            Drawn::Uuids => "uuids",
            Drawn::Bytes => "bytes",
            Drawn::Objects => "objects",
            Drawn::Variables => "variables",
        }
    }

    fn draw(self, count: usize) -> Keys {
        let mut rng = Rng::with_seed(SEED);
        let all = 2 * count;
        match self {
            Drawn::Strings => {
                let text = || (0..16).map(|_| rng.alphanumeric()).collect::<String>();
                texts(&unique(all, text), count)
            }
            Drawn::Paths => texts(&unique(all, || path(rng.u32(..))), count),
            Drawn::Ids => words(Kind::Int, unique(all, || rng.i64(1 << 61..1 << 62)), count),
            Drawn::Ints => words(Kind::Int, unique(all, || rng.i64(0..=i64::MAX)), count),
            Drawn::Timestamps => {
                let mut time = FIRST_MILLISECOND;
                let mut next = || {
                    time += rng.i64(1..30_000);
                    time
                };
                let times = (0..all).map(|_| next()).collect();
                words(Kind::Int, shuffled(times, SEED), count)
            }
            Drawn::Negative => {
                let [present, absent] = [1..=count, count + 1..=all].map(|range| {
                    let ints = range.map(|k| -(k as i64)).collect();
                    Column::Words(shuffled(ints, SEED))
                });
                Keys::new(Kind::Int, present, absent)
            }
            Drawn::Floats => {
                let float = || (rng.f64() * 1_000.0).to_bits() as i64;
                words(Kind::Float, unique(all, float), count)
            }
            Drawn::Tuples => {
                let mut pairs = unique(all, || (rng.i64(0..1_009), rng.i64(0..1 << 40)));
                let absent = Column::Pairs(pairs.split_off(count));
                Keys::new(Kind::Tuple, Column::Pairs(pairs), absent)
            }
            Drawn::Uuids => blocks(Kind::Uuid, unique(all, || rng.u128(..)), count),
            Drawn::Bytes => blocks(Kind::Bytes, unique(all, || rng.u128(..)), count),
            Drawn::Objects => {
                let address = |index| FIRST_ADDRESS + OBJECT_BYTES * index;
                let addresses = (0..all as i64).map(address).collect();
                words(Kind::Object, shuffled(addresses, SEED), count)
            }
            Drawn::Variables => words(Kind::Int, (0..all as i64).collect(), count),
        }
    }
}

#[derive(Debug)]
enum Source {
    Given(Vec<String>),
    Drawn(Drawn),
}

impl KeySet {
    /// Identifiers in a shuffled order, which is the same in each run.
    pub(crate) fn names(mut names: Vec<String>) -> Self {
        names.sort_unstable();
        names.dedup();
        KeySet { name: "names".to_owned(), source: Source::Given(shuffled(names, SEED)) }
    }

    /// The user's keys, in the user's order.
    pub(crate) fn given(name: String, keys: Vec<String>) -> Self {
        KeySet { name, source: Source::Given(keys) }
    }

    /// Keys that are drawn as they are needed.
    pub(crate) fn drawn(drawn: Drawn) -> Self {
        KeySet { name: drawn.name().to_owned(), source: Source::Drawn(drawn) }
    }

    /// Whether these are variables of contexts.
    pub(crate) fn is_of_variables(&self) -> bool {
        matches!(self.source, Source::Drawn(Drawn::Variables))
    }

    /// The name in the table.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// How many keys there are, where their number is limited.
    pub(crate) fn limit(&self) -> Option<usize> {
        match &self.source {
            Source::Given(keys) => Some(keys.len()),
            Source::Drawn(_) => None,
        }
    }

    /// The first `count` keys, which is at most the limit.
    pub(crate) fn draw(&self, count: usize) -> Keys {
        match &self.source {
            Source::Drawn(drawn) => drawn.draw(count),
            Source::Given(keys) => {
                let absent = key_file::absent(keys, count, count);
                let [present, absent] = [&keys[..count], &absent[..]];
                Keys::new(
                    Kind::Text,
                    Column::Text(present.iter().collect()),
                    Column::Text(absent.iter().collect()),
                )
            }
        }
    }
}

/// The names in `data/names.txt`, for use where no Python is found: what the keywords, built-ins
/// and standard modules of CPython 3.13 define. `data/make_names.py` wrote them.
pub(crate) fn embedded_names() -> Vec<String> {
    include_str!("../../data/names.txt").lines().map(str::to_owned).collect()
}

fn path(number: u32) -> String {
    format!("/srv/data/{:02}/{number:09}/part-{}.json", number % 97, number % 7)
}

fn texts(texts: &[String], count: usize) -> Keys {
    let [present, absent] =
        [&texts[..count], &texts[count..]].map(|texts| Column::Text(texts.iter().collect()));
    Keys::new(Kind::Text, present, absent)
}

fn words(kind: Kind, mut present: Vec<i64>, count: usize) -> Keys {
    let absent = Column::Words(present.split_off(count));
    Keys::new(kind, Column::Words(present), absent)
}

fn blocks(kind: Kind, numbers: Vec<u128>, count: usize) -> Keys {
    let mut present: Vec<[u8; 16]> = numbers.into_iter().map(u128::to_be_bytes).collect();
    let absent = Column::Blocks(present.split_off(count));
    Keys::new(kind, Column::Blocks(present), absent)
}

fn shuffled<T>(mut items: Vec<T>, seed: u64) -> Vec<T> {
    Rng::with_seed(seed).shuffle(&mut items);
    items
}

fn unique<K: Clone + Eq + Hash>(count: usize, mut draw: impl FnMut() -> K) -> Vec<K> {
    let mut seen = HashSet::with_capacity(count);
    let mut drawn = Vec::with_capacity(count);
    while drawn.len() < count {
        let key = draw();
        if seen.insert(key.clone()) {
            drawn.push(key);
        }
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys of a column as text.
    fn shown(column: &Column) -> Vec<String> {
        match column {
            Column::Text(text) => text.strings().into_iter().map(str::to_owned).collect(),
            Column::Words(words) => words.iter().map(i64::to_string).collect(),
            Column::Pairs(pairs) => pairs.iter().map(|pair| format!("{pair:?}")).collect(),
            Column::Blocks(blocks) => blocks.iter().map(|block| format!("{block:?}")).collect(),
        }
    }

    #[test]
    fn keys_are_distinct_and_absent_keys_are_not_present() {
        let few: Vec<String> = ["a", "a~", "a~~", "b"].map(str::to_owned).to_vec();
        let sets = Drawn::ALL.map(KeySet::drawn);
        for set in sets.iter().chain([&KeySet::given("f".into(), few)]) {
            for count in 1..=4 {
                let keys = set.draw(count);
                let all = [shown(&keys.present), shown(&keys.absent)];
                assert_eq!([all[0].len(), all[1].len()], [count, count], "{}", set.name());
                let distinct: HashSet<&String> = all.iter().flatten().collect();
                assert_eq!(distinct.len(), 2 * count, "{}", set.name());
            }
        }
    }

    #[test]
    fn draws_repeat() {
        for drawn in Drawn::ALL {
            assert_eq!(KeySet::drawn(drawn).draw(50), KeySet::drawn(drawn).draw(50));
        }
        let names = || KeySet::names(embedded_names()).draw(50);
        assert_eq!(names(), names());
    }

    #[test]
    fn sets_are_what_their_names_say() {
        let words = |drawn: Drawn| match drawn.draw(9).present {
            Column::Words(words) => words,
            other => panic!("{other:?}"),
        };
        assert!(words(Drawn::Negative).iter().all(|key| (-9..=-1).contains(key)));
        assert!(words(Drawn::Ids).iter().all(|key| key.ilog2() == 61));
        assert!(words(Drawn::Timestamps).iter().all(|key| key / 10_000_000_000 == 170));
        let floats = words(Drawn::Floats);
        assert!(floats.iter().all(|&bits| (0.0..1e3).contains(&f64::from_bits(bits as u64))));
        assert!(shown(&Drawn::Strings.draw(9).present).iter().all(|key| key.len() == 16));
        assert!(shown(&Drawn::Paths.draw(9).present).iter().all(|key| key.starts_with("/srv/")));
    }

    #[test]
    fn the_embedded_names_are_many_real_and_unique() {
        let names = embedded_names();
        assert!(names.len() > 10_000);
        let unique: HashSet<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(unique.len(), names.len());
        for known in ["isinstance", "OrderedDict", "lambda", "ZeroDivisionError"] {
            assert!(unique.contains(known), "{known}");
        }
    }
}
