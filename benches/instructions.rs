//! Instructions of Hedgerow's operations, counted by callgrind. The counts are equal in every run
//! of one compiler.
//!
//! `cargo xtask instructions` runs this and compares the counts with `perf/instructions.md`. Each
//! bench is a batch of [`OPERATIONS`] operations on a prepared map. Preparing and dropping it are
//! not counted.

#![expect(missing_docs, reason = "iai-callgrind's macros make a public module of every bench")]

use std::hint::black_box;

use hedgerow::Version;
use iai_callgrind::{library_benchmark, library_benchmark_group, main};

use hedgerow_bench::keys::{hits, items, misses};
use hedgerow_bench::subjects::{Hedgerow, Subject};
use hedgerow_bench::workloads::age;

/// Operations in one batch. Benches of whole maps do one operation for each entry.
const OPERATIONS: usize = 1_000;

/// A map, and the keys of the batch.
struct Prepared {
    subject: Hedgerow<u64>,
    version: Version,
    keys: Vec<u64>,
}

fn aged(size: usize) -> Prepared {
    let mut subject = Hedgerow::new();
    let built = subject.bulk(&items(size));
    let version = age(&mut subject, built, size);
    Prepared { subject, version, keys: first(hits(size)) }
}

fn compacted(size: usize) -> Prepared {
    let mut prepared = aged(size);
    prepared.subject.store.compact();
    prepared
}

fn missing(size: usize) -> Prepared {
    Prepared { keys: first(misses(size)), ..compacted(size) }
}

fn first(mut keys: Vec<u64>) -> Vec<u64> {
    keys.truncate(OPERATIONS);
    keys
}

#[library_benchmark]
#[benches::sizes(args = [10, 1_000, 100_000], setup = aged)]
fn insert_release(mut prepared: Prepared) -> Prepared {
    for key in &prepared.keys {
        let next = prepared.subject.insert(&prepared.version, *key, 3);
        prepared.subject.release(std::mem::replace(&mut prepared.version, next));
    }
    prepared
}

#[library_benchmark]
#[benches::sizes(args = [1_000, 100_000], setup = aged)]
fn insert_in_edit(mut prepared: Prepared) -> Prepared {
    let mut edit = prepared.subject.store.edit(prepared.version).expect("a live version");
    for key in &prepared.keys {
        edit.insert(*key, 3).expect("room in the arena");
    }
    prepared.version = edit.commit();
    prepared
}

#[library_benchmark]
#[benches::sizes(args = [10_000, 100_000], setup = aged)]
fn remove(mut prepared: Prepared) -> Prepared {
    for key in &prepared.keys {
        let next = prepared.subject.remove(&prepared.version, key);
        prepared.subject.release(std::mem::replace(&mut prepared.version, next));
    }
    prepared
}

#[library_benchmark]
#[benches::sizes(args = [10, 1_000, 100_000], setup = compacted)]
fn get_hit(prepared: Prepared) -> Prepared {
    black_box(prepared.subject.get_sum(&prepared.version, &prepared.keys));
    prepared
}

#[library_benchmark]
#[benches::sizes(args = [10, 1_000, 100_000], setup = missing)]
fn get_miss(prepared: Prepared) -> Prepared {
    black_box(prepared.subject.get_sum(&prepared.version, &prepared.keys));
    prepared
}

#[library_benchmark]
#[benches::sizes(args = [1_000, 100_000], setup = compacted)]
fn get_many(prepared: Prepared) -> Prepared {
    let view = prepared.subject.store.at(prepared.version).expect("a live version");
    black_box(view.get_many(&prepared.keys));
    prepared
}

#[library_benchmark]
#[benches::sizes(args = [1_000, 100_000], setup = compacted)]
fn iterate(prepared: Prepared) -> Prepared {
    black_box(prepared.subject.iterate(&prepared.version));
    prepared
}

#[library_benchmark]
#[benches::sizes(args = [1_000, 100_000], setup = items)]
fn bulk(items: Vec<(u64, u64)>) -> (Hedgerow<u64>, Vec<(u64, u64)>) {
    let mut subject = Hedgerow::new();
    let _ = subject.bulk(&items);
    (subject, items)
}

#[library_benchmark]
#[benches::sizes(args = [1_000, 100_000], setup = aged)]
fn compact(mut prepared: Prepared) -> Prepared {
    prepared.subject.store.compact();
    prepared
}

library_benchmark_group!(
    name = operations;
    benchmarks =
        insert_release, insert_in_edit, remove, get_hit, get_miss, get_many, iterate, bulk, compact
);
main!(library_benchmark_groups = operations);
