//! What dicts promise, one test for each promise.
//!
//! The bugs this hunts: a key that one form of a value finds and another does not; a second entry
//! for a key; an entry that an error left half made; a lock held, or a borrow alive, while code of
//! the user runs; a destructor that meets the dict in the middle of a change.

mod foreign;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use foreign::{Key, List, Notes, noting, policy};
use hedgerow::object::{
    Dict, HashPolicy, Key as Lookup, Mapping, MappingKeys, Merge, ObjectError, PyStr, SetView,
    SharedDict, Source, Utf16, Value, elements_of, is,
};
use num_bigint::BigInt;

fn int(int: i64) -> Value {
    Value::from(int)
}

/// A dict of pairs under the policy of tests.
fn dict(pairs: impl IntoIterator<Item = (Value, Value)>) -> Dict {
    let mut dict = Dict::new(policy());
    dict.merge_pairs(pairs, Merge::Replace).unwrap();
    dict
}

fn shared(pairs: impl IntoIterator<Item = (Value, Value)>) -> SharedDict {
    SharedDict::from(dict(pairs))
}

/// Type and words of an error.
fn words<T>(result: Result<T, ObjectError>) -> String {
    match result {
        Ok(_) => "no error".to_string(),
        Err(error) => format!("{}: {error}", error.python_type()),
    }
}

/// Seed 2, LookupTest: a dict filled by any form of the keys is read by every other form, with a
/// pair that collides under Java's hash among them.
#[test]
fn lookup_test_strings_in_each_form() {
    let names = ["a", "b123", "Python", "QZthon", "forty-two", "\u{1f40d}", "\u{e9}t\u{e9}"];
    for policy in [HashPolicy::java(), HashPolicy::cpython(0), HashPolicy::cpython_before_311(42)] {
        let forms: [fn(&str) -> PyStr; 3] = [
            |name| PyStr::from(name),
            |name| PyStr::from_utf16(&name.encode_utf16().collect::<Vec<_>>()),
            |name| PyStr::from_code_points(name.chars().map(u32::from)).unwrap(),
        ];
        for make in forms {
            let mut dict = Dict::new(policy.clone());
            for (name, value) in names.iter().zip(0..) {
                dict.insert(make(name).into(), int(value)).unwrap();
            }
            for (name, value) in names.iter().zip(0..) {
                let units: Vec<u16> = name.encode_utf16().collect();
                let found = [
                    dict.get(*name),
                    dict.get(&Utf16(&units)),
                    dict.get(&PyStr::from(*name)),
                    dict.get(&PyStr::from_utf16(&units)),
                    dict.get(&Value::from(*name)),
                    dict.get(&name.to_string()),
                ];
                for found in found {
                    assert!(is(found.unwrap().unwrap(), &int(value)), "{name}");
                }
            }
            assert!(dict.get("python").unwrap().is_none() && dict.get("").unwrap().is_none());
            assert_eq!(dict.len(), names.len());
            dict.check().unwrap();
        }
    }
}

/// Seed 2, LookupTest: `int` in each form, and `bool` read by 0 and 1.
#[test]
fn lookup_test_numbers_in_each_form() {
    let ints = [4, -5, (1 << 31) - 1, -1 << 31, (-1 << 31) + 1, 0, 1, -1, -2];
    let big = |int: i64| Value::BigInt(Arc::new(BigInt::from(int)));
    let forms: [fn(i64) -> Value; 3] =
        [Value::from, |int| Value::BigInt(Arc::new(BigInt::from(int))), |int| (int as f64).into()];
    for make in forms {
        let mut dict = Dict::new(HashPolicy::java());
        for key in ints {
            dict.insert(make(key), key.into()).unwrap();
        }
        for key in ints {
            let complex = Value::complex(key as f64, 0.0);
            for found in [
                dict.get(&key),
                dict.get(&int(key)),
                dict.get(&big(key)),
                dict.get(&(key as f64)),
                dict.get(&Value::from(key as f64)),
                dict.get(&complex),
            ] {
                assert!(is(found.unwrap().unwrap(), &int(key)), "{key}");
            }
        }
        assert!(is(dict.get(&true).unwrap().unwrap(), &int(1)));
        assert!(is(dict.get(&Value::from(false)).unwrap().unwrap(), &int(0)));
        assert!(dict.get(&0.5).unwrap().is_none() && dict.get(&5).unwrap().is_none());
    }
    let bools = dict([(true.into(), "yes".into()), (false.into(), "no".into())]);
    assert_eq!(
        format!("{:?}{:?}", bools.get(&1), bools.get(&0.0)),
        "Ok(Some('yes'))Ok(Some('no'))"
    );
}

/// Seed 2's examples: equal keys of different types are one entry, and the first key stays.
#[test]
fn equal_keys_are_one_entry_and_the_first_stays() {
    let mut keys = dict([(int(1), "int".into())]);
    assert_eq!(format!("{:?}", keys.insert(true.into(), "bool".into())), "Ok(Some('int'))");
    keys.insert(1.0.into(), "float".into()).unwrap();
    keys.setdefault(Value::complex(1.0, 0.0), "complex".into()).unwrap();
    assert_eq!(keys.repr().unwrap(), "{1: 'float'}");
    // `c.__dict__[True] = 99` beside the attribute `b`.
    let mut namespace = dict([("b".into(), int(43))]);
    namespace.insert(true.into(), int(99)).unwrap();
    assert_eq!(namespace.repr().unwrap(), "{'b': 43, True: 99}");
}

/// Two halves of a surrogate pair are two characters, and another key than the character.
#[test]
fn lone_surrogates_are_keys_of_their_own() {
    let halves = PyStr::from_code_points([0xd83e, 0xdd93]).unwrap();
    for policy in [HashPolicy::java(), policy()] {
        let mut dict = Dict::new(policy);
        dict.insert("\u{1f993}".into(), "zebra".into()).unwrap();
        assert!(dict.get(&halves).unwrap().is_none());
        dict.insert(halves.clone().into(), "halves".into()).unwrap();
        assert_eq!(dict.repr().unwrap(), "{'\u{1f993}': 'zebra', '\\ud83e\\udd93': 'halves'}");
        let found = dict.get(&Utf16(&[0xd83e, 0xdd93])).unwrap();
        assert_eq!(format!("{found:?}"), "Some('zebra')");
        assert_eq!(dict.len(), 2);
    }
}

#[test]
fn key_error_carries_the_very_key() {
    let missing = Key::value("missing", 7, 1);
    let mut dict = dict([(Key::value("other", 7, 2), int(1))]);
    for error in [
        dict.get_item(&missing).map(drop).unwrap_err(),
        dict.del_item(&missing).unwrap_err(),
        dict.pop(&missing).map(drop).unwrap_err(),
    ] {
        assert!(matches!(&error, ObjectError::Key(key) if is(key, &missing)), "{error:?}");
    }
    assert_eq!(words(dict.get_item("name")), "KeyError: 'name'");
    assert_eq!(words(Dict::new(policy()).popitem()), "KeyError: 'popitem(): dictionary is empty'");
}

#[test]
fn unhashable_keys_are_refused_in_pythons_words() {
    let mut dict = dict([(int(1), int(1))]);
    let list = List::value();
    let refused = "TypeError: unhashable type: 'list'";
    assert_eq!(words(dict.get(&list)), refused);
    assert_eq!(words(dict.insert(list.clone(), int(1))), refused);
    assert_eq!(words(dict.setdefault(list.clone(), int(1))), refused);
    assert_eq!(words(dict.pop_or(&list, int(1))), refused);
    assert_eq!(words(dict.insert(Value::tuple([list.clone()]), int(1))), refused);
    dict.clear();
    assert_eq!(words(dict.get(&list)), refused);
    // An empty dict does not even hash what is to be popped.
    assert!(matches!(dict.pop(&list), Err(ObjectError::Key(key)) if is(&key, &list)));
    assert!(is(&dict.pop_or(&list, int(5)).unwrap(), &int(5)));
    assert_eq!(
        words(dict.insert(SharedDict::new(policy()).to_value(), int(1))),
        "TypeError: unhashable type: 'dict'"
    );
}

/// A comparison that fails ends the operation, and the dict is as it was.
#[test]
fn an_equality_that_fails_comes_out() {
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
    // Keys of other hashes never meet it.
    assert!(dict.get(&8).unwrap().is_none() && dict.get(&1.0).unwrap().is_some());
}

/// The stored key is the left operand; identity goes before equality; a plain key of the same hash
/// is found without asking the foreign one behind it, but not the one before it.
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

/// A key that inserts the sought key while it is compared: the insert finds it, and makes no second
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

/// A key that clears the dict while it is compared, as crashes CPython 3.11: the search begins
/// again in the empty dict.
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

/// A key that removes itself while it is compared, and says that it is equal: it is gone, so the
/// answer does not count.
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

/// Destructors of keys and values use the dict that let go of them.
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

/// A dict in a dict in a dict is dropped, printed and compared without a stack overflow.
#[test]
fn deeply_nested_dicts() {
    let nest = |depth: usize| {
        let mut dict = SharedDict::new(policy());
        for _ in 0..depth {
            dict = shared([("inner".into(), dict.to_value())]);
        }
        dict
    };
    let (a, b) = (nest(100_000), nest(100_000));
    assert_eq!(words(a.repr()), "RecursionError: maximum recursion depth exceeded");
    assert_eq!(words(a.equal(&b)), "RecursionError: maximum recursion depth exceeded");
    assert!(nest(50).equal(&nest(50)).unwrap() && !nest(50).equal(&nest(51)).unwrap());
    drop(a);
    b.clear();
}

#[test]
fn a_dict_that_holds_itself_prints_and_is_equal_to_itself() {
    let dict = SharedDict::new(policy());
    let me = dict.to_value();
    dict.insert("me".into(), me.clone()).unwrap();
    dict.insert(int(1), Value::tuple([me])).unwrap();
    assert_eq!(dict.repr().unwrap(), "{'me': {...}, 1: ({...},)}");
    assert!(dict.equal(&dict).unwrap());
    dict.clear();
}

/// Threads on one dict, with keys that have to be asked: no entry twice, none lost.
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

#[test]
fn update_errors_are_in_cpythons_words() {
    let update = |value: Value| {
        let mut dict = Dict::new(policy());
        let error = words(dict.update(&value));
        (error, dict.repr().unwrap())
    };
    let pair = || Value::tuple([int(1), int(2)]);
    for (source, error, left) in [
        (int(5), "TypeError: 'int' object is not iterable", "{}"),
        (Value::None, "TypeError: 'NoneType' object is not iterable", "{}"),
        (
            Value::tuple([pair(), Value::tuple([int(3)])]),
            "ValueError: dictionary update sequence element #1 has length 1; 2 is required",
            "{1: 2}",
        ),
        (
            Value::tuple([int(3)]),
            "TypeError: cannot convert dictionary update sequence element #0 to a sequence",
            "{}",
        ),
        (
            "ab".into(),
            "ValueError: dictionary update sequence element #0 has length 1; 2 is required",
            "{}",
        ),
        (
            Value::bytes(b"ab"),
            "TypeError: cannot convert dictionary update sequence element #0 to a sequence",
            "{}",
        ),
        (Value::tuple(["ab".into(), Value::bytes(b"cd")]), "no error", "{'a': 'b', 99: 100}"),
        (
            Value::tuple([Value::tuple([List::value(), int(1)])]),
            "TypeError: unhashable type: 'list'",
            "{}",
        ),
    ] {
        assert_eq!(update(source), (error.to_string(), left.to_string()));
    }
}

/// What a host iterates over itself.
#[test]
fn sequences_of_the_host() {
    let mut dict = Dict::new(policy());
    let elements = || [Ok(List::value()), Ok(int(1))];
    let items = |element: &Value| match element {
        Value::Object(_) => Ok(Some(vec!["from".into(), "host".into()])),
        other => Ok(elements_of(other)),
    };
    let error = words(dict.merge_sequence(elements(), Merge::Replace, items));
    assert_eq!(
        error,
        "TypeError: cannot convert dictionary update sequence element #1 to a sequence"
    );
    assert_eq!(dict.repr().unwrap(), "{'from': 'host'}");
    let raised = [Err(ObjectError::Value("the iterator's own".into()))];
    assert_eq!(
        words(dict.merge_sequence(raised, Merge::Replace, items)),
        "ValueError: the iterator's own"
    );
    assert_eq!(words(dict.merge_sequence(elements(), Merge::Unique, items)), "KeyError: 'from'");
}

struct Host(Vec<Value>);

impl Mapping for Host {
    fn keys(&self) -> Result<MappingKeys<'_>, ObjectError> {
        Ok(Box::new(self.0.iter().cloned().map(Ok)))
    }

    fn get_item(&self, key: &Value) -> Result<Value, ObjectError> {
        match key {
            Value::Int(int) => Ok((int * 10).into()),
            _ => Err(ObjectError::Key(key.clone())),
        }
    }
}

#[test]
fn merge_policies() {
    let theirs = dict([(int(2), "theirs".into()), (int(3), "theirs".into())]);
    let ours = || dict([(int(1), "ours".into()), (2.0.into(), "ours".into())]);
    let merged = |merge| {
        let mut ours = ours();
        let error = words(ours.merge(&theirs, merge));
        (error, ours.repr().unwrap())
    };
    let both = |error: &str, dict: &str| (error.to_string(), dict.to_string());
    assert_eq!(merged(Merge::Replace), both("no error", "{1: 'ours', 2.0: 'theirs', 3: 'theirs'}"));
    assert_eq!(merged(Merge::IfAbsent), both("no error", "{1: 'ours', 2.0: 'ours', 3: 'theirs'}"));
    assert_eq!(merged(Merge::Unique), both("KeyError: 2", "{1: 'ours', 2.0: 'ours'}"));

    let host = Host(vec![int(1), int(4), "no".into()]);
    let mut from_host = ours();
    let source: &dyn Mapping = &host;
    assert_eq!(words(from_host.merge(source, Merge::IfAbsent)), "KeyError: 'no'");
    assert_eq!(from_host.repr().unwrap(), "{1: 'ours', 2.0: 'ours', 4: 40}");
    assert_eq!(words(from_host.merge(Source::Mapping(&host), Merge::Unique)), "KeyError: 1");

    // Under another policy the keys are hashed anew.
    let mut java = Dict::new(HashPolicy::java());
    java.insert("Python".into(), int(1)).unwrap();
    java.insert("QZthon".into(), int(2)).unwrap();
    let mut sip = Dict::new(policy());
    sip.update(&java).unwrap();
    assert!(is(sip.get("QZthon").unwrap().unwrap(), &int(2)) && sip.equal(&java).unwrap());
    // Nothing is to be added from itself.
    let me = shared([(int(1), int(1))]);
    me.merge(&me, Merge::Unique).unwrap();
    me.merge(&me.to_value(), Merge::Unique).unwrap();
}

/// `dict.update(other)` where a comparison changes `other`.
#[test]
fn a_dict_mutated_during_update_is_an_error() {
    let source = SharedDict::new(policy());
    let handle = source.clone();
    let target = SharedDict::new(policy());
    let meddles =
        Key::on_eq("meddles", 7, 1, move |_| handle.insert("more".into(), Value::None).map(drop));
    target.insert(meddles, int(1)).unwrap();
    source.insert(Key::value("k", 7, 2), int(2)).unwrap();
    source.insert(int(5), int(5)).unwrap();
    assert_eq!(words(target.update(&source)), "RuntimeError: dict mutated during update");
    target.clear();
}

#[test]
fn popitem_is_last_in_first_out() {
    let mut dict = dict((0..5).map(|key| (int(key), int(key * key))));
    dict.remove(&4).unwrap();
    dict.remove(&1).unwrap();
    dict.insert(int(1), int(100)).unwrap();
    let mut popped = Vec::new();
    while let Ok((key, value)) = dict.popitem() {
        popped.push(format!("{key:?}:{value:?}"));
        dict.check().unwrap();
    }
    assert_eq!(popped, ["1:100", "3:9", "2:4", "0:0"]);
}

#[test]
fn equality_regards_no_order() {
    let a = dict([(int(1), "a".into()), (int(2), "b".into())]);
    let b = dict([(2.0.into(), "b".into()), (true.into(), "a".into())]);
    assert!(a.equal(&b).unwrap() && b.equal(&a).unwrap());
    let c = dict([(int(1), "a".into()), (int(3), "b".into())]);
    assert!(!a.equal(&c).unwrap() && !a.equal(&dict([])).unwrap());
    let nan = || dict([(int(1), f64::NAN.into())]);
    assert!(nan().equal(&nan()).unwrap(), "identity goes before equality");
    let fails = || Key::on_eq("fails", 1, 1, |_| Err(ObjectError::Value("no".into())));
    let (x, y) = (dict([(int(1), fails())]), dict([(int(1), fails())]));
    assert_eq!(words(x.equal(&y)), "ValueError: no");
}

#[test]
fn views_are_live_and_have_the_operations_of_sets() {
    let dict = shared([(int(1), "a".into()), (int(2), "b".into())]);
    let (keys, values, items) = (dict.keys(), dict.values(), dict.items());
    dict.insert(int(3), "c".into()).unwrap();
    assert_eq!(keys.repr().unwrap(), "dict_keys([1, 2, 3])");
    assert_eq!(values.repr().unwrap(), "dict_values(['a', 'b', 'c'])");
    assert_eq!(items.repr().unwrap(), "dict_items([(1, 'a'), (2, 'b'), (3, 'c')])");
    assert!(keys.is_superset(&dict.keys()).unwrap() && values.contains(&"b".into()).unwrap());
    let listed = |set: hedgerow::object::Set| format!("{:?}", set.iter().collect::<Vec<_>>());
    let some = [2.0.into(), int(9)];
    assert_eq!(listed(keys.intersection(&some).unwrap()), "[2.0]");
    assert_eq!(listed(keys.union(&some).unwrap()), "[1, 2, 3, 9]");
    assert_eq!(listed(keys.difference(&some).unwrap()), "[1, 3]");
    assert_eq!(listed(keys.symmetric_difference(&some).unwrap()), "[1, 3, 9]");
    let backwards: Result<Vec<Value>, _> = keys.iter_reversed().collect();
    assert_eq!(format!("{:?}", backwards.unwrap()), "[3, 2, 1]");
    assert_eq!(words(keys.union(&int(5))), "TypeError: 'int' object is not iterable");
    assert_eq!(
        words(keys.is_subset(&int(5))),
        "TypeError: '<=' not supported between instances of 'dict_keys' and 'int'"
    );
    dict.insert(int(4), List::value()).unwrap();
    assert_eq!(words(items.to_set()), "TypeError: unhashable type: 'list'");
    assert!(items.symmetric_difference(&dict.items()).unwrap().is_empty());
}

/// The walk of CPython's iterators: an error that stays, an iterator that has ended for good.
#[test]
fn iterators_notice_changes() {
    let dict = shared((0..3).map(|key| (int(key), Value::None)));
    let mut keys = dict.keys().iter();
    assert_eq!((keys.remaining(), format!("{:?}", keys.next())), (3, "Some(Ok(0))".to_string()));
    dict.insert(int(9), Value::None).unwrap();
    let resized = "RuntimeError: dictionary changed size during iteration";
    assert_eq!((words(keys.next().unwrap()), keys.remaining()), (resized.to_string(), 0));
    dict.popitem().unwrap();
    assert_eq!(words(keys.next().unwrap()), resized, "it stays, whatever the size is now");

    let mut keys = dict.keys().iter();
    keys.next().unwrap().unwrap();
    dict.remove(&0).unwrap();
    dict.insert(int(0), Value::None).unwrap();
    assert_eq!(keys.by_ref().take(2).filter_map(Result::ok).count(), 2);
    let changed = "RuntimeError: dictionary keys changed during iteration";
    assert_eq!(words(keys.next().unwrap()), changed);
    assert!(keys.next().is_none());
}

/// A dict that is used as a queue, or as a stack, or emptied: no dead entries pile up.
#[test]
fn the_dead_are_cleared_away() {
    let mut queue = Dict::new(policy());
    for key in 0..100_000 {
        queue.insert(int(key), int(key)).unwrap();
        if key >= 100 {
            let oldest = queue.iter().next().unwrap().0.clone();
            assert!(is(&oldest, &int(key - 100)));
            queue.del_item(&oldest).unwrap();
        }
    }
    queue.check().unwrap();
    assert_eq!((queue.len(), queue.iter().rev().count()), (100, 100));
    let mut emptied = dict((0..10_000).map(|key| (int(key), Value::None)));
    for key in (0..10_000).filter(|key| key % 1_000 != 7) {
        emptied.del_item(&key).unwrap();
    }
    emptied.check().unwrap();
    let left: Vec<String> = emptied.keys().iter().map(|key| format!("{key:?}")).collect();
    assert_eq!(
        left,
        (0..10).map(|thousand| format!("{}", thousand * 1_000 + 7)).collect::<Vec<_>>()
    );
    assert_eq!(emptied.copied().repr().unwrap(), emptied.repr().unwrap());
}

/// A key of the host's own, which is never made into a value unless a foreign key has to see it.
#[test]
fn lookup_keys_of_the_host() {
    struct Tag(&'static str, Arc<AtomicUsize>);
    impl Lookup for Tag {
        fn hash(&self, policy: &HashPolicy) -> Result<i64, ObjectError> {
            self.0.hash(policy)
        }
        fn matches(&self, stored: &Value) -> Option<bool> {
            Lookup::matches(self.0, stored)
        }
        fn to_value(&self) -> Value {
            self.1.fetch_add(1, Ordering::Relaxed);
            Value::from(self.0)
        }
    }
    let made = Arc::new(AtomicUsize::new(0));
    let tag = |name| Tag(name, Arc::clone(&made));
    let mut dict = dict([("name".into(), int(1))]);
    assert!(dict.contains_key(&tag("name")).unwrap() && !dict.contains_key(&tag("none")).unwrap());
    assert_eq!(made.load(Ordering::Relaxed), 0);
    let hash = tag("none").hash(&policy()).unwrap();
    dict.insert(Key::value("foreign", hash, 1), int(2)).unwrap();
    assert!(!dict.contains_key(&tag("none")).unwrap());
    assert_eq!(made.load(Ordering::Relaxed), 1);
}
