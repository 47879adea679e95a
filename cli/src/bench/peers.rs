//! The Python side of a row: which peers there are, which are missing, and their figures.

use super::engine::PassLimits;
use super::key_set::Keys;
use super::op::Op;
use crate::failure::Failure;
use crate::python::{DEFAULT_PROGRAM, Description, NoArguments, Python};
use serde::Serialize;
use std::path::Path;
use std::time::Duration;

const WORKER: &str = concat!(
    include_str!("../../python/stdlib_names.py"),
    "\n",
    include_str!("../../python/bench_worker.py")
);

/// The maps of the Python side, in the order of the table.
pub(crate) const PEERS: [&str; 4] = ["hamt", "dict", "immutables", "hedgerow.Map"];

/// One measurement in Python: the pass, and the same loop with nothing in it. Per operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) ns: f64,
    pub(crate) loop_ns: f64,
}

/// A Python with its peers, or the reason why there is none.
pub(crate) struct Peers {
    python: Option<Python>,
    absence: Option<String>,
}

#[derive(Serialize)]
struct Load<'a, K> {
    keys: &'a [K],
    misses: &'a [K],
    limits: PassLimits,
}

#[derive(Serialize)]
struct Measure {
    peer: &'static str,
    op: &'static str,
    budget_ns: u64,
}

#[derive(Serialize)]
struct Bytes {
    peer: &'static str,
}

impl Peers {
    /// Starts the Python that the user named, which must work, or the default one, which may be
    /// missing.
    pub(crate) fn find(program: Option<&Path>) -> Result<Self, Failure> {
        match (Python::start(program.unwrap_or(Path::new(DEFAULT_PROGRAM)), WORKER, 0), program) {
            (Ok(python), _) => Ok(Peers { python: Some(python), absence: None }),
            (Err(Failure::Message(line)), None) => Ok(Peers {
                python: None,
                absence: Some(format!("hedgerow alone is timed: {line}")),
            }),
            (Err(failure), _) => Err(failure),
        }
    }

    /// What the worker says about its Python.
    pub(crate) fn description(&self) -> Option<&Description> {
        self.python.as_ref().map(Python::description)
    }

    /// A line for each peer that is missing, with the remedy.
    pub(crate) fn missing(&self) -> Vec<String> {
        match self.description() {
            Some(description) => missing_peers(description),
            None => self.absence.iter().cloned().collect(),
        }
    }

    /// The names that the standard library of this Python defines.
    pub(crate) fn standard_library(&mut self) -> Result<Option<Vec<String>>, Failure> {
        match &mut self.python {
            Some(python) => python.ask("standard_library", NoArguments {}).map(Some),
            None => Ok(None),
        }
    }

    /// Sends the keys of the next rows to the worker.
    pub(crate) fn load(&mut self, keys: &Keys, limits: PassLimits) -> Result<(), Failure> {
        let Some(python) = &mut self.python else {
            return Ok(());
        };
        match keys {
            Keys::Text { present, absent } => {
                let (keys, misses) = (&present.strings(), &absent.strings());
                python.ask("load", Load { keys, misses, limits })
            }
            Keys::Int { present, absent } => {
                python.ask("load", Load { keys: present, misses: absent, limits })
            }
        }
    }

    /// One measurement; None where the peer is missing or lacks the operation.
    pub(crate) fn measure(
        &mut self,
        peer: &'static str,
        op: Op,
        budget: Duration,
    ) -> Result<Option<Sample>, Failure> {
        let Some(python) = &mut self.python else {
            return Ok(None);
        };
        let budget_ns = u64::try_from(budget.as_nanos()).unwrap_or(u64::MAX);
        let taken: Option<(f64, f64)> =
            python.ask("measure", Measure { peer, op: op.name(), budget_ns })?;
        Ok(taken.map(|(ns, loop_ns)| Sample { ns, loop_ns }))
    }

    /// Memory of the peer's map; None where the peer is missing.
    pub(crate) fn bytes_per_entry(&mut self, peer: &'static str) -> Result<Option<f64>, Failure> {
        match &mut self.python {
            Some(python) => python.ask("bytes_per_entry", Bytes { peer }),
            None => Ok(None),
        }
    }
}

fn missing_peers(python: &Description) -> Vec<String> {
    let mut missing = Vec::new();
    if python.hamt.is_none() {
        missing.push(format!(
            "hamt is missing: {} has neither _testinternalcapi.hamt nor _testcapi.hamt; install \
             its test modules, or give --python a CPython built with them",
            python.executable
        ));
    }
    match (&python.immutables, python.immutables_in_c) {
        (None, _) => missing.push(format!(
            "immutables is missing: {0} -m pip install immutables",
            python.executable
        )),
        (Some(version), false) => missing.push(format!(
            "immutables {version} is its slow pure-Python form: install a wheel, or a C compiler"
        )),
        (Some(_), true) => {}
    }
    if python.package.is_none() {
        missing.push(format!(
            "hedgerow.Map, the Python package, is missing: {} -m pip install ./bindings/python",
            python.executable
        ));
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(hamt: Option<&str>, immutables: Option<&str>, in_c: bool) -> Description {
        Description {
            executable: "/opt/py/bin/python3".to_owned(),
            hamt: hamt.map(str::to_owned),
            immutables: immutables.map(str::to_owned),
            immutables_in_c: in_c,
            package: in_c.then(|| "0.1".to_owned()),
            ..Description::default()
        }
    }

    #[test]
    fn missing_peers_are_named_with_the_remedy() {
        assert!(missing_peers(&python(Some("_testcapi.hamt"), Some("0.21"), true)).is_empty());
        let missing = missing_peers(&python(None, None, false));
        assert_eq!(missing.len(), 3);
        assert!(missing[0].contains("_testcapi"), "{missing:?}");
        assert!(missing[1].contains("/opt/py/bin/python3 -m pip install immutables"));
        assert!(missing[2].contains("-m pip install ./bindings/python"), "{missing:?}");
        assert!(missing_peers(&python(Some("x"), Some("0.21"), false))[0].contains("pure-Python"));
    }
}
