//! Operations on two whole maps, one of which was derived from the other.

use std::hint::black_box;
use std::time::{Duration, Instant};

use hedgerow::Version;

use crate::keys::{Key, items, permutation};
use crate::subjects::{Hedgerow, Subject};

/// Compares a map with one derived from it, in which a value was changed and changed back.
pub fn equal<K: Key, S: Subject<K>>(size: usize) -> impl FnMut(u64) -> Duration {
    let mut state = None;
    move |iterations| {
        let (subject, base, again) = state.get_or_insert_with(|| {
            let mut subject = S::new();
            let items = items::<K>(size);
            let base = subject.bulk(&items);
            let (key, value) = items[size / 2].clone();
            let changed = subject.insert(&base, key.clone(), value + 1);
            let again = subject.insert(&changed, key, value);
            subject.release(changed);
            (subject, base, again)
        });
        let start = Instant::now();
        for _ in 0..iterations {
            assert!(subject.equal(black_box(base), black_box(again)));
        }
        start.elapsed()
    }
}

/// The changes between a map and one derived from it with another value.
pub fn diff<K: Key>(size: usize) -> impl FnMut(u64) -> Duration {
    let mut state: Option<(Hedgerow<K>, Version, Version)> = None;
    move |iterations| {
        let (subject, base, changed) = state.get_or_insert_with(|| {
            let mut subject = Hedgerow::new();
            let base = subject.bulk(&items::<K>(size));
            let key = permutation(size).swap_remove(0);
            let changed = subject.insert(&base, key, u64::MAX);
            (subject, base, changed)
        });
        let start = Instant::now();
        for _ in 0..iterations {
            let changes = subject.store.diff(black_box(*base), *changed).expect("live versions");
            assert_eq!(black_box(changes).len(), 1);
        }
        start.elapsed()
    }
}
