//! Who measures: each level has one [`Measurer`], which knows its implementations and makes their
//! maps. The rest of the command only asks it for figures.
//!
//! A level is added by writing a measurer and naming it in `measurers()` of `mod.rs`. `load` gets
//! the keys of one set and size and gives maps of them; `measure` then times one operation of one
//! implementation for about as long as the budget says, and gives the best pass of that time. Who
//! asks takes turns over the implementations, and keeps each answer as a round.

use super::keys::Keys;
use super::level::Level;
use super::limits::PassLimits;
use super::op::Op;
use crate::failure::Failure;
use std::time::Duration;

/// One measurement, per operation: the pass, and the same loop with nothing in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) ns: f64,
    /// 0 where nothing is subtracted.
    pub(crate) loop_ns: f64,
}

impl Sample {
    /// The time without the loop itself: at least a twentieth of all. On a busy machine the loop
    /// may have taken longer than the pass, and a ratio to 0 means nothing.
    pub(crate) fn without_loop(self) -> f64 {
        (self.ns - self.loop_ns).max(self.ns / 20.0)
    }
}

/// The implementations of one level.
pub(crate) trait Measurer {
    /// Who calls the maps.
    fn level(&self) -> Level;

    /// The names of all implementations that `--impl` may name. Hedgerow's own come first.
    fn known(&self) -> &'static [&'static str];

    /// Those of them that are there, in the same order. Ratios are to the first.
    fn implementations(&self) -> Vec<&'static str>;

    /// The versions of what is there, for the line under the heading.
    fn versions(&self) -> Vec<String>;

    /// The name of each implementation that is missing, and a line with the remedy. The name is
    /// empty where the whole level is missing.
    fn missing(&self) -> Vec<(&'static str, String)>;

    /// Maps of these keys.
    fn load<'k>(
        &'k mut self,
        keys: &'k Keys,
        limits: PassLimits,
    ) -> Result<Box<dyn Maps + 'k>, Failure>;
}

/// The maps of one set of keys and size, one for each implementation of a level.
pub(crate) trait Maps {
    /// One measurement; None where the implementation lacks the operation.
    fn measure(
        &mut self,
        implementation: &'static str,
        op: Op,
        budget: Duration,
    ) -> Result<Option<Sample>, Failure>;

    /// Memory of the implementation's map; None where it cannot be counted.
    fn bytes_per_entry(&mut self, implementation: &'static str) -> Result<Option<f64>, Failure>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_slower_than_the_pass_gives_no_negative_time() {
        assert_eq!(Sample { ns: 5.0, loop_ns: 6.0 }.without_loop(), 0.25);
        assert_eq!(Sample { ns: 50.0, loop_ns: 9.0 }.without_loop(), 41.0);
    }
}
