//! What is timed.
//!
//! Each workload is a function from a size to a *routine*: a closure that takes a number of
//! operations, does at least as many, and returns the time of that number. One operation is an
//! insert, a lookup, or an entry visited.
//!
//! The first call of a routine sets it up, because harnesses skip routines that a filter excludes.
//! What a run leaves is dropped after its time is taken, unless the row measures the release.

mod build;
mod patient;
mod read;
mod whole;
mod write;

pub use self::build::{bulk, insert_in_place, insert_new_release, replace_in_place};
pub use self::patient::Patient;
pub use self::read::{
    get_hit, get_hit_aged, get_many, get_miss, iterate, iterate_compacted, iterate_fold,
    iterate_scattered,
};
pub use self::whole::{diff, equal};
pub use self::write::{age, age_with, clone_branch, clone_drop, insert_release, remove};

use std::time::{Duration, Instant};

use crate::keys::BATCH;

/// A list of keys that is used again from the start after its end.
pub(crate) struct Cycle<K> {
    keys: Vec<K>,
    position: usize,
}

impl<K> Cycle<K> {
    pub(crate) fn new(keys: Vec<K>) -> Self {
        assert!(!keys.is_empty(), "a cycle needs keys");
        Cycle { keys, position: 0 }
    }

    /// Calls `step` with the next `iterations` keys, in slices of the list, and times it.
    pub(crate) fn time(&mut self, iterations: u64, mut step: impl FnMut(&[K])) -> Duration {
        let mut left = iterations;
        let start = Instant::now();
        while left > 0 {
            let rest = self.keys.len() - self.position;
            let count = rest.min(usize::try_from(left).unwrap_or(rest));
            step(&self.keys[self.position..self.position + count]);
            self.position = (self.position + count) % self.keys.len();
            left -= count as u64;
        }
        start.elapsed()
    }
}

/// Times whole runs of `operations` each until they are at least `iterations`, and scales the time
/// to exactly those.
pub(crate) fn time_runs(
    iterations: u64,
    operations: usize,
    mut run: impl FnMut() -> Duration,
) -> Duration {
    let operations = operations as u64;
    let runs = iterations.div_ceil(operations);
    let total: Duration = (0..runs).map(|_| run()).sum();
    total.mul_f64(iterations as f64 / (runs * operations) as f64)
}

/// How many maps of this size are in one batch, so that the clock is read rarely.
pub(crate) fn copies(size: usize) -> usize {
    BATCH.div_ceil(size)
}
