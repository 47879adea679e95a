//! Views of dicts, and iterators over dicts that change meanwhile.
//!
//! The bugs this hunts: a view that shows an old state of the dict; a set operation that keeps the
//! elements of the wrong operand; an iterator that goes on, or ends without an error, after the
//! dict has changed.

use crate::user_keys::{List, int, shared, words};
use hedgerow::object::{Set, SetView, Value};

#[test]
fn views_show_the_dict_now_and_have_the_operations_of_sets() {
    let dict = shared([(int(1), "a".into()), (int(2), "b".into())]);
    let (keys, values, items) = (dict.keys(), dict.values(), dict.items());
    dict.insert(int(3), "c".into()).unwrap();
    assert_eq!(keys.repr().unwrap(), "dict_keys([1, 2, 3])");
    assert_eq!(values.repr().unwrap(), "dict_values(['a', 'b', 'c'])");
    assert_eq!(items.repr().unwrap(), "dict_items([(1, 'a'), (2, 'b'), (3, 'c')])");
    assert!(keys.is_superset(&dict.keys()).unwrap() && values.contains(&"b".into()).unwrap());
    let listed = |set: Set| format!("{:?}", set.iter().collect::<Vec<_>>());
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
    let refused = "TypeError: cannot use 'tuple' as a set element (unhashable type: 'list')";
    assert_eq!(words(items.to_set()), refused);
    assert!(items.symmetric_difference(&dict.items()).unwrap().is_empty());
}

/// As in CPython: an error stays, and an iterator that has ended stays ended.
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

    // CPython goes on in the new table, or crashes.
    for backward in [false, true] {
        let keys = dict.keys();
        let mut keys = if backward { keys.iter_reversed() } else { keys.iter() };
        keys.next().unwrap().unwrap();
        let size = dict.len();
        dict.clear();
        for key in 0..size {
            dict.insert(int(key as i64), Value::None).unwrap();
        }
        assert_eq!(words(keys.next().unwrap()), changed);
        assert!(keys.next().is_none());
    }
}
