//! `cargo xtask test`: everything CI checks by running it.

use std::fs;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::bench;
use crate::c;
use crate::crash;
use crate::features;
use crate::instructions;
use crate::loom;
use crate::package;
use crate::page;
use crate::peers;
use crate::program::output;
use crate::project::{Project, QUICK_RELEASE, succeeds};
use crate::python;
use crate::ray;
use crate::step::{Outcome, Steps};
use crate::targets;
use crate::tidy;

/// Operations of the short run of `hedgerow verify`; a longer one is a matter of `--ops`.
const VERIFY_OPERATIONS: &str = "5000";

/// Runs all steps and prints the summary; true when nothing failed.
pub(crate) fn run(project: &Project) -> Result<bool> {
    let mut steps = Steps::default();
    add_steps(project, &mut steps);
    Ok(steps.summary())
}

/// The steps alone, for a command that has others before them.
pub(crate) fn add_steps(project: &Project, steps: &mut Steps) {
    steps.check("tidy", || tidy::check(project));
    steps.check("python peers", || peers::prepare(project));
    let nextest = succeeds(&mut project.cargo(&["nextest", "--version"]));
    if !nextest {
        println!("cargo-nextest is not installed; cargo test runs the tests instead");
    }
    let tests = |arguments: &[&str]| tests(project, nextest, arguments);
    steps.run("tests", tests(&["--workspace"]));
    if nextest {
        // nextest leaves documentation tests out; cargo test has run them already.
        steps.run(
            "doc tests",
            with_python(project, project.cargo(&["test", "--doc", "--workspace"])),
        );
    }
    // All features but the one that leaves mappings out.
    let stress = "rayon,serde,checked,stress";
    steps.run("tests, stress", tests(&["--package", "hedgerow", "--features", stress]));
    // Without the object layer, which does not know what its memory is.
    let alone = ["--no-default-features", "--features", "rayon,checked,heap"];
    let alone = tests(&[&["--package", "hedgerow"], &alone[..]].concat());
    steps.run("tests, the map alone, checked reads, no mappings", alone);
    loom::add_step(project, steps);
    steps.check("features", || features::check(project));
    steps.check("targets", || targets::check(project));
    steps.check("package", || package::check(project));
    steps.run("fuzz histories, replayed", fuzz_histories(project));
    c::add_steps(project, steps);
    verify(project, steps);
    page::add_steps(project, steps);
    python::add_steps(project, steps);
    crash::add_steps(project, steps);
    ray::add_steps(project, steps);
    // Not `cargo bench`: these need not be quick, and their dependencies have been built already.
    let benches = |names: &str| project.cargo(&["test", "--workspace", "--bench", names]);
    let mut compile = benches("*");
    compile.arg("--no-run");
    steps.run("benches compile", compile);
    let mut once = benches("peers");
    once.args(["--", "--test"]).env("HEDGEROW_BENCH_SIZES", "10,1000");
    steps.run("benches run once", once);
    steps.check("instructions", || instructions::gate(project));
    let mut threads = benches("mvcc");
    threads.arg("--").args(bench::QUICK_MVCC);
    steps.run("threads share maps", threads);
    steps.check("histories run twice", || histories(project, benches("tail")));
}

/// The histories of `cargo xtask bench --tail` with a small map, twice, and the page of them.
fn histories(project: &Project, mut bench: Command) -> Result<(Outcome, String)> {
    let folder = project.target().join("tail-test");
    if folder.exists() {
        // Figures of an older build may have another form.
        fs::remove_dir_all(&folder)?;
    }
    bench.args(["--", "--size", "2000", "--runs", "2", "--folder"]).arg(folder);
    let page = output(&mut bench)?;
    let rows = page.lines().filter(|line| line.starts_with("| ")).count();
    ensure!(page.contains("\n### children\n"), "the last history is not on the page");
    Ok((Outcome::Passed, format!("{rows} lines of tables")))
}

fn tests(project: &Project, nextest: bool, arguments: &[&str]) -> Command {
    let runner: &[&str] =
        if nextest { &["nextest", "run", "--no-tests=pass"] } else { &["test", "--quiet"] };
    with_python(project, project.cargo(&[runner, arguments].concat()))
}

/// Where the environment could not be made, tests look for a Python by themselves.
fn with_python(project: &Project, mut command: Command) -> Command {
    let python = peers::python(project);
    if python.exists() {
        command.env(peers::PYTHON_VARIABLE, python);
    }
    command
}

/// The fuzz target's histories with random bytes instead of a fuzzer's, so that the target cannot
/// rot.
fn fuzz_histories(project: &Project) -> Command {
    let mut cargo = project.cargo(&["test", "--quiet", "--manifest-path", "fuzz/Cargo.toml"]);
    cargo.env("CARGO_TARGET_DIR", project.target().join("fuzz"));
    cargo
}

/// The command's own comparison with CPython, which needs a CPython.
fn verify(project: &Project, steps: &mut Steps) {
    let python = peers::python(project);
    let python = if python.exists() { python } else { "python3".into() };
    let python = python.to_string_lossy();
    if !succeeds(&mut project.program(&python, &["--version"])) {
        let note = "no python3 on this machine; install one to compare with CPython";
        steps.check("verify", || Ok((Outcome::Skipped, note.to_owned())));
        return;
    }
    let run = ["run", "--quiet", "--release", "--bin", "hedgerow", "--", "verify"];
    let options = ["--ops", VERIFY_OPERATIONS, "--python", &python];
    let mut verify = project.cargo(&[&run[..], &options].concat());
    verify.envs(QUICK_RELEASE);
    steps.run("verify", verify);
}
