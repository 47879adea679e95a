//! Time: `Dict` compared with indexmap, and hashing compared with CPython.
//!
//! `cargo bench -p hedgerow-bench --bench object [-- FILTER]`. `HEDGEROW_BENCH_SIZES` and
//! `HEDGEROW_BENCH_MS` shrink a run.
//!
//! Both maps get the same `Value` keys and values in the same order. Both hash and compare keys by
//! `object::Key`, and indexmap's hasher spreads the hash as `Dict` does. So both include the cost
//! of hashing and comparing. `shared` is `SharedDict`: the same table behind a lock.
//!
//! The goals: get within 1.3 times indexmap's time, insert within 1.5, iterate within 1.3.
//!
//! CPython (`HEDGEROW_PYTHON`, or python3) hashes ints, and strs that were not hashed before, as
//! here, by `deque(map(hash, items), maxlen=0)`, which is the loop with the least overhead.
//! `cpython_loop` measures that overhead, with `id` in place of `hash`.

use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput};
use hedgerow::object::{
    Dict, HashPolicy, Key as Lookup, PythonVersion, SharedDict, StrHash, Value,
};
use hedgerow_bench::keys::{Key, hits, items};
use hedgerow_bench::python::Python3;
use hedgerow_bench::settings::Settings;
use indexmap::IndexMap;

/// The policy of every map. With the key of zeros, two runs hash alike.
fn policy() -> HashPolicy {
    HashPolicy::cpython(0)
}

/// A value with Python's equality and hash, as a key of indexmap.
#[derive(Clone)]
struct Python(Value);

impl PartialEq for Python {
    #[inline]
    fn eq(&self, other: &Python) -> bool {
        Lookup::matches(&self.0, &other.0).unwrap_or(false)
    }
}

impl Eq for Python {}

impl Hash for Python {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        const POLICY: HashPolicy = HashPolicy {
            text: StrHash::SipHash13([0, 0]),
            none: 0,
            ellipsis: 0,
            nan: 0,
            python: PythonVersion::LATEST,
        };
        state.write_i64(Lookup::hash(&self.0, &POLICY).unwrap_or(0));
    }
}

/// Spreads a hash as `Dict` does before it probes its index.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _bytes: &[u8]) {
        unreachable!("a key writes one i64");
    }

    #[inline]
    fn write_i64(&mut self, hash: i64) {
        let product = u128::from(hash as u64) * 0x9e37_79b9_7f4a_7c15;
        self.0 = product as u64 ^ (product >> 64) as u64;
    }
}

type Peer = IndexMap<Python, Value, BuildHasherDefault<Spread>>;

/// A key of the benches as a value.
trait AsValue: Key {
    fn as_value(&self) -> Value;
}

impl AsValue for u64 {
    fn as_value(&self) -> Value {
        Value::from(*self as i64)
    }
}

impl AsValue for String {
    fn as_value(&self) -> Value {
        Value::from(self.as_str())
    }
}

fn main() -> ExitCode {
    let settings = match Settings::from_env() {
        Ok(settings) => settings,
        Err(message) => {
            eprintln!("object: {message}");
            return ExitCode::from(2);
        }
    };
    let mut criterion = Criterion::default().without_plots().configure_from_args();
    rows::<u64>(&mut criterion, &settings);
    rows::<String>(&mut criterion, &settings);
    hashes(&mut criterion, &settings);
    criterion.final_summary();
    ExitCode::SUCCESS
}

fn rows<K: AsValue>(criterion: &mut Criterion, settings: &Settings) {
    gets::<K>(criterion, settings);
    inserts::<K>(criterion, settings);
    walks::<K>(criterion, settings);
}

/// Keys and values of a map of this size, and the keys to look up: those of the map, each once or
/// more, in another order. The strs are the same objects, as names in a program are.
fn pairs<K: AsValue>(size: usize) -> (Vec<(Value, Value)>, Vec<Value>) {
    let items: Vec<(K, u64)> = items(size);
    let stored: Vec<(Value, Value)> =
        items.iter().map(|(key, counter)| (key.as_value(), Value::from(*counter))).collect();
    let by_key: std::collections::HashMap<&K, &Value> =
        items.iter().zip(&stored).map(|((key, _), (value, _))| (key, value)).collect();
    let sought = hits::<K>(size).iter().map(|key| by_key[key].clone()).collect();
    (stored, sought)
}

fn dict_of(pairs: &[(Value, Value)]) -> Dict {
    let mut dict = Dict::new(policy());
    for (key, value) in pairs {
        dict.insert(key.clone(), value.clone()).expect("room, and a hash for each key");
    }
    dict
}

fn peer_of(pairs: &[(Value, Value)]) -> Peer {
    let mut peer = Peer::default();
    for (key, value) in pairs {
        peer.insert(Python(key.clone()), value.clone());
    }
    peer
}

fn gets<K: AsValue>(criterion: &mut Criterion, settings: &Settings) {
    let mut group = criterion.benchmark_group(format!("object_get{}", K::SUFFIX));
    for &size in &settings.sizes {
        plan(&mut group, settings);
        let (pairs, sought) = pairs::<K>(size);
        // Each map is alone in memory when it is measured. A second map would get another kind of
        // pages.
        let dict = dict_of(&pairs);
        measure(&mut group, "dict", size, sought.len(), || {
            for key in &sought {
                black_box(dict.get(black_box(key)).expect("keys that hash"));
            }
        });
        let shared = SharedDict::from(dict);
        measure(&mut group, "shared", size, sought.len(), || {
            for key in &sought {
                black_box(shared.get(black_box(key)).expect("keys that hash"));
            }
        });
        drop(shared);
        let peer = peer_of(&pairs);
        let sought: Vec<Python> = sought.into_iter().map(Python).collect();
        measure(&mut group, "indexmap", size, sought.len(), || {
            for key in &sought {
                black_box(peer.get(black_box(key)));
            }
        });
    }
    group.finish();
}

fn inserts<K: AsValue>(criterion: &mut Criterion, settings: &Settings) {
    let mut group = criterion.benchmark_group(format!("object_insert{}", K::SUFFIX));
    for &size in &settings.sizes {
        plan(&mut group, settings);
        let (pairs, _) = pairs::<K>(size);
        measure(&mut group, "dict", size, size, || drop(black_box(dict_of(black_box(&pairs)))));
        measure(&mut group, "indexmap", size, size, || drop(black_box(peer_of(black_box(&pairs)))));
    }
    group.finish();
}

fn walks<K: AsValue>(criterion: &mut Criterion, settings: &Settings) {
    let mut group = criterion.benchmark_group(format!("object_iterate{}", K::SUFFIX));
    for &size in &settings.sizes {
        plan(&mut group, settings);
        let (pairs, _) = pairs::<K>(size);
        let (dict, peer) = (dict_of(&pairs), peer_of(&pairs));
        measure(&mut group, "dict", size, size, || {
            for pair in black_box(&dict) {
                black_box(pair);
            }
        });
        measure(&mut group, "indexmap", size, size, || {
            for pair in black_box(&peer) {
                black_box(pair);
            }
        });
        // A tenth of all entries are dead, spread evenly. indexmap has no dead entries.
        let mut aged = dict_of(&pairs);
        for (key, _) in pairs.iter().skip(5).step_by(10) {
            aged.del_item(key).expect("the key is there");
        }
        measure(&mut group, "dict_with_dead", size, aged.len(), || {
            for pair in black_box(&aged) {
                black_box(pair);
            }
        });
    }
    group.finish();
}

fn plan(group: &mut BenchmarkGroup<'_, WallTime>, settings: &Settings) {
    group
        .sampling_mode(SamplingMode::Flat)
        .sample_size(10)
        .warm_up_time(settings.time / 3)
        .measurement_time(settings.time);
}

/// Measures runs of so many operations. Tables divide by that number: here it would leave whole
/// nanoseconds.
fn measure(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    size: usize,
    operations: usize,
    mut run: impl FnMut(),
) {
    group.throughput(Throughput::Elements(operations as u64));
    group.bench_function(BenchmarkId::new(name, size), |bencher| {
        bencher.iter(&mut run);
    });
}

/// The lengths of the strs to hash, in code points.
const LENGTHS: [usize; 3] = [5, 16, 100];
/// How many items are hashed at a time. They stay in the cache.
const HASHED: usize = 1_000;

fn hashes(criterion: &mut Criterion, settings: &Settings) {
    let mut group = criterion.benchmark_group("object_hash");
    plan(&mut group, settings);
    let policy = policy();
    let ints: Vec<Value> = (0..HASHED)
        .map(|number| u64::from_counter(number as u64))
        .map(|key| key.as_value())
        .collect();
    measure(&mut group, "hedgerow_int", 0, HASHED, || {
        for int in &ints {
            black_box(Lookup::hash(black_box(int), &policy).expect("ints hash"));
        }
    });
    for length in LENGTHS {
        let texts = (0..HASHED).map(|number| format!("{number:0length$}"));
        let texts: Vec<String> = texts.collect();
        // A Rust `str`, which keeps no hash.
        measure(&mut group, "hedgerow_str", length, HASHED, || {
            for text in &texts {
                black_box(Lookup::hash(black_box(text.as_str()), &policy).expect("strs hash"));
            }
        });
    }
    let Some(mut python) = Python3::start("object", TIMING) else { return };
    for (name, length) in [("int", 0)].into_iter().chain(LENGTHS.map(|length| ("str", length))) {
        for (column, function) in [("cpython", "hash"), ("cpython_loop", "id")] {
            group.bench_function(BenchmarkId::new(format!("{column}_{name}"), length), |bencher| {
                bencher.iter_custom(|runs| time(&mut python, function, length, runs));
            });
        }
    }
    group.finish();
}

/// Reads `function length runs`, and prints the seconds that hashing took.
const TIMING: &str = r"
import sys, time
from collections import deque
for line in sys.stdin:
    function, length, runs = line.split()
    function, length = getattr(__builtins__, function), int(length)
    seconds = 0.0
    for _ in range(int(runs)):
        items = [f'{i:0{length}}' for i in range(1000)] if length else \
            [(i + 1) * 0x9e3779b97f4a7c15 % 2**64 - 2**63 for i in range(1000)]
        start = time.perf_counter()
        deque(map(function, items), maxlen=0)
        seconds += time.perf_counter() - start
    print(seconds, flush=True)
";

/// How long it takes to hash all items so many times.
fn time(python: &mut Python3, function: &str, length: usize, runs: u64) -> Duration {
    Duration::from_secs_f64(python.seconds(&format!("{function} {length} {runs}")))
}
