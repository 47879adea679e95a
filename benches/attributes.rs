//! Time of attribute lookups: in the cache, past it, and the whole of `getattr`.
//!
//! `cargo bench -p hedgerow-bench --bench attributes [-- FILTER]`. The name stands in the last type
//! of a chain, so that a lookup without the cache has to pass by the whole MRO. What is to be seen:
//! a cached hit is a few nanoseconds, and takes as long with an MRO of 2, 10 and 50 types.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use hedgerow::object::{Instance, Name, PyStr, Type, TypeStore, Utf16, Value, getattr};

/// Lengths of the MRO, `object` included.
const LENGTHS: [usize; 3] = [2, 10, 50];
/// Names in each type of the chain.
const NAMES: usize = 16;

/// A chain of types, whose last one has `target`.
fn chain(length: usize) -> (TypeStore, Type) {
    let mut types = TypeStore::new();
    let mut last = types.object();
    for level in 1..length {
        let bases = [last];
        last = types.create(&format!("T{level}"), &bases).expect("one base is consistent");
        if level == 1 {
            types.set(last, "target", Value::from(42)).expect("it is mutable");
        }
        for number in 0..NAMES {
            let name = format!("attribute_{level}_{number}");
            types.set(last, &name, Value::from(0)).expect("it is mutable");
        }
    }
    (types, last)
}

fn interned(types: &mut TypeStore, name: &str) -> Name {
    types.names_mut().intern(name).expect("there is room")
}

fn lookups(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lookup");
    for length in LENGTHS {
        let (mut types, ty) = chain(length);
        let name = interned(&mut types, "target");
        let absent = interned(&mut types, "absent");
        let id = |what: &str| BenchmarkId::new(what, length);
        let types = &types;
        group.bench_function(id("cached"), |bench| {
            bench.iter(|| types.lookup(black_box(ty), black_box(name)).is_ok_and(|v| v.is_some()));
        });
        group.bench_function(id("cached-absent"), |bench| {
            bench
                .iter(|| types.lookup(black_box(ty), black_box(absent)).is_ok_and(|v| v.is_some()));
        });
        group.bench_function(id("cached-str"), |bench| {
            bench.iter(|| types.lookup(ty, black_box("target")).is_ok_and(|v| v.is_some()));
        });
        let units: Vec<u16> = "target".encode_utf16().collect();
        group.bench_function(id("cached-utf16"), |bench| {
            let spelled = || Utf16(black_box(&units));
            bench.iter(|| types.lookup(ty, spelled()).is_ok_and(|v| v.is_some()));
        });
        let text = PyStr::from("target");
        group.bench_function(id("cached-pystr"), |bench| {
            bench.iter(|| types.lookup(ty, black_box(&text)).is_ok_and(|v| v.is_some()));
        });
        group.bench_function(id("uncached"), |bench| {
            bench.iter(|| types.lookup_uncached(ty, black_box(name)).is_ok_and(|v| v.is_some()));
        });
    }
    group.finish();
}

/// Many types and names in turn: the rows of the cache are not all in the first-level cache.
fn mixed(criterion: &mut Criterion) {
    let (mut types, _) = chain(50);
    let all: Vec<Type> = {
        let mut below: Vec<Type> = types.subclasses(types.object()).expect("ours").collect();
        let mut chain = vec![below.pop().expect("the chain hangs there")];
        while let Some(next) = types.subclasses(chain[chain.len() - 1]).expect("ours").next() {
            chain.push(next);
        }
        chain
    };
    let names: Vec<Name> =
        (0..16).map(|n| interned(&mut types, &format!("attribute_{}_{n}", 3 * n + 1))).collect();
    let asked: Vec<(Type, Name)> =
        (0..784).map(|n| (all[n * 31 % 49], names[n * 7 % 16])).collect();
    let mut next = 0;
    criterion.bench_function("lookup/cached-784-pairs", |bench| {
        bench.iter(|| {
            next = if next + 1 == asked.len() { 0 } else { next + 1 };
            let (ty, name) = asked[next];
            types.lookup(ty, name).is_ok_and(|value| value.is_some())
        });
    });
}

fn getattrs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("getattr");
    for length in LENGTHS {
        let (mut types, ty) = chain(length);
        let of_class = interned(&mut types, "target");
        let own = interned(&mut types, "own");
        let object = Instance::value(&types, ty).expect("ours");
        let dict = Instance::of(&object).and_then(Instance::dict).expect("it has one");
        let key = types.names().str(own).expect("ours").clone();
        dict.insert(Value::Str(key), Value::from(7)).expect("text compares");
        let id = |what: &str| BenchmarkId::new(what, length);
        group.bench_function(id("class-attribute"), |bench| {
            bench.iter(|| getattr(&mut types, &object, black_box(of_class)));
        });
        group.bench_function(id("own-attribute"), |bench| {
            bench.iter(|| getattr(&mut types, &object, black_box(own)));
        });
    }
    group.finish();
}

/// What a change of a class costs: the next lookup is not in the cache.
fn changes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("set-then-lookup");
    for length in LENGTHS {
        let (mut types, ty) = chain(length);
        let name = interned(&mut types, "target");
        let owner = types.owner(ty, name).expect("ours").expect("it is there");
        group.bench_function(BenchmarkId::from_parameter(length), |bench| {
            bench.iter(|| {
                types.set(owner, name, black_box(Value::from(1))).expect("it is mutable");
                types.lookup(ty, name).is_ok_and(|value| value.is_some())
            });
        });
    }
    group.finish();
}

criterion_group!(attributes, lookups, mixed, getattrs, changes);
criterion_main!(attributes);
