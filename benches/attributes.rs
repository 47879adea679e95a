//! Time of attribute lookups, with and without the cache, and of `getattr`, compared with CPython.
//!
//! `cargo bench -p hedgerow-bench --bench attributes [-- FILTER]`. `HEDGEROW_BENCH_MS` shrinks a
//! run. The root of a chain of types has the name, so a lookup without the cache searches all of
//! them. A row is named after their number, without `object`.
//!
//! The goal: a cached hit takes a few nanoseconds, whatever that number.
//!
//! CPython (`HEDGEROW_PYTHON`, or python3) runs `getattr` on an instance of the same chain, by
//! `deque(map(getattr, repeat(object), repeat(name, n)), maxlen=0)`, which is the loop with the
//! least overhead. `cpython_loop` measures that overhead, with `operator.is_` in place of
//! `getattr`.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion};
use hedgerow::object::{
    AttrCache, ClassBody, Instance, Name, PyStr, Type, TypeArena, TypeStore, Utf16, Value, getattr,
    getattr_cached, setattr,
};
use hedgerow_bench::python::Python3;
use hedgerow_bench::settings::Settings;

/// How many types are searched before the name is found.
const LENGTHS: [usize; 4] = [1, 4, 16, 64];
/// Other names in each type of the chain.
const NAMES: usize = 16;

fn main() -> ExitCode {
    let settings = match Settings::from_env() {
        Ok(settings) => settings,
        Err(message) => {
            eprintln!("attributes: {message}");
            return ExitCode::FAILURE;
        }
    };
    let mut criterion = Criterion::default()
        .without_plots()
        .measurement_time(settings.time)
        .warm_up_time(settings.time / 3)
        .configure_from_args();
    lookups(&mut criterion);
    many_pairs(&mut criterion);
    getattrs(&mut criterion);
    changes(&mut criterion);
    criterion.final_summary();
    ExitCode::SUCCESS
}

/// A chain of types, the most derived one last. The first one has `target`.
fn chain(arena: &TypeArena, length: usize) -> (TypeStore<'_>, Vec<Type>) {
    let mut types = TypeStore::new(arena);
    let mut all: Vec<Type> = Vec::new();
    for level in 0..length {
        let bases: Vec<Type> = all.last().copied().into_iter().collect();
        let ty = types.create(&format!("T{level}"), &bases).expect("one base is consistent");
        if level == 0 {
            types.set(ty, "target", Value::from(42)).expect("it is mutable");
        }
        for number in 0..NAMES {
            let name = format!("attribute_{level}_{number}");
            types.set(ty, &name, Value::from(0)).expect("it is mutable");
        }
        all.push(ty);
    }
    (types, all)
}

fn interned(types: &mut TypeStore<'_>, name: &str) -> Name {
    types.names_mut().intern(name).expect("there is room")
}

fn lookups(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("attribute_lookup");
    for length in LENGTHS {
        let arena = TypeArena::new();
        let (mut types, all) = chain(&arena, length);
        let ty = all[length - 1];
        let [target, absent] = ["target", "absent"].map(|name| interned(&mut types, name));
        let units: Vec<u16> = "target".encode_utf16().collect();
        let text = PyStr::from("target");
        let types = &types;
        row(&mut group, "cached", length, || types.lookup(ty, black_box(target)));
        row(&mut group, "cached_absent", length, || types.lookup(ty, black_box(absent)));
        row(&mut group, "cached_str", length, || types.lookup(ty, black_box("target")));
        row(&mut group, "cached_utf16", length, || types.lookup(ty, Utf16(black_box(&units))));
        row(&mut group, "cached_pystr", length, || types.lookup(ty, black_box(&text)));
        row(&mut group, "uncached", length, || types.lookup_uncached(ty, black_box(target)));
    }
    group.finish();
}

/// Many types and names in turn, so that the lookup cache does not fit into the L1 cache.
fn many_pairs(criterion: &mut Criterion) {
    let arena = TypeArena::new();
    let (mut types, all) = chain(&arena, 49);
    let names: Vec<Name> =
        (0..16).map(|n| interned(&mut types, &format!("attribute_{}_{n}", 3 * n))).collect();
    let pairs: Vec<(Type, Name)> =
        (0..784).map(|n| (all[n * 31 % 49], names[n * 7 % 16])).collect();
    let mut next = 0;
    criterion.bench_function("attribute_lookup/cached_784_pairs", |bencher| {
        bencher.iter(|| {
            next = if next + 1 == pairs.len() { 0 } else { next + 1 };
            let (ty, name) = pairs[next];
            black_box(types.lookup(ty, name)).is_ok()
        });
    });
}

fn getattrs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("attribute_getattr");
    let mut python = Python3::start("attributes", TIMING);
    for length in LENGTHS {
        let arena = TypeArena::new();
        let (mut types, all) = chain(&arena, length);
        let [target, own] = ["target", "own"].map(|name| interned(&mut types, name));
        let object = with_own(&mut types, all[length - 1], own);
        let asked_for_dict = with_own(&mut types, all[length - 1], own);
        let dict = Instance::of(&asked_for_dict).and_then(Instance::dict);
        black_box(dict.expect("it has one"));
        let slotted = slotted(&mut types, all[length - 1]);
        let slot = interned(&mut types, "slot");
        let class = types.value(all[length - 1]).expect("ours");
        for (subject, object, name) in [
            ("of_class", &object, target),
            ("own", &object, own),
            ("own_dict", &asked_for_dict, own),
            ("slot", &slotted, slot),
            ("of_type", &class, target),
        ] {
            group.bench_function(
                BenchmarkId::new(format!("hedgerow_{subject}"), length),
                |bench| {
                    bench.iter(|| getattr(&mut types, black_box(object), black_box(name)));
                },
            );
            let mut cache = AttrCache::new();
            group.bench_function(
                BenchmarkId::new(format!("hedgerow_{subject}_cached"), length),
                |bench| {
                    bench.iter(|| {
                        let object = black_box(object);
                        getattr_cached(&mut types, object, black_box(name), &mut cache)
                    });
                },
            );
            let Some(python) = &mut python else { continue };
            group.bench_function(BenchmarkId::new(format!("cpython_{subject}"), length), |bench| {
                bench.iter_custom(|runs| time(python, subject, length, runs));
            });
        }
        let Some(python) = &mut python else { continue };
        group.bench_function(BenchmarkId::new("cpython_loop", length), |bench| {
            bench.iter_custom(|runs| time(python, "loop", length, runs));
        });
    }
    group.finish();
}

/// An object with one attribute.
fn with_own(types: &mut TypeStore<'_>, ty: Type, own: Name) -> Value {
    let object = Instance::value(types, ty).expect("ours");
    setattr(types, &object, own, Value::from(7)).expect("it has a dict");
    object
}

/// An object of a derived class with a slot, which is set.
fn slotted(types: &mut TypeStore<'_>, ty: Type) -> Value {
    let body = ClassBody::new("Slotted").bases(&[ty]).with("__slots__", Value::from("slot"));
    let ty = body.create(types).expect("one slot");
    let object = Instance::value(types, ty).expect("ours");
    setattr(types, &object, "slot", Value::from(7)).expect("it has the slot");
    object
}

/// The cost of changing a class: it takes the tags of all subclasses, and the next lookup misses
/// the cache.
fn changes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("attribute_set_then_lookup");
    for length in LENGTHS {
        let arena = TypeArena::new();
        let (mut types, all) = chain(&arena, length);
        let name = interned(&mut types, "target");
        group.bench_function(BenchmarkId::from_parameter(length), |bench| {
            bench.iter(|| {
                types.set(all[0], name, black_box(Value::from(1))).expect("it is mutable");
                black_box(types.lookup(all[length - 1], name)).is_ok()
            });
        });
    }
    group.finish();
}

fn row<T>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    subject: &str,
    length: usize,
    mut look: impl FnMut() -> T,
) {
    group.bench_function(BenchmarkId::new(subject, length), |bencher| {
        bencher.iter(|| {
            black_box(look());
        });
    });
}

/// Reads `subject length runs`, and prints the seconds that the runs took.
const TIMING: &str = r"
import operator, sys, time
from collections import deque
from itertools import repeat
def chain(length):
    last = object
    for level in range(length):
        body = {f'attribute_{level}_{n}': 0 for n in range(16)}
        last = type(f'T{level}', (last,), {**body, **({} if level else {'target': 42})})
    made, other = last(), last()
    made.own = other.own = 7
    other.__dict__
    slotted = type('Slotted', (last,), {'__slots__': 'slot'})()
    slotted.slot = 7
    return made, other, slotted
chains = {}
for line in sys.stdin:
    subject, length, runs = line.split()
    made, other, slotted = chains.setdefault(length, chain(int(length)))
    function = operator.is_ if subject == 'loop' else getattr
    asked = {'of_type': type(made), 'own_dict': other, 'slot': slotted}.get(subject, made)
    name = {'own': 'own', 'own_dict': 'own', 'slot': 'slot'}.get(subject, 'target')
    start = time.perf_counter()
    deque(map(function, repeat(asked), repeat(name, int(runs))), maxlen=0)
    print(time.perf_counter() - start, flush=True)
";

fn time(python: &mut Python3, subject: &str, length: usize, runs: u64) -> Duration {
    Duration::from_secs_f64(python.seconds(&format!("{subject} {length} {runs}")))
}
