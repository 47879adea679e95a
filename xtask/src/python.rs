//! `cargo xtask python`: the Python package, built and tested in a fresh virtual environment.
//!
//! One environment for each interpreter, under the target folder:
//!
//! ```text
//! environment  python -m venv, then the test requirements at their pinned versions, by a pip of
//!              our own, as not every interpreter brings one
//! build        pip install ./bindings/python, which brings maturin by itself
//! tests        pytest over bindings/python/tests, in as many processes as there are cores
//! ```

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Result, ensure};
use clap::Args;

use crate::interpreters::{self, SUPPORTED, version};
use crate::memcheck;
use crate::peers;
use crate::project::{Project, succeeds};
use crate::step::{Outcome, Steps};

const PACKAGE: &str = "bindings/python";
const PIP: [&str; 4] = ["-m", "pip", "--quiet", "--disable-pip-version-check"];
/// What knows the newest interpreters, unlike the pip that older ones bring.
const PIP_VERSION: &str = "pip==26.3";
/// The library that the tests compare with, which has no wheels for the newest interpreters.
const IMMUTABLES: &str = "immutables==0.21";

/// All tests but those that take more than a few seconds.
const QUICK: [&str; 2] = ["-m", "not slow"];

/// Which interpreters, and which tests.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// An interpreter to build and test for; may be given several times
    #[arg(long = "python", value_name = "EXE")]
    interpreters: Vec<String>,
    /// Build and test for every supported interpreter that is there or can be had
    #[arg(long, conflicts_with = "interpreters")]
    all: bool,
    /// Run the tests that are about memory under valgrind, on a build without free lists
    #[arg(long)]
    valgrind: bool,
    /// All tests but the slow ones, where nothing is passed on
    #[arg(skip)]
    quick: bool,
    /// Passed on to pytest instead of running all tests, after `--`
    #[arg(last = true)]
    pytest: Vec<String>,
}

/// Builds and tests for each interpreter given, or for the one the other tests use.
pub(crate) fn run(project: &Project, options: &Options) -> Result<bool> {
    let mut steps = Steps::default();
    if options.all {
        add_steps_for_all(project, &mut steps, options);
        return Ok(steps.summary());
    }
    let own = [interpreter()];
    let interpreters =
        if options.interpreters.is_empty() { &own[..] } else { &options.interpreters[..] };
    for interpreter in interpreters {
        add_steps_for(project, &mut steps, interpreter, options);
    }
    Ok(steps.summary())
}

/// The steps alone, for every supported interpreter. All of them run all tests but the slow ones,
/// which the oldest and the newest run.
pub(crate) fn add_steps(project: &Project, steps: &mut Steps) {
    add_steps_for_all(project, steps, &Options::default());
}

fn add_steps_for_all(project: &Project, steps: &mut Steps, options: &Options) {
    let own = interpreter();
    let own_minor = version(project, &own).and_then(|version| interpreters::minor(&version));
    steps.check("python: interpreters", || interpreters::bring(project, must_have_all()));
    for minor in SUPPORTED {
        // The one that the other tests use is what its user has named.
        let found = if own_minor == Some(minor) {
            Some(own.clone())
        } else {
            interpreters::find(project, minor)
        };
        let Some(found) = found else {
            let note = format!("there is no CPython 3.{minor} here: the package is left out");
            steps.check(&format!("python 3.{minor}"), || Ok((Outcome::Skipped, note)));
            continue;
        };
        let quick = ![SUPPORTED.start(), SUPPORTED.end()].contains(&&minor);
        let pytest = options.pytest.clone();
        let options = Options { pytest, quick, valgrind: options.valgrind, ..Options::default() };
        add_steps_for(project, steps, &found, &options);
    }
    if !own_minor.is_some_and(|minor| SUPPORTED.contains(&minor)) && must_have_all() {
        // Says what is wrong with it.
        add_steps_for(project, steps, &own, options);
    }
}

fn add_steps_for(project: &Project, steps: &mut Steps, interpreter: &str, options: &Options) {
    let version = version(project, interpreter);
    let name = |step: &str| match &version {
        Some(version) => format!("python {version}: {step}"),
        None => format!("python: {step}"),
    };
    let folder = folder(project, version.as_deref(), options.valgrind);
    let made = steps.check(&name("environment"), || {
        if version.is_none() {
            let missing = format!("`{interpreter}` is no Python 3.11 or later");
            ensure!(!must_have_all(), "{missing}; install one, or name one with --python");
            return Ok((Outcome::Skipped, format!("{missing}: the Python package is left out")));
        }
        ensure!(!options.valgrind || memcheck::is_there(project), "there is no valgrind here");
        environment(project, interpreter, &folder)
    });
    if made != Outcome::Passed {
        return;
    }
    let python = peers::python_of(&folder);
    let python = python.to_string_lossy();
    let mut install = pip(project, &python);
    install.args(["install", "--no-deps", &format!("./{PACKAGE}")]);
    // A folder of its own: PyO3 is built anew whenever the interpreter is another one.
    install.env("CARGO_TARGET_DIR", project.target().join("python"));
    if options.valgrind {
        install.arg(memcheck::BUILD);
    }
    if steps.run(&name("build"), install) != Outcome::Passed {
        return;
    }
    if !options.valgrind {
        let mut pytest = options.pytest.clone();
        if pytest.is_empty() {
            pytest = shared_out();
            pytest.extend(QUICK.iter().filter(|_| options.quick).map(|word| word.to_string()));
        }
        steps.run(&name("tests"), tests(project, &python, &pytest));
        return;
    }
    let chosen = memcheck::TESTS.map(str::to_owned);
    let chosen = if options.pytest.is_empty() { &chosen[..] } else { &options.pytest[..] };
    let log = folder.join("memcheck.txt");
    let pytest = tests(project, &python, chosen);
    steps.run(&name("valgrind"), memcheck::under_valgrind(project, &pytest, &log));
    steps.check(&name("memory"), || memcheck::judge(&log));
}

/// A fresh environment with what the tests need.
fn environment(project: &Project, interpreter: &str, folder: &Path) -> Result<(Outcome, String)> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let mut venv = project.program(interpreter, &["-m", "venv", "--without-pip"]);
    let python = peers::python_of(folder);
    let python = python.to_string_lossy();
    let mut requirements = pip(project, &python);
    // With a pip: the tests fetch the sources of immutables by themselves.
    requirements.args([
        "install",
        PIP_VERSION,
        "--requirement",
        &format!("{PACKAGE}/tests/requirements.txt"),
    ]);
    let missing = if !succeeds(venv.arg(folder)) {
        format!("`{interpreter} -m venv` failed; Debian has it in the package python3-venv.")
    } else if !has_own_pip(project) || !succeeds(&mut requirements) {
        "pip cannot install the test requirements; is the package index reachable?".to_owned()
    } else {
        let there = ["-c", "import immutables"];
        let mut oracle = pip(project, &python);
        oracle.args(["install", IMMUTABLES]);
        if interpreters::is_brought(project, interpreter) {
            oracle.env("CPATH", interpreters::headers(project));
        }
        let with = if succeeds(&mut project.program(&python, &there)) || succeeds(&mut oracle) {
            "fresh, with the test requirements"
        } else {
            "fresh, with the test requirements but immutables, which does not build"
        };
        return Ok((Outcome::Passed, with.to_owned()));
    };
    ensure!(!must_have_all(), "{missing}");
    Ok((Outcome::Skipped, format!("{missing} The Python package is left out")))
}

/// A current pip for the environment of a Python: it knows the newest ones.
fn pip(project: &Project, python: &str) -> Command {
    let own = peers::python_of(&pip_folder(project));
    let mut pip = project.program(&own.to_string_lossy(), &PIP);
    pip.args(["--python", python]);
    pip
}

/// Makes the environment that [`pip`] is in, unless it is there.
fn has_own_pip(project: &Project) -> bool {
    let folder = pip_folder(project);
    let python = peers::python_of(&folder);
    let python = python.to_string_lossy();
    let stamp = folder.join("current");
    let made = stamp.exists()
        || succeeds(project.program(&interpreter(), &["-m", "venv", "--clear"]).arg(&folder))
            && succeeds(project.program(&python, &PIP).args(["install", PIP_VERSION]))
            && fs::write(&stamp, "").is_ok();
    made && succeeds(&mut project.program(&python, &["-m", "pip", "--version"]))
}

fn pip_folder(project: &Project) -> PathBuf {
    project.target().join("pip-venv")
}

/// One process for each core, and whoever is done takes from those who are not.
fn shared_out() -> Vec<String> {
    let cores = thread::available_parallelism().map_or(1, |count| count.get());
    let arguments = ["-n".to_owned(), cores.to_string(), "--dist=worksteal".to_owned()];
    if cores > 1 { arguments.to_vec() } else { Vec::new() }
}

fn tests(project: &Project, python: &str, arguments: &[String]) -> Command {
    let mut pytest = project.program(python, &["-m", "pytest"]);
    // From the tests' folder, so that the package is the installed one and not the source.
    pytest.current_dir(project.root().join(PACKAGE).join("tests"));
    pytest.args(["-p", "no:cacheprovider"]).args(arguments);
    pytest.env("HEDGEROW_TEST_CACHE", project.target().join("python-tests"));
    pytest.env("PYTHONDONTWRITEBYTECODE", "1");
    pytest
}

/// In CI nothing may be left out because something is missing.
fn must_have_all() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

fn interpreter() -> String {
    env::var(peers::PYTHON_VARIABLE).unwrap_or_else(|_| "python3".to_owned())
}

fn folder(project: &Project, version: Option<&str>, valgrind: bool) -> PathBuf {
    let kind = if valgrind { "-valgrind" } else { "" };
    project.target().join(format!("python-venv-{}{kind}", version.unwrap_or("none")))
}
