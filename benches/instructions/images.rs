//! Images: making, opening and reading them; deltas.

use std::hint::black_box;

use hedgerow::Map;
use hedgerow::image::{Delta, Image};
use iai_callgrind::{library_benchmark, library_benchmark_group};

use hedgerow_bench::batches::{OPERATIONS, first};
use hedgerow_bench::keys::{hits, items};
use hedgerow_bench::{Hasher, hasher};

type Bytes = Vec<u8>;

const SOUND: &str = "an image that was just made";
const HASH_KEY: [u64; 2] = [17, 4];

/// With a hasher that is the same in every run.
type FixedMap = Map<String, u64, Hasher>;

fn map(size: usize) -> FixedMap {
    let mut map = Map::with_hasher(hasher());
    map.extend(items::<String>(size));
    map
}

fn image(size: usize) -> Bytes {
    map(size).image_with_key(HASH_KEY).expect(SOUND)
}

fn image_and_keys(size: usize) -> (Bytes, Vec<String>) {
    (image(size), first(hits(size)))
}

/// A map, and one with another value.
fn maps(size: usize) -> (FixedMap, FixedMap) {
    let before = map(size);
    let mut after = before.clone();
    after.insert(items::<String>(1)[0].0.clone(), 99);
    (before, after)
}

fn image_and_delta(size: usize) -> (Bytes, Delta<String, u64>) {
    let (before, after) = maps(size);
    (image(size), after.delta(&before, None).expect(SOUND))
}

#[library_benchmark]
#[benches::of(args = [10, 1_000, 100_000], setup = image)]
fn open(bytes: Bytes) -> Bytes {
    for _ in 0..OPERATIONS {
        black_box(Image::<String, u64, _>::open(&bytes[..]).expect(SOUND));
    }
    bytes
}

#[library_benchmark]
#[benches::of(args = [10, 1_000, 100_000], setup = image_and_keys)]
fn get(of: (Bytes, Vec<String>)) -> (Bytes, Vec<String>) {
    let image = Image::<String, u64, _>::open(&of.0[..]).expect(SOUND);
    for key in &of.1 {
        black_box(image.get(&key[..]).expect(SOUND));
    }
    of
}

#[library_benchmark]
#[benches::of(args = [10, 1_000, 100_000], setup = maps)]
fn delta(of: (FixedMap, FixedMap)) -> (FixedMap, FixedMap) {
    for _ in 0..OPERATIONS {
        black_box(of.1.delta(&of.0, None).expect(SOUND));
    }
    of
}

#[library_benchmark]
#[benches::of(args = [10, 1_000, 100_000], setup = image_and_delta)]
fn apply(of: (Bytes, Delta<String, u64>)) -> (Bytes, Delta<String, u64>) {
    let image = Image::<String, u64, _>::open(&of.0[..]).expect(SOUND);
    for _ in 0..OPERATIONS {
        black_box(image.apply(&of.1).expect(SOUND));
    }
    of
}

#[library_benchmark]
#[benches::of(args = [10, 1_000, 100_000], setup = map)]
fn make(map: FixedMap) -> (FixedMap, Bytes) {
    let bytes = map.image_with_key(HASH_KEY).expect(SOUND);
    (map, bytes)
}

#[library_benchmark]
#[benches::of(args = [10, 1_000, 100_000], setup = image)]
fn iterate(bytes: Bytes) -> Bytes {
    let image = Image::<String, u64, _>::open(&bytes[..]).expect(SOUND);
    for entry in image.iter().expect(SOUND) {
        black_box(entry.expect(SOUND));
    }
    bytes
}

library_benchmark_group!(name = each; benchmarks = open, get, delta, apply);
library_benchmark_group!(name = whole; benchmarks = make, iterate);
