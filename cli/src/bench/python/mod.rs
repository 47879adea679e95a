//! The Python level: which maps there are, which are missing, and their figures. A Python process
//! that lives as long as the run measures them: `python/bench_worker.py`.

mod pip;
mod provide;

pub(crate) use provide::Wanted;

use super::keys::Keys;
use super::level::Level;
use super::limits::PassLimits;
use super::measurer::{Maps, Measurer};
use super::worker::{self, Requests};
use crate::failure::Failure;
use crate::output::Output;
use crate::python::{DEFAULT_PROGRAM, Description, NoArguments, Python};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The Python half of this level. The C level follows it in one program.
pub(crate) const WORKER: &str = concat!(
    include_str!("../../../python/stdlib_names.py"),
    "\n",
    include_str!("../../../python/bench_keys.py"),
    "\n",
    include_str!("../../../python/bench_loops.py"),
    "\n",
    include_str!("../../../python/bench_worker.py"),
    "\n",
    include_str!("../../../python/bench_memory.py")
);

/// The maps, in the order of the table.
const IMPLEMENTATIONS: [&str; 6] =
    ["hedgerow.Map", "hamt", "immutables", "rpds", "dict", "frozendict"];

const REQUESTS: Requests =
    Requests { load: "load", measure: "measure", bytes_per_entry: Some("bytes_per_entry") };

/// A Python with its maps, or the reason why there is none.
pub(crate) struct PythonLevel {
    python: Option<Python>,
    absence: Option<String>,
    /// The PYTHONPATH with what was provided.
    path: Option<OsString>,
    /// Why an implementation could not be made, with the remedy.
    reasons: Vec<(&'static str, String)>,
}

impl PythonLevel {
    /// Starts the Python that the user named, which must work, or the default one, which may be
    /// missing.
    pub(crate) fn find(program: Option<&Path>) -> Result<Self, Failure> {
        let named = program.unwrap_or(Path::new(DEFAULT_PROGRAM));
        let (python, absence) = match (Python::start(named, WORKER, 0), program) {
            (Ok(python), _) => (Some(python), None),
            (Err(Failure::Message(line)), None) => {
                (None, Some(format!("Python is left out: {line}")))
            }
            (Err(failure), _) => return Err(failure),
        };
        Ok(PythonLevel { python, absence, path: None, reasons: Vec::new() })
    }

    /// Gets the Python what it lacks of the implementations that are wanted, and starts it again
    /// with that on its path.
    pub(crate) fn provide(&mut self, wanted: Wanted<'_>, output: &Output) -> Result<(), Failure> {
        let Some(python) = self.python.take() else { return Ok(()) };
        let provided = provide::provide(python.description(), wanted, output);
        let executable = PathBuf::from(&python.description().executable);
        drop(python);
        self.path = provided.path();
        let python = Python::start_with_path(&executable, WORKER, 0, self.path.clone())?;
        self.python = Some(python);
        self.reasons = provided.reasons;
        Ok(())
    }

    /// Starts the same Python again, with the same maps and another program. None if there is none.
    pub(crate) fn start_another(&self, worker: &str) -> Option<Result<Python, Failure>> {
        let executable = Path::new(&self.description()?.executable);
        Some(Python::start_with_path(executable, worker, 0, self.path.clone()))
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

impl Measurer for PythonLevel {
    fn level(&self) -> Level {
        Level::Python
    }

    fn known(&self) -> &'static [&'static str] {
        &IMPLEMENTATIONS
    }

    fn implementations(&self) -> Vec<&'static str> {
        let Some(python) = self.description() else { return Vec::new() };
        let is_there = |name: &&str| match *name {
            "hedgerow.Map" => python.package.is_some(),
            "hamt" => python.hamt.is_some(),
            "immutables" => python.immutables.is_some(),
            "rpds" => python.rpds.is_some(),
            "frozendict" => python.frozendict.is_some(),
            _ => true,
        };
        IMPLEMENTATIONS.into_iter().filter(is_there).collect()
    }

    fn versions(&self) -> Vec<String> {
        let Some(python) = self.description() else { return Vec::new() };
        let Description { implementation, version, executable, .. } = python;
        let with = |name: &str, version: &Option<String>| {
            version.as_ref().map(|version| format!("{name} {version}"))
        };
        let hamt = python.hamt.as_ref().map(|origin| format!("hamt ({origin})"));
        let all = [
            Some(format!("{implementation} {version} at {executable}")),
            with("hedgerow.Map", &python.package),
            hamt,
            with("immutables", &python.immutables),
            with("rpds-py", &python.rpds),
            with("frozendict", &python.frozendict),
        ];
        all.into_iter().flatten().collect()
    }

    fn missing(&self) -> Vec<(&'static str, String)> {
        match self.description() {
            Some(description) => missing_maps(description, &self.reasons),
            None => self.absence.iter().map(|line| ("", line.clone())).collect(),
        }
    }

    fn load<'k>(
        &'k mut self,
        keys: &'k Keys,
        limits: PassLimits,
    ) -> Result<Box<dyn Maps + 'k>, Failure> {
        worker::load(self.python.as_mut(), REQUESTS, keys, limits)
    }
}

/// A line for each map that is missing: why it could not be made, or how to get it.
fn missing_maps(
    python: &Description,
    reasons: &[(&'static str, String)],
) -> Vec<(&'static str, String)> {
    let executable = &python.executable;
    let install = |project: &str| format!("{executable} -m pip install {project}");
    let remedies = [
        ("hedgerow.Map", python.package.is_some(), install("./bindings/python")),
        (
            "hamt",
            python.hamt.is_some(),
            format!(
                "{executable} has neither _testinternalcapi.hamt nor _testcapi.hamt; install its \
                 test modules, or give --python a CPython built with them"
            ),
        ),
        ("immutables", python.immutables.is_some(), install("immutables")),
        ("rpds", python.rpds.is_some(), install("rpds-py")),
        ("frozendict", python.frozendict.is_some(), install("frozendict")),
    ];
    let mut missing = Vec::new();
    for (name, is_there, remedy) in remedies {
        if !is_there {
            let reason = reasons.iter().find(|(failed, _)| *failed == name);
            let line = reason.map_or(&remedy, |(_, reason)| reason);
            missing.push((name, format!("{name} is missing: {line}")));
        }
    }
    if let (Some(version), false) = (&python.immutables, python.immutables_in_c) {
        let remedy = "install a wheel, or a C compiler";
        let line = format!("immutables {version} is its slow pure-Python form: {remedy}");
        missing.push(("immutables", line));
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
            rpds: in_c.then(|| "0.30".to_owned()),
            frozendict: in_c.then(|| "built in".to_owned()),
            ..Description::default()
        }
    }

    fn lines(python: &Description, reasons: &[(&'static str, String)]) -> Vec<String> {
        missing_maps(python, reasons).into_iter().map(|(_, line)| line).collect()
    }

    #[test]
    fn missing_maps_are_named_with_the_remedy() {
        let whole = python(Some("_testcapi.hamt"), Some("0.21"), true);
        assert!(lines(&whole, &[]).is_empty());
        let missing = lines(&python(None, None, false), &[]);
        assert_eq!(missing.len(), 5);
        assert!(missing[0].contains("-m pip install ./bindings/python"), "{missing:?}");
        assert!(missing[1].contains("_testcapi"), "{missing:?}");
        assert!(missing[2].contains("/opt/py/bin/python3 -m pip install immutables"));
        let slow = lines(&python(Some("x"), Some("0.21"), false), &[]);
        assert!(slow.last().unwrap().contains("pure-Python"));
    }

    #[test]
    fn the_reason_why_a_map_could_not_be_made_comes_before_the_usual_remedy() {
        let reasons = [("hedgerow.Map", "cargo could not build it".to_owned())];
        let missing = lines(&python(Some("x"), None, false), &reasons);
        assert_eq!(missing[0], "hedgerow.Map is missing: cargo could not build it");
        let python = python(Some("x"), Some("0.21"), true);
        assert!(lines(&python, &reasons).is_empty(), "what is there all the same is not missing");
    }
}
