//! What this machine could do at best: loads, copies, first touches and instructions.
//!
//! `cargo run --release -p hedgerow-bench --bin limits` prints JSON, of which `cargo xtask record`
//! makes the tables of perf/limits.md. Two figures that no other bench has stand beside: looking up
//! in an image and in Python's dict, from Rust. Times are in nanoseconds, the least of several.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use hedgerow::Map;
use hedgerow::image::Image;
use hedgerow::object::{Dict, HashPolicy, Value};
use serde::Serialize;

use hedgerow_bench::keys::{hits, items, permutation};
use hedgerow_bench::settings::sizes_from_env;
use hedgerow_bench::subjects::{Hedgerow, Subject};

const SIZES: [usize; 3] = [1_000, 100_000, 1_000_000];
const TURNS: usize = 9;
/// Bytes that come from memory together.
const LINE: usize = 64;
const PAGE: usize = 4_096;
/// Chains that are followed at once: as many lookups as a processor begins before one is done.
const CHAINS: usize = 8;
const STEPS: usize = 1 << 19;
/// Versions whose size is taken, all alive at once.
const VERSIONS: usize = 1_000;
/// A key and a value.
const ENTRY: usize = 16;

#[derive(Serialize)]
struct Limits {
    /// One addition that waits for the one before: a cycle of the clock.
    cycle: f64,
    /// One of many that do not wait.
    instruction: f64,
    /// The first write to a page that the program was just given.
    first_touch: f64,
    sizes: Vec<Size>,
}

/// What a map of a size is made of, and what its memory costs.
#[derive(Serialize)]
struct Size {
    entries: usize,
    /// Of the whole map.
    bytes: usize,
    /// Nodes from the root to an entry, the mean over all entries.
    path: f64,
    /// What a version takes that replaces one value.
    version_bytes: f64,
    /// One load from anywhere in so many bytes, which waits for the one before.
    load: f64,
    /// The same of several chains at once, for each load.
    load_of_many: f64,
    /// The nodes on the way to an entry, each of which waits for the one before. Those of a level
    /// are together, so that the upper ones are in the caches.
    walk: f64,
    walk_of_many: f64,
    /// A load from anywhere in the entries.
    entry: f64,
    entry_of_many: f64,
    /// Reading the entries in order, for each byte.
    read_byte: f64,
    /// Copying as many bytes as a version takes, to where others were copied before.
    copy_version: f64,
    image_get: f64,
    dict_get: f64,
}

fn main() -> ExitCode {
    let sizes = match sizes_from_env(&SIZES) {
        Ok(sizes) => sizes,
        Err(message) => {
            eprintln!("limits: {message}");
            return ExitCode::from(2);
        }
    };
    let rate = instruction();
    let sizes = sizes.into_iter().map(size).collect();
    // What shares the core for a second slows down one of the two alone.
    let instruction = rate.min(instruction());
    let limits = Limits { cycle: cycle(), instruction, first_touch: first_touch(), sizes };
    match serde_json::to_string_pretty(&limits) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("limits: {error}");
            ExitCode::from(2)
        }
    }
}

fn size(entries: usize) -> Size {
    eprintln!("limits: {entries} entries");
    let mut subject = Hedgerow::<u64>::new();
    let mut version = subject.bulk(&items(entries));
    let bytes = subject.store.stats().heap_bytes;
    let before = used(&subject);
    let keys = permutation::<u64>(entries);
    let levels = levels(&keys);
    let nodes: usize = levels.iter().map(|level| level.nodes).sum();
    let node_bytes = 4 * subject.store.stats().live_words / nodes;
    for key in keys.iter().cycle().take(VERSIONS) {
        version = subject.insert(&version, *key, 0);
    }
    let version_bytes = (used(&subject) - before) as f64 / VERSIONS as f64;
    drop(subject);
    let walk = |loads: fn(usize) -> f64| {
        let waits = |level: &Level| level.reach * loads(level.nodes * node_bytes);
        levels.iter().map(waits).sum::<f64>()
    };
    Size {
        entries,
        bytes,
        path: levels.iter().map(|level| level.reach).sum(),
        version_bytes,
        load: loads::<1>(bytes),
        load_of_many: loads::<CHAINS>(bytes),
        walk: walk(loads::<1>),
        walk_of_many: walk(loads::<CHAINS>),
        entry: loads::<1>(entries * ENTRY),
        entry_of_many: loads::<CHAINS>(entries * ENTRY),
        read_byte: read_byte(entries * ENTRY),
        copy_version: copy(version_bytes as usize),
        image_get: image_get(entries),
        dict_get: dict_get(entries),
    }
}

/// Bytes in words and entries. An entry is a key, a value, a hash and a birth.
fn used(subject: &Hedgerow<u64>) -> usize {
    let stats = subject.store.stats();
    4 * stats.live_words + 24 * stats.live_entries
}

/// The nodes of a level of the trie.
struct Level {
    nodes: usize,
    /// The part of all keys whose way leads through one of them.
    reach: f64,
}

/// The root, and a node for each piece of five bits that several keys have in common. The keys are
/// as good as random, so they stand for their hashes.
fn levels(keys: &[u64]) -> Vec<Level> {
    let mut hashes: Vec<u32> = keys.iter().map(|key| (key >> 32) as u32).collect();
    hashes.sort_unstable();
    let mut levels = vec![Level { nodes: 1, reach: 1.0 }];
    for level in 1..=6 {
        let together = hashes.chunk_by(|a, b| a >> (32 - 5 * level) == b >> (32 - 5 * level));
        let together = together.map(<[u32]>::len).filter(|keys| *keys > 1);
        let (nodes, keys) = together.fold((0, 0), |(nodes, sum), keys| (nodes + 1, sum + keys));
        levels.push(Level { nodes, reach: keys as f64 / hashes.len() as f64 });
    }
    levels.retain(|level| level.nodes > 0);
    levels
}

/// The least time of one of `count` operations, of several turns.
fn least(count: usize, mut turn: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..TURNS {
        let start = Instant::now();
        turn();
        best = best.min(start.elapsed().as_nanos() as f64 / count as f64);
    }
    best
}

/// A rotation and an exclusive or, each of which waits for the other, are two cycles.
fn cycle() -> f64 {
    least(2 * STEPS, || {
        let mut word = black_box(1_u64);
        for _ in 0..STEPS {
            word ^= word.rotate_left(7);
        }
        black_box(word);
    })
}

/// Twelve operations and a load, in six chains of two operations each. Different ones, so that the
/// compiler does not make vectors of them.
fn instruction() -> f64 {
    let words: Vec<u64> = (0..512).collect();
    let turns = STEPS / words.len();
    least(13 * turns * words.len(), || {
        let [mut a, mut b, mut c, mut d, mut e, mut f] = black_box([1_u64, 2, 3, 5, 7, 11]);
        for _ in 0..turns {
            for &word in black_box(&words) {
                a = (a ^ word).wrapping_add(word);
                b = b.wrapping_add(word) ^ word;
                c = (c ^ word).wrapping_sub(word);
                d = word.wrapping_sub(d) ^ word;
                e = (e | word).wrapping_add(word);
                f = (f & word).wrapping_sub(word);
            }
        }
        black_box([a, b, c, d, e, f]);
    })
}

/// Follows chains that each lead through all lines of so many bytes in a random order.
fn loads<const CHAINS: usize>(bytes: usize) -> f64 {
    let count = (bytes / LINE).max(2 * CHAINS);
    let mut next: Vec<[usize; LINE / 8]> = (0..count).map(|line| [line; LINE / 8]).collect();
    let mut random = fastrand::Rng::with_seed(3);
    // Sattolo's shuffle: one cycle through all.
    for place in (1..count).rev() {
        next.swap(place, random.usize(..place));
    }
    let mut starts = [0; CHAINS];
    for (chain, start) in starts.iter_mut().enumerate() {
        *start = chain * count / CHAINS;
    }
    least(STEPS, || {
        // In registers, as a walk has its place.
        let mut at = starts;
        for _ in 0..STEPS / CHAINS {
            at = at.map(|place| next[place][0]);
        }
        starts = black_box(at);
    })
}

/// Reads a word of each line, so that the bytes come and little is done with them.
fn read_byte(bytes: usize) -> f64 {
    let lines = vec![[1_u64; LINE / 8]; bytes.div_ceil(LINE)];
    let turns = (1_usize << 25).div_ceil(bytes.max(1));
    least(turns * lines.len() * LINE, || {
        for _ in 0..turns {
            let sum = black_box(&lines).iter().fold(0_u64, |sum, line| sum.wrapping_add(line[0]));
            black_box(sum);
        }
    })
}

/// Copies through a ring of some megabytes, as versions that come and go do.
fn copy(bytes: usize) -> f64 {
    const RING: usize = 1 << 20;
    const COPIES: usize = 1 << 16;
    let from = vec![1_u8; bytes];
    let mut ring = vec![0_u8; RING + bytes];
    let mut place = 0;
    least(COPIES, || {
        for _ in 0..COPIES {
            place = (place + bytes) % RING;
            ring[place..place + bytes].copy_from_slice(black_box(&from));
        }
        black_box(&ring);
    })
}

fn first_touch() -> f64 {
    const PAGES: usize = 4_096;
    let mut best = f64::INFINITY;
    for _ in 0..TURNS {
        // Zeroed memory of that size comes from the system, which gives pages when they are used.
        let mut memory = vec![0_u8; PAGES * PAGE];
        let start = Instant::now();
        for page in memory.chunks_exact_mut(PAGE) {
            page[0] = black_box(1);
        }
        best = best.min(start.elapsed().as_nanos() as f64 / PAGES as f64);
        black_box(&memory);
    }
    best
}

fn image_get(entries: usize) -> f64 {
    let map: Map<String, u64> = items::<String>(entries).into_iter().collect();
    let bytes = map.image_with_key([17, 4]).expect("text and numbers");
    drop(map);
    let image = Image::<String, u64, _>::open(&bytes[..]).expect("just made");
    let keys: Vec<String> = hits(entries);
    least(keys.len(), || {
        for key in &keys {
            black_box(image.get(&key[..]).expect("just made"));
        }
    })
}

fn dict_get(entries: usize) -> f64 {
    let mut dict = Dict::new(HashPolicy::cpython(0));
    for (key, counter) in items::<u64>(entries) {
        dict.insert(Value::from(key as i64), Value::from(counter)).expect("ints hash");
    }
    let keys: Vec<Value> =
        hits::<u64>(entries).into_iter().map(|key| Value::from(key as i64)).collect();
    least(keys.len(), || {
        for key in &keys {
            black_box(dict.get(key).expect("ints hash"));
        }
    })
}
