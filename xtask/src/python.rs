//! `cargo xtask python`: the Python package, built and tested in a fresh virtual environment.
//!
//! One environment for each interpreter, under the target folder:
//!
//! ```text
//! environment  python -m venv, then the test requirements at their pinned versions
//! build        pip install ./bindings/python, which brings maturin by itself
//! tests        pytest over bindings/python/tests
//! ```

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};
use clap::Args;

use crate::memcheck;
use crate::peers;
use crate::project::{Project, succeeds};
use crate::step::{Outcome, Steps};

const PACKAGE: &str = "bindings/python";
const PIP: [&str; 4] = ["-m", "pip", "--quiet", "--disable-pip-version-check"];
/// Prints nothing for a Python that is too old for the package.
const VERSION: &str = "import platform, sys; sys.version_info >= (3, 11) or sys.exit(1); \
                       gil = getattr(sys, '_is_gil_enabled', lambda: True)(); \
                       print(platform.python_version() + ('' if gil else 't'))";

/// Which interpreters, and which tests.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// An interpreter to build and test for; may be given several times
    #[arg(long = "python", value_name = "EXE")]
    interpreters: Vec<String>,
    /// Run the tests that are about memory under valgrind, on a build without free lists
    #[arg(long)]
    valgrind: bool,
    /// Passed on to pytest, after `--`
    #[arg(last = true)]
    pytest: Vec<String>,
}

/// Builds and tests for each interpreter given, or for the one the other tests use.
pub(crate) fn run(project: &Project, options: &Options) -> Result<bool> {
    let mut steps = Steps::default();
    let own = [interpreter()];
    let interpreters =
        if options.interpreters.is_empty() { &own[..] } else { &options.interpreters[..] };
    for interpreter in interpreters {
        add_steps_for(project, &mut steps, interpreter, options);
    }
    Ok(steps.summary())
}

/// The steps alone, for one interpreter: `HEDGEROW_PYTHON`, or the first on the path.
pub(crate) fn add_steps(project: &Project, steps: &mut Steps) {
    add_steps_for(project, steps, &interpreter(), &Options::default());
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
    let mut install = project.program(&python, &PIP);
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
        steps.run(&name("tests"), tests(project, &python, &options.pytest));
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
    let mut venv = project.program(interpreter, &["-m", "venv"]);
    let python = peers::python_of(folder);
    let python = python.to_string_lossy();
    let mut pip = project.program(&python, &PIP);
    pip.args(["install", "--requirement", &format!("{PACKAGE}/tests/requirements.txt")]);
    let missing = if !succeeds(venv.arg(folder)) {
        format!("`{interpreter} -m venv` failed; Debian has it in the package python3-venv")
    } else if !succeeds(&mut pip) {
        "pip cannot install the test requirements; is the package index reachable?".to_owned()
    } else {
        return Ok((Outcome::Passed, "fresh, with the test requirements".to_owned()));
    };
    ensure!(!must_have_all(), "{missing}");
    Ok((Outcome::Skipped, format!("{missing} The Python package is left out")))
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

/// The interpreter's version, such as `3.13.0` (`3.13.0t` without the global lock).
fn version(project: &Project, interpreter: &str) -> Option<String> {
    let output = project.program(interpreter, &["-c", VERSION]).output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !version.is_empty()).then_some(version)
}

fn folder(project: &Project, version: Option<&str>, valgrind: bool) -> PathBuf {
    let kind = if valgrind { "-valgrind" } else { "" };
    project.target().join(format!("python-venv-{}{kind}", version.unwrap_or("none")))
}
