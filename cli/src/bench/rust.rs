//! The Rust level: the engine.

use super::engine::Workload;
use super::key_set::Keys;
use super::level::Level;
use super::limits::PassLimits;
use super::measurer::{Maps, Measurer, Sample};
use super::op::Op;
use crate::failure::Failure;
use std::hash::Hash;
use std::time::Duration;

/// What is called from Rust.
pub(crate) struct Rust;

impl Measurer for Rust {
    fn level(&self) -> Level {
        Level::Rust
    }

    fn implementations(&self) -> Vec<&'static str> {
        vec!["store"]
    }

    fn missing(&self) -> Vec<String> {
        Vec::new()
    }

    fn load<'k>(
        &'k mut self,
        keys: &'k Keys,
        limits: PassLimits,
    ) -> Result<Box<dyn Maps + 'k>, Failure> {
        Ok(match keys {
            Keys::Text { present, absent } => {
                Box::new(Workload::new(&present.strings(), &absent.strings(), limits)?)
            }
            Keys::Int { present, absent } => Box::new(Workload::new(present, absent, limits)?),
        })
    }
}

impl<K: Copy + Eq + Hash> Maps for Workload<K> {
    fn measure(
        &mut self,
        _: &'static str,
        op: Op,
        budget: Duration,
    ) -> Result<Option<Sample>, Failure> {
        Ok(Some(Sample { ns: self.time(op, budget)?, loop_ns: 0.0 }))
    }

    fn bytes_per_entry(&mut self, _: &'static str) -> Result<Option<f64>, Failure> {
        Ok(Some(self.count_bytes()?))
    }
}
