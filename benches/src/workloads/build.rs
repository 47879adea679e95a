//! Building maps, and writing in place.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::{Cycle, copies, time_runs};
use crate::keys::{Key, hits, items};
use crate::subjects::Subject;

/// A bulk build. One operation is one entry.
pub fn bulk<K: Key, S: Subject<K>>(size: usize) -> impl FnMut(u64) -> Duration {
    builds::<K, S>(size, |subject, items| subject.bulk(items))
}

/// Inserts in place, in an edit or an owned map that is empty at first.
pub fn insert_in_place<K: Key, S: Subject<K>>(size: usize) -> impl FnMut(u64) -> Duration {
    builds::<K, S>(size, |subject, items| subject.build_in_place(items))
}

/// Inserts from empty. Each makes a new version, and the old one is released.
pub fn insert_new_release<K: Key, S: Subject<K>>(size: usize) -> impl FnMut(u64) -> Duration {
    builds::<K, S>(size, |subject, items| {
        let mut version = subject.empty();
        for (key, value) in items {
            let next = subject.insert(&version, key.clone(), *value);
            subject.release(std::mem::replace(&mut version, next));
        }
        version
    })
}

/// Replaces values in shuffled order, in place, in a map that was built in place.
pub fn replace_in_place<K: Key, S: Subject<K>>(size: usize) -> impl FnMut(u64) -> Duration {
    let mut state = None;
    move |iterations| {
        let (items, cycle) =
            state.get_or_insert_with(|| (items::<K>(size), Cycle::new(hits::<K>(size))));
        let mut time = Duration::ZERO;
        S::new().replace_in_place(items, |replace| {
            // One untimed round, so that the first access to the memory of the map is not in the
            // figure.
            cycle.time(size as u64, |keys| replace(keys, 1));
            time = cycle.time(iterations, |keys| replace(keys, 2));
        });
        time
    }
}

/// Times `build` again and again, in a new subject for each batch.
fn builds<K: Key, S: Subject<K>>(
    size: usize,
    build: impl Fn(&mut S, &[(K, u64)]) -> S::Version,
) -> impl FnMut(u64) -> Duration {
    let copies = copies(size);
    let mut state = None;
    move |iterations| {
        let items = state.get_or_insert_with(|| items::<K>(size));
        time_runs(iterations, copies * size, || {
            let mut versions = Vec::with_capacity(copies);
            let start = Instant::now();
            let mut subject = S::new();
            for _ in 0..copies {
                versions.push(build(&mut subject, black_box(items)));
            }
            start.elapsed()
        })
    }
}
