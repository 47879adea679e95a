//! Reading: iterators, lookups of many keys, threads, and the traits that users of a map expect.
//!
//! The bug class: a second way to read that differs from the plain one on some maps. There is a
//! fast path along contiguous entries, a fold that recurses, and a lookup that interleaves walks.
//! They may go wrong on an empty map, half-way, past the end, or in collision nodes. So each is
//! compared with the plain way on maps of every layout.

use hedgerow::host::HostStore;
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use crate::support::{
    ChosenHash, Dice, Key, KeyStore, chunks, contents, deep_keys, grow, keys, keys_of, store,
};
use hedgerow::{DefaultHashBuilder, Iter, Store, View};

type KeyView<'a> = View<'a, Key, u64, ChosenHash>;

/// Calls `read` with maps of every layout: empty, of one entry, with contiguous entries as bulk
/// builds and compaction leave them, with scattered ones, with and without collision nodes; and
/// open edits.
fn for_each_layout(mut read: impl FnMut(KeyView<'_>)) {
    let families =
        [keys_of([]), keys_of([5]), keys_of(0..32), keys_of([3; 40]), deep_keys(), keys()];
    for all in families {
        let mut shuffled = all.clone();
        Dice(all.len() as u64).shuffle(&mut shuffled);
        let mut store = store();
        let built = store.bulk(all.iter().map(|&key| (key, 1))).unwrap();
        read(store.at(built).unwrap());
        let grown = grow(&mut store, &shuffled);
        read(store.at(grown).unwrap());
        let open = store.open(built).unwrap();
        read(store.at_open(open).unwrap());
        assert!(store.compact().done);
        for version in [built, grown] {
            read(store.at(version).unwrap());
        }
        read(store.at_open(open).unwrap());
        // One entry is replaced, so that they are no longer contiguous.
        if let Some(&key) = all.first() {
            let replaced = store.insert(grown, key, 9).unwrap();
            read(store.at(replaced).unwrap());
        }
    }
}

/// The names and values that the plain way of reading finds.
fn read_plainly(view: &KeyView<'_>) -> Vec<(u32, u64)> {
    let mut found = Vec::new();
    // A loop calls `next` and nothing else.
    for (key, &value) in view.iter() {
        found.push((key.name, value));
    }
    found
}

fn plain<'a>(iter: impl Iterator<Item = (&'a Key, &'a u64)>) -> Vec<(u32, u64)> {
    iter.map(|(key, &value)| (key.name, value)).collect()
}

#[test]
fn an_iterator_visits_every_entry_once_and_in_order() {
    for_each_layout(|view| {
        let found = read_plainly(&view);
        assert_eq!(found.len(), view.len());
        let positions: Vec<_> = view.keys().map(chunks).collect();
        assert!(positions.is_sorted(), "{positions:?}");
        let by_name: HashMap<u32, u64> = found.iter().copied().collect();
        assert_eq!(by_name.len(), found.len());
        assert!(view.iter().all(|(key, value)| view.get(key) == Some(value)));
    });
}

#[test]
fn iterators_know_their_length_and_stay_at_their_end() {
    for_each_layout(|view| {
        let (mut iter, mut keys, mut values) = (view.iter(), view.keys(), view.values());
        for left in (0..=view.len()).rev() {
            assert_eq!((iter.len(), iter.size_hint()), (left, (left, Some(left))));
            assert_eq!((keys.len(), values.len()), (left, left));
            assert_eq!((iter.clone().count(), keys.clone().count()), (left, left));
            let item = iter.next();
            assert_eq!(item.is_some(), left > 0);
            assert_eq!((keys.next(), values.next()), (item.map(|i| i.0), item.map(|i| i.1)));
        }
        for _ in 0..3 {
            assert_eq!((iter.next(), keys.next(), values.next()), (None, None, None));
            assert_eq!((iter.len(), iter.nth(5)), (0, None));
        }
    });
}

/// `nth`, `fold` and what std builds on them, from every position.
#[test]
fn every_way_to_iterate_finds_the_same() {
    fn at<'a>(view: &KeyView<'a>, start: usize) -> Iter<'a, Key, u64> {
        let mut iter = view.iter();
        for _ in 0..start {
            iter.next();
        }
        iter
    }
    for_each_layout(|view| {
        let found = read_plainly(&view);
        for start in 0..=found.len() {
            let rest = &found[start..];
            let iter = at(&view, start);
            assert_eq!(plain(iter.clone()), rest);
            let folded = iter.clone().fold(Vec::new(), |mut all, (key, &value)| {
                all.push((key.name, value));
                all
            });
            assert_eq!(folded, rest);
            assert_eq!(iter.clone().map(|(key, _)| key.name).max(), rest.iter().map(|i| i.0).max());
            assert_eq!(iter.clone().last().map(|i| i.0.name), rest.last().map(|i| i.0));
            for n in (0..rest.len() + 3).step_by(1 + rest.len() / 8) {
                let mut jumped = iter.clone();
                assert_eq!(jumped.nth(n).map(|i| i.0.name), rest.get(n).map(|i| i.0));
                assert_eq!(plain(jumped.clone()), rest.get(n + 1..).unwrap_or_default());
                assert_eq!(jumped.len(), rest.len().saturating_sub(n + 1));
                let mut keys = view.keys();
                assert_eq!(keys.nth(n).map(|key| key.name), found.get(n).map(|i| i.0));
            }
        }
        assert_eq!(plain(view.into_iter()), found);
        assert_eq!(plain((&view).into_iter()), found);
        let names: Vec<u32> = view.keys().fold(Vec::new(), |mut all, key| {
            all.push(key.name);
            all
        });
        assert!(names.iter().eq(found.iter().map(|(name, _)| name)));
        let sum: u64 = found.iter().map(|(_, value)| value).sum();
        assert_eq!(view.values().sum::<u64>(), sum);
    });
}

thread_local! {
    static COMPARED: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// A key that records its comparisons.
#[derive(Clone, Copy, Debug, Eq)]
struct Recording(Key);

impl PartialEq for Recording {
    fn eq(&self, other: &Recording) -> bool {
        COMPARED.with_borrow_mut(|compared| compared.push(self.0.name));
        self.0 == other.0
    }
}

impl Hash for Recording {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// Keys of a map so large that `get_many` interleaves walks. Some end in collision nodes at level 1
/// to 7, and some in a chain of nodes with two entries.
fn many_keys(dice: &mut Dice) -> Vec<Recording> {
    let mut hashes: Vec<u64> = (0..(1 << 19) + 10_000).map(|_| dice.roll()).collect();
    for at in (0..60_000).step_by(50) {
        hashes[at + 1] = hashes[at];
        hashes[at + 2] = hashes[at] ^ 1 << (dice.below(7) * 5);
        hashes[at + 3] = hashes[at + 2];
    }
    keys_of(hashes).into_iter().map(Recording).collect()
}

/// On small maps `get_many` calls `get` for each key, and on large ones it interleaves the walks.
#[test]
fn get_many_finds_what_get_finds() {
    let mut dice = Dice(5);
    let all = many_keys(&mut dice);
    let mut store = Store::<Recording, u64, ChosenHash>::default();
    let large = store.bulk(all.iter().map(|&key| (key, u64::from(key.0.name)))).unwrap();
    let scattered = store.insert(large, all[0], 7).unwrap();
    // Interleaved, colliding keys are compared when their walk ends, and single ones when all walks
    // have ended. So the order of comparisons shows that the walks are interleaved.
    COMPARED.take();
    store.at(large).unwrap().get_many(&[all[70_000], all[1]]);
    let order = COMPARED.take();
    assert_eq!(*order.last().unwrap(), 70_000, "does get_many interleave only on larger maps?");
    for version in [large, scattered] {
        let view = store.at(version).unwrap();
        for size in (0..40).chain([63, 64, 65, 1000]) {
            let asked: Vec<Recording> = (0..size)
                .map(|at| match dice.below(6) {
                    0 => Recording(Key { hash: dice.roll(), name: 1 << 31 }),
                    // Another key of a hash that is there; the same few keys; keys that collide.
                    1 => Recording(Key { name: 1 << 31, ..all[dice.below(60_000)].0 }),
                    2 => all[(at * 31) % 70],
                    3 => all[dice.below(1200) * 50 + dice.below(4)],
                    _ => all[dice.below(all.len())],
                })
                .collect();
            let found = view.get_many(&asked);
            let one_by_one: Vec<Option<&u64>> = asked.iter().map(|key| view.get(key)).collect();
            assert_eq!(found, one_by_one);
        }
        assert!(view.get_many(&all).iter().all(Option::is_some));
    }
    for_each_layout(|view| {
        let found: Vec<bool> = view.get_many(&keys()).iter().map(Option::is_some).collect();
        let expected: Vec<bool> = keys().iter().map(|key| view.contains_key(key)).collect();
        assert_eq!(found, expected);
    });
}

/// Keys of a machine word, and strings that are looked up by `&str`.
#[test]
fn lookups_take_borrowed_keys_of_any_size() {
    let mut words = Store::<u64, u64>::with_seed(1);
    let large = words.bulk((0..600_000).map(|n| (n, n + 1))).unwrap();
    let view = words.at(large).unwrap();
    let asked: Vec<u64> = (0..1_200_000).step_by(19).collect();
    for (key, found) in asked.iter().zip(view.get_many(&asked)) {
        assert_eq!(found.copied(), (*key < 600_000).then_some(key + 1));
        assert_eq!(view.get(key), found);
    }
    let mut strings = Store::<String, usize>::with_seed(1);
    let words = ["ash", "beech", "hazel", "holly", ""];
    let version = strings.bulk(words.iter().map(|w| (w.to_string(), w.len()))).unwrap();
    let view = strings.at(version).unwrap();
    assert_eq!(view.get_key_value("hazel"), Some((&"hazel".to_owned(), &5)));
    assert_eq!((view.get(""), view.contains_key("oak")), (Some(&0), false));
    assert_eq!(view.get_hashed(strings.hash_of("ash"), |key| key == "ash").unwrap().1, &3);
}

#[test]
fn threads_read_one_store_at_once() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Store<u64, String>>();
    is_shared::<View<'_, u64, String>>();
    is_shared::<Iter<'_, u64, String>>();
    is_shared::<hedgerow::host::Cursor>();
    is_shared::<hedgerow::host::Probe>();
    is_shared::<hedgerow::Error>();
    let mut store = Store::<u64, String>::with_seed(2);
    let a = store.bulk((0..5000).map(|n| (n, n.to_string()))).unwrap();
    let b = store.insert(a, 17, "changed".to_owned()).unwrap();
    let store = &store;
    std::thread::scope(|scope| {
        for first in 0..4u64 {
            scope.spawn(move || {
                for key in (first..5000).step_by(4) {
                    assert_eq!(store.at(a).unwrap()[&key], key.to_string());
                }
                assert_eq!(store.at(b).unwrap().iter().count(), 5000);
                assert_eq!(store.diff(a, b).unwrap().len(), 1);
                store.check().unwrap();
            });
        }
    });
}

#[test]
fn the_traits_of_a_map_behave() {
    let store: Store<&str, i32> = [("a", 1), ("b", 2), ("a", 3)].into_iter().collect();
    let version = store.versions().next().unwrap();
    let view = store.at(version).unwrap();
    assert_eq!((view["a"], view["b"], view.len()), (3, 2, 2));
    let other: Store<&str, i32> = [("b", 2), ("a", 3)].into_iter().collect();
    let same = other.at(other.versions().next().unwrap()).unwrap();
    assert_eq!(view, same);
    assert_eq!(same, view);
    assert_eq!(format!("{:?}", store.at(store.empty()).unwrap()), "{}");
    let mut one = Store::<&str, i32>::default();
    let mut edit = one.edit(one.empty()).unwrap();
    edit.extend([("a", 1)]);
    assert_eq!(format!("{edit:?}"), r#"{"a": 1}"#);
    let a = edit.commit();
    let b = one.insert(a, "a", 2).unwrap();
    assert_eq!(format!("{one:?}"), format!(r#"Store {{{b}: {{"a": 2}}, {a}: {{"a": 1}}}}"#));
    assert_eq!(one.versions().collect::<Vec<_>>(), [b, a]);
    assert!(one.at(a).unwrap() != one.at(b).unwrap());
    assert!(one.at(a).unwrap() != one.at(one.empty()).unwrap());
    // A map of another store, with another value and one more key.
    assert!(one.at(a).unwrap() != view);
}

#[test]
#[should_panic(expected = "no entry found for key")]
fn indexing_by_a_key_that_is_absent_panics() {
    let store: Store<u32, u32> = [(1, 2)].into_iter().collect();
    let _ = store.at(store.empty()).unwrap()[&1];
}

/// The order depends on the hashes only, so that it is the same in every store with one seed.
#[test]
fn a_seed_gives_the_same_order_again() {
    let order = |hasher: DefaultHashBuilder| -> Vec<u32> {
        let mut store = Store::<u32, u32>::with_hasher(hasher);
        let version = store.bulk((0..1000).map(|n| (n, n))).unwrap();
        store.at(version).unwrap().keys().copied().collect()
    };
    assert_eq!(order(DefaultHashBuilder::with_seed(7)), order(DefaultHashBuilder::with_seed(7)));
    assert_ne!(order(DefaultHashBuilder::with_seed(7)), order(DefaultHashBuilder::with_seed(8)));
    assert_ne!(order(DefaultHashBuilder::default()), order(DefaultHashBuilder::default()));
}

/// An edit reads what it has written.
#[test]
fn an_edit_reads_its_own_writes() {
    let mut store: KeyStore = store();
    let base = grow(&mut store, &keys()[..30]);
    let before = contents(&store, base);
    let mut edit = store.edit(base).unwrap();
    let key = keys()[40];
    assert_eq!((edit.get(&key), edit.len()), (None, 30));
    assert_eq!((edit.insert(key, 1), edit.get(&key)), (Ok(true), Some(&1)));
    assert_eq!((edit.insert(key, 2), edit.view().get(&key)), (Ok(false), Some(&2)));
    assert_eq!((edit.remove(&key), edit.remove(&key)), (Ok(true), Ok(false)));
    assert!(!edit.contains_key(&key) && !edit.is_empty() && edit.len() == 30);
    // The edit owns the nodes now, but their entries are the base's.
    for key in &keys()[..30] {
        assert_eq!((edit.insert(*key, 99), edit.get(key)), (Ok(false), Some(&99)));
    }
    drop(edit);
    assert_eq!(contents(&store, base), before);
}

#[cfg(feature = "serde")]
#[test]
fn serde_writes_a_map_in_order_and_reads_it_back() {
    let mut store = Store::<String, Vec<u32>>::with_seed(3);
    let pairs = (0..100).map(|n| (format!("key {n}"), vec![n; n as usize % 3]));
    let version = store.bulk(pairs).unwrap();
    let view = store.at(version).unwrap();
    let json = serde_json::to_string(&view).unwrap();
    let first = view.iter().next().unwrap();
    assert!(json.starts_with(&format!("{{{:?}:", first.0)), "{json}");
    let read = store.deserialize(&mut serde_json::Deserializer::from_str(&json)).unwrap();
    assert!(store.equal(version, read).unwrap());
    for bad in ["[1]", "{\"a\": 1}", "{\"a\": [1]", ""] {
        let before = store.stats();
        assert!(store.deserialize(&mut serde_json::Deserializer::from_str(bad)).is_err());
        assert_eq!(store.stats(), before);
    }
    let doubled = r#"{"a": [1], "a": [2]}"#;
    let read = store.deserialize(&mut serde_json::Deserializer::from_str(doubled)).unwrap();
    assert_eq!(store.at(read).unwrap()["a"], [2]);
    let empty = store.deserialize(&mut serde_json::Deserializer::from_str("{}")).unwrap();
    assert_eq!(empty, store.empty());
}
