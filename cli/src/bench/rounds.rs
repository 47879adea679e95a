//! One line of the table: every round measures each implementation in turn, and all rounds are
//! kept. The figure is their median.
//!
//! They take turns so that a machine that is slow for a second is slow for all of them.

use super::limits::PassLimits;
use super::measurer::Maps;
use super::op::Op;
use crate::failure::Failure;
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
        rounds: 7,
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

/// What was measured of one implementation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Measured {
    /// It lacks the operation.
    Nothing,
    /// Nanoseconds per operation in each round, at least one.
    Rounds(Vec<f64>),
    Bytes(f64),
}

/// The figures of one operation, in the order of the implementations.
pub(crate) fn measured(
    op: Op,
    implementations: &[&'static str],
    maps: &mut dyn Maps,
    effort: Effort,
) -> Result<Vec<Measured>, Failure> {
    if op == Op::BytesPerEntry {
        let bytes = |&name| {
            maps.bytes_per_entry(name).map(|b| b.map_or(Measured::Nothing, Measured::Bytes))
        };
        return implementations.iter().map(bytes).collect();
    }
    let mut rounds = vec![Vec::new(); implementations.len()];
    let start = Instant::now();
    for round in 0..effort.rounds {
        if round >= effort.least_rounds && start.elapsed() >= effort.row {
            break;
        }
        for (&name, rounds) in implementations.iter().zip(&mut rounds) {
            // What lacked the operation in the first round lacks it in all.
            if rounds.len() == round
                && let Some(sample) = maps.measure(name, op, effort.budget)?
            {
                rounds.push(sample.without_loop());
            }
        }
    }
    let measured = |rounds: Vec<f64>| match rounds.is_empty() {
        true => Measured::Nothing,
        false => Measured::Rounds(rounds),
    };
    Ok(rounds.into_iter().map(measured).collect())
}

#[cfg(test)]
mod tests {
    use super::super::measurer::Sample;
    use super::*;

    /// Gives 1, 2, 3, ... nanoseconds, and nothing for `none`.
    struct Counting(f64);

    impl Maps for Counting {
        fn measure(
            &mut self,
            implementation: &'static str,
            _: Op,
            _: Duration,
        ) -> Result<Option<Sample>, Failure> {
            self.0 += 1.0;
            Ok((implementation != "none").then_some(Sample { ns: self.0 + 0.5, loop_ns: 0.5 }))
        }

        fn bytes_per_entry(&mut self, name: &'static str) -> Result<Option<f64>, Failure> {
            Ok((name != "none").then_some(16.0))
        }
    }

    #[test]
    fn implementations_take_turns_and_all_rounds_are_kept() {
        let names = ["a", "none", "b"];
        let found = measured(Op::GetHit, &names, &mut Counting(0.0), Effort::QUICK).unwrap();
        let rounds = |first: &[f64]| Measured::Rounds(first.to_vec());
        assert_eq!(found[1], Measured::Nothing);
        assert_eq!([&found[0], &found[2]], [&rounds(&[1.0, 4.0, 6.0]), &rounds(&[3.0, 5.0, 7.0])]);
        let bytes = measured(Op::BytesPerEntry, &names, &mut Counting(0.0), Effort::QUICK).unwrap();
        assert_eq!(bytes, [Measured::Bytes(16.0), Measured::Nothing, Measured::Bytes(16.0)]);
    }
}
