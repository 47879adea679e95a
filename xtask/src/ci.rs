//! `cargo xtask ci`: formatting, lints and documentation, then everything `cargo xtask test` runs.

use anyhow::Result;

use crate::project::Project;
use crate::step::Steps;
use crate::test;

/// Runs all steps and prints the summary; true when nothing failed.
pub(crate) fn run(project: &Project) -> Result<bool> {
    let mut steps = Steps::default();
    steps.run("format", project.cargo(&["fmt", "--all", "--check"]));
    let fuzz = ["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"];
    steps.run("format of fuzz", project.cargo(&fuzz));
    let all = ["--workspace", "--features", "hedgerow/rayon,hedgerow/serde"];
    let clippy = [&["clippy", "--all-targets"], &all[..], &["--", "-D", "warnings"]].concat();
    steps.run("lints", project.cargo(&clippy));
    let map_alone = ["--package", "hedgerow", "--no-default-features", "--all-targets"];
    let map_alone = [&["clippy"], &map_alone[..], &["--", "-D", "warnings"]].concat();
    steps.run("lints of the map alone", project.cargo(&map_alone));
    let mut doc = project.cargo(&[&["doc", "--no-deps"], &all[..]].concat());
    doc.env("RUSTDOCFLAGS", "-D warnings");
    steps.run("documentation", doc);
    test::add_steps(project, &mut steps);
    Ok(steps.summary())
}
