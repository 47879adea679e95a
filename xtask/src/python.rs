//! `cargo xtask python`: the Python package, built and tested in a fresh virtual environment.
//!
//! One environment for each interpreter, under the target folder:
//!
//! ```text
//! environment  python -m venv, then the test requirements at their pinned versions, by a pip of
//!              our own, as not every interpreter brings one
//! build        pip install ./bindings/python, which brings maturin by itself; or of what `wheels`
//!              makes, so that all tests run on that as well
//! tests        pytest over bindings/python/tests, in as many processes as there are cores
//! ```

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Result, bail, ensure};
use clap::Args;

use crate::environment::{PIP_VERSION, bare_environment, interpreter, pip};
use crate::interpreters::{self, SUPPORTED, version};
use crate::memcheck;
use crate::peers;
use crate::project::{Project, QUICK_RELEASE, succeeds};
use crate::step::{Outcome, Steps, require};
use crate::wheels;

const PACKAGE: &str = "bindings/python";
/// The library that the tests compare with, which has no wheels for the newest interpreters.
const IMMUTABLES: &str = "immutables==0.21";

/// All tests but those that take more than a few seconds.
const QUICK: [&str; 2] = ["-m", "not slow"];

/// What the package is installed from.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Source {
    /// This checkout.
    #[default]
    Checkout,
    /// The source distribution.
    Archive,
    /// A wheel.
    Wheel,
}

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
    /// Build quickly, and leave out the slow tests where nothing is passed on to pytest
    #[arg(skip)]
    quick: bool,
    #[arg(skip)]
    source: Source,
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
/// which the oldest and the newest run, on a package that is built as users build it. The oldest
/// has the package from this checkout, the next one from the source distribution, and the others
/// from wheels.
pub(crate) fn add_steps(project: &Project, steps: &mut Steps) {
    let tools = steps.check("python: tools for wheels", || {
        let made = wheels::tools(project);
        if made.is_err() && !must_have_all() {
            let note = "without tools for wheels: all is tested from this checkout";
            return Ok((Outcome::Skipped, note.to_owned()));
        }
        made
    });
    let source = if tools == Outcome::Passed { Source::Wheel } else { Source::Checkout };
    add_steps_for_all(project, steps, &Options { source, ..Options::default() });
}

/// The interpreter of a minor version that the package is tested with: the one that the other tests
/// use, if it is such a one, for that is what its user has named.
pub(crate) fn chosen(project: &Project, minor: u32) -> Option<String> {
    let own = interpreter();
    let own_minor = version(project, &own).and_then(|version| interpreters::minor(&version));
    if own_minor == Some(minor) { Some(own) } else { interpreters::find(project, minor) }
}

/// The environment of an interpreter, once it has been tested with it: the package is installed.
pub(crate) fn built(project: &Project, interpreter: &str) -> Option<PathBuf> {
    let folder = folder(project, version(project, interpreter).as_deref(), false);
    let python = peers::python_of(&folder);
    let there = ["-c", "import hedgerow"];
    succeeds(&mut project.program(&python.to_string_lossy(), &there)).then_some(folder)
}

/// The steps that make the environment of an interpreter and install the package of this checkout
/// there. The environment, if they passed.
pub(crate) fn add_build_steps(
    project: &Project,
    steps: &mut Steps,
    interpreter: &str,
) -> Option<PathBuf> {
    let make = || supported_environment(project, interpreter, false);
    prepare(project, steps, interpreter, &Options::default(), make)
}

fn add_steps_for_all(project: &Project, steps: &mut Steps, options: &Options) {
    let own = interpreter();
    let own_minor = version(project, &own).and_then(|version| interpreters::minor(&version));
    steps.check("python: interpreters", || interpreters::bring(project, must_have_all()));
    let found: Vec<(u32, Option<String>)> =
        SUPPORTED.map(|minor| (minor, chosen(project, minor))).collect();
    thread::scope(|scope| {
        // Filling an environment waits for the network, and linking the package keeps one core
        // busy: so the next environment is made while the package is built for this one.
        let make = |interpreter: &str| {
            let (interpreter, valgrind) = (interpreter.to_owned(), options.valgrind);
            scope.spawn(move || supported_environment(project, &interpreter, valgrind))
        };
        let mut made = None;
        for (index, (minor, interpreter)) in found.iter().enumerate() {
            let Some(interpreter) = interpreter else {
                let note = format!("there is no CPython 3.{minor} here: the package is left out");
                steps.check(&format!("python 3.{minor}"), || Ok((Outcome::Skipped, note)));
                continue;
            };
            let quick = ![SUPPORTED.start(), SUPPORTED.end()].contains(&minor);
            // Where wheels can be made, all three ways to install are tested.
            let source = match (options.source, minor - SUPPORTED.start()) {
                (Source::Wheel, 0) => Source::Checkout,
                (Source::Wheel, 1) => Source::Archive,
                (source, _) => source,
            };
            let (pytest, valgrind) = (options.pytest.clone(), options.valgrind);
            let options = Options { pytest, quick, source, valgrind, ..Options::default() };
            let current = made.take().unwrap_or_else(|| make(interpreter));
            let environment = || {
                let environment = current.join().unwrap_or_else(|_| bail!("making it panicked"));
                made = found[index + 1..].iter().find_map(|(_, next)| next.as_deref()).map(make);
                environment
            };
            add_steps_in(project, steps, interpreter, &options, environment);
        }
    });
    if !own_minor.is_some_and(|minor| SUPPORTED.contains(&minor)) && must_have_all() {
        // Says what is wrong with it.
        add_steps_for(project, steps, &own, options);
    }
}

/// The name of a step for one interpreter.
fn name(version: Option<&str>, step: &str) -> String {
    match version {
        Some(version) => format!("python {version}: {step}"),
        None => format!("python: {step}"),
    }
}

/// Makes the environment and installs the package; the environment, if all went well.
fn prepare(
    project: &Project,
    steps: &mut Steps,
    interpreter: &str,
    options: &Options,
    make: impl FnOnce() -> Result<(Outcome, String, PathBuf)>,
) -> Option<PathBuf> {
    let version = supported_version(project, interpreter);
    let name = |step: &str| name(version.as_deref(), step);
    let mut folder = None;
    let made = steps.check(&name("environment"), || {
        let (outcome, note, place) = make()?;
        folder = Some(place);
        Ok((outcome, note))
    });
    let folder = folder.filter(|_| made == Outcome::Passed)?;
    let built = build(project, steps, &name("build"), interpreter, &folder, options);
    (built == Outcome::Passed).then_some(folder)
}

fn supported_version(project: &Project, interpreter: &str) -> Option<String> {
    version(project, interpreter).filter(|it| interpreters::is_supported(it))
}

/// A fresh environment with what the tests need, and where it is.
fn supported_environment(
    project: &Project,
    interpreter: &str,
    valgrind: bool,
) -> Result<(Outcome, String, PathBuf)> {
    let version = supported_version(project, interpreter);
    let folder = folder(project, version.as_deref(), valgrind);
    if version.is_none() {
        let refusal = interpreters::refusal(project, interpreter);
        ensure!(!must_have_all(), "{refusal}; name one of these with --python");
        let note = format!("{refusal}: the Python package is left out");
        return Ok((Outcome::Skipped, note, folder));
    }
    ensure!(!valgrind || memcheck::is_there(project), "there is no valgrind here");
    let (outcome, note) = environment(project, interpreter, &folder)?;
    Ok((outcome, note, folder))
}

fn add_steps_for(project: &Project, steps: &mut Steps, interpreter: &str, options: &Options) {
    let make = || supported_environment(project, interpreter, options.valgrind);
    add_steps_in(project, steps, interpreter, options, make);
}

/// The steps that make an environment with `make`, and test the package in it.
fn add_steps_in(
    project: &Project,
    steps: &mut Steps,
    interpreter: &str,
    options: &Options,
    make: impl FnOnce() -> Result<(Outcome, String, PathBuf)>,
) {
    let Some(folder) = prepare(project, steps, interpreter, options, make) else { return };
    let version = version(project, interpreter);
    let name = |step: &str| name(version.as_deref(), step);
    let python = peers::python_of(&folder);
    let python = python.to_string_lossy();
    if !options.valgrind {
        let mut pytest = options.pytest.clone();
        if pytest.is_empty() {
            pytest = shared_out();
            pytest.extend(QUICK.iter().filter(|_| options.quick).map(|word| word.to_string()));
        }
        let mut pytest = tests(project, &python, &pytest);
        if options.source == Source::Archive {
            // Built without the flags of the checkout.
            pytest.env("HEDGEROW_TEST_BUILD", "portable");
        }
        steps.run(&name("tests"), pytest);
        return;
    }
    let chosen = memcheck::TESTS.map(str::to_owned);
    let chosen = if options.pytest.is_empty() { &chosen[..] } else { &options.pytest[..] };
    let log = folder.join("memcheck.txt");
    let pytest = tests(project, &python, chosen);
    steps.run(&name("valgrind"), memcheck::under_valgrind(project, &pytest, &log));
    steps.check(&name("memory"), || memcheck::judge(&log));
}

/// Installs the package into an environment.
fn build(
    project: &Project,
    steps: &mut Steps,
    name: &str,
    interpreter: &str,
    folder: &Path,
    options: &Options,
) -> Outcome {
    let mut install = pip(project, &peers::python_of(folder).to_string_lossy());
    install.args(["install", "--no-deps"]);
    if options.quick {
        install.envs(QUICK_RELEASE);
    }
    // A folder of its own: PyO3 is built anew whenever the interpreter is another one.
    let target = project.target().join("python");
    if options.source == Source::Checkout {
        install.arg(format!("./{PACKAGE}")).env("CARGO_TARGET_DIR", target);
        if options.valgrind {
            install.arg(memcheck::BUILD);
        }
        return steps.run(name, install);
    }
    steps.check(name, || {
        let package = if options.source == Source::Archive {
            wheels::sources(project)?
        } else {
            let wheel = wheels::build(project, interpreter, options.quick)?;
            wheels::install(project, interpreter, &wheel)?;
            wheel
        };
        require(install.arg(&package).env("CARGO_TARGET_DIR", target))?;
        wheels::smoke(project, folder)?;
        Ok((Outcome::Passed, wheels::name(&package)))
    })
}

/// A fresh environment with what the tests need.
fn environment(project: &Project, interpreter: &str, folder: &Path) -> Result<(Outcome, String)> {
    let bare = bare_environment(project, interpreter, folder);
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
    let missing = if let Err(error) = bare {
        format!("{error:#}.")
    } else if !succeeds(&mut requirements) {
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

/// One process for each core, and whoever is done takes from those who are not.
fn shared_out() -> Vec<String> {
    let cores = thread::available_parallelism().map_or(1, |count| count.get());
    let arguments = ["-n".to_owned(), cores.to_string(), "--dist=worksteal".to_owned()];
    if cores > 1 { arguments.to_vec() } else { Vec::new() }
}

pub(crate) fn tests(project: &Project, python: &str, arguments: &[String]) -> Command {
    let mut pytest = project.program(python, &["-m", "pytest"]);
    // From the tests' folder, so that the package is the installed one and not the source.
    pytest.current_dir(project.root().join(PACKAGE).join("tests"));
    pytest.args(["-p", "no:cacheprovider"]).args(arguments);
    pytest.env("HEDGEROW_TEST_CACHE", project.target().join("python-tests"));
    pytest.env("PYTHONDONTWRITEBYTECODE", "1");
    pytest
}

/// In CI nothing may be left out because something is missing.
pub(crate) fn must_have_all() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

fn folder(project: &Project, version: Option<&str>, valgrind: bool) -> PathBuf {
    let kind = if valgrind { "-valgrind" } else { "" };
    project.target().join(format!("python-venv-{}{kind}", version.unwrap_or("none")))
}
