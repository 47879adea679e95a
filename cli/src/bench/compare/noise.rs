//! Which rows of two runs differ by more than the runs do.
//!
//! A row's change is the ratio of the medians of its rounds, in logarithms. Two things move it when
//! the code is the same:
//!
//! * **within a run**, rounds spread. That of a row is the median distance of its rounds from
//!   their median, averaged with what is usual for rows of that run: a few rounds may be close
//!   together, or apart, by chance.
//! * **between runs**, a machine is faster or slower as a whole, and each row is a little: memory
//!   lies elsewhere. Peers are the control, since their code is the same. Their median change is
//!   the drift, and what they spread around it beyond their rounds is added to the noise of all
//!   rows.
//!
//! A row has changed if it is off the drift by more than `limit` times its noise. The limit grows
//! with the number of rows, so that among all rows of one comparison a false alarm is as rare as it
//! would be for one (`FALSE_ALARMS`); and it is no lower than what the peers reach. Beyond that the
//! middle halves of the rounds must not overlap: a row that is now fast and now slow, as chance has
//! it, moves the median far without a change.

use crate::bench::row::{Row, median};

/// How often a comparison of two runs of the same code may name a row, if noise is normal.
const FALSE_ALARMS: f64 = 0.05;
/// No timer and no machine is better than this.
const LEAST_NOISE: f64 = 0.005;
/// With fewer peers there is no saying what the machine did.
const LEAST_CONTROLS: usize = 8;
/// The usual spread counts as much as that of so many rounds of a row.
const WEIGHT_OF_USUAL: f64 = 6.0;
/// The median distance from the median, to the standard deviation of a normal distribution.
const DEVIATION_OF_MEDIAN_DISTANCE: f64 = 1.4826;
/// The error of a median, to the error of a mean.
const ERROR_OF_MEDIAN: f64 = 1.2533;
/// Memory is counted, not measured, but hashes that differ from run to run may move it by this.
const LEAST_BYTES: f64 = 0.01;

/// The same row in two runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair<'a> {
    pub(super) old: &'a Row,
    pub(super) new: &'a Row,
    /// Whether it is a peer's.
    pub(super) is_control: bool,
}

/// What has become of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change<'a> {
    pub(super) pair: Pair<'a>,
    /// The new figure over the old one, the drift of the machine taken out.
    pub(super) ratio: f64,
    /// A ratio of up to 1 + this, or down to 1 / (1 + this), is noise.
    pub(super) noise: f64,
    pub(super) is_real: bool,
}

/// The comparison of all rows.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    /// How much longer the peers took: 1 is as before. None if there are too few.
    pub(super) drift: Option<f64>,
    pub(super) controls: usize,
    pub(super) changes: Vec<Change<'a>>,
}

/// A pair of timings in logarithms.
struct Scored<'a> {
    pair: Pair<'a>,
    change: f64,
    /// The square of the error that rounds cause.
    error: f64,
}

/// Compares the rows.
pub(super) fn compare<'a>(pairs: &[Pair<'a>]) -> Comparison<'a> {
    let (timed, counted): (Vec<_>, Vec<_>) =
        pairs.iter().copied().partition(|pair| pair.old.bytes_per_entry.is_none());
    let usual =
        [usual_spread(timed.iter().map(|p| p.old)), usual_spread(timed.iter().map(|p| p.new))];
    let scored: Vec<Scored<'_>> = timed.into_iter().map(|pair| scored(pair, usual)).collect();
    let controls: Vec<&Scored<'_>> = scored.iter().filter(|one| one.pair.is_control).collect();
    let enough = controls.len() >= LEAST_CONTROLS;
    let drift = if enough { middle(controls.iter().map(|one| one.change)) } else { 0.0 };
    let between = if enough { between_runs(&controls, drift) } else { 0.0 };
    let noise = |one: &Scored<'_>| (one.error + between + LEAST_NOISE * LEAST_NOISE).sqrt();
    let score = |one: &Scored<'_>| (one.change - drift).abs() / noise(one);
    let limit = chance_limit(scored.len()).max(if enough {
        highest_usual(controls.iter().map(|one| score(one)))
    } else {
        0.0
    });

    let mut changes: Vec<Change<'a>> = scored
        .iter()
        .map(|one| Change {
            pair: one.pair,
            ratio: (one.change - drift).exp(),
            noise: (limit * noise(one)).exp() - 1.0,
            is_real: score(one) > limit && are_apart(one.pair, drift),
        })
        .collect();
    changes.extend(counted.into_iter().filter_map(counted_change));
    Comparison { drift: enough.then(|| drift.exp()), controls: controls.len(), changes }
}

fn scored<'a>(pair: Pair<'a>, usual: [f64; 2]) -> Scored<'a> {
    let error = |row: &Row, usual: f64| {
        let rounds = row.rounds.len().max(1) as f64;
        let own = (rounds - 1.0) * spread(row).powi(2);
        let square = (WEIGHT_OF_USUAL * usual.powi(2) + own) / (WEIGHT_OF_USUAL + rounds - 1.0);
        ERROR_OF_MEDIAN.powi(2) * square / rounds
    };
    let change = middle(logarithms(pair.new)) - middle(logarithms(pair.old));
    Scored { pair, change, error: error(pair.old, usual[0]) + error(pair.new, usual[1]) }
}

/// Whether the middle halves of the rounds have nothing in common, the drift taken out.
fn are_apart(pair: Pair<'_>, drift: f64) -> bool {
    let halves = |row: &Row, drift: f64| {
        let mut rounds: Vec<f64> = logarithms(row).map(|ns| ns - drift).collect();
        rounds.sort_by(f64::total_cmp);
        let quarter = rounds.len().saturating_sub(1) / 4;
        Some((*rounds.get(quarter)?, *rounds.get(rounds.len() - 1 - quarter)?))
    };
    let (Some(old), Some(new)) = (halves(pair.old, 0.0), halves(pair.new, drift)) else {
        return false;
    };
    old.1 < new.0 || new.1 < old.0
}

fn counted_change(pair: Pair<'_>) -> Option<Change<'_>> {
    let ratio = pair.new.bytes_per_entry? / pair.old.bytes_per_entry?;
    let is_real = (ratio - 1.0).abs() > LEAST_BYTES;
    Some(Change { pair, ratio, noise: LEAST_BYTES, is_real })
}

fn logarithms(row: &Row) -> impl Iterator<Item = f64> {
    row.rounds.iter().map(|ns| ns.ln())
}

/// The standard deviation of a row's rounds, by a measure that a few slow rounds do not move.
fn spread(row: &Row) -> f64 {
    let center = middle(logarithms(row));
    DEVIATION_OF_MEDIAN_DISTANCE * middle(logarithms(row).map(|ns| (ns - center).abs()))
}

/// The spread in the middle, of rows with rounds enough to have one.
fn usual_spread<'a>(rows: impl Iterator<Item = &'a Row>) -> f64 {
    middle(rows.filter(|row| row.rounds.len() >= 3).map(spread))
}

/// The square of what peers spread by from run to run, beyond what their rounds explain.
fn between_runs(controls: &[&Scored<'_>], drift: f64) -> f64 {
    let distance = middle(controls.iter().map(|one| (one.change - drift).abs()));
    let all = (DEVIATION_OF_MEDIAN_DISTANCE * distance).powi(2);
    (all - middle(controls.iter().map(|one| one.error))).max(0.0)
}

/// How many times the noise chance reaches among so many rows: a bound on the tails of the normal
/// distribution, exp(-x * x / 2), solved for x.
fn chance_limit(rows: usize) -> f64 {
    (2.0 * (rows.max(1) as f64 / FALSE_ALARMS).ln()).sqrt()
}

/// The highest score, after one in a hundred but at least one: a peer may have a new version.
fn highest_usual(scores: impl Iterator<Item = f64>) -> f64 {
    let mut scores: Vec<f64> = scores.collect();
    scores.sort_by(f64::total_cmp);
    let left_out = (scores.len() / 100).max(1);
    scores.len().checked_sub(left_out + 1).map_or(0.0, |index| scores[index])
}

fn middle(values: impl Iterator<Item = f64>) -> f64 {
    median(&values.collect::<Vec<_>>()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::level::Level;
    use crate::bench::op::Op;
    use fastrand::Rng;

    /// Normal noise, as the sum of twelve uniform draws.
    fn normal(rng: &mut Rng) -> f64 {
        (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0
    }

    /// A run in which the machine is this much slower, rounds spread by this much, and row `n`
    /// takes `ns(n)`.
    struct Run {
        slower: f64,
        noise: f64,
        between: f64,
        rounds: usize,
        /// One round in so many is disturbed, and takes half as long again.
        disturbed: u32,
    }

    impl Run {
        fn rows(&self, seed: u64, count: usize, ns: impl Fn(usize) -> f64) -> Vec<Row> {
            let mut rng = Rng::with_seed(seed);
            let mut rows = Vec::new();
            for n in 1..=count {
                let of_run = (self.between * normal(&mut rng)).exp() * self.slower * ns(n);
                let mut round = || {
                    let spike = if rng.u32(0..self.disturbed) == 0 { 1.5 } else { 1.0 };
                    of_run * spike * (self.noise * normal(&mut rng)).exp()
                };
                let rounds: Vec<f64> = (0..self.rounds).map(|_| round()).collect();
                rows.push(Row {
                    level: Level::Rust,
                    implementation: if n % 2 == 0 { "imbl" } else { "store" }.to_owned(),
                    op: Op::GetHit,
                    keys: "ints".to_owned(),
                    n,
                    ns_per_op: median(&rounds),
                    rounds,
                    bytes_per_entry: None,
                });
            }
            rows
        }
    }

    fn pairs<'a>(old: &'a [Row], new: &'a [Row]) -> Vec<Pair<'a>> {
        let pair = |(old, new): (&'a Row, &'a Row)| Pair {
            old,
            new,
            is_control: old.implementation == "imbl",
        };
        old.iter().zip(new).map(pair).collect()
    }

    fn real(comparison: &Comparison<'_>) -> Vec<usize> {
        let real = comparison.changes.iter().filter(|change| change.is_real);
        real.map(|change| change.pair.new.n).collect()
    }

    const QUIET: Run = Run { slower: 1.0, noise: 0.02, between: 0.0, rounds: 7, disturbed: 100 };

    /// Comparisons of two runs that name a row though the code is the same.
    fn alarms(run: &Run, comparisons: u64) -> usize {
        let is_alarm = |seed: &u64| {
            let old = run.rows(*seed, 500, |n| n as f64);
            let new = Run { slower: 1.0, ..*run }.rows(seed + 1_000, 500, |n| n as f64);
            !real(&compare(&pairs(&old, &new))).is_empty()
        };
        (0..comparisons).filter(is_alarm).count()
    }

    #[test]
    fn two_runs_of_the_same_code_give_no_alarm() {
        assert!(alarms(&QUIET, 60) <= 3);
        assert!(alarms(&Run { slower: 1.3, ..QUIET }, 20) <= 1, "the machine is slower");
        assert!(alarms(&Run { between: 0.02, ..QUIET }, 20) <= 1, "memory lies elsewhere");
    }

    /// Two of three rounds that are disturbed cannot be told from a change.
    #[test]
    fn few_rounds_and_many_disturbed_ones_give_few_alarms() {
        assert!(alarms(&Run { disturbed: 20, ..QUIET }, 20) <= 3, "one round in twenty");
        assert!(alarms(&Run { rounds: 3, ..QUIET }, 20) <= 5, "three rounds");
    }

    #[test]
    fn a_change_of_ten_percent_is_found_in_noise_of_two() {
        let changed = [1, 77, 251, 499];
        let mut found = 0;
        for seed in 0..100 {
            let old = QUIET.rows(seed, 500, |n| n as f64);
            let factor = |n: usize| match changed.iter().position(|&one| one == n) {
                Some(0 | 1) => 1.1,
                Some(_) => 1.0 / 1.1,
                None => 1.0,
            };
            let slower = Run { slower: 1.2, ..QUIET };
            let new = slower.rows(seed + 1_000, 500, |n| factor(n) * n as f64);
            let comparison = compare(&pairs(&old, &new));
            let drift = comparison.drift.unwrap();
            assert!((1.19..1.21).contains(&drift), "{drift}");
            found += real(&comparison).iter().filter(|n| changed.contains(n)).count();
        }
        assert!(found >= 390, "{found} of 400");
    }

    #[test]
    fn without_peers_rounds_alone_are_the_noise() {
        let old = QUIET.rows(1, 3, |_| 10.0);
        let new = QUIET.rows(2, 3, |n| if n == 3 { 12.0 } else { 10.0 });
        let comparison = compare(&pairs(&old, &new));
        assert_eq!((comparison.drift, real(&comparison)), (None, vec![3]));
    }

    #[test]
    fn memory_is_compared_as_it_is() {
        let row = |bytes| Row {
            ns_per_op: None,
            rounds: Vec::new(),
            bytes_per_entry: Some(bytes),
            ..QUIET.rows(1, 1, |_| 1.0).remove(0)
        };
        let rows = [row(40.0), row(40.1), row(41.0)];
        let pair = |new| Pair { old: &rows[0], new, is_control: false };
        assert!(!compare(&[pair(&rows[1])]).changes[0].is_real);
        let larger = compare(&[pair(&rows[2])]).changes[0];
        assert!(larger.is_real && (larger.ratio - 1.025).abs() < 1e-9);
    }
}
