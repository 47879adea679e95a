//! The promises of dicts about keys and order, one test for each.
//!
//! The bugs this hunts: a key that one form of a value finds and another does not; two entries for
//! equal keys; an error without the key; dead entries that accumulate.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::user_keys::{Key, List, dict, int, policy, shared, words};
use hedgerow::object::{
    Dict, HashPolicy, Key as Lookup, ObjectError, PyStr, SharedDict, Utf16, Value, is,
};
use num_bigint::BigInt;

/// After Very Slow Jython's LookupTest: each form of a str finds what any other form inserted. Two
/// of the strs collide under Java's hash.
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

/// After Very Slow Jython's LookupTest: each form of an int, and bools found by 0 and 1.
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

/// Equal keys of different types are one entry, and the first key stays.
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

/// Two surrogates are two code points, and another key than the character of the pair.
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
fn a_key_error_holds_the_given_key() {
    let missing = Key::value("missing", 7, 1);
    let mut dict = dict([(Key::value("other", 7, 2), int(1))]);
    for error in [
        dict.get_item(&missing).map(drop).unwrap_err(),
        dict.del_item(&missing).unwrap_err(),
        dict.pop(&missing).map(drop).unwrap_err(),
    ] {
        assert!(matches!(&error, ObjectError::Key(key, _) if is(key, &missing)), "{error:?}");
    }
    assert_eq!(words(dict.get_item("name")), "KeyError: 'name'");
    assert_eq!(words(Dict::new(policy()).popitem()), "KeyError: 'popitem(): dictionary is empty'");
}

#[test]
fn unhashable_keys_fail_with_pythons_message() {
    let mut dict = dict([(int(1), int(1))]);
    let list = List::value();
    let refused = "TypeError: cannot use 'list' as a dict key (unhashable type: 'list')";
    assert_eq!(words(dict.get(&list)), refused);
    assert_eq!(words(dict.insert(list.clone(), int(1))), refused);
    assert_eq!(words(dict.setdefault(list.clone(), int(1))), refused);
    assert_eq!(words(dict.pop_or(&list, int(1))), refused);
    let nested = "TypeError: cannot use 'tuple' as a dict key (unhashable type: 'list')";
    assert_eq!(words(dict.insert(Value::tuple([list.clone()]), int(1))), nested);
    dict.clear();
    assert_eq!(words(dict.get(&list)), refused);
    // An empty dict does not hash the key to pop.
    assert!(matches!(dict.pop(&list), Err(ObjectError::Key(key, _)) if is(&key, &list)));
    assert!(is(&dict.pop_or(&list, int(5)).unwrap(), &int(5)));
    assert_eq!(
        words(dict.insert(SharedDict::new(policy()).to_value(), int(1))),
        "TypeError: cannot use 'dict' as a dict key (unhashable type: 'dict')"
    );
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
fn equality_ignores_order() {
    let a = dict([(int(1), "a".into()), (int(2), "b".into())]);
    let b = dict([(2.0.into(), "b".into()), (true.into(), "a".into())]);
    assert!(a.equal(&b).unwrap() && b.equal(&a).unwrap());
    let c = dict([(int(1), "a".into()), (int(3), "b".into())]);
    assert!(!a.equal(&c).unwrap() && !a.equal(&dict([])).unwrap());
    let nan = || dict([(int(1), f64::NAN.into())]);
    assert!(nan().equal(&nan()).unwrap(), "identity comes first");
    let fails = || Key::on_eq("fails", 1, 1, |_| Err(ObjectError::Value("no".into())));
    let (x, y) = (dict([(int(1), fails())]), dict([(int(1), fails())]));
    assert_eq!(words(x.equal(&y)), "ValueError: no");
}

/// Dead entries do not accumulate in a dict that is used as a queue or a stack, or emptied.
#[test]
fn dead_entries_are_cleared() {
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

/// Deeply nested dicts are dropped, printed and compared without a stack overflow.
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

/// A key type of the runtime, which becomes a value only if user code has to compare it.
#[test]
fn lookup_by_a_key_type_of_the_runtime() {
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
    dict.insert(Key::value("user key", hash, 1), int(2)).unwrap();
    assert!(!dict.contains_key(&tag("none")).unwrap());
    assert_eq!(made.load(Ordering::Relaxed), 1);
}
