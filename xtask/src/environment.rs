//! Virtual environments of any supported interpreter, filled by one pip of our own.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::peers;
use crate::project::{Project, succeeds};

const PIP: [&str; 4] = ["-m", "pip", "--quiet", "--disable-pip-version-check"];
/// What knows the newest interpreters, unlike the pip that older ones bring.
pub(crate) const PIP_VERSION: &str = "pip==26.3";

/// The interpreter that the other tests use.
pub(crate) fn interpreter() -> String {
    env::var(peers::PYTHON_VARIABLE).unwrap_or_else(|_| "python3".to_owned())
}

/// A fresh environment with nothing in it, to be filled by [`pip`].
pub(crate) fn bare_environment(project: &Project, python: &str, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let made = succeeds(project.program(python, &["-m", "venv", "--without-pip"]).arg(folder));
    ensure!(made, "`{python} -m venv` failed; Debian has it in the package python3-venv");
    ensure!(has_own_pip(project), "pip cannot be installed; is the package index reachable?");
    Ok(())
}

/// A current pip for the environment of a Python: it knows the newest ones.
pub(crate) fn pip(project: &Project, python: &str) -> Command {
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
