//! Persistent updates: each makes a new version.

use std::hash::Hash;
use std::hint::black_box;
use std::time::{Duration, Instant};

use super::{Cycle, copies, time_runs};
use crate::keys::{Key, hits, items, permutation};
use crate::subjects::Subject;

/// Versions that are live at once in [`clone_branch`].
const BRANCHES: usize = 256;

/// Replaces every entry once, in shuffled order, and releases the versions in between. So a map is
/// after much use.
pub fn age<K: Key, S: Subject<K>>(subject: &mut S, version: S::Version, size: usize) -> S::Version {
    age_with(subject, version, permutation::<K>(size))
}

/// Replaces the entries of these keys, one after the other, and releases the versions in between.
pub fn age_with<K: Clone + Eq + Hash, S: Subject<K>>(
    subject: &mut S,
    mut version: S::Version,
    keys: Vec<K>,
) -> S::Version {
    for key in keys {
        let next = subject.insert(&version, key, 1);
        subject.release(std::mem::replace(&mut version, next));
    }
    version
}

/// Clones a map that owns its version, and drops the clone.
pub fn clone_drop<K: Key, S: Subject<K, Version: Clone>>(
    size: usize,
) -> impl FnMut(u64) -> Duration {
    let mut state = None;
    move |iterations| {
        let (_, version) = state.get_or_insert_with(|| {
            let mut subject = S::new();
            let version = subject.bulk(&items(size));
            (subject, version)
        });
        let start = Instant::now();
        for _ in 0..iterations {
            drop(black_box(version.clone()));
        }
        start.elapsed()
    }
}

/// `m = m.insert(k, v)` with present keys: each makes a new version, and the old one is released.
pub fn insert_release<K: Key, S: Subject<K>>(size: usize) -> impl FnMut(u64) -> Duration {
    let mut state = None;
    move |iterations| {
        let (subject, newest, cycle) = state.get_or_insert_with(|| {
            let mut subject = S::new();
            let built = subject.bulk(&items(size));
            let version = age(&mut subject, built, size);
            (subject, Some(version), Cycle::new(hits::<K>(size)))
        });
        let mut version = newest.take().expect("put back after every call");
        let mut value = 0_u64;
        let time = cycle.time(iterations, |keys| {
            for key in keys {
                value += 1;
                let next = subject.insert(&version, key.clone(), value);
                subject.release(std::mem::replace(&mut version, next));
            }
        });
        *newest = Some(version);
        time
    }
}

/// Removes half of the keys in shuffled order. Each removal makes a new version, and the old one is
/// released.
pub fn remove<K: Key, S: Subject<K>>(size: usize) -> impl FnMut(u64) -> Duration {
    let (copies, half) = (copies(size), size.div_ceil(2));
    let mut state = None;
    move |iterations| {
        let (items, keys) = state.get_or_insert_with(|| (items::<K>(size), permutation(size)));
        time_runs(iterations, copies * half, || {
            let mut subject = S::new();
            let mut versions: Vec<S::Version> = (0..copies).map(|_| subject.bulk(items)).collect();
            let start = Instant::now();
            for version in &mut versions {
                for key in &keys[..half] {
                    let next = subject.remove(version, key);
                    subject.release(std::mem::replace(version, next));
                }
            }
            start.elapsed()
        })
    }
}

/// Makes many versions of one base, each with one entry replaced, and then releases them.
pub fn clone_branch<K: Key, S: Subject<K>>(size: usize) -> impl FnMut(u64) -> Duration {
    let mut state = None;
    move |iterations| {
        let (subject, base, keys) = state.get_or_insert_with(|| {
            let mut subject = S::new();
            let base = subject.bulk(&items(size));
            (subject, base, hits::<K>(size))
        });
        let mut runs = keys.chunks_exact(BRANCHES).cycle();
        time_runs(iterations, BRANCHES, || {
            let mut versions = Vec::with_capacity(BRANCHES);
            let keys = runs.next().expect("a cycle has no end");
            let start = Instant::now();
            for key in keys {
                versions.push(subject.insert(base, key.clone(), 1));
            }
            for version in versions {
                subject.release(version);
            }
            start.elapsed()
        })
    }
}
