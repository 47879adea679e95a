//! Maps that a Python process holds and measures when it is asked: those of the Python level and of
//! the C level.

use super::keys::Keys;
use super::limits::PassLimits;
use super::measurer::{Maps, Sample};
use super::op::Op;
use crate::failure::Failure;
use crate::python::Python;
use serde::Serialize;
use std::time::Duration;

/// What a level calls its requests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Requests {
    pub(super) load: &'static str,
    pub(super) measure: &'static str,
    /// None where memory is not counted.
    pub(super) bytes_per_entry: Option<&'static str>,
}

#[derive(Serialize)]
struct Load<'a> {
    keys: &'a Keys,
    limits: PassLimits,
}

#[derive(Serialize)]
struct Measure {
    implementation: &'static str,
    op: &'static str,
    budget_ns: u64,
}

#[derive(Serialize)]
struct Bytes {
    implementation: &'static str,
}

/// The maps of one set of keys and size, if there is a process.
struct Loaded<'a> {
    python: Option<&'a mut Python>,
    requests: Requests,
}

/// Has the process make maps of these keys.
pub(super) fn load<'k>(
    mut python: Option<&'k mut Python>,
    requests: Requests,
    keys: &'k Keys,
    limits: PassLimits,
) -> Result<Box<dyn Maps + 'k>, Failure> {
    if let Some(python) = &mut python {
        let () = python.ask(requests.load, Load { keys, limits })?;
    }
    Ok(Box::new(Loaded { python, requests }))
}

impl Maps for Loaded<'_> {
    fn measure(
        &mut self,
        implementation: &'static str,
        op: Op,
        budget: Duration,
    ) -> Result<Option<Sample>, Failure> {
        let Some(python) = &mut self.python else { return Ok(None) };
        let budget_ns = u64::try_from(budget.as_nanos()).unwrap_or(u64::MAX);
        let measure = Measure { implementation, op: op.name(), budget_ns };
        let taken: Option<(f64, f64)> = python.ask(self.requests.measure, measure)?;
        Ok(taken.map(|(ns, loop_ns)| Sample { ns, loop_ns }))
    }

    fn bytes_per_entry(&mut self, implementation: &'static str) -> Result<Option<f64>, Failure> {
        match (&mut self.python, self.requests.bytes_per_entry) {
            (Some(python), Some(request)) => python.ask(request, Bytes { implementation }),
            _ => Ok(None),
        }
    }
}
