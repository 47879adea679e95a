//! Reading: lookups in shuffled order, and iteration.

use std::hint::black_box;
use std::time::{Duration, Instant};

use hedgerow::Version;

use super::{Cycle, age, copies, time_runs};
use crate::keys::{Key, hits, items, misses};
use crate::subjects::{Hedgerow, Subject};

/// Keys in one call of `get_many`.
const MANY: usize = 256;

/// Lookups of present keys, in a map that was built in bulk.
pub fn get_hit<K: Key, S: Subject<K>>(size: usize) -> impl FnMut(u64) -> Duration {
    lookups::<K, S>(size, hits, |subject, items| subject.bulk(items))
}

/// Lookups of present keys, in a map in which each entry was replaced once.
pub fn get_hit_aged<K: Key, S: Subject<K>>(size: usize) -> impl FnMut(u64) -> Duration {
    lookups::<K, S>(size, hits, bulk_and_age)
}

/// Lookups of absent keys, in a map that was built in bulk.
pub fn get_miss<K: Key, S: Subject<K>>(size: usize) -> impl FnMut(u64) -> Duration {
    lookups::<K, S>(size, misses, |subject, items| subject.bulk(items))
}

/// Lookups of many keys in one call. No peer has it: tables compare it with their `get_hit`.
pub fn get_many<K: Key>(size: usize) -> impl FnMut(u64) -> Duration {
    let mut state: Option<(Hedgerow<K>, Version, Cycle<K>)> = None;
    move |iterations| {
        let (subject, version, cycle) = state.get_or_insert_with(|| {
            let mut subject = Hedgerow::new();
            let version = subject.bulk(&items(size));
            (subject, version, Cycle::new(hits(size)))
        });
        let view = subject.store.at(*version).expect("a live version");
        cycle.time(iterations, |keys| {
            for keys in keys.chunks(MANY) {
                let found = view.get_many(keys);
                let sum =
                    found.iter().flatten().fold(0_u64, |sum, value| sum.wrapping_add(**value));
                black_box(sum);
            }
        })
    }
}

/// A `for` loop over a map that was built in bulk. One operation is one entry.
pub fn iterate<K: Key, S: Subject<K>>(size: usize) -> impl FnMut(u64) -> Duration {
    walks::<K, S>(size, |subject, items| subject.bulk(items), S::iterate)
}

/// A `for` loop over a map in which each entry was replaced once, in random order.
pub fn iterate_scattered<K: Key, S: Subject<K>>(size: usize) -> impl FnMut(u64) -> Duration {
    walks::<K, S>(size, bulk_and_age, S::iterate)
}

/// `Iterator::fold` over a map that was built in bulk.
pub fn iterate_fold<K: Key, S: Subject<K>>(size: usize) -> impl FnMut(u64) -> Duration {
    walks::<K, S>(size, |subject, items| subject.bulk(items), S::fold)
}

/// A `for` loop over a scattered map after compaction, which no peer has: tables compare it with
/// their `iterate`.
pub fn iterate_compacted<K: Key>(size: usize) -> impl FnMut(u64) -> Duration {
    let prepare = |subject: &mut Hedgerow<K>, items: &[(K, u64)]| {
        let version = bulk_and_age(subject, items);
        subject.store.compact();
        version
    };
    walks::<K, Hedgerow<K>>(size, prepare, Hedgerow::iterate)
}

fn bulk_and_age<K: Key, S: Subject<K>>(subject: &mut S, items: &[(K, u64)]) -> S::Version {
    let version = subject.bulk(items);
    age(subject, version, items.len())
}

fn lookups<K: Key, S: Subject<K>>(
    size: usize,
    keys: impl Fn(usize) -> Vec<K>,
    prepare: impl Fn(&mut S, &[(K, u64)]) -> S::Version,
) -> impl FnMut(u64) -> Duration {
    let mut state = None;
    move |iterations| {
        let (subject, version, cycle) = state.get_or_insert_with(|| {
            let mut subject = S::new();
            let version = prepare(&mut subject, &items(size));
            (subject, version, Cycle::new(keys(size)))
        });
        cycle.time(iterations, |keys| {
            black_box(subject.get_sum(black_box(version), keys));
        })
    }
}

fn walks<K: Key, S: Subject<K>>(
    size: usize,
    prepare: impl Fn(&mut S, &[(K, u64)]) -> S::Version,
    walk: impl Fn(&S, &S::Version) -> u64,
) -> impl FnMut(u64) -> Duration {
    let copies = copies(size);
    let mut state = None;
    move |iterations| {
        let (subject, version) = state.get_or_insert_with(|| {
            let mut subject = S::new();
            let version = prepare(&mut subject, &items(size));
            (subject, version)
        });
        time_runs(iterations, copies * size, || {
            let start = Instant::now();
            for _ in 0..copies {
                black_box(walk(subject, black_box(version)));
            }
            start.elapsed()
        })
    }
}
