//! One run of the command, and what a part of it gives back.

use std::cell::OnceCell;
use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use crate::perf::Block;
use crate::project::Project;

/// Where the heading goes in what a part has measured.
pub(super) const HEADING: &str = "@heading@\n";

/// What a part has measured.
pub(super) struct Measured {
    /// Besides that of the compiler.
    pub(super) versions: Vec<String>,
    /// How much was measured, and for how long.
    pub(super) settings: String,
    /// What it ran on.
    pub(super) cores: &'static str,
    pub(super) blocks: Vec<Block>,
}

/// One run of the command.
pub(super) struct Run<'a> {
    pub(super) project: &'a Project,
    pub(super) is_quick: bool,
    /// What is finished, and what the parts leave for each other.
    pub(super) folder: PathBuf,
    /// The folder of the pages: the workspace's, or copies of them in a quick run.
    pub(super) root: PathBuf,
    pub(super) pythons: Pythons,
}

impl<'a> Run<'a> {
    pub(super) fn new(project: &'a Project, is_quick: bool) -> Result<Self> {
        let name = if is_quick { "record-quick" } else { "record" };
        let folder = project.target().join(name);
        fs::create_dir_all(&folder)?;
        let root = if is_quick { folder.join("pages") } else { project.root().to_path_buf() };
        Ok(Run { project, is_quick, folder, root, pythons: Pythons::default() })
    }
}

/// The Python of each environment that is made for a run, or why there is none.
#[derive(Default)]
pub(super) struct Pythons {
    pub(super) main: OnceCell<Result<PathBuf, String>>,
    pub(super) frozendict: OnceCell<Result<PathBuf, String>>,
}
