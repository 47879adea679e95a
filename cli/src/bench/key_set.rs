//! The keys that `bench` uses. They are drawn here and sent to Python, so that all maps have the
//! same.

use crate::key_file;
use fastrand::Rng;
use std::collections::HashSet;

/// The seed of every draw: two runs time the same keys.
const SEED: u64 = 0x6865_6467_6572_6f77;

/// A sequence of keys. A map of some size has the first so many.
#[derive(Debug)]
pub(crate) struct KeySet {
    name: String,
    source: Source,
}

/// Keys of one size, and as many that are not among them.
#[derive(Debug, PartialEq)]
pub(crate) enum Keys {
    Text { present: Text, absent: Text },
    Int { present: Vec<i64>, absent: Vec<i64> },
}

/// Strings that are adjacent in memory, as Python's are when it has just read them. If they were
/// scattered, the bench would time cache misses on strings and not the map.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Text {
    joined: String,
    ends: Vec<usize>,
}

impl Text {
    /// The strings.
    pub(crate) fn strings(&self) -> Vec<&str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.joined[start..end]).collect()
    }
}

impl<S: AsRef<str>> FromIterator<S> for Text {
    fn from_iter<I: IntoIterator<Item = S>>(strings: I) -> Self {
        let mut text = Text::default();
        for string in strings {
            text.joined.push_str(string.as_ref());
            text.ends.push(text.joined.len());
        }
        text
    }
}

#[derive(Debug)]
enum Source {
    Given(Vec<String>),
    RandomInts,
    NegativeInts,
    RandomStrings,
}

impl KeySet {
    /// Identifiers in a shuffled order, which is the same in each run.
    pub(crate) fn names(mut names: Vec<String>) -> Self {
        names.sort_unstable();
        names.dedup();
        Rng::with_seed(SEED).shuffle(&mut names);
        KeySet { name: "names".to_owned(), source: Source::Given(names) }
    }

    /// The user's keys, in the user's order.
    pub(crate) fn given(name: String, keys: Vec<String>) -> Self {
        KeySet { name, source: Source::Given(keys) }
    }

    /// Random ints of 63 bits.
    pub(crate) fn ints() -> Self {
        KeySet { name: "ints".to_owned(), source: Source::RandomInts }
    }

    /// The ints from -1 down, shuffled. CPython folds the hash of -k to k - 1; that of -1 is -2.
    pub(crate) fn negative() -> Self {
        KeySet { name: "negative".to_owned(), source: Source::NegativeInts }
    }

    /// Random strings of 16 letters and digits.
    pub(crate) fn strings() -> Self {
        KeySet { name: "strings".to_owned(), source: Source::RandomStrings }
    }

    /// The name in the table.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// How many keys there are, where their number is limited.
    pub(crate) fn limit(&self) -> Option<usize> {
        match &self.source {
            Source::Given(keys) => Some(keys.len()),
            _ => None,
        }
    }

    /// The first `count` keys, which is at most the limit.
    pub(crate) fn draw(&self, count: usize) -> Keys {
        let mut rng = Rng::with_seed(SEED);
        match &self.source {
            Source::Given(keys) => Keys::Text {
                present: keys[..count].iter().collect(),
                absent: key_file::absent(keys, count, count).into_iter().collect(),
            },
            Source::RandomInts => ints(unique(2 * count, || rng.i64(0..=i64::MAX)), count),
            Source::NegativeInts => {
                let mut ints: Vec<i64> = (1..=2 * count as i64).map(|k| -k).collect();
                rng.shuffle(&mut ints[..count]);
                rng.shuffle(&mut ints[count..]);
                self::ints(ints, count)
            }
            Source::RandomStrings => {
                let draw = || (0..16).map(|_| rng.alphanumeric()).collect::<String>();
                let strings = unique(2 * count, draw);
                Keys::Text {
                    present: strings[..count].iter().collect(),
                    absent: strings[count..].iter().collect(),
                }
            }
        }
    }
}

fn ints(mut present: Vec<i64>, count: usize) -> Keys {
    let absent = present.split_off(count);
    Keys::Int { present, absent }
}

fn unique<K: Clone + Eq + std::hash::Hash>(count: usize, mut draw: impl FnMut() -> K) -> Vec<K> {
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

/// The names in `data/names.txt`, for use where no Python is found: what the keywords, built-ins
/// and standard modules of CPython 3.13 define. `data/make_names.py` wrote them.
pub(crate) fn embedded_names() -> Vec<String> {
    include_str!("../../data/names.txt").lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_distinct<K: Eq + std::hash::Hash>(present: &[K], absent: &[K], count: usize) {
        assert_eq!((present.len(), absent.len()), (count, count));
        let all: HashSet<&K> = present.iter().chain(absent).collect();
        assert_eq!(all.len(), 2 * count);
    }

    #[test]
    fn keys_are_distinct_and_absent_keys_are_not_present() {
        let few: Vec<String> = ["a", "a~", "a~~", "b"].map(str::to_owned).to_vec();
        let sets =
            [KeySet::given("f".into(), few), KeySet::ints(), KeySet::negative(), KeySet::strings()];
        for set in &sets {
            for count in 1..=4 {
                match set.draw(count) {
                    Keys::Text { present, absent } => {
                        assert_distinct(&present.strings(), &absent.strings(), count);
                    }
                    Keys::Int { present, absent } => assert_distinct(&present, &absent, count),
                }
            }
        }
    }

    #[test]
    fn draws_repeat() {
        assert_eq!(KeySet::ints().draw(50), KeySet::ints().draw(50));
        assert_eq!(KeySet::strings().draw(50), KeySet::strings().draw(50));
        let names = || KeySet::names(embedded_names()).draw(50);
        assert_eq!(names(), names());
    }

    #[test]
    fn sets_are_what_their_names_say() {
        let Keys::Int { present, .. } = KeySet::negative().draw(9) else { panic!("no ints") };
        assert!(present.iter().all(|key| (-9..=-1).contains(key)), "{present:?}");
        let Keys::Text { present, .. } = KeySet::strings().draw(9) else { panic!("no text") };
        assert!(present.strings().iter().all(|key| key.len() == 16), "{present:?}");
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
