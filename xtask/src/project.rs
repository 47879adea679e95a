//! Where things are: the workspace, cargo's target folder, and cargo itself.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// What makes a release build quick: the crates are not optimised as one. For programs that are
/// tested and neither shipped nor timed.
pub(crate) const QUICK_RELEASE: [(&str, &str); 2] =
    [("CARGO_PROFILE_RELEASE_LTO", "off"), ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")];

/// The workspace this command was started in.
pub(crate) struct Project {
    root: PathBuf,
    target: PathBuf,
}

impl Project {
    /// Cargo says where this package is, and the workspace is the folder above it.
    pub(crate) fn find() -> Result<Self> {
        let package = env::var_os("CARGO_MANIFEST_DIR")
            .context("started without cargo; run it as `cargo xtask`")?;
        let root = Path::new(&package)
            .parent()
            .context("the package xtask has no folder above it; run `cargo xtask` in a checkout")?
            .to_path_buf();
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
        let target = root.join(target);
        Ok(Project { root, target })
    }

    /// The workspace's folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target folder, where everything built or installed goes.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Recorded figures and how to measure them.
    pub(crate) fn perf(&self) -> PathBuf {
        self.root.join("perf")
    }

    /// Cargo in the workspace's folder, with the target folder we know.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut command = Command::new(cargo);
        command.args(arguments).current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// What cargo knows about the packages of a manifest, named from the workspace's folder.
    pub(crate) fn metadata(&self, manifest: &str) -> Result<Value> {
        let list = ["metadata", "--no-deps", "--format-version", "1", "--manifest-path", manifest];
        let output = self.cargo(&list).output().context("cannot start cargo")?;
        let message = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "cargo metadata of {manifest} failed: {}", message.trim());
        serde_json::from_slice(&output.stdout).context("cargo metadata printed no JSON")
    }

    /// A program in the workspace's folder.
    pub(crate) fn program(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(name);
        command.args(arguments).current_dir(&self.root);
        command
    }
}

/// Whether a command can be started and ends well; what it prints is thrown away.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// A command as one would type it, for headings and messages.
pub(crate) fn typed(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
