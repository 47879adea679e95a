//! Interpreters with the package of this checkout, and with what it is measured beside.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use super::run::Run;
use crate::environment::{bare_environment, interpreter, pip};
use crate::interpreters;
use crate::peers::python_of;
use crate::program::output;
use crate::project::{Project, succeeds};
use crate::python;
use crate::step::require;

/// What the package is measured beside. Some have no wheels for some interpreters.
const PEERS: [&str; 5] = [
    "immutables==0.21",
    "rpds-py==2026.9.1",
    "lmdb==3.0.0",
    "marisa-trie==1.4.1",
    "pyarrow==26.0.1",
];
/// The version of CPython with a frozendict.
const FROZENDICT: u32 = 15;
/// The interpreters to take, where the one that tests use is none that the package is for.
const OTHERS: [u32; 5] = [13, 12, 11, 14, 15];
const VERSIONS: &str = "import importlib.metadata as m, platform, sys
print('CPython', platform.python_version())
for name in sys.argv[1:]:
    try:
        print(name, m.version(name))
    except m.PackageNotFoundError:
        pass
";

/// An interpreter with the package and its peers, or why there is none.
pub(super) fn main(run: &Run<'_>) -> Result<PathBuf, String> {
    let make = || {
        let interpreter = chosen(run.project).ok_or("there is no CPython 3.11 to 3.15 here")?;
        make(run, &interpreter, &PEERS).map_err(|error| format!("{error:#}"))
    };
    run.pythons.main.get_or_init(make).clone()
}

/// One that has a frozendict, with the package.
pub(super) fn frozendict(run: &Run<'_>) -> Result<PathBuf, String> {
    let make = || {
        // It is brought if it can be; `chosen` says whether it is there.
        let _ = interpreters::bring(run.project, false);
        let interpreter = python::chosen(run.project, FROZENDICT)
            .ok_or_else(|| format!("there is no CPython 3.{FROZENDICT} here"))?;
        make(run, &interpreter, &[]).map_err(|error| format!("{error:#}"))
    };
    run.pythons.frozendict.get_or_init(make).clone()
}

/// The versions of an interpreter and of packages that it has.
pub(super) fn versions(project: &Project, python: &Path, packages: &[&str]) -> Vec<String> {
    let mut ask = project.program(&python.to_string_lossy(), &["-c", VERSIONS]);
    let said = output(ask.args(packages)).unwrap_or_default();
    said.lines().map(str::to_owned).collect()
}

/// The interpreter that the other tests use, or another one that the package is for.
fn chosen(project: &Project) -> Option<String> {
    let own = interpreter();
    let is_supported = |it: &String| {
        interpreters::version(project, it).is_some_and(|it| interpreters::is_supported(&it))
    };
    let others = || OTHERS.iter().find_map(|minor| python::chosen(project, *minor));
    Some(own).filter(is_supported).or_else(others)
}

/// An environment with the package, made anew where the sources or the interpreter are others.
fn make(run: &Run<'_>, interpreter: &str, peers: &[&str]) -> Result<PathBuf> {
    let project = run.project;
    let version = interpreters::version(project, interpreter)
        .with_context(|| format!("`{interpreter}` does not run"))?;
    let folder = project.target().join(format!("record-venv-{version}"));
    let python = python_of(&folder);
    let stamp = folder.join("made-of");
    let sources = sources(project);
    let is_made = fs::read_to_string(&stamp).is_ok_and(|it| it == sources);
    if is_made && succeeds(&mut project.program(&python.to_string_lossy(), &["-c", IMPORT])) {
        return Ok(python);
    }
    println!("an environment of CPython {version} with the package");
    bare_environment(project, interpreter, &folder)?;
    let name = python.to_string_lossy();
    for peer in peers {
        if !succeeds(pip(project, &name).args(["install", peer])) {
            println!("pip cannot install {peer}: it is left out");
        }
    }
    let mut install = pip(project, &name);
    install.args(["install", "--no-deps", "./bindings/python"]);
    require(install.env("CARGO_TARGET_DIR", project.target().join("python")))?;
    ensure!(succeeds(&mut project.program(&name, &["-c", IMPORT])), "the package does not import");
    fs::write(&stamp, sources)?;
    Ok(python)
}

const IMPORT: &str = "import hedgerow";

/// The state of what the package is built from. Of files that differ from the commit, how.
fn sources(project: &Project) -> String {
    let built = ["src", "bindings/python", "Cargo.toml", "Cargo.lock"];
    let ask = |words: &[&str]| {
        output(&mut project.program("git", &[words, &["--"], &built].concat())).unwrap_or_default()
    };
    let commit = output(&mut project.program("git", &["rev-parse", "HEAD"])).unwrap_or_default();
    format!("{commit}{}", ask(&["diff", "HEAD"]))
}
