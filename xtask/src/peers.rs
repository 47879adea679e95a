//! The Python side of the oracle tests: a virtual environment with immutables in it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::project::{Project, succeeds};
use crate::step::Outcome;

/// Tests and the command's checks take their Python from here.
pub(crate) const PYTHON_VARIABLE: &str = "HEDGEROW_PYTHON";
const IMMUTABLES: &str = "immutables==0.21";
const IS_INSTALLED: &str = "import immutables; assert immutables.__version__ == '0.21'";

/// Makes the environment unless it is there. Without it the tests that need the oracle say so and
/// pass over it, so that a machine without network can still run everything else.
pub(crate) fn prepare(project: &Project) -> Result<(Outcome, String)> {
    let python = python(project);
    if succeeds(&mut project.program(&python.to_string_lossy(), &["-c", IS_INSTALLED])) {
        return Ok((Outcome::Passed, format!("{IMMUTABLES} is there")));
    }
    let folder = folder(project);
    if folder.exists() {
        // Half made by an interrupted run, or of a Python that is gone.
        fs::remove_dir_all(&folder)?;
    }
    let mut venv = project.program("python3", &["-m", "venv"]);
    if !succeeds(venv.arg(&folder)) {
        let note = "no Python: `python3 -m venv` failed, so tests against CPython are left out";
        return Ok((Outcome::Skipped, note.to_owned()));
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", IMMUTABLES];
    if !succeeds(&mut project.program(&python.to_string_lossy(), &pip)) {
        let note = format!("pip cannot install {IMMUTABLES}, so CPython's own HAMT is the oracle");
        return Ok((Outcome::Skipped, note));
    }
    Ok((Outcome::Passed, format!("installed {IMMUTABLES}")))
}

/// The environment's Python; it exists once [`prepare`] has got as far as making it.
pub(crate) fn python(project: &Project) -> PathBuf {
    python_of(&folder(project))
}

/// The Python of a virtual environment.
pub(crate) fn python_of(environment: &Path) -> PathBuf {
    if cfg!(windows) {
        environment.join("Scripts").join("python.exe")
    } else {
        environment.join("bin").join("python")
    }
}

fn folder(project: &Project) -> PathBuf {
    project.target().join("peers-venv")
}
