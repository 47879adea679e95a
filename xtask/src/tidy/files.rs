//! The project's text files.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};

use crate::project::Project;

/// A text file of the project.
pub(super) struct Source {
    /// Its path in the project, with `/` on every system.
    pub(super) path: String,
    pub(super) text: String,
}

impl Source {
    /// Whether its name ends with a dot and this.
    pub(super) fn is(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|known| known == extension)
    }
}

/// All files that git tracks or would add, except binary ones and those deleted on disk.
pub(super) fn list(project: &Project) -> Result<Vec<Source>> {
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = project.program("git", &list).output();
    let output = output.ok().filter(|output| output.status.success());
    ensure!(output.is_some(), "`git ls-files` failed; style is checked in a git checkout");
    let names = output.map(|output| output.stdout).unwrap_or_default();
    let names = String::from_utf8_lossy(&names).into_owned();
    let mut paths: Vec<&str> = names.split('\0').filter(|path| !path.is_empty()).collect();
    paths.sort_unstable();
    paths.dedup();
    let read = |path: &str| {
        let text = fs::read_to_string(project.root().join(path)).ok()?;
        Some(Source { path: path.to_owned(), text })
    };
    Ok(paths.into_iter().filter_map(read).collect())
}
