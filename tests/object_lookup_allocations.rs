//! Lookups of names allocate nothing, whatever form the name has.
//!
//! The bugs this hunts: a `PyStr` built for a comparison, or a message of an error that is not
//! raised. This file has one test only, because allocations are counted for the whole process.

#![cfg(feature = "object")]

use std::hint::black_box;

use hedgerow::object::{
    Instance, PyStr, TypeArena, TypeStore, Utf16, Value, getattr, object_setattr,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

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

#[test]
fn lookups_allocate_nothing() {
    assert!(allocations(|| drop(black_box(Box::new(1)))) > 0, "the count works");
    let arena = TypeArena::new();
    let mut types = TypeStore::new(&arena);
    let base = types.create("Base", &[]).unwrap();
    let ty = types.create("C", &[base]).unwrap();
    let object = Instance::value(&types, ty).unwrap();
    for text in ["colour", "größe", "\u{1f993}"] {
        types.set(base, text, Value::from(1)).unwrap();
        let units: Vec<u16> = text.encode_utf16().collect();
        let (name, pystr) = (types.names_mut().intern(text).unwrap(), PyStr::from(text));
        let value = Value::from(text);
        let count = allocations(|| {
            let found = [
                types.lookup(ty, name),
                types.lookup(ty, text),
                types.lookup(ty, Utf16(&units)),
                types.lookup(ty, &pystr),
                types.lookup(ty, &value),
                types.lookup_uncached(ty, text),
                types.dict(base).and_then(|proxy| proxy.get(&types, Utf16(&units))),
            ];
            assert!(found.iter().all(|found| found.as_ref().is_ok_and(Option::is_some)));
            let absent = [types.lookup(ty, "absent"), types.lookup(ty, Utf16(&[0xd83e]))];
            assert!(absent.iter().all(|found| found.as_ref().is_ok_and(Option::is_none)));
        });
        assert_eq!(count, 0, "{text}");
        object_setattr(&mut types, &object, text, Value::from(2)).unwrap();
        let count = allocations(|| {
            assert!(getattr(&mut types, &object, name).is_ok());
            assert!(getattr(&mut types, &object, text).is_ok());
            assert!(getattr(&mut types, &object, Utf16(&units)).is_ok());
            assert!(object_setattr(&mut types, &object, &pystr, Value::from(3)).is_ok());
        });
        assert_eq!(count, 0, "{text} of an instance");
    }
}
