//! Heap bytes per entry of every subject, and how much the arena grows under a line of updates.
//!
//! `cargo run --release -p hedgerow-bench --bin memory` prints markdown. It counts the bytes that a
//! subject holds of the allocator, with keys and values, and those in use of mappings. The headers
//! of the allocator are not counted, of which maps that allocate each node have many. Not all sizes
//! are powers of ten, because bytes per entry go up and down with the size of a 32-way trie.

use std::alloc::System;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use hedgerow_bench::keys::{items, permutation};
use hedgerow_bench::settings::sizes_from_env;
use hedgerow_bench::subjects::{
    Hashbrown, Hedgerow, ImblRc, ImblSync, OwnedMap, RpdsRc, RpdsSync, Subject,
};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Bytes in use of each mapping, by its address.
static MAPPINGS: Mutex<BTreeMap<usize, usize>> = Mutex::new(BTreeMap::new());

const SIZES: [usize; 11] =
    [1_000, 2_000, 5_000, 10_000, 20_000, 32_000, 50_000, 100_000, 200_000, 500_000, 1_000_000];
const LINEAR_ENTRIES: usize = 100_000;
const LINEAR_UPDATES: usize = 1_000_000;

type Ours = Hedgerow<u64>;

fn main() -> ExitCode {
    hedgerow::host::observe_mappings(|address, used| {
        MAPPINGS.lock().expect("nothing panics").insert(address, used);
    });
    let sizes = match sizes_from_env(&SIZES) {
        Ok(sizes) => sizes,
        Err(message) => {
            eprintln!("memory: {message}");
            return ExitCode::from(2);
        }
    };
    println!(
        "Heap bytes per entry, `u64` keys and values, built by inserts, old versions released\n"
    );
    persistent_table(&sizes);
    println!("\nThe same, built in bulk (hashbrown, a flat table, for reference)\n");
    bulk_table(&sizes);
    println!();
    linear_updates();
    ExitCode::SUCCESS
}

fn persistent_table(sizes: &[usize]) {
    header(&[
        "hedgerow",
        "hedgerow compacted",
        "hedgerow::Map",
        "rpds",
        "imbl-rc",
        "imbl",
        "rpds-sync",
    ]);
    for &size in sizes {
        let items = items(size);
        line(
            size,
            &[
                held::<Ours>(|subject| by_inserts(subject, &items)),
                held::<Ours>(|subject| {
                    let version = by_inserts(subject, &items);
                    subject.store.compact();
                    version
                }),
                held::<OwnedMap>(|subject| by_inserts(subject, &items)),
                held::<RpdsRc>(|subject| by_inserts(subject, &items)),
                held::<ImblRc>(|subject| by_inserts(subject, &items)),
                held::<ImblSync>(|subject| by_inserts(subject, &items)),
                held::<RpdsSync>(|subject| by_inserts(subject, &items)),
            ],
        );
    }
}

fn bulk_table(sizes: &[usize]) {
    header(&["hedgerow", "hedgerow::Map", "rpds", "imbl-rc", "imbl", "rpds-sync", "hashbrown"]);
    for &size in sizes {
        let items = items(size);
        line(
            size,
            &[
                held::<Ours>(|subject| subject.bulk(&items)),
                held::<OwnedMap>(|subject| subject.bulk(&items)),
                held::<RpdsRc>(|subject| subject.bulk(&items)),
                held::<ImblRc>(|subject| subject.bulk(&items)),
                held::<ImblSync>(|subject| subject.bulk(&items)),
                held::<RpdsSync>(|subject| subject.bulk(&items)),
                held::<Hashbrown>(|subject| subject.bulk(&items)),
            ],
        );
    }
}

/// Replaces random entries a million times, and compares the arena before and after.
fn linear_updates() {
    let mut subject = Ours::new();
    let mut version = subject.bulk(&items(LINEAR_ENTRIES));
    let keys = permutation::<u64>(LINEAR_ENTRIES);
    let before = Arena::of(&subject);
    for (count, key) in keys.iter().cycle().take(LINEAR_UPDATES).enumerate() {
        let next = subject.insert(&version, *key, count as u64);
        subject.release(std::mem::replace(&mut version, next));
    }
    let after = Arena::of(&subject);
    println!(
        "{LINEAR_UPDATES} updates of a {LINEAR_ENTRIES}-entry map, each old version released\n"
    );
    println!("| | before | after | growth |\n| --- | --: | --: | --: |");
    for (name, before, after) in [
        ("words, live and free", before.words, after.words),
        ("entries, live and free", before.entries, after.entries),
        ("heap bytes", before.heap_bytes, after.heap_bytes),
    ] {
        let growth = 100.0 * (after as f64 / before as f64 - 1.0);
        println!("| {name} | {before} | {after} | {growth:.2} % |");
    }
}

/// The size of a store: its words and entries, and its bytes.
struct Arena {
    words: usize,
    entries: usize,
    heap_bytes: usize,
}

impl Arena {
    fn of(subject: &Ours) -> Self {
        let stats = subject.store.stats();
        Arena {
            words: stats.live_words + stats.free_words,
            entries: stats.live_entries + stats.free_entries,
            heap_bytes: stats.heap_bytes,
        }
    }
}

fn by_inserts<S: Subject<u64>>(subject: &mut S, items: &[(u64, u64)]) -> S::Version {
    let mut version = subject.empty();
    for (key, value) in items {
        let next = subject.insert(&version, *key, *value);
        subject.release(std::mem::replace(&mut version, next));
    }
    version
}

/// Bytes that a new subject holds when `build` has made a version in it.
fn held<S: Subject<u64>>(build: impl FnOnce(&mut S) -> S::Version) -> usize {
    let before = live_bytes();
    let mut subject = S::new();
    let version = build(&mut subject);
    let bytes = live_bytes() - before;
    drop((subject, version));
    bytes
}

fn live_bytes() -> usize {
    let stats = ALLOCATOR.stats();
    let mapped: usize = MAPPINGS.lock().expect("nothing panics").values().sum();
    stats.bytes_allocated - stats.bytes_deallocated + mapped
}

fn header(columns: &[&str]) {
    println!("| n | {} |\n| --: |{}", columns.join(" | "), " --: |".repeat(columns.len()));
}

fn line(size: usize, bytes: &[usize]) {
    let cells: Vec<String> =
        bytes.iter().map(|bytes| format!("{:.1}", *bytes as f64 / size as f64)).collect();
    println!("| {size} | {} |", cells.join(" | "));
}
