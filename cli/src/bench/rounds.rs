//! One row: every round measures the engine and then each peer, and the best of each is kept.
//!
//! They take turns so that a machine that is slow for a second is slow for all of them.

use super::engine::{PassLimits, Workload};
use super::key_set::Keys;
use super::op::Op;
use super::peers::{PEERS, Peers, Sample};
use crate::failure::Failure;
use serde::Serialize;
use std::time::{Duration, Instant};

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub(crate) limits: PassLimits,
    /// The most rounds of a row.
    pub(crate) rounds: usize,
    /// The fewest rounds, even if they exceed the time of the row.
    pub(crate) least_rounds: usize,
    /// How long one round measures one map; at least one pass.
    budget: Duration,
    /// After this long a row starts no further round.
    row: Duration,
}

impl Effort {
    pub(crate) const FULL: Effort = Effort {
        limits: PassLimits::FULL,
        rounds: 5,
        least_rounds: 3,
        budget: Duration::from_millis(8),
        row: Duration::from_millis(350),
    };
    pub(crate) const QUICK: Effort = Effort {
        limits: PassLimits::QUICK,
        rounds: 3,
        least_rounds: 1,
        budget: Duration::from_millis(1),
        row: Duration::from_millis(50),
    };
}

/// One figure, with the fields of the JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Row {
    #[serde(rename = "impl")]
    pub(crate) implementation: &'static str,
    #[serde(serialize_with = "op_name")]
    pub(crate) op: Op,
    pub(crate) keys: String,
    pub(crate) n: usize,
    pub(crate) ns_per_op: Option<f64>,
    pub(crate) bytes_per_entry: Option<f64>,
}

impl Row {
    /// Whichever of the two figures there is.
    pub(crate) fn figure(&self) -> Option<f64> {
        self.ns_per_op.or(self.bytes_per_entry)
    }
}

/// The engine with keys of either kind.
pub(crate) enum Engine<'a> {
    Text(Workload<&'a str>),
    Int(Workload<i64>),
}

impl<'a> Engine<'a> {
    /// The engine with these keys.
    pub(crate) fn new(keys: &'a Keys, limits: PassLimits) -> Result<Self, Failure> {
        Ok(match keys {
            Keys::Text { present, absent } => {
                Engine::Text(Workload::new(&present.strings(), &absent.strings(), limits)?)
            }
            Keys::Int { present, absent } => Engine::Int(Workload::new(present, absent, limits)?),
        })
    }

    fn measure(&mut self, op: Op, budget: Duration) -> Result<f64, hedgerow::Error> {
        match self {
            Engine::Text(workload) => workload.measure(op, budget),
            Engine::Int(workload) => workload.measure(op, budget),
        }
    }

    fn bytes_per_entry(&self) -> Result<f64, hedgerow::Error> {
        match self {
            Engine::Text(workload) => workload.bytes_per_entry(),
            Engine::Int(workload) => workload.bytes_per_entry(),
        }
    }
}

/// The figures of one operation: the engine's first, then the peers' in the order of `PEERS`.
pub(crate) fn figures(
    op: Op,
    engine: &mut Engine<'_>,
    peers: &mut Peers,
    effort: Effort,
) -> Result<Vec<Option<f64>>, Failure> {
    if op == Op::BytesPerEntry {
        let mut bytes = vec![Some(engine.bytes_per_entry()?)];
        for peer in PEERS {
            bytes.push(peers.bytes_per_entry(peer)?);
        }
        return Ok(bytes);
    }
    let mut own: Option<f64> = None;
    let mut best: [Option<Sample>; PEERS.len()] = [None; PEERS.len()];
    let start = Instant::now();
    for round in 0..effort.rounds {
        if round >= effort.least_rounds && start.elapsed() >= effort.row {
            break;
        }
        let ns = engine.measure(op, effort.budget)?;
        own = Some(own.map_or(ns, |before| before.min(ns)));
        for (peer, best) in PEERS.into_iter().zip(&mut best) {
            if round == 0 || best.is_some() {
                *best = better(*best, peers.measure(peer, op, effort.budget)?);
            }
        }
    }
    Ok(std::iter::once(own).chain(best.map(|sample| sample.map(without_loop))).collect())
}

fn better(before: Option<Sample>, now: Option<Sample>) -> Option<Sample> {
    match (before, now) {
        (Some(a), Some(b)) => {
            Some(Sample { ns: a.ns.min(b.ns), loop_ns: a.loop_ns.min(b.loop_ns) })
        }
        (before, now) => now.or(before),
    }
}

/// The time without the loop itself: at least a tenth of a nanosecond, never 0 or less.
fn without_loop(sample: Sample) -> f64 {
    (sample.ns - sample.loop_ns).max(0.1)
}

fn op_name<S: serde::Serializer>(op: &Op, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(op.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_pass_and_the_best_loop_may_come_from_two_rounds() {
        let first = Sample { ns: 50.0, loop_ns: 9.0 };
        let second = Sample { ns: 45.0, loop_ns: 11.0 };
        let best = better(Some(first), Some(second)).unwrap();
        assert_eq!(best, Sample { ns: 45.0, loop_ns: 9.0 });
        assert_eq!(without_loop(best), 36.0);
        assert_eq!(better(None, None), None);
    }

    #[test]
    fn a_loop_slower_than_the_pass_gives_no_negative_time() {
        assert!(without_loop(Sample { ns: 5.0, loop_ns: 6.0 }) > 0.0);
    }

    #[test]
    fn rows_have_the_documented_fields() {
        let row = Row {
            implementation: "hamt",
            op: Op::GetHit,
            keys: "ints".to_owned(),
            n: 10,
            ns_per_op: Some(20.5),
            bytes_per_entry: None,
        };
        let json = serde_json::to_string(&row).unwrap();
        let expected = r#"{"impl":"hamt","op":"get-hit","keys":"ints","n":10,"#.to_owned()
            + r#""ns_per_op":20.5,"bytes_per_entry":null}"#;
        assert_eq!(json, expected);
    }
}
