//! `cargo xtask fuzz`: every target of `fuzz/` for a bounded time, on whatever toolchain is there.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use clap::Args;

use crate::project::Project;
use crate::step::Steps;
use crate::tool;

const CARGO_FUZZ_VERSION: &str = "0.13.2";

/// Bounds of a run.
#[derive(Args)]
pub(crate) struct Options {
    /// Seconds given to each target, building not counted
    #[arg(long, value_name = "N", default_value = "60")]
    seconds: u32,
    /// One target alone [default: every file in fuzz/fuzz_targets]
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Bytes a history may be made of
    #[arg(long, value_name = "N", default_value = "4096")]
    bytes: u32,
}

/// Fuzzes and prints the summary; true when no target found a fault.
pub(crate) fn run(project: &Project, options: &Options) -> Result<bool> {
    let mut targets = targets(project)?;
    if let Some(target) = &options.target {
        targets.retain(|known| known == target);
        ensure!(
            !targets.is_empty(),
            "no target {target:?}; the targets are fuzz/fuzz_targets/*.rs"
        );
    }
    tool::install(project, "cargo-fuzz", CARGO_FUZZ_VERSION)?;
    let mut steps = Steps::default();
    for target in targets {
        let mut cargo = project.cargo(&["fuzz", "run", &target, "--"]);
        cargo
            .arg(format!("-max_total_time={}", options.seconds))
            .arg(format!("-max_len={}", options.bytes))
            .env("PATH", tool::search_path(project)?)
            .env("CARGO_TARGET_DIR", project.target().join("fuzz"))
            // Sanitizers are nightly options, which a stable compiler takes when told so.
            .env("RUSTC_BOOTSTRAP", "1");
        steps.run(&format!("fuzz {target}"), cargo);
    }
    Ok(steps.summary())
}

fn targets(project: &Project) -> Result<Vec<String>> {
    let folder = project.root().join("fuzz/fuzz_targets");
    let entries =
        fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}
