//! What only a store can: edits, release at its four levels, diff, merge, compaction.

use std::hint::black_box;

use hedgerow::{Conflict, Version};
use iai_callgrind::{library_benchmark, library_benchmark_group};

use hedgerow_bench::batches::{OPERATIONS, Prepared};
use hedgerow_bench::keys::{items, permutation};
use hedgerow_bench::subjects::{Hedgerow, Subject};

use crate::maps;

const LIVE: &str = "a live version, and room in the arena";

type Of = Prepared<u64, Hedgerow<u64>>;

fn aged(size: usize) -> Of {
    maps::aged(size)
}

fn built(size: usize) -> Of {
    maps::built(size)
}

/// A store, and the versions of the batch.
struct Versions {
    subject: Hedgerow<u64>,
    versions: Vec<Version>,
}

/// Versions that each have one key more than the one before.
fn line(size: usize) -> Versions {
    let Prepared { mut subject, mut version, keys } = built(size);
    let mut versions = vec![version];
    for key in keys {
        version = subject.insert(&version, key, 5);
        versions.push(version);
    }
    Versions { subject, versions }
}

/// Release, level 1: each version was made by one key of a live parent, and has no child.
fn newest_first(size: usize) -> Versions {
    let mut line = line(size);
    line.versions.reverse();
    line.versions.pop();
    line
}

/// Level 2: each has a live child that one key has made.
fn oldest_first(size: usize) -> Versions {
    let mut line = line(size);
    line.versions.pop();
    line
}

/// Level 3: each was made by an edit of many keys of one parent, its only neighbour.
fn edited(size: usize) -> Versions {
    let Prepared { mut subject, version, keys } = built(size);
    let versions = keys.chunks(8).map(|keys| {
        let mut edit = subject.store.edit(version).expect(LIVE);
        for key in keys {
            edit.insert(*key, 9).expect(LIVE);
        }
        edit.commit()
    });
    let versions = versions.collect();
    Versions { subject, versions }
}

/// Level 4: each has a parent and several children.
fn forked(size: usize) -> Versions {
    let Prepared { mut subject, version, keys } = built(size);
    let mut versions = Vec::new();
    for keys in keys.chunks_exact(4) {
        let middle = subject.insert(&version, keys[0], 1);
        for key in &keys[1..] {
            let _ = subject.insert(&middle, *key, 2);
        }
        versions.push(middle);
    }
    Versions { subject, versions }
}

#[library_benchmark]
#[benches::newest_first(args = [10, 1_000, 100_000], setup = newest_first)]
#[benches::oldest_first(args = [10, 1_000, 100_000], setup = oldest_first)]
#[benches::edited(args = [10, 1_000, 100_000], setup = edited)]
#[benches::forked(args = [10, 1_000, 100_000], setup = forked)]
fn release(mut of: Versions) -> Versions {
    for version in of.versions.drain(..) {
        of.subject.release(version);
    }
    of
}

#[library_benchmark]
#[benches::of(args = [10, 1_000, 100_000], setup = aged)]
fn insert_in_edit(mut prepared: Of) -> Of {
    let mut edit = prepared.subject.store.edit(prepared.version).expect(LIVE);
    for key in &prepared.keys {
        edit.insert(*key, 3).expect(LIVE);
    }
    prepared.version = edit.commit();
    prepared
}

#[library_benchmark]
#[benches::of(args = [10, 1_000, 100_000], setup = built)]
fn get_many(prepared: Of) -> Of {
    let view = prepared.subject.store.at(prepared.version).expect(LIVE);
    black_box(view.get_many(&prepared.keys));
    prepared
}

/// A version, and two made from it by edits of the keys of the batch, every second one in both.
struct Forked {
    subject: Hedgerow<u64>,
    base: Version,
    sides: [Version; 2],
}

fn two_sides(size: usize) -> Forked {
    let mut subject = Hedgerow::new();
    let base = subject.bulk(&items(size));
    let mut keys: Vec<u64> = permutation(size);
    keys.truncate(OPERATIONS);
    let sides = [0, 1].map(|side| {
        let mut edit = subject.store.edit(base).expect(LIVE);
        for (index, key) in keys.iter().enumerate() {
            if index % 2 == 0 || index % 4 == 1 + 2 * side {
                edit.insert(*key, 100 + side as u64).expect(LIVE);
            }
        }
        edit.commit()
    });
    Forked { subject, base, sides }
}

#[library_benchmark]
#[benches::of(args = [1_000, 100_000], setup = two_sides)]
fn diff(of: Forked) -> Forked {
    black_box(of.subject.store.diff(of.sides[0], of.sides[1]).expect(LIVE));
    of
}

#[library_benchmark]
#[benches::of(args = [1_000, 100_000], setup = two_sides)]
fn merge(mut of: Forked) -> Forked {
    let [ours, theirs] = of.sides;
    let resolve = |conflict: Conflict<'_, u64, u64>| conflict.ours.copied();
    let _ = black_box(of.subject.store.merge(of.base, ours, theirs, resolve).expect(LIVE));
    of
}

#[library_benchmark]
#[benches::of(args = [10, 1_000, 100_000], setup = items)]
fn bulk(items: Vec<(u64, u64)>) -> (Hedgerow<u64>, Vec<(u64, u64)>) {
    let mut subject = Hedgerow::new();
    let _ = subject.bulk(&items);
    (subject, items)
}

#[library_benchmark]
#[benches::of(args = [10, 1_000, 100_000], setup = aged)]
fn compact(mut prepared: Of) -> Of {
    prepared.subject.store.compact();
    prepared
}

library_benchmark_group!(
    name = each;
    benchmarks = release, insert_in_edit, get_many, diff, merge
);
library_benchmark_group!(name = whole; benchmarks = bulk, compact);
