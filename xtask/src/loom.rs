//! `cargo xtask loom`: the models of who holds which version, in all orders that loom finds.

use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::project::{Project, QUICK_RELEASE};
use crate::step::{Outcome, Steps};

/// The models, `src/map/shared/models.rs`.
const MODELS: &str = "map::shared::models::";
/// More switches between threads take much longer, and have found nothing more.
const PREEMPTIONS: &str = "3";

/// Runs the models alone.
pub(crate) fn run(project: &Project) -> Result<bool> {
    let mut steps = Steps::default();
    add_step(project, &mut steps);
    Ok(steps.summary())
}

/// Runs the models as one step, in a target folder of their own: under loom all that the library
/// needs is built again. It goes when the models have passed.
pub(crate) fn add_step(project: &Project, steps: &mut Steps) {
    let folder = project.target().join("loom");
    let mut models = models(project);
    models.env("CARGO_TARGET_DIR", &folder);
    let outcome = steps.run("loom", models);
    if outcome == Outcome::Passed {
        // What cannot be deleted is no fault of the models.
        let _ = fs::remove_dir_all(folder);
    }
}

fn models(project: &Project) -> Command {
    // Added to the flags that `.cargo/config.toml` has; `RUSTFLAGS` would replace them.
    let flags = r#"target."cfg(all())".rustflags=["--cfg", "loom"]"#;
    let test = ["test", "--release", "--package", "hedgerow", "--no-default-features", "--lib"];
    let mut cargo = project.cargo(&["--config", flags]);
    cargo.args(test).arg(MODELS);
    // As in a debug build, but some times as quick.
    cargo.env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true");
    cargo.envs(QUICK_RELEASE);
    cargo.env("LOOM_MAX_PREEMPTIONS", PREEMPTIONS);
    cargo
}
