//! The promises of persistent dicts, one test for each.
//!
//! The bugs this hunts: a version that changes or is released under a reader; a lock that is held
//! while a comparison, a hash or a destructor runs; a key that is replaced where Python keeps the
//! old one; equal dicts with different hashes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::user_keys::{Key, List, Notes, int, noting, policy, words};
use hedgerow::object::{
    Dict, HashPolicy, Merge, Object, ObjectError, PersistentDict, PersistentStore, Utf16, Value,
    hash, is, repr,
};

fn store() -> PersistentStore {
    PersistentStore::new(policy())
}

fn of(store: &PersistentStore, pairs: impl IntoIterator<Item = (Value, Value)>) -> PersistentDict {
    pairs.into_iter().fold(store.empty(), |dict, (key, value)| dict.insert(key, value).unwrap())
}

#[test]
fn versions_are_immutable_and_released_with_the_last_reference() {
    let store = store();
    let one = of(&store, [(int(1), "one".into())]);
    let two = one.insert(int(2), "two".into()).unwrap();
    let rest = two.remove(&1).unwrap().unwrap();
    assert_eq!((one.len(), two.len(), rest.len(), store.stats().live_versions), (1, 2, 1, 3));
    let again = two.clone();
    drop(two);
    assert!(is(&again.get(&2.0).unwrap().unwrap(), &"two".into()) || again.len() == 2);
    assert_eq!(store.stats().live_versions, 3);
    drop((one, again, rest));
    assert_eq!((store.stats().live_versions, store.stats().live_entries), (0, 0));
    store.check().unwrap();
}

#[test]
fn the_old_key_stays_and_the_same_value_is_the_same_dict() {
    let store = store();
    let one = of(&store, [(int(1), "x".into())]);
    let value = Value::from("y");
    let other = one.insert(true.into(), value.clone()).unwrap();
    assert_eq!(other.repr().unwrap(), "{1: 'y'}");
    assert!(other.insert(1.0.into(), value).unwrap().is(&other));
    assert!(!other.insert(int(1), "y".into()).unwrap().is(&other), "by identity, as in CPython");
    assert!(other.remove(&2).unwrap().is_none());
    assert!(one.del_item(&1).unwrap().is(&store.empty()));
    let missing = Key::value("missing", 1, 1);
    let error = one.del_item(&missing).unwrap_err();
    assert!(matches!(error, ObjectError::Key(key, _) if is(&key, &missing)));
    assert_eq!(words(one.get_item("name")), "KeyError: 'name'");
}

#[test]
fn an_empty_dict_does_not_hash_the_key_of_a_lookup() {
    let (store, list) = (store(), List::value());
    assert!(store.empty().get(&list).unwrap().is_none());
    assert_eq!(words(store.empty().get_item(&int(3))), "KeyError: 3");
    let refused = "TypeError: unhashable type: 'list'";
    assert_eq!(words(store.empty().remove(&list)), refused);
    assert_eq!(words(of(&store, [(int(1), int(1))]).get(&list)), refused);
    assert_eq!(words(store.empty().insert(list, int(1))), refused);
}

/// As in `hamt.c` the given key is the left operand, except for removals.
#[test]
fn comparisons_have_cpythons_operands() {
    let notes = Notes::default();
    let noted = || std::mem::take(&mut *notes.lock().unwrap());
    let (a, b) = (noting(&notes, "a", 7, 1), noting(&notes, "b", 7, 2));
    let dict = of(&store(), [(a.clone(), int(1))]);
    dict.get(&a).unwrap();
    assert!(noted().is_empty());
    dict.get(&b).unwrap();
    assert_eq!(noted(), ["b==a"]);
    dict.insert(b.clone(), int(2)).unwrap();
    assert_eq!(noted(), ["b==a"]);
    dict.remove(&b).unwrap();
    assert_eq!(noted(), ["a==b"]);
    // Negative ints share their folded hash with others, and differ from them without user code.
    let folded = of(&store(), [(int(4), "4".into()), (int(-5), "-5".into())]);
    assert_eq!(folded.repr().unwrap(), "{4: '4', -5: '-5'}");
}

#[test]
fn hash_is_that_of_the_frozenset_of_items() {
    let store = store();
    let dict = of(&store, [("a".into(), int(1)), (int(2), "b".into()), (Value::None, 0.5.into())]);
    let items = dict.items().map(|pair| Value::tuple(<[Value; 2]>::from(pair)));
    let set = Value::frozen_set(items, &policy()).unwrap();
    assert_eq!(dict.hash().unwrap(), hash(&set, &policy()).unwrap());
    assert_eq!(hash(&dict.to_value(), &policy()).unwrap(), dict.hash().unwrap());
    let other = of(
        &store,
        [(2.0.into(), "b".into()), (Value::None, 0.5.into()), ("a".into(), true.into())],
    );
    assert!(dict.equal(&other).unwrap());
    assert_eq!(dict.hash().unwrap(), other.hash().unwrap());
    let (ab, ba) = (of(&store, [(int(1), int(2))]), of(&store, [(int(2), int(1))]));
    assert_ne!(ab.hash().unwrap(), ba.hash().unwrap(), "which immutables does not tell apart");
    assert_eq!(
        words(of(&store, [(int(1), List::value())]).hash()),
        "TypeError: cannot use 'tuple' as a set element (unhashable type: 'list')"
    );
    // So a persistent dict can be a key.
    let keyed = of(&store, [(dict.to_value(), "found".into())]);
    assert!(keyed.get(&other.to_value()).unwrap().is_some());
}

#[test]
fn equality_across_stores_and_policies() {
    let java = PersistentStore::new(HashPolicy::java());
    let pairs = || [("Python".into(), int(1)), ("QZthon".into(), int(2)), (int(7), List::value())];
    let (a, b) = (of(&java, pairs()), of(&store(), pairs()));
    assert!(!a.equal(&b).unwrap(), "two lists are two objects");
    let (a, b) = (a.del_item(&7).unwrap(), b.del_item(&7).unwrap());
    assert!(a.equal(&b).unwrap() && b.equal(&a).unwrap());
    assert!(!a.equal(&b.insert(int(1), int(1)).unwrap()).unwrap());
    assert!(!a.equal(&b.insert("Python".into(), int(5)).unwrap()).unwrap());
    assert!(is(&a.get("QZthon").unwrap().unwrap(), &int(2)));
    assert!(a.contains_key(&Utf16(&"Python".encode_utf16().collect::<Vec<_>>())).unwrap());
}

#[test]
fn equality_compares_nothing_that_is_shared() {
    let store = store();
    let asked = Arc::new(AtomicUsize::new(0));
    let keys: Vec<Value> = (0..100)
        .map(|number| {
            let asked = Arc::clone(&asked);
            Key::on_eq(&format!("k{number}"), number % 7, number as u32, move |_| {
                asked.fetch_add(1, Ordering::Relaxed);
                Ok(())
            })
        })
        .collect();
    let base = of(&store, keys.iter().map(|key| (key.clone(), 1.into())));
    let (left, right) = (
        base.insert(keys[0].clone(), 2.into()).unwrap(),
        base.insert(keys[0].clone(), Value::from(2.0)).unwrap(),
    );
    let other = base.insert(keys[1].clone(), 2.into()).unwrap();
    asked.store(0, Ordering::Relaxed);
    assert!(left.equal(&right).unwrap());
    assert!(!left.equal(&base).unwrap());
    assert!(!left.equal(&other).unwrap());
    // Every key is the same object on both sides.
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    // Equal entries made separately share nothing, and are equal.
    let anew = of(&store, keys.iter().rev().map(|key| (key.clone(), 1.into())));
    assert!(anew.equal(&base).unwrap() && base.equal(&anew).unwrap());
}

#[test]
fn the_three_iterators() {
    let dict = of(&store(), (0..100).map(|key| (int(key), int(-key))));
    let mut keys = dict.keys();
    assert_eq!(keys.by_ref().take(70).count(), 70);
    assert_eq!(keys.len(), 100, "as in CPython, however far it has come");
    assert_eq!(keys.size_hint(), (30, Some(30)));
    assert_eq!(keys.by_ref().count(), 30);
    assert_eq!((keys.next().is_none(), keys.size_hint()), (true, (0, Some(0))));
    drop(keys);
    let (keys, values): (Vec<_>, Vec<_>) = dict.items().unzip();
    assert_eq!(format!("{keys:?}"), format!("{:?}", dict.keys().collect::<Vec<_>>()));
    assert_eq!(format!("{values:?}"), format!("{:?}", dict.values().collect::<Vec<_>>()));
    // An iterator keeps its version live.
    let items = dict.items();
    let store = dict.store();
    drop(dict);
    store.compact();
    assert_eq!(items.count(), 100);
    assert_eq!(store.stats().live_versions, 0);
    assert!(store.empty().items().next().is_none());
}

#[test]
fn repr_and_the_dict_as_a_value() {
    let store = store();
    let inner = of(&store, [("a".into(), 1.5.into())]);
    let outer = of(&store, [(int(1), inner.to_value()), (int(2), inner.to_value())]);
    let expected = "{1: PersistentDict({'a': 1.5}), 2: PersistentDict({'a': 1.5})}";
    assert_eq!(outer.repr().unwrap(), expected);
    assert_eq!(repr(&store.empty().to_value()).unwrap(), "PersistentDict({})");
    assert_eq!(inner.type_name(), "PersistentDict");
    let plain = outer.to_dict().unwrap();
    assert_eq!(plain.repr().unwrap(), expected);
}

#[test]
fn a_comparison_that_fails_or_uses_the_store() {
    let store = store();
    let fails = Arc::new(AtomicUsize::new(0));
    let (failing, handle) = (Arc::clone(&fails), store.clone());
    let key = Key::on_eq("key", 7, 1, move |other| {
        let made = handle.empty().insert(other.clone(), Value::None)?;
        handle.compact();
        drop(made);
        handle.check().expect("a sound store in the middle of a comparison");
        match failing.load(Ordering::Relaxed) {
            0 => Ok(()),
            _ => Err(ObjectError::Value("no".into())),
        }
    });
    let dict = of(&store, [(key, int(1)), (int(3), int(3))]);
    // An int does not know the key, so the key is asked.
    let other = int(7);
    let both = dict.insert(other.clone(), int(2)).unwrap();
    assert_eq!((dict.len(), both.len()), (2, 3));
    fails.store(1, Ordering::Relaxed);
    assert_eq!(words(dict.get(&other)), "ValueError: no");
    assert_eq!(words(dict.insert(other.clone(), int(2))), "ValueError: no");
    assert_eq!(words(dict.remove(&other)), "ValueError: no");
    let pairs = [(other, int(2))];
    let mut given = Dict::new(policy());
    given.merge_pairs(pairs, Merge::Replace).unwrap();
    assert_eq!(words(dict.merge(&given, Merge::Replace)), "ValueError: no");
    assert_eq!(store.stats().live_versions, 2, "what was begun is gone");
    store.check().unwrap();
}

/// Destructors of keys and values create and drop dicts in the store that they were in.
#[test]
fn destructors_may_use_the_store() {
    let store = store();
    let dropped = Arc::new(AtomicUsize::new(0));
    let kept: Arc<Mutex<Vec<PersistentDict>>> = Arc::default();
    let watching = |group: u32| {
        let (store, dropped, kept) = (store.clone(), Arc::clone(&dropped), Arc::clone(&kept));
        Key::on_drop("watching", 7, group, move || {
            dropped.fetch_add(1, Ordering::Relaxed);
            let made = store.empty().insert(int(1), int(2)).unwrap();
            kept.lock().unwrap().push(made);
        })
    };
    let one = of(&store, [(watching(1), watching(9))]);
    let two = one.insert(watching(1), watching(9)).unwrap(); // the given key goes
    assert_eq!(dropped.load(Ordering::Relaxed), 1);
    let mut edit = two.edit().unwrap();
    edit.insert(watching(2), watching(9)).unwrap();
    edit.remove(&watching(2)).unwrap(); // the key that was sought, the key and its value
    assert_eq!(dropped.load(Ordering::Relaxed), 4);
    drop(edit);
    drop((one, two));
    assert_eq!(dropped.load(Ordering::Relaxed), 7);
    kept.lock().unwrap().clear();
    assert_eq!((store.stats().live_versions, store.stats().live_entries), (0, 0));
    store.check().unwrap();
}

#[test]
fn deeply_nested_persistent_dicts_drop_in_constant_stack() {
    let store = store();
    let mut dict = store.empty();
    // With the feature `stress` every drop compacts the whole store.
    let depth = if cfg!(feature = "stress") { 3_000 } else { 100_000 };
    for _ in 0..depth {
        dict = store.empty().insert("inner".into(), dict.to_value()).unwrap();
    }
    assert_eq!(words(dict.repr()), "RecursionError: maximum recursion depth exceeded");
    assert_eq!(words(dict.hash()), "RecursionError: maximum recursion depth exceeded");
    drop(dict);
    assert_eq!(store.stats().live_versions, 0);
}

#[test]
fn edits_change_many_keys_in_place() {
    let store = store();
    let base = of(&store, (0..50).map(|key| (int(key), int(key))));
    let mut edit = base.edit().unwrap();
    for key in 25..75 {
        let old = edit.insert((key as f64).into(), "new".into()).unwrap();
        assert_eq!(old.is_some(), key < 50);
    }
    assert!(edit.remove(&0).unwrap() && !edit.remove(&0).unwrap());
    assert!(is(&edit.get(&1).unwrap().unwrap(), &int(1)) && edit.get(&0).unwrap().is_none());
    assert_eq!(edit.len(), 74);
    let made = edit.commit().unwrap();
    assert_eq!((base.len(), made.len()), (50, 74));
    assert_eq!(repr(&made.get_key_value(&30).unwrap().unwrap().0).unwrap(), "30", "the old key");
    let abandoned = made.edit().unwrap();
    drop(abandoned);
    assert_eq!(store.stats().live_versions, 2);
    store.check().unwrap();
}

/// Merging, and building from a dict, give the same dicts as inserting one by one.
#[test]
fn merging_and_building() {
    let store = store();
    let mut given = Dict::new(HashPolicy::java());
    for key in 0..500 {
        given.insert(int(key), int(key * key)).unwrap();
        given.insert(format!("key {key}").as_str().into(), int(key)).unwrap();
    }
    let built = store.build(&given).unwrap();
    let one_by_one = of(&store, given.iter().map(|(key, value)| (key.clone(), value.clone())));
    assert!(built.equal(&one_by_one).unwrap());
    assert_eq!(built.repr().unwrap(), one_by_one.repr().unwrap(), "in the same order");
    let merged = store.empty().merge(&given, Merge::Unique).unwrap();
    assert_eq!(merged.repr().unwrap(), built.repr().unwrap());
    assert_eq!(words(merged.merge(&given, Merge::Unique)), "KeyError: 0");
    let kept = merged.merge(&Value::tuple([Value::tuple([int(0), "no".into()])]), Merge::IfAbsent);
    assert!(is(&kept.unwrap().get(&0).unwrap().unwrap(), &int(0)));
    assert_eq!(
        words(merged.merge(&int(5), Merge::Replace)),
        "TypeError: 'int' object is not iterable"
    );
    assert!(store.build(&Dict::new(policy())).unwrap().is_empty());
    store.check().unwrap();
}
