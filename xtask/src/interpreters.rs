//! The interpreters that the Python package supports: where they are, and how to get two of them.
//!
//! One is looked for on the path, then among those that pyenv has installed, then among those that
//! `.ci/get-python` has put under the target folder. It can put two there, where Debian's packages
//! can be had; the others have to be there already.

use std::env;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::project::{Project, succeeds};
use crate::step::Outcome;

/// The minor versions of CPython 3 that the package is for.
pub(crate) const SUPPORTED: RangeInclusive<u32> = 11..=15;
/// Those that `.ci/get-python` brings.
const BROUGHT: [u32; 2] = [14, 15];

/// Prints the version, such as `3.13.0` (`3.13.0t` without the global lock), of a CPython that the
/// package may be for.
const VERSION: &str = "import platform, sys; sys.version_info >= (3, 11) or sys.exit(1); \
                       gil = getattr(sys, '_is_gil_enabled', lambda: True)(); \
                       print(platform.python_version() + ('' if gil else 't'))";

/// The version of an interpreter, if it is one that the package may be for.
pub(crate) fn version(project: &Project, interpreter: &str) -> Option<String> {
    let output = project.program(interpreter, &["-c", VERSION]).output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !version.is_empty()).then_some(version)
}

/// The minor part of a version, if CPython has the global lock.
pub(crate) fn minor(version: &str) -> Option<u32> {
    let is_locked = !version.ends_with('t');
    version.strip_prefix("3.")?.split('.').next()?.parse().ok().filter(|_| is_locked)
}

/// Whether the package is for this version.
pub(crate) fn is_supported(version: &str) -> bool {
    minor(version).is_some_and(|minor| SUPPORTED.contains(&minor))
}

/// Says of an interpreter that the package is not for it, for which ones it is, and which of them
/// are here.
pub(crate) fn refusal(project: &Project, interpreter: &str) -> String {
    let here: Vec<String> = SUPPORTED.filter_map(|minor| find(project, minor)).collect();
    let here = if here.is_empty() { "none".into() } else { here.join(", ") };
    let (first, last) = (SUPPORTED.start(), SUPPORTED.end());
    format!(
        "`{interpreter}` is no CPython 3.{first} to 3.{last} with an interpreter lock, which the \
         package is for (here: {here})"
    )
}

/// An interpreter of the minor version.
pub(crate) fn find(project: &Project, wanted: u32) -> Option<String> {
    candidates(project, wanted)
        .into_iter()
        .find(|candidate| version(project, candidate).and_then(|it| minor(&it)) == Some(wanted))
}

fn candidates(project: &Project, wanted: u32) -> Vec<String> {
    let name = format!("python3.{wanted}");
    let mut candidates = vec![name.clone()];
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let pyenv = env::var_os("PYENV_ROOT").map_or_else(|| home.join(".pyenv"), PathBuf::from);
    let mut installed: Vec<PathBuf> = fs::read_dir(pyenv.join("versions"))
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    installed.sort();
    let paths = installed.iter().map(|folder| folder.join("bin").join(&name));
    let brought = folder(project).join("unpacked/usr/bin").join(&name);
    let there = paths.chain([brought]).filter(|path| path.exists());
    candidates.extend(there.map(|path| path.to_string_lossy().into_owned()));
    candidates
}

/// Whether an interpreter was put where it is by `.ci/get-python`.
pub(crate) fn is_brought(project: &Project, interpreter: &str) -> bool {
    Path::new(interpreter).starts_with(folder(project))
}

/// Where the headers of all that `.ci/get-python` brought are.
pub(crate) fn headers(project: &Project) -> PathBuf {
    folder(project).join("unpacked/usr/include")
}

fn folder(project: &Project) -> PathBuf {
    project.target().join("interpreters")
}

/// Brings the interpreters that are missing and can be had here. `must` says that what can be had
/// may not be left out.
pub(crate) fn bring(project: &Project, must: bool) -> Result<(Outcome, String)> {
    let missing = |minor: &u32| find(project, *minor).is_none();
    if !BROUGHT.iter().any(missing) {
        return Ok((Outcome::Passed, "none has to be brought".to_owned()));
    }
    let has = |program: &str| succeeds(Command::new(program).arg("--version"));
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) || !has("apt-get") {
        let note = "without Debian's packages: only those that are installed are tested";
        return Ok((Outcome::Skipped, note.to_owned()));
    }
    let script = project.root().join(".ci/get-python");
    let mut command = project.program(&script.to_string_lossy(), &[]);
    let status = command.arg(folder(project)).status()?;
    let still: Vec<u32> = BROUGHT.into_iter().filter(missing).collect();
    if status.success() && still.is_empty() {
        return Ok((Outcome::Passed, "brought from Debian's packages".to_owned()));
    }
    ensure!(!must, "`.ci/get-python` failed; its own message is above");
    Ok((Outcome::Skipped, "`.ci/get-python` failed; its own message is above".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_without_the_lock_are_not_taken() {
        assert_eq!(minor("3.13.0"), Some(13));
        assert_eq!(minor("3.15.0b2"), Some(15));
        assert_eq!(minor("3.14.2t"), None);
        assert_eq!(minor("2.7.18"), None);
        assert!(is_supported("3.15.2") && !is_supported("3.15.2t") && !is_supported("3.16.0a1"));
    }

    #[test]
    fn all_that_are_brought_are_supported() {
        assert!(BROUGHT.iter().all(|minor| SUPPORTED.contains(minor)));
    }
}
