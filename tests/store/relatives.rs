//! Operations on two or three versions: equality, diff, merge, union, intersection, difference.
//!
//! The bug class: a walk down two trees that compares parts which do not belong together. Where one
//! tree has an entry the other may have a node, a collision node may be a level deeper, and equal
//! keys may be in another order: other libraries lost an eighth of the changes there. Or the walk
//! is right but slow, and reads all of two maps that differ in one key. So key comparisons are
//! counted.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::convert::Infallible;
use std::hash::{Hash, Hasher};

use crate::support::{
    Contents, Key, KeyStore, assert_holds, chunks, contents, grow, keys, keys_of, names, store,
};
use hedgerow::host::{Combination, Combined, combine};
use hedgerow::{Change, Conflict, Store, Version, WithError};
use proptest::prelude::*;

/// A change in the model: key, old value, new value.
type Changed = (u32, Option<u64>, Option<u64>);

fn model_diff(a: &Contents, b: &Contents) -> BTreeMap<u32, (Option<u64>, Option<u64>)> {
    let names: HashSet<u32> = a.keys().chain(b.keys()).copied().collect();
    let change = |name| (name, (a.get(&name).copied(), b.get(&name).copied()));
    names.into_iter().map(change).filter(|(_, (old, new))| old != new).collect()
}

/// Compares every operation on two versions with the same operation on their contents.
fn compare(store: &mut KeyStore, a: Version, b: Version, all: &[Key]) {
    let (left, right) = (contents(store, a), contents(store, b));
    assert_eq!(store.equal(a, b), Ok(left == right));
    assert_eq!(store.at(a).unwrap() == store.at(b).unwrap(), left == right);
    let changes = store.diff(a, b).unwrap();
    let found: Vec<Changed> = changes
        .iter()
        .map(|change| {
            let (old, new) = (change.old_value().copied(), change.new_value().copied());
            let kind = match change {
                Change::Added { .. } => (false, true),
                Change::Removed { .. } => (true, false),
                Change::Changed { .. } => (true, true),
            };
            assert_eq!((old.is_some(), new.is_some()), kind);
            (change.key().name, old, new)
        })
        .collect();
    let by_name: BTreeMap<u32, (Option<u64>, Option<u64>)> =
        found.iter().map(|&(name, old, new)| (name, (old, new))).collect();
    assert_eq!(found.len(), by_name.len(), "a key is reported once");
    assert_eq!(by_name, model_diff(&left, &right));
    let positions: Vec<[u32; 7]> = changes.iter().map(|change| chunks(change.key())).collect();
    assert!(positions.is_sorted(), "diff has iteration order");
    compare_made(store, a, b, all);
}

/// Checks union, intersection and difference, and what they share with their first argument.
fn compare_made(store: &mut KeyStore, a: Version, b: Version, all: &[Key]) {
    let (left, right) = (contents(store, a), contents(store, b));
    let mut union = right.clone();
    union.extend(&left);
    let both = left.iter().filter(|(key, _)| right.contains_key(key)).map(|(&k, &v)| (k, v));
    let only = left.iter().filter(|(key, _)| !right.contains_key(key)).map(|(&k, &v)| (k, v));
    let expected = [union, both.collect(), only.collect()];
    let made = [store.union(a, b), store.intersection(a, b), store.difference(a, b)];
    for (made, expected) in made.into_iter().zip(expected) {
        let made = made.unwrap();
        assert_holds(store, made, &expected, all);
        let sharing = store.shared(a, made).unwrap();
        assert_eq!(sharing.entries_shared + sharing.entries_only_b, expected.len());
        let kept = left.keys().filter(|key| expected.contains_key(key)).count();
        assert_eq!(sharing.entries_shared, kept, "entries of a are shared with a");
        store.release(made).unwrap();
        store.check().unwrap();
    }
}

/// Checks `combine`, which a host calls, against the contents.
fn compare_combined(store: &mut KeyStore, a: Version, b: Version, all: &[Key]) {
    use Combination::{Difference, Intersection, SymmetricDifference, Union, Update};
    let (left, right) = (contents(store, a), contents(store, b));
    for how in [Union, Update, Intersection, Difference, SymmetricDifference] {
        let held = |from: &Contents| from.iter().map(|(&k, &v)| (k, v)).collect::<Contents>();
        let mut expected = if how == Update { held(&left) } else { held(&right) };
        expected.extend(if how == Update { &right } else { &left });
        expected.retain(|key, _| match (how, left.contains_key(key), right.contains_key(key)) {
            (Intersection, left, right) => left && right,
            (Difference, left, right) => left && !right,
            (SymmetricDifference, left, right) => left != right,
            _ => true,
        });
        let same = |a: &Key, b: &Key| Ok::<bool, Infallible>(a == b);
        match combine(store, a, b, how, same, |old, new| old == new).unwrap() {
            Combined::New(made) => {
                assert_holds(store, made, &expected, all);
                store.release(made).unwrap();
            }
            Combined::First => assert_eq!(left, expected),
            Combined::Few => assert!(matches!(how, Union | Update | Intersection)),
        }
    }
    store.check().unwrap();
}

/// What a comparison of keys fails with comes out, and nothing has changed.
#[test]
fn a_combination_whose_comparison_fails_is_refused() {
    let mut store = store();
    let pairs = |names: std::ops::Range<u32>| keys_of(names.map(u64::from)).into_iter();
    let a = store.bulk(pairs(0..100).map(|key| (key, 1))).unwrap();
    let b = store.bulk(pairs(0..50).map(|key| (key, 2))).unwrap();
    let before = store.stats();
    let made = combine(&mut store, a, b, Combination::Update, |_, _| Err(7), |_, _| false);
    assert!(matches!(made, Err(WithError::Caller(7))));
    assert_eq!(store.stats(), before);
    store.check().unwrap();
}

/// A history of inserts and removals, by the indices of keys.
fn history() -> impl Strategy<Value = Vec<(bool, prop::sample::Index, u64)>> {
    prop::collection::vec((prop::bool::weighted(0.6), any::<prop::sample::Index>(), 0..4u64), 0..50)
}

fn replay(
    store: &mut KeyStore,
    mut version: Version,
    all: &[Key],
    steps: &[(bool, prop::sample::Index, u64)],
) -> Version {
    for &(put, number, value) in steps {
        let key = all[number.index(all.len())];
        if put {
            version = store.insert(version, key, value).unwrap();
        } else if let Some(next) = store.remove(version, &key).unwrap() {
            version = next;
        }
    }
    version
}

/// Keys of few hashes, which share prefixes of every length.
fn pool() -> Vec<Key> {
    let mut all = keys_of((0..60).map(|i| [3, 35, 3 | 1 << 30, 7, 1027, 8][i % 6]));
    all.extend(keys().into_iter().map(|key| Key { name: key.name + 100, ..key }));
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn related_and_unrelated_versions_compare_as_their_contents_do(
        common in history(),
        left in history(),
        right in history(),
        dense in any::<bool>(),
        compacted in any::<bool>(),
    ) {
        let (mut store, pool) = (store(), pool());
        let all = if dense { &pool[..60] } else { &pool[..] };
        let empty = store.empty();
        let base = replay(&mut store, empty, all, &common);
        let a = replay(&mut store, base, all, &left);
        let b = replay(&mut store, base, all, &right);
        let unrelated = store.bulk(
            store.at(a).unwrap().iter().map(|(key, value)| (*key, *value)).collect::<Vec<_>>(),
        ).unwrap();
        if compacted {
            store.compact();
        }
        for (a, b) in [(a, b), (b, a), (base, a), (unrelated, a), (unrelated, b), (a, a)] {
            compare(&mut store, a, b, &pool);
        }
        for (a, b) in [(a, b), (unrelated, b)] {
            compare_combined(&mut store, a, b, &pool);
        }
    }

    #[test]
    fn a_merge_resolves_conflicts_and_nothing_else(
        common in history(),
        left in history(),
        right in history(),
        unrelated in any::<bool>(),
    ) {
        let (mut store, all) = (store(), pool());
        let empty = store.empty();
        let base = replay(&mut store, empty, &all, &common);
        let ours = replay(&mut store, base, &all, &left);
        let theirs_from = if unrelated { empty } else { base };
        let theirs = replay(&mut store, theirs_from, &all, &right);
        let held = [base, ours, theirs].map(|version| contents(&store, version));
        let mut asked = HashMap::new();
        let decide = |ours: Option<u64>, theirs: Option<u64>| ours.xor(theirs).map(|v| v + 50);
        let merged = store.merge(base, ours, theirs, |conflict: Conflict<'_, Key, u64>| {
            let Conflict { key, base, ours, theirs, .. } = conflict;
            let values = [base, ours, theirs].map(|value| value.copied());
            assert_eq!(asked.insert(key.name, values), None, "asked once about a key");
            decide(values[1], values[2])
        }).unwrap();
        let mut expected = Contents::new();
        for key in all.iter().map(|key| key.name) {
            let values = held.each_ref().map(|contents| contents.get(&key).copied());
            let [was, ours, theirs] = values;
            let is_conflict = ours != theirs && ours != was && theirs != was;
            prop_assert_eq!(asked.get(&key), is_conflict.then_some(&values));
            let value = match () {
                () if is_conflict => decide(ours, theirs),
                () if theirs == was => ours,
                () => theirs,
            };
            value.map(|value| expected.insert(key, value));
        }
        assert_holds(&store, merged, &expected, &all);
        store.check().unwrap();
    }
}

/// The same keys, in collision nodes of another order and at other depths.
#[test]
fn equal_maps_of_other_shapes_are_equal() {
    let mut store = store();
    let mut all = keys_of([9, 9, 9, 9 | 1 << 30, 9 | 1 << 10]);
    let straight = grow(&mut store, &all);
    all.reverse();
    let reversed = grow(&mut store, &all);
    assert_ne!(names(&store, straight), names(&store, reversed));
    assert!(store.equal(straight, reversed).unwrap());
    assert_eq!(store.diff(straight, reversed), Ok(vec![]));
    // A collision node stays deep when the key that pushed it down is removed.
    let deep = store.remove(straight, &Key { hash: 9 | 1 << 30, name: 3 }).unwrap().unwrap();
    all.retain(|key| key.name != 3);
    let shallow = grow(&mut store, &all);
    assert!(store.equal(deep, shallow).unwrap());
    let changed = store.insert(shallow, all[0], 77).unwrap();
    let all: Vec<Key> = keys_of([9, 9, 9, 9 | 1 << 30, 9 | 1 << 10]);
    for (a, b) in [(deep, changed), (changed, deep), (straight, shallow), (shallow, straight)] {
        compare(&mut store, a, b, &all);
    }
}

#[test]
fn a_merge_without_conflicts_resolves_nothing() {
    let mut store = store();
    let base = grow(&mut store, &keys());
    let ours = store.insert(base, keys()[3], 50).unwrap();
    let theirs = store.insert(base, keys()[3], 50).unwrap();
    let unasked = |_: Conflict<'_, Key, u64>| -> Option<u64> { panic!("there is no conflict") };
    for (ours, theirs) in [(ours, theirs), (ours, base), (base, theirs), (ours, ours)] {
        let merged = store.merge(base, ours, theirs, unasked).unwrap();
        assert_eq!(store.at(merged).unwrap().get(&keys()[3]), Some(&50));
        assert_eq!(store.len(merged), store.len(base));
    }
    // Both remove the key; then one removes it and the other changes its value.
    let gone = store.remove(base, &keys()[3]).unwrap().unwrap();
    let gone_too = store.remove(base, &keys()[3]).unwrap().unwrap();
    let merged = store.merge(base, gone, gone_too, unasked).unwrap();
    assert!(store.equal(merged, gone).unwrap());
    let mut asked = 0;
    let merged = store.merge(base, gone, theirs, |conflict| {
        asked += 1;
        assert_eq!((conflict.base, conflict.ours, conflict.theirs), (Some(&3), None, Some(&50)));
        None
    });
    assert!(asked == 1 && store.equal(merged.unwrap(), gone).unwrap());
    store.check().unwrap();
}

thread_local! {
    static COMPARED: Cell<usize> = const { Cell::new(0) };
}

/// A key or value that counts its comparisons.
#[derive(Clone, Debug, Eq)]
struct Counted(u64);

impl PartialEq for Counted {
    fn eq(&self, other: &Counted) -> bool {
        COMPARED.set(COMPARED.get() + 1);
        self.0 == other.0
    }
}

impl Hash for Counted {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
    }
}

fn compared(act: impl FnOnce()) -> usize {
    COMPARED.set(0);
    act();
    COMPARED.get()
}

/// On maps of 100,000 entries that differ in 60, the comparisons depend on the 60.
#[test]
fn operations_on_relatives_cost_what_differs() {
    const SIZE: u64 = 100_000;
    const CHANGES: u64 = 30;
    let mut store = Store::<Counted, Counted>::with_seed(4);
    let pairs = || (0..SIZE).map(|n| (Counted(n), Counted(n)));
    let base = store.bulk(pairs()).unwrap();
    let mut ends = [base, base];
    for n in 0..CHANGES {
        for (side, end) in ends.iter_mut().enumerate() {
            let key = n * 1000 + side as u64;
            *end = match n % 3 {
                0 => store.remove(*end, &Counted(key)).unwrap().unwrap(),
                1 => store.insert(*end, Counted(key), Counted(n)).unwrap(),
                _ => store.insert(*end, Counted(SIZE + key), Counted(n)).unwrap(),
            };
        }
    }
    // They share as much when the versions between them are released.
    let between: Vec<Version> = store.versions().filter(|v| !ends.contains(v)).collect();
    for version in between {
        store.release(version).unwrap();
    }
    let [a, b] = ends;
    let unrelated = store.bulk(pairs()).unwrap();
    let limit = 8 * 2 * CHANGES as usize;
    let same = store.insert(a, Counted(77), Counted(77)).unwrap();
    let count = compared(|| assert!(store.equal(a, same).unwrap()));
    assert!(count <= 4, "equal: {count}");
    let count = compared(|| assert_eq!(store.diff(a, b).unwrap().len(), 2 * CHANGES as usize));
    assert!((1..=limit).contains(&count), "diff: {count}");
    type Operation = fn(&mut Store<Counted, Counted>, Version, Version);
    let operations: [(&str, Operation); 4] = [
        ("union", |store, a, b| assert!(store.union(a, b).is_ok())),
        ("intersection", |store, a, b| assert!(store.intersection(a, b).is_ok())),
        ("difference", |store, a, b| assert!(store.difference(a, b).is_ok())),
        ("merge", |store, a, b| {
            let merged = store.merge(a, b, a, |_| panic!("no conflict")).unwrap();
            assert!(store.equal(merged, b).unwrap());
        }),
    ];
    for (name, operation) in operations {
        let count = compared(|| operation(&mut store, a, b));
        assert!(count <= limit, "{name}: {count}");
        // The count is right: unrelated versions are compared key by key.
        let count = compared(|| operation(&mut store, unrelated, b));
        assert!(name == "merge" || count >= SIZE as usize / 2, "{name} of unrelated: {count}");
    }
    store.check().unwrap();
}
