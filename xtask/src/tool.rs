//! Programs a command needs: found on the path, or installed under the target folder.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::project::Project;
use crate::step::require;

/// Where installed programs go, so that nothing of the user's own is touched.
pub(crate) fn folder(project: &Project) -> PathBuf {
    project.target().join("tools")
}

/// The search path with our own programs first.
pub(crate) fn search_path(project: &Project) -> Result<OsString> {
    let old = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder(project).join("bin")).chain(env::split_paths(&old));
    env::join_paths(folders).context("the target folder's name cannot be part of PATH")
}

/// Installs a program from crates.io unless this version of it is there; returns its path.
pub(crate) fn install(project: &Project, package: &str, version: &str) -> Result<PathBuf> {
    let root = folder(project);
    let program = root.join("bin").join(format!("{package}{}", env::consts::EXE_SUFFIX));
    let stamp = root.join(format!("{package}.version"));
    let installed = fs::read_to_string(&stamp).unwrap_or_default();
    if installed.trim() == version && program.exists() {
        return Ok(program);
    }
    let mut cargo = project.cargo(&["install", "--locked", "--force", "--version", version]);
    // These programs start others and read what those print: they need not be quick themselves, and
    // are compiled in a third of the time.
    cargo.arg("--debug");
    // A build folder of its own: the workspace's flags and lock are not this program's.
    cargo.arg("--root").arg(&root).arg(package).env("CARGO_TARGET_DIR", root.join("build"));
    require(&mut cargo)?;
    fs::write(&stamp, version).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(program)
}
