//! The Python side of a row: which peers there are, which are missing, and their figures.

use super::key_set::Keys;
use super::level::Level;
use super::limits::PassLimits;
use super::measurer::{Maps, Measurer, Sample};
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
pub(crate) const PEERS: [&str; 4] = ["hedgerow.Map", "hamt", "immutables", "dict"];

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
            (Err(Failure::Message(line)), None) => {
                Ok(Peers { python: None, absence: Some(format!("Python is left out: {line}")) })
            }
            (Err(failure), _) => Err(failure),
        }
    }

    /// What the worker says about its Python.
    pub(crate) fn description(&self) -> Option<&Description> {
        self.python.as_ref().map(Python::description)
    }

    /// The names that the standard library of this Python defines.
    pub(crate) fn standard_library(&mut self) -> Result<Option<Vec<String>>, Failure> {
        match &mut self.python {
            Some(python) => python.ask("standard_library", NoArguments {}).map(Some),
            None => Ok(None),
        }
    }
}

impl Measurer for Peers {
    fn level(&self) -> Level {
        Level::Python
    }

    fn implementations(&self) -> Vec<&'static str> {
        let Some(python) = self.description() else { return Vec::new() };
        let there =
            [python.package.is_some(), python.hamt.is_some(), python.immutables.is_some(), true];
        PEERS.into_iter().zip(there).filter_map(|(name, there)| there.then_some(name)).collect()
    }

    fn missing(&self) -> Vec<String> {
        match self.description() {
            Some(description) => missing_peers(description),
            None => self.absence.iter().cloned().collect(),
        }
    }

    fn load<'k>(
        &'k mut self,
        keys: &'k Keys,
        limits: PassLimits,
    ) -> Result<Box<dyn Maps + 'k>, Failure> {
        if let Some(python) = &mut self.python {
            match keys {
                Keys::Text { present, absent } => {
                    let (keys, misses) = (&present.strings(), &absent.strings());
                    let () = python.ask("load", Load { keys, misses, limits })?;
                }
                Keys::Int { present, absent } => {
                    let () = python.ask("load", Load { keys: present, misses: absent, limits })?;
                }
            }
        }
        Ok(Box::new(Loaded { python: self.python.as_mut() }))
    }
}

/// The worker, which holds the maps.
struct Loaded<'a> {
    python: Option<&'a mut Python>,
}

impl Maps for Loaded<'_> {
    fn measure(
        &mut self,
        peer: &'static str,
        op: Op,
        budget: Duration,
    ) -> Result<Option<Sample>, Failure> {
        let Some(python) = &mut self.python else { return Ok(None) };
        let budget_ns = u64::try_from(budget.as_nanos()).unwrap_or(u64::MAX);
        let taken: Option<(f64, f64)> =
            python.ask("measure", Measure { peer, op: op.name(), budget_ns })?;
        Ok(taken.map(|(ns, loop_ns)| Sample { ns, loop_ns }))
    }

    fn bytes_per_entry(&mut self, peer: &'static str) -> Result<Option<f64>, Failure> {
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
