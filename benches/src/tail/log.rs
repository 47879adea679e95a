//! The time of each operation: a histogram, and which steps were the slowest.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// How many of the slowest steps of an operation are kept, to be looked for in other runs.
const KEPT: usize = 8_192;
/// Histograms tell times apart that differ by a thousandth, up to a minute.
const DIGITS: u8 = 3;
const LONGEST_NANOSECONDS: u64 = 60_000_000_000;

/// What is timed. Every operation has a histogram of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operation {
    /// Insert or replace an entry: in a new version, or in an edit.
    Insert,
    /// Remove an entry: in a new version, or in an edit.
    Remove,
    /// Open an edit, or commit it.
    Commit,
    /// Release a version.
    Release,
    /// Release the version that all others were made of.
    ReleaseBase,
}

impl Operation {
    /// All operations, in the order of their rows.
    pub const ALL: [Operation; 5] = [
        Operation::Insert,
        Operation::Remove,
        Operation::Commit,
        Operation::Release,
        Operation::ReleaseBase,
    ];

    /// The name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Operation::Insert => "insert",
            Operation::Remove => "remove",
            Operation::Commit => "commit",
            Operation::Release => "release",
            Operation::ReleaseBase => "release base",
        }
    }
}

/// One step of an operation: how many came before it, and how long it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(u64, u64)", into = "(u64, u64)")]
pub struct Step {
    /// Its time. First, because steps are ordered by it.
    pub nanoseconds: u64,
    /// The number of steps of the same operation before it.
    pub index: u64,
}

/// Thousands of steps are written and read, as pairs without names.
impl From<(u64, u64)> for Step {
    fn from((nanoseconds, index): (u64, u64)) -> Self {
        Step { nanoseconds, index }
    }
}

impl From<Step> for (u64, u64) {
    fn from(step: Step) -> Self {
        (step.nanoseconds, step.index)
    }
}

/// The times of one operation.
pub struct Times {
    histogram: Histogram<u64>,
    slowest: BinaryHeap<Reverse<Step>>,
}

impl Times {
    fn new() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST_NANOSECONDS, DIGITS);
        let histogram = histogram.expect("bounds and digits that a histogram can have");
        Times { histogram, slowest: BinaryHeap::with_capacity(KEPT + 1) }
    }

    fn record(&mut self, nanoseconds: u64) {
        let step = Step { nanoseconds, index: self.histogram.len() };
        self.histogram.saturating_record(nanoseconds);
        if self.slowest.len() < KEPT {
            self.slowest.push(Reverse(step));
        } else if self.slowest.peek().is_some_and(|Reverse(fastest)| *fastest < step) {
            self.slowest.pop();
            self.slowest.push(Reverse(step));
        }
    }

    /// How many steps there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.histogram.len()
    }

    /// The time that so many of a hundred steps did not exceed.
    #[must_use]
    pub fn percentile(&self, percentile: f64) -> u64 {
        self.histogram.value_at_percentile(percentile)
    }

    /// The slowest steps, the slowest of all first.
    #[must_use]
    pub fn slowest(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = self.slowest.iter().map(|Reverse(step)| *step).collect();
        steps.sort_by_key(|step| Reverse(*step));
        steps
    }
}

/// The times of all operations of a history.
pub struct Log {
    times: [Times; Operation::ALL.len()],
}

impl Default for Log {
    fn default() -> Self {
        Log { times: std::array::from_fn(|_| Times::new()) }
    }
}

impl Log {
    /// Does one step, and records how long it took. What it returns is dropped by the caller, after
    /// the clock was read.
    #[inline]
    pub fn time<R>(&mut self, operation: Operation, step: impl FnOnce() -> R) -> R {
        let start = Instant::now();
        let result = step();
        let nanoseconds = start.elapsed().as_nanos();
        self.times[operation as usize].record(nanoseconds as u64);
        result
    }

    /// The times of one operation.
    #[must_use]
    pub fn of(&self, operation: Operation) -> &Times {
        &self.times[operation as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_numbered_as_they_are_listed() {
        for (index, operation) in Operation::ALL.into_iter().enumerate() {
            assert_eq!(operation as usize, index);
        }
    }

    #[test]
    fn the_slowest_steps_are_kept_with_their_place() {
        let mut times = Times::new();
        let count = 3 * KEPT as u64;
        for index in 0..count {
            times.record(if index == 5 { 1_000_000 } else { index });
        }
        let slowest = times.slowest();
        assert_eq!((times.count(), slowest.len()), (count, KEPT));
        assert_eq!(slowest[0], Step { nanoseconds: 1_000_000, index: 5 });
        assert_eq!(slowest[1].index, count - 1);
        assert!(slowest.is_sorted_by(|a, b| a > b));
        let median = times.percentile(50.0);
        assert!(median.abs_diff(count / 2) <= count / 1_000, "{median}");
    }

    #[test]
    fn a_step_that_sleeps_is_seen() {
        let mut log = Log::default();
        let sleep = || std::thread::sleep(std::time::Duration::from_millis(3));
        log.time(Operation::Release, sleep);
        assert_eq!(log.of(Operation::Insert).count(), 0);
        assert!(log.of(Operation::Release).slowest()[0].nanoseconds >= 3_000_000);
    }
}
