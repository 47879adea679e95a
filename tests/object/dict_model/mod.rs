//! A vector of pairs as the model of a dict, the keys of random histories, and what keys do when
//! they are compared.

use std::sync::Arc;

use hedgerow::object::{ObjectError, PyStr, Value, is};
use num_bigint::BigInt;
use proptest::prelude::*;

/// Pairs of a key, the class of keys it is equal to, and the value.
pub(crate) type Model = Vec<(Value, u32, Value)>;

/// What the next comparison by user code does.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Fail,
    Insert(usize),
    Remove(usize),
    PopItem,
    Clear,
    /// Enough entries to make the table grow or be compacted.
    Fill,
}

pub(crate) fn pick() -> impl Strategy<Value = usize> {
    0..1000usize
}

pub(crate) fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => Just(Act::Fail),
        3 => pick().prop_map(Act::Insert),
        3 => pick().prop_map(Act::Remove),
        2 => Just(Act::PopItem),
        1 => Just(Act::Clear),
        1 => Just(Act::Fill),
    ]
}

/// Keys that run no user code: numbers in each form, text, tuples. Each with its class of equal
/// keys.
pub(crate) fn plain_keys() -> Vec<(Value, u32)> {
    let mut keys = Vec::new();
    for number in 0..8u32 {
        let int = i64::from(number);
        keys.push((Value::from(int), number));
        keys.push((Value::from(int as f64), number));
        keys.push((Value::BigInt(Arc::new(BigInt::from(int))), number));
        keys.push((Value::tuple([int.into(), "t".into()]), 100 + number));
        keys.push((Value::tuple([(int as f64).into(), "t".into()]), 100 + number));
        keys.push((Value::from(format!("text {number}").as_str()), 200 + number));
        keys.push((PyStr::from(format!("text {number}").as_str()).into(), 200 + number));
    }
    keys.push((true.into(), 1));
    keys.push((false.into(), 0));
    keys.push((Value::None, 300));
    keys.push((f64::NAN.into(), 301));
    keys
}

/// The result of an operation; `None` if it failed because a failure was armed.
pub(crate) fn settled<T>(result: Result<T, ObjectError>) -> Option<T> {
    match result {
        Ok(result) => Some(result),
        Err(ObjectError::Value(words)) if words == "armed" => None,
        Err(error) => panic!("{error}"),
    }
}

pub(crate) fn same(found: Option<Value>, expected: Option<Value>) {
    match (&found, &expected) {
        (None, None) => {}
        (Some(found), Some(expected)) if is(found, expected) => {}
        _ => panic!("{found:?}, not {expected:?}"),
    }
}

pub(crate) fn find(model: &Model, class: u32) -> Option<usize> {
    model.iter().position(|entry| entry.1 == class)
}

pub(crate) fn put(model: &mut Model, key: Value, class: u32, value: Value) -> Option<Value> {
    match find(model, class) {
        Some(at) => Some(std::mem::replace(&mut model[at].2, value)),
        None => {
            model.push((key, class, value));
            None
        }
    }
}

pub(crate) fn take(model: &mut Model, class: u32) -> Option<(Value, Value)> {
    let (key, _, value) = model.remove(find(model, class)?);
    Some((key, value))
}
