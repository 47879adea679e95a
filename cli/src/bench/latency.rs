//! The time of every single operation in histories of versions, in Rust, for `--html`.
//!
//! The histories and maps are those of the tail bench, at a size that takes seconds. Each history
//! is run a few times for each map in turn, and each percentile is the median of the runs: what a
//! map makes slow is slow in every run.

use hedgerow_bench::tail::{Hedgerow, History, Imbl, Log, Map, Operation, Rpds};

/// Entries of the maps: in a full run, and in a quick one.
pub(crate) const MANY: u64 = 100_000;
pub(crate) const FEW: u64 = 10_000;
/// How often `measure` says what comes next.
pub(crate) const STEPS: u64 = HISTORIES.len() as u64;

/// Runs of each history and map.
const ROUNDS: usize = 3;
const HISTORIES: [History; 3] = [History::Grow, History::Replace, History::Ring];
/// Points of a curve for each further nine.
const POINTS: i32 = 4;
/// With fewer operations a curve says nothing of its tail.
const LEAST_OPERATIONS: u64 = 100;
const CLOCK_READINGS: usize = 10_000;

/// The curves of all maps.
pub(crate) struct Latency {
    /// The size of the maps.
    pub(crate) entries: u64,
    /// What timing nothing gives, in nanoseconds.
    pub(crate) clock: f64,
    pub(crate) curves: Vec<Curve>,
}

/// One operation of one history of one map.
pub(crate) struct Curve {
    pub(crate) history: &'static str,
    /// The history in a sentence.
    pub(crate) about: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) map: &'static str,
    /// Of one operation in so many, the time that the others do not exceed, in nanoseconds.
    pub(crate) points: Vec<(f64, f64)>,
}

/// How a map goes through a history.
type Run = fn(History, u64) -> Log;
const MAPS: [(&str, Run); 3] =
    [("hedgerow", run::<Hedgerow>), ("imbl", run::<Imbl>), ("rpds", run::<Rpds>)];

/// Times the histories of maps of so many entries. `step` is told what comes next.
pub(crate) fn measure(entries: u64, step: impl Fn(&str)) -> Latency {
    let mut curves = Vec::new();
    for history in HISTORIES {
        step(history.name());
        let mut logs: Vec<Vec<Log>> = MAPS.iter().map(|_| Vec::new()).collect();
        for _ in 0..ROUNDS {
            for ((_, run), logs) in MAPS.iter().zip(&mut logs) {
                logs.push(run(history, entries));
            }
        }
        for operation in Operation::ALL {
            let of_maps = MAPS.iter().zip(&logs);
            curves.extend(of_maps.filter_map(|((map, _), logs)| {
                let points = points(logs, operation)?;
                let (history, about) = (history.name(), history.about());
                Some(Curve { history, about, operation: operation.name(), map, points })
            }));
        }
    }
    Latency { entries, clock: clock(), curves }
}

fn run<M: Map>(history: History, entries: u64) -> Log {
    let mut log = Log::default();
    let mut map = M::new(entries);
    let version = history.run(&mut map, entries, &mut log);
    map.release(version);
    log
}

/// The curve of an operation, unless the history has too few of it.
fn points(logs: &[Log], operation: Operation) -> Option<Vec<(f64, f64)>> {
    let count = logs.first()?.of(operation).count();
    if count < LEAST_OPERATIONS {
        return None;
    }
    let steps = (1..).map(|step| 10_f64.powf(f64::from(step) / f64::from(POINTS)));
    let inverses = steps.take_while(|inverse| *inverse <= count as f64);
    Some(inverses.map(|inverse| (inverse, percentile(logs, operation, inverse))).collect())
}

/// The median of the runs. The clock may read the same twice, and a logarithm needs more than 0.
fn percentile(logs: &[Log], operation: Operation, inverse: f64) -> f64 {
    let percentile = 100.0 - 100.0 / inverse;
    let mut times: Vec<u64> =
        logs.iter().map(|log| log.of(operation).percentile(percentile)).collect();
    times.sort_unstable();
    times.get(times.len() / 2).map_or(1.0, |time| (*time).max(1) as f64)
}

fn clock() -> f64 {
    let mut log = Log::default();
    for _ in 0..CLOCK_READINGS {
        log.time(Operation::Insert, || ());
    }
    percentile(&[log], Operation::Insert, 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_map_has_the_same_curves_and_none_falls() {
        let latency = measure(1_000, |_| ());
        let of = |map: &str| {
            let curves = latency.curves.iter().filter(|curve| curve.map == map);
            curves.map(|curve| (curve.history, curve.operation)).collect::<Vec<_>>()
        };
        assert!(of("hedgerow").len() >= 6);
        assert_eq!((of("hedgerow"), of("hedgerow")), (of("imbl"), of("rpds")));
        for curve in &latency.curves {
            assert!(curve.points.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1), "{}", curve.map);
            assert!(curve.points.len() >= 8);
        }
    }
}
