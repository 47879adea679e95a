//! What a process measured, and what several runs of one case say together.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::histories::History;
use super::log::{Log, Operation, Step};
use super::maps::MapKind;
use super::process::Process;

/// The percentiles that tables have.
pub(crate) const PERCENTILES: [f64; 4] = [50.0, 99.0, 99.9, 99.99];

/// Enough readings for the last of the percentiles.
const CLOCK_READINGS: usize = 100_000;

/// What one process measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// What is done.
    pub history: History,
    /// The number of entries.
    pub size: u64,
    /// To which map.
    pub map: MapKind,
}

/// The figures of one process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Figures {
    pub(crate) case: Case,
    /// What two readings of the clock take with nothing between, as percentiles.
    pub(crate) clock: [u64; PERCENTILES.len()],
    pub(crate) timed: Vec<Timed>,
    pub(crate) memory: Option<Memory>,
}

/// The times of one operation in one run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Timed {
    pub(crate) operation: Operation,
    pub(crate) count: u64,
    /// In nanoseconds, in the order of [`PERCENTILES`].
    pub(crate) percentiles: [u64; PERCENTILES.len()],
    /// The slowest first.
    pub(crate) slowest: Vec<Step>,
}

/// The memory of one run, beyond what the process had before.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// The most that was resident.
    pub(crate) peak_bytes: u64,
    /// Resident when the history had ended, with one version held.
    pub(crate) held_bytes: u64,
    /// Resident when that version was released as well.
    pub(crate) left_bytes: u64,
    pub(crate) faults: u64,
}

impl Figures {
    pub(crate) fn new(case: Case, log: &Log, memory: Option<Memory>) -> Self {
        let counted = Operation::ALL.into_iter().filter(|operation| log.of(*operation).count() > 0);
        let timed = counted.map(|operation| Timed {
            operation,
            count: log.of(operation).count(),
            percentiles: PERCENTILES.map(|percentile| log.of(operation).percentile(percentile)),
            slowest: log.of(operation).slowest(),
        });
        Figures { case, clock: clock(), timed: timed.collect(), memory }
    }
}

impl Memory {
    /// What there is at three moments: before, after the history, and when all is released.
    pub(crate) fn between(moments: [Option<Process>; 3]) -> Option<Self> {
        let [before, held, left] = moments;
        let (before, held, left) = (before?, held?, left?);
        let beyond = |bytes: u64| bytes.saturating_sub(before.resident_bytes);
        Some(Memory {
            peak_bytes: beyond(left.peak_bytes),
            held_bytes: beyond(held.resident_bytes),
            left_bytes: beyond(left.resident_bytes),
            faults: held.faults - before.faults,
        })
    }
}

fn clock() -> [u64; PERCENTILES.len()] {
    let mut log = Log::default();
    for _ in 0..CLOCK_READINGS {
        log.time(Operation::Insert, || ());
    }
    PERCENTILES.map(|percentile| log.of(Operation::Insert).percentile(percentile))
}

/// The median of what the clock costs in each run.
pub(crate) fn clock_of(runs: &[Figures]) -> [u64; PERCENTILES.len()] {
    std::array::from_fn(|place| median(runs.iter().map(|run| run.clock[place]).collect()))
}

/// The times of one operation in all runs of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) operation: Operation,
    pub(crate) count: u64,
    /// The median of the runs.
    pub(crate) percentiles: [u64; PERCENTILES.len()],
    /// The slowest step of any run.
    pub(crate) worst: Step,
    /// What is slow in every run: a step counts with the least of its times.
    pub(crate) repeated: Repeated,
}

/// The slowest steps if each counts with the least of its times in all runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Repeated {
    pub(crate) worst: AtMost<Step>,
    /// The time that one of ten thousand steps exceeds.
    pub(crate) tail: AtMost<u64>,
}

/// A figure, or a time that it does not exceed: runs keep only their slowest steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AtMost<T> {
    Exactly(T),
    Bound(u64),
}

impl AtMost<Step> {
    /// The time alone.
    pub(crate) fn nanoseconds(self) -> AtMost<u64> {
        match self {
            AtMost::Exactly(step) => AtMost::Exactly(step.nanoseconds),
            AtMost::Bound(nanoseconds) => AtMost::Bound(nanoseconds),
        }
    }
}

impl AtMost<u64> {
    /// The most that it can be.
    pub(crate) fn most(self) -> u64 {
        match self {
            AtMost::Exactly(nanoseconds) | AtMost::Bound(nanoseconds) => nanoseconds,
        }
    }
}

/// One row for each operation of a case.
pub(crate) fn summaries(runs: &[&Figures]) -> Vec<Summary> {
    let Some((first, _)) = runs.split_first() else { return Vec::new() };
    let all = |operation| {
        let of_run = |run: &&'_ Figures| {
            run.timed.iter().find(|timed| timed.operation == operation).cloned()
        };
        runs.iter().filter_map(of_run).collect::<Vec<Timed>>()
    };
    first.timed.iter().filter_map(|timed| summary(&all(timed.operation))).collect()
}

fn summary(runs: &[Timed]) -> Option<Summary> {
    let first = runs.first()?;
    let percentiles = std::array::from_fn(|place| {
        median(runs.iter().map(|run| run.percentiles[place]).collect())
    });
    Some(Summary {
        operation: first.operation,
        count: first.count,
        percentiles,
        worst: runs.iter().filter_map(|run| run.slowest.first()).max().copied()?,
        repeated: repeated(runs),
    })
}

fn repeated(runs: &[Timed]) -> Repeated {
    let mut steps = in_every_run(runs);
    steps.sort_unstable_by_key(|step| Reverse(*step));
    // What a run did not keep took no longer than the fastest step it kept, if it kept not all.
    let is_full = |run: &&Timed| (run.slowest.len() as u64) < run.count;
    let fastest = |run: &Timed| run.slowest.last().map_or(0, |step| step.nanoseconds);
    let bound = runs.iter().filter(is_full).map(fastest).max().unwrap_or(0);
    let place = |rank: u64| match steps.get(rank as usize) {
        Some(step) if step.nanoseconds >= bound => AtMost::Exactly(*step),
        _ => AtMost::Bound(bound),
    };
    let count = runs.first().map_or(0, |run| run.count);
    Repeated { worst: place(0), tail: place(count / 10_000).nanoseconds() }
}

/// The steps that are among the slowest of every run, each with the least of its times.
fn in_every_run(runs: &[Timed]) -> Vec<Step> {
    let Some((first, others)) = runs.split_first() else { return Vec::new() };
    let mut steps = first.slowest.clone();
    for run in others {
        let mut slowest = run.slowest.clone();
        slowest.sort_unstable_by_key(|step| step.index);
        let least = |step: Step| {
            let place = slowest.binary_search_by_key(&step.index, |other| other.index).ok()?;
            Some(step.min(slowest[place]))
        };
        steps = steps.into_iter().filter_map(least).collect();
    }
    steps
}

/// The middle one, or the less of two.
pub(crate) fn median(mut figures: Vec<u64>) -> u64 {
    figures.sort_unstable();
    figures.get(figures.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

/// The medians of the memory of all runs.
pub(crate) fn memory(runs: &[&Figures]) -> Option<Memory> {
    let all: Vec<Memory> = runs.iter().map(|run| run.memory).collect::<Option<_>>()?;
    let of = |figure: fn(&Memory) -> u64| median(all.iter().map(figure).collect());
    (!all.is_empty()).then(|| Memory {
        peak_bytes: of(|memory| memory.peak_bytes),
        held_bytes: of(|memory| memory.held_bytes),
        left_bytes: of(|memory| memory.left_bytes),
        faults: of(|memory| memory.faults),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(percentile: u64, steps: &[(u64, u64)]) -> Timed {
        let step = |&(index, nanoseconds)| Step { nanoseconds, index };
        let mut slowest: Vec<Step> = steps.iter().map(step).collect();
        slowest.sort_by_key(|step| std::cmp::Reverse(*step));
        Timed { operation: Operation::Insert, count: 100, percentiles: [percentile; 4], slowest }
    }

    #[test]
    fn a_step_that_is_slow_in_one_run_is_the_worst_but_not_repeated() {
        let runs = [
            run(30, &[(7, 900), (40, 5_000), (3, 90)]),
            run(10, &[(7, 800), (41, 4_000), (9, 70)]),
            run(20, &[(7, 850), (12, 200), (40, 100)]),
        ];
        let summary = summary(&runs).unwrap();
        assert_eq!(summary.percentiles, [20; 4]);
        assert_eq!(summary.worst, Step { nanoseconds: 5_000, index: 40 });
        let worst = AtMost::Exactly(Step { nanoseconds: 800, index: 7 });
        assert_eq!(summary.repeated, Repeated { worst, tail: AtMost::Exactly(800) });
    }

    #[test]
    fn runs_without_a_slow_step_in_common_have_a_bound_alone() {
        let summary = summary(&[run(1, &[(1, 50), (2, 40)]), run(1, &[(3, 60)])]).unwrap();
        assert_eq!(summary.repeated.worst, AtMost::Bound(60));
    }

    #[test]
    fn a_single_run_repeats_its_worst_step() {
        let summary = summary(&[run(1, &[(1, 50), (2, 40)])]).unwrap();
        assert_eq!(summary.repeated.worst, AtMost::Exactly(summary.worst));
    }

    #[test]
    fn the_tail_is_what_one_of_ten_thousand_steps_exceeds() {
        let steps: Vec<(u64, u64)> = (0..10).map(|index| (index, 1_000 - index)).collect();
        let mut long = run(1, &steps);
        long.count = 20_000;
        let Repeated { worst, tail } = repeated(&[long.clone(), long.clone()]);
        assert_eq!((worst.nanoseconds().most(), tail), (1_000, AtMost::Exactly(998)));
        long.count = 200_000;
        assert_eq!(repeated(&[long]).tail, AtMost::Bound(991));
    }
}
