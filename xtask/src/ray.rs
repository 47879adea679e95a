//! `cargo xtask ray`: images among the processes of Ray and Dask, on this machine.
//!
//! ```text
//! environment  that of `cargo xtask python` for one interpreter, with Ray and Dask beside
//! tests        pytest over what needs them
//! goals        tests/ray_goals.py: a map of a million entries in four workers, and what it costs
//! ```
//!
//! The two are large, and have no wheels for the newest interpreters: one interpreter is enough.

use anyhow::{Result, ensure};

use crate::environment::pip;
use crate::peers;
use crate::project::{Project, succeeds};
use crate::python::{self, must_have_all};
use crate::step::{Outcome, Steps};

/// The minor version of CPython 3 that this is tested with.
const MINOR: u32 = 11;
const TESTS: &str = "bindings/python/tests";
/// Tests of which all or a part is left out where there is no Ray or Dask.
const NEED_THEM: [&str; 3] = ["test_ray.py", "test_dask.py", "test_sharing.py"];
/// The same of the README, most of whose programs need neither and are run without, too.
const README: &str = "test_readme.py";

/// Builds the package, then runs all.
pub(crate) fn run(project: &Project) -> Result<bool> {
    let mut steps = Steps::default();
    if let Some(interpreter) = interpreter(project, &mut steps)
        && python::add_build_steps(project, &mut steps, &interpreter).is_some()
    {
        add_steps_for(project, &mut steps, &interpreter, &[&NEED_THEM[..], &[README]].concat());
    }
    Ok(steps.summary())
}

/// The steps alone, with the package that `cargo xtask python` has built.
pub(crate) fn add_steps(project: &Project, steps: &mut Steps) {
    if let Some(interpreter) = interpreter(project, steps) {
        add_steps_for(project, steps, &interpreter, &NEED_THEM);
    }
}

fn interpreter(project: &Project, steps: &mut Steps) -> Option<String> {
    let found = python::chosen(project, MINOR);
    if found.is_none() {
        let note = format!("there is no CPython 3.{MINOR} here: Ray and Dask are left out");
        steps.check("ray", || {
            ensure!(!must_have_all(), "{note}");
            Ok((Outcome::Skipped, note))
        });
    }
    found
}

fn add_steps_for(project: &Project, steps: &mut Steps, interpreter: &str, tests: &[&str]) {
    let mut python = None;
    let made = steps.check("ray: environment", || {
        let Some(folder) = python::built(project, interpreter) else {
            ensure!(!must_have_all(), "the package is not built");
            return Ok((Outcome::Skipped, "the package is not built".to_owned()));
        };
        let path = peers::python_of(&folder).to_string_lossy().into_owned();
        let requirements = format!("{TESTS}/requirements_ray.txt");
        if !succeeds(pip(project, &path).args(["install", "--requirement", &requirements])) {
            let note = "pip cannot install Ray and Dask; is the package index reachable?";
            ensure!(!must_have_all(), "{note}");
            return Ok((Outcome::Skipped, note.to_owned()));
        }
        python = Some(path);
        Ok((Outcome::Passed, String::new()))
    });
    let Some(python) = python.filter(|_| made == Outcome::Passed) else { return };
    let arguments: Vec<String> = tests.iter().map(|test| (*test).to_owned()).collect();
    steps.run("ray: tests", python::tests(project, &python, &arguments));
    let mut goals = project.program(&python, &["ray_goals.py"]);
    goals.current_dir(project.root().join(TESTS));
    steps.run("ray: goals", goals);
}
