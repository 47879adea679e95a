//! Lookups in dicts allocate nothing, whatever form the key has.
//!
//! The bugs this hunts: a key that becomes a value on the way, or a list of candidates where one is
//! enough. This file has one test only, because allocations are counted for the whole process.

#![cfg(feature = "object")]

#[path = "object/user_keys/mod.rs"]
mod user_keys;

use std::hint::black_box;

use hedgerow::object::{Dict, Key as Lookup, PyStr, SharedDict, Utf16, Value, is};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use user_keys::{Key, dict, int, shared};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

/// Allocations and reallocations while `act` runs. The fewest of several runs, because the test
/// harness has another thread.
fn allocations(mut act: impl FnMut()) -> usize {
    let run = |_| {
        let region = Region::new(ALLOCATOR);
        act();
        let change = region.change();
        change.allocations + change.reallocations
    };
    (0..5).map(run).min().unwrap_or(usize::MAX)
}

/// Texts of each width, some too long for the buffer in the str object.
const TEXTS: [&str; 5] = ["name", "\u{e9}t\u{e9}", "\u{20ac}", "\u{1f40d} snake", LONG];
const LONG: &str = "a name that is longer than what stands in a str itself";

fn entries() -> Vec<(Value, Value)> {
    let texts = TEXTS.map(|text| (Value::from(text), Value::from(text)));
    let numbers = (0..100).map(|number| (int(number), int(number)));
    let tuple = Value::tuple([1.into(), Value::tuple(["a".into(), 2.5.into()])]);
    let others = [
        (Value::from(2.5), int(1)),
        (Value::complex(0.0, 1.0), int(2)),
        (Value::bytes(b"bytes"), int(3)),
        (tuple, int(4)),
        (Value::None, int(5)),
        (Value::Ellipsis, int(6)),
        (Value::from(num_bigint::BigInt::from(1) << 80), int(7)),
        (Key::value("user key", 1 << 40, 1), int(8)),
    ];
    texts.into_iter().chain(numbers).chain(others).collect()
}

/// How many of the two dicts have the key.
fn found<K: Lookup + ?Sized>(dicts: &(Dict, SharedDict), key: &K) -> usize {
    let (dict, shared) = dicts;
    let value = dict.get(key).unwrap();
    assert_eq!(value.is_some(), dict.contains_key(key).unwrap());
    assert_eq!(value.is_some(), dict.get_key_value(key).unwrap().is_some());
    usize::from(value.is_some()) + usize::from(shared.get(key).unwrap().is_some())
}

#[test]
fn lookups_allocate_nothing() {
    assert!(allocations(|| drop(black_box(Box::new(1)))) > 0, "the count works");
    let entries = entries();
    let dicts = (dict(entries.clone()), shared(entries.clone()));
    let (hits, misses): (usize, usize) = (2, 0);
    for (key, value) in &entries {
        assert_eq!(allocations(|| assert_eq!(found(&dicts, key), hits, "{key:?}")), 0, "{key:?}");
        assert!(is(dicts.0.get_item(key).unwrap(), value));
    }
    for text in TEXTS {
        let units: Vec<u16> = text.encode_utf16().collect();
        let (owned, str) = (text.to_string(), PyStr::from(text));
        let count = allocations(|| {
            assert_eq!(found(&dicts, text), hits);
            assert_eq!(found(&dicts, &Utf16(&units)), hits);
            assert_eq!(found(&dicts, &owned), hits);
            assert_eq!(found(&dicts, &str), hits);
            assert_eq!(found(&dicts, ""), misses);
            assert_eq!(found(&dicts, &Utf16(&units[1..])), misses);
        });
        assert_eq!(count, 0, "{text}");
    }
    let count = allocations(|| {
        assert_eq!(found(&dicts, &7i64) + found(&dicts, &7i32) + found(&dicts, &7.0), 3 * hits);
        assert_eq!(found(&dicts, &true) + found(&dicts, &false) + found(&dicts, &2.5), 3 * hits);
        assert_eq!(found(&dicts, &-7i64) + found(&dicts, &7.5) + found(&dicts, "no"), misses);
    });
    assert_eq!(count, 0);
    let (mut dict, shared) = dicts;
    let count = allocations(|| {
        let last = dict.iter().next_back().map(|(key, _)| key.clone()).unwrap();
        drop(dict.insert(last.clone(), int(1)).unwrap());
        let (key, value) = dict.remove(&last).unwrap().unwrap();
        dict.insert(key, value).unwrap();
        assert_eq!(dict.iter().count(), dict.keys().iter().rev().count());
        assert_eq!(shared.keys().iter().count(), shared.len());
    });
    assert_eq!(count, 0, "with room, storing and removing allocate nothing either");
}
