//! `update` and merging: sources, policies for keys that are there already, CPython's messages.
//!
//! The bugs this hunts: an error with another message, or about another element; a policy that
//! keeps the wrong value; entries stored before an error that are lost.

use crate::user_keys::{Key, List, dict, int, policy, shared, words};
use hedgerow::object::{
    Dict, HashPolicy, Mapping, MappingKeys, Merge, ObjectError, SharedDict, Source, Value,
    elements_of, is,
};

#[test]
fn update_errors_have_cpythons_messages() {
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
        (Value::tuple([int(3)]), "TypeError: object is not iterable", "{}"),
        (
            "ab".into(),
            "ValueError: dictionary update sequence element #0 has length 1; 2 is required",
            "{}",
        ),
        (Value::bytes(b"ab"), "TypeError: object is not iterable", "{}"),
        (Value::tuple(["ab".into(), Value::bytes(b"cd")]), "no error", "{'a': 'b', 99: 100}"),
        (
            Value::tuple([Value::tuple([List::value(), int(1)])]),
            "TypeError: cannot use 'list' as a dict key (unhashable type: 'list')",
            "{}",
        ),
    ] {
        assert_eq!(update(source), (error.to_string(), left.to_string()));
    }
}

/// Sequences that the runtime iterates over.
#[test]
fn sequences_of_the_runtime() {
    let mut dict = Dict::new(policy());
    let elements = || [Ok(List::value()), Ok(int(1))];
    let items = |element: &Value| match element {
        Value::Object(_) => Ok(Some(vec!["from".into(), "runtime".into()])),
        other => Ok(elements_of(other)),
    };
    let error = words(dict.merge_sequence(elements(), Merge::Replace, items));
    assert_eq!(error, "TypeError: object is not iterable");
    assert_eq!(dict.repr().unwrap(), "{'from': 'runtime'}");
    let raised = [Err(ObjectError::Value("the iterator's own".into()))];
    assert_eq!(
        words(dict.merge_sequence(raised, Merge::Replace, items)),
        "ValueError: the iterator's own"
    );
    assert_eq!(words(dict.merge_sequence(elements(), Merge::Unique, items)), "KeyError: 'from'");
}

struct Table(Vec<Value>);

impl Mapping for Table {
    fn keys(&self) -> Result<MappingKeys<'_>, ObjectError> {
        Ok(Box::new(self.0.iter().cloned().map(Ok)))
    }

    fn get_item(&self, key: &Value) -> Result<Value, ObjectError> {
        match key {
            Value::Int(int) => Ok((int * 10).into()),
            _ => Err(ObjectError::missing(key.clone(), &policy())),
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

    let table = Table(vec![int(1), int(4), "no".into()]);
    let mut from_table = ours();
    let source: &dyn Mapping = &table;
    assert_eq!(words(from_table.merge(source, Merge::IfAbsent)), "KeyError: 'no'");
    assert_eq!(from_table.repr().unwrap(), "{1: 'ours', 2.0: 'ours', 4: 40}");
    assert_eq!(words(from_table.merge(Source::Mapping(&table), Merge::Unique)), "KeyError: 1");

    // Under another policy the keys are hashed again.
    let mut java = Dict::new(HashPolicy::java());
    java.insert("Python".into(), int(1)).unwrap();
    java.insert("QZthon".into(), int(2)).unwrap();
    let mut sip = Dict::new(policy());
    sip.update(&java).unwrap();
    assert!(is(sip.get("QZthon").unwrap().unwrap(), &int(2)) && sip.equal(&java).unwrap());
    // Merging a dict into itself does nothing.
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
