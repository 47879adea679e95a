//! Asks pip for a peer, into a folder of its own: the Python that was found stays as it is.

use crate::python::Description;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The name on PyPI of a peer, which is also that of the module but for `rpds`.
pub(super) fn project_of(name: &str) -> Option<&'static str> {
    ["immutables", "rpds-py", "frozendict"]
        .into_iter()
        .find(|project| project.trim_end_matches("-py") == name)
}

/// Installs the project into the folder. A pip is taken from the Python, or where it has none from
/// a virtual environment in the folder `work`.
pub(super) fn install(
    python: &Description,
    project: &str,
    work: &Path,
    folder: &Path,
) -> Result<(), String> {
    let pip = pip_of(&python.executable, work)?;
    let mut command = Command::new(pip);
    command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
    // Without network this ends at once. No rpds is compiled, which takes minutes.
    command.args(["--retries", "0", "--timeout", "10", "--only-binary", "rpds-py"]);
    command.args(["--no-warn-script-location", "--target"]).arg(folder).arg(project);
    let executable = &python.executable;
    let remedy = format!("try again with network, or `{executable} -m pip install {project}`");
    match finished(&mut command) {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("pip could not get it ({}): {remedy}", cause(&output))),
        Err(error) => Err(format!("pip does not start ({error}): {remedy}")),
    }
}

/// A Python that has a pip.
fn pip_of(executable: &str, work: &Path) -> Result<PathBuf, String> {
    if has_pip(Path::new(executable)) {
        return Ok(executable.into());
    }
    let environment = work.join("venv");
    let bin = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    let python = environment.join(bin);
    if !has_pip(&python) {
        let mut venv = Command::new(executable);
        let made = finished(venv.args(["-m", "venv", "--clear"]).arg(&environment));
        if !made.is_ok_and(|output| output.status.success()) {
            return Err(format!(
                "{executable} has no pip, and `{executable} -m venv` fails: install pip, or give \
                 --python a CPython that has one"
            ));
        }
    }
    Ok(python)
}

fn has_pip(python: &Path) -> bool {
    let asked = finished(Command::new(python).args(["-m", "pip", "--version"]));
    asked.is_ok_and(|output| output.status.success())
}

fn finished(command: &mut Command) -> std::io::Result<Output> {
    command.stdin(Stdio::null()).output()
}

/// The last line of what it wrote to stderr, without the mark.
fn cause(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let last = text.lines().rev().map(str::trim).find(|line| !line.is_empty());
    let last = last.unwrap_or("it does not say why");
    last.strip_prefix("ERROR: ").unwrap_or(last).chars().take(160).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_have_their_names_on_pypi() {
        assert_eq!(project_of("rpds"), Some("rpds-py"));
        assert_eq!(project_of("immutables"), Some("immutables"));
        assert_eq!(project_of("hedgerow.Map"), None);
    }

    #[test]
    fn a_python_that_does_not_start_has_no_pip() {
        let folder = tempfile::tempdir().unwrap();
        let fault = pip_of("/nowhere/python3", folder.path()).unwrap_err();
        assert!(fault.contains("/nowhere/python3 has no pip"), "{fault}");
    }
}
