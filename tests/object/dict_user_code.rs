//! Dicts whose keys run user code when they are compared or dropped.
//!
//! The bugs this hunts: half an entry left by an error; a search that goes on among entries that
//! are gone; a lock or borrow that is held while user code runs; a destructor that sees the dict in
//! the middle of a change.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::user_keys::{Key, Notes, dict, int, noting, policy, words};
use hedgerow::object::{Dict, Merge, ObjectError, SharedDict, is};

/// A comparison that fails ends the operation without a change of the dict.
#[test]
fn an_error_of_an_equality_is_passed_on() {
    let fails = || Key::on_eq("fails", 7, 1, |_| Err(ObjectError::Value("no".into())));
    let mut dict = dict([(int(1), int(1))]);
    dict.insert(fails(), int(2)).unwrap();
    let before = dict.repr().unwrap();
    let other = Key::value("other", 7, 2);
    assert_eq!(words(dict.get(&other)), "ValueError: no");
    assert_eq!(words(dict.insert(other.clone(), int(3))), "ValueError: no");
    assert_eq!(words(dict.setdefault(other.clone(), int(3))), "ValueError: no");
    assert_eq!(words(dict.remove(&other)), "ValueError: no");
    assert_eq!(words(dict.pop_or(&7, int(3))), "ValueError: no");
    assert_eq!(words(dict.merge_pairs([(other, int(3))], Merge::IfAbsent)), "ValueError: no");
    assert_eq!(dict.repr().unwrap(), before);
    dict.check().unwrap();
    // It is not compared with keys of other hashes.
    assert!(dict.get(&8).unwrap().is_none() && dict.get(&1.0).unwrap().is_some());
}

/// The stored key is the left operand, and identity comes first. A built-in key is found without
/// comparing the objects behind it that have the same hash, but not without those before it.
#[test]
fn comparisons_have_cpythons_operands_and_order() {
    let notes = Notes::default();
    let noted = || std::mem::take(&mut *notes.lock().unwrap());
    let (a, b, c) =
        (noting(&notes, "a", 7, 1), noting(&notes, "b", 7, 2), noting(&notes, "c", 7, 2));
    let mut dict = dict([(a.clone(), int(1))]);
    assert!(dict.get(&a).unwrap().is_some() && noted().is_empty());
    dict.insert(b, int(2)).unwrap();
    assert_eq!(noted(), ["a==b"]);
    assert!(dict.get(&c).unwrap().is_some());
    assert_eq!(noted(), ["a==c", "b==c"]);
    dict.insert(int(7), int(3)).unwrap();
    assert_eq!(noted(), ["a==7", "b==7"]);
    dict.get(&7).unwrap();
    assert_eq!(noted(), ["a==7", "b==7"]);
    let mut dict = Dict::new(policy());
    dict.insert(int(7), int(1)).unwrap();
    dict.insert(a, int(2)).unwrap();
    assert_eq!(noted(), ["a==7"]);
    assert!(is(dict.get(&7.0).unwrap().unwrap(), &int(1)));
    assert!(noted().is_empty());
}

/// A key inserts the given key while it is compared. The insert finds that, and adds no second
/// entry.
#[test]
fn a_key_inserted_during_the_search_is_found() {
    let dict = SharedDict::new(policy());
    let sought = Key::value("sought", 7, 2);
    let (handle, key) = (dict.clone(), sought.clone());
    let mut once = false;
    let first = Key::on_eq("first", 7, 1, move |_| {
        if !std::mem::replace(&mut once, true) {
            handle.insert(key.clone(), "inner".into())?;
        }
        Ok(())
    });
    dict.insert(first, int(1)).unwrap();
    assert_eq!(format!("{:?}", dict.insert(sought.clone(), "outer".into())), "Ok(Some('inner'))");
    assert_eq!(dict.repr().unwrap(), "{first: 1, sought: 'outer'}");
    dict.check().unwrap();
    dict.clear();
}

/// A key clears the dict while it is compared, which crashes CPython 3.11. The search starts again
/// in the empty dict.
#[test]
fn a_dict_cleared_during_the_search_is_searched_again() {
    for refill in [false, true] {
        let dict = SharedDict::new(policy());
        let handle = dict.clone();
        let mut left = 1;
        let clears = Key::on_eq("clears", 7, 1, move |_| {
            if left > 0 {
                left -= 1;
                handle.clear();
                for key in 0..if refill { 100 } else { 0 } {
                    handle.insert(key.into(), key.into())?;
                }
            }
            Ok(())
        });
        dict.insert(clears, int(1)).unwrap();
        let old = dict.insert(Key::value("sought", 7, 2), int(2)).unwrap();
        assert!(old.is_none());
        assert_eq!(dict.len(), if refill { 101 } else { 1 });
        assert!(is(&dict.popitem().unwrap().1, &int(2)));
        dict.check().unwrap();
    }
}

/// A key removes itself while it is compared, and says that it is equal. It is gone, so it is not
/// found.
#[test]
fn a_key_removed_during_its_comparison_is_not_found() {
    let dict = SharedDict::new(policy());
    let handle = dict.clone();
    let leaves = Key::on_eq("leaves", 7, 1, move |_| handle.popitem().map(drop));
    dict.insert(leaves.clone(), int(1)).unwrap();
    let equal = Key::value("equal", 7, 1);
    assert!(dict.get(&equal).unwrap().is_none());
    assert!(dict.is_empty());
    dict.insert(leaves, int(1)).unwrap();
    assert!(dict.insert(equal, int(2)).unwrap().is_none());
    assert_eq!(dict.repr().unwrap(), "{equal: 2}");
    dict.clear();
}

/// `one == other` asks the values of `one`, as CPython does: what they do shows it.
#[test]
fn the_left_value_is_asked_first() {
    let asked = Arc::new(AtomicUsize::new(0));
    let value = |side: usize| {
        let asked = Arc::clone(&asked);
        Key::on_eq("value", 0, 1, move |_| {
            asked.store(side, Ordering::Relaxed);
            Ok(())
        })
    };
    let (one, other) = (dict([(int(1), value(1))]), dict([(int(1), value(2))]));
    assert!(one.equal(&other).unwrap());
    assert_eq!(asked.swap(0, Ordering::Relaxed), 1);
    assert!(SharedDict::from(other).equal(&SharedDict::from(one)).unwrap());
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

/// An iterator over an empty dict ends, even if the dict was cleared meanwhile.
#[test]
fn nothing_can_come_from_an_empty_dict() {
    let dict = SharedDict::new(policy());
    let open = || [dict.keys().iter(), dict.keys().iter_reversed()];
    for mut iter in open() {
        dict.insert(int(1), int(1)).unwrap();
        dict.clear();
        assert!(iter.next().is_none());
    }
    dict.insert(int(1), int(1)).unwrap();
    dict.pop(&1).unwrap();
    for mut iter in open() {
        dict.clear();
        assert!(iter.next().is_none());
    }
}

/// Destructors of keys and values use the dict that they were in.
#[test]
fn destructors_may_use_the_dict() {
    let dict = SharedDict::new(policy());
    let dropped = Arc::new(AtomicUsize::new(0));
    let watching = |hash: i64, group: u32| {
        let (handle, dropped) = (dict.clone(), Arc::clone(&dropped));
        Key::on_drop("watching", hash, group, move || {
            dropped.fetch_add(1, Ordering::Relaxed);
            handle.insert("last".into(), handle.len().to_string().as_str().into()).unwrap();
        })
    };
    dict.insert(int(1), watching(0, 0)).unwrap();
    dict.insert(int(1), watching(0, 0)).unwrap(); // the old value
    dict.insert(watching(7, 1), int(1)).unwrap();
    dict.insert(watching(7, 1), int(2)).unwrap(); // the given key
    dict.setdefault(watching(7, 1), watching(0, 0)).unwrap(); // both
    dict.remove(&watching(7, 1)).unwrap(); // the sought key and the stored one
    assert_eq!(dropped.load(Ordering::Relaxed), 6);
    dict.pop(&1).unwrap();
    dict.insert(int(2), watching(0, 0)).unwrap();
    dict.insert(watching(9, 3), watching(0, 0)).unwrap();
    dict.clear();
    assert_eq!(dropped.load(Ordering::Relaxed), 10);
    assert_eq!(dict.len(), 1);
    dict.check().unwrap();
}

/// Threads use one dict, with keys that user code compares. No entry is lost or doubled.
#[test]
fn threads_share_a_dict() {
    let dict = SharedDict::new(policy());
    std::thread::scope(|scope| {
        for thread in 0..4u32 {
            let dict = dict.clone();
            scope.spawn(move || {
                for round in 0..2_000u32 {
                    let group = (round * 7 + thread) % 13;
                    let key = Key::value("key", i64::from(group % 3), group);
                    match (round + thread) % 3 {
                        0 => drop(dict.insert(key, int(i64::from(group))).unwrap()),
                        1 => drop(dict.remove(&key).unwrap()),
                        _ => {
                            let found = dict.get(&key).unwrap();
                            assert!(found.is_none_or(|found| is(&found, &int(group.into()))));
                        }
                    }
                }
            });
        }
    });
    dict.check().unwrap();
    assert!(dict.len() <= 13);
}
