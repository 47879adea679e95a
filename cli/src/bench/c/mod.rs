//! The C level: libhedgerow, and CPython's HAMT and other maps called from C. The loops are in
//! `cli/c/`, an extension that is compiled for the Python that was found, and that a Python process
//! of its own loads: `python/bench_c.py`.

mod compile;

use super::keys::Keys;
use super::level::Level;
use super::limits::PassLimits;
use super::measurer::{Maps, Measurer};
use super::python::{PythonLevel, WORKER};
use super::worker::{self, Requests};
use crate::failure::Failure;
use crate::output::Output;
use crate::python::{NoArguments, Python};
use serde::Serialize;
use std::path::PathBuf;

const C_WORKER: &str = include_str!("../../../python/bench_c.py");

/// Everything that is called from C, in the order of the table.
const CALLED: [&str; 5] = ["libhedgerow", "hedgerow.Map", "hamt", "immutables", "contextvar"];

const REQUESTS: Requests = Requests { load: "load_c", measure: "measure_c", bytes_per_entry: None };

/// A Python with the extension, or the reason why there is none.
pub(crate) struct CLevel {
    python: Option<Python>,
    /// What is missing, with the remedy; without a name the whole level is.
    missing: Vec<(&'static str, String)>,
}

#[derive(Serialize)]
struct Extension {
    path: PathBuf,
}

impl CLevel {
    /// Whether one of these implementations is called from C, or all are asked for.
    pub(crate) fn is_asked(implementations: &[String]) -> bool {
        implementations.is_empty()
            || implementations.iter().any(|name| CALLED.contains(&name.as_str()))
    }

    /// Nothing, where the level is not asked for.
    pub(crate) fn not_asked() -> Self {
        CLevel { python: None, missing: Vec::new() }
    }

    /// Compiles the extension for the Python of the Python level, and starts another one with it.
    pub(crate) fn find(
        level: &PythonLevel,
        is_offline: bool,
        output: &Output,
    ) -> Result<Self, Failure> {
        let absent = |reason: String| {
            Ok(CLevel { python: None, missing: vec![("", format!("C is left out: {reason}"))] })
        };
        let Some(started) = level.start_another(&format!("{C_WORKER}\n{WORKER}")) else {
            return absent("there is no Python: install CPython, or give --python".to_owned());
        };
        let mut python = started?;
        let includes: Vec<PathBuf> = python.ask("headers", NoArguments {})?;
        match compile::extension(python.description(), &includes, is_offline, output) {
            Ok(path) => {
                let () = python.ask("load_extension", Extension { path })?;
                let mut missing = level.missing();
                missing.retain(|(name, _)| CALLED.contains(name));
                Ok(CLevel { python: Some(python), missing })
            }
            Err(reason) => absent(reason),
        }
    }
}

impl Measurer for CLevel {
    fn level(&self) -> Level {
        Level::C
    }

    fn known(&self) -> &'static [&'static str] {
        &CALLED
    }

    fn implementations(&self) -> Vec<&'static str> {
        let Some(python) = self.python.as_ref().map(Python::description) else {
            return Vec::new();
        };
        let there =
            [true, python.package.is_some(), python.hamt.is_some(), python.immutables_in_c, true];
        CALLED.into_iter().zip(there).filter_map(|(name, there)| there.then_some(name)).collect()
    }

    fn versions(&self) -> Vec<String> {
        let Some(python) = self.python.as_ref().map(Python::description) else {
            return Vec::new();
        };
        vec![
            format!("libhedgerow {}", env!("CARGO_PKG_VERSION")),
            format!("{} {}", python.implementation, python.version),
        ]
    }

    fn missing(&self) -> Vec<(&'static str, String)> {
        self.missing.clone()
    }

    fn load<'k>(
        &'k mut self,
        keys: &'k Keys,
        limits: PassLimits,
    ) -> Result<Box<dyn Maps + 'k>, Failure> {
        worker::load(self.python.as_mut(), REQUESTS, keys, limits)
    }
}
