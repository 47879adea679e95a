//! `cargo xtask soak`: a writer, three readers and snapshots that any of them drops, for a while.

use anyhow::Result;
use clap::Args;

use crate::project::Project;
use crate::step::Steps;

/// The test, in `tests/map_soak.rs`.
const SOAK: &str = "a_long_soak_leaves_nothing_behind";

/// How long.
#[derive(Args)]
pub(crate) struct Options {
    /// Minutes that the threads run
    #[arg(long, value_name = "N", default_value = "10")]
    minutes: u32,
}

/// Runs the soak, and prints what it counted; true when memory stayed flat, and nothing was left.
pub(crate) fn run(project: &Project, options: &Options) -> Result<bool> {
    let mut steps = Steps::default();
    let test = ["test", "--release", "--package", "hedgerow", "--no-default-features"];
    let mut cargo = project.cargo(&test);
    cargo.args(["--test", "map_soak", "--", "--ignored", "--exact", SOAK, "--nocapture"]);
    cargo.env("HEDGEROW_SOAK_SECONDS", (60 * options.minutes).to_string());
    steps.run("soak", cargo);
    Ok(steps.summary())
}
