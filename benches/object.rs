//! Time: `Dict` beside indexmap in one criterion run, on the same keys in the same order.
//!
//! `cargo bench -p hedgerow-bench --bench object [-- FILTER]`. `HEDGEROW_BENCH_SIZES` and
//! `HEDGEROW_BENCH_MS` shrink a run.
//!
//! Both maps have `Value` keys and values, and both ask `object::hash` for the hash of a key and
//! `object::equal` whether keys are equal; indexmap's hasher spreads the hash over its bits as
//! `Dict` does. So the cost of hashing and comparing is in both columns, and a ratio is one of maps.
//! `shared` is `SharedDict`: the same table behind a lock.
//!
//! The goals: get within 1.3 times indexmap's time, insert within 1.5, iterate within 1.3.

use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, SamplingMode};
use hedgerow::object::{Dict, HashPolicy, SharedDict, Value, equal, hash};
use hedgerow_bench::keys::{Key, hits, items};
use hedgerow_bench::settings::Settings;
use indexmap::IndexMap;

/// The policy of every map: the key of zeros, so that two runs hash alike.
fn policy() -> HashPolicy {
    HashPolicy::cpython(0)
}

/// A value with Python's equality and hash, as indexmap wants its keys.
#[derive(Clone)]
struct Python(Value);

impl PartialEq for Python {
    fn eq(&self, other: &Python) -> bool {
        equal(&self.0, &other.0).unwrap_or(false)
    }
}

impl Eq for Python {}

impl Hash for Python {
    fn hash<H: Hasher>(&self, state: &mut H) {
        const POLICY: HashPolicy = HashPolicy {
            text: hedgerow::object::StrHash::SipHash13([0, 0]),
            none: 0,
            ellipsis: 0,
            nan: 0,
        };
        state.write_i64(hash(&self.0, &POLICY).unwrap_or(0));
    }
}

/// What `Dict` does with a hash before it looks into its index.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _bytes: &[u8]) {
        unreachable!("a key writes one i64");
    }

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
    criterion.final_summary();
    ExitCode::SUCCESS
}

fn rows<K: AsValue>(criterion: &mut Criterion, settings: &Settings) {
    gets::<K>(criterion, settings);
    inserts::<K>(criterion, settings);
    walks::<K>(criterion, settings);
}

/// Keys and values of a map of this size, and the keys to look up: those of the map, each once or
/// more, in another order. They are the very strs, as names in a program are.
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
        let peers: Vec<Python> = sought.iter().cloned().map(Python).collect();
        let (dict, peer) = (dict_of(&pairs), peer_of(&pairs));
        let shared = SharedDict::from(dict.copied());
        measure(&mut group, "dict", size, sought.len(), || {
            for key in &sought {
                black_box(dict.get(black_box(key)).expect("keys that hash"));
            }
        });
        measure(&mut group, "indexmap", size, sought.len(), || {
            for key in &peers {
                black_box(peer.get(black_box(key)));
            }
        });
        measure(&mut group, "shared", size, sought.len(), || {
            for key in &sought {
                black_box(shared.get(black_box(key)).expect("keys that hash"));
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
        // As many live entries again, each tenth of all dead: what indexmap does not have.
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

/// Measures runs of so many operations as nanoseconds per operation.
fn measure(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    size: usize,
    operations: usize,
    mut run: impl FnMut(),
) {
    group.bench_function(BenchmarkId::new(name, size), |bencher| {
        bencher.iter_custom(|iterations| {
            let runs = iterations.div_ceil(operations as u64);
            let start = Instant::now();
            for _ in 0..runs {
                run();
            }
            let took = start.elapsed().as_secs_f64();
            let share = iterations as f64 / (runs * operations as u64) as f64;
            Duration::from_secs_f64(took * share)
        });
    });
}
