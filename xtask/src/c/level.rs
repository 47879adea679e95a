//! The C level of `hedgerow bench`: built as a user builds it, and what it times is checked by
//! `cli/c/check.py`.

use anyhow::{Result, ensure};

use crate::peers;
use crate::program::output;
use crate::project::Project;
use crate::step::Outcome;

const TINY: [&str; 10] = [
    "bench",
    "--level",
    "c",
    "--quick",
    "--sets",
    "ids",
    "--sizes",
    "10",
    "--ops",
    "get-hit,context-get",
];
/// The folder of what is compiled for a Python.
const TAG: &str = "import sys; print(sys.implementation.cache_tag + getattr(sys, 'abiflags', ''))";

/// Runs the level, and the checks of the extension that it has built.
pub(crate) fn check(project: &Project) -> Result<(Outcome, String)> {
    let python = peers::python(project);
    let python = if python.exists() { python } else { "python3".into() };
    let python = python.to_string_lossy();
    let mut bench = project.cargo(&["run", "--quiet", "--package", "hedgerow-cli", "--"]);
    let text = output(
        bench
            .args(TINY)
            .args(["--impl", "libhedgerow,hamt,contextvar"])
            .args(["--python", &python]),
    )?;
    if let Some(reason) = text.lines().find(|line| line.starts_with("C is left out")) {
        return Ok((Outcome::Skipped, reason.to_owned()));
    }
    ensure!(text.contains("\nvariables ") && text.contains("\nids "), "rows are missing:\n{text}");
    let tag = output(&mut project.program(&python, &["-c", TAG]))?;
    let extension = project.target().join("bench").join(tag.trim()).join("hedgerow_bench_c.so");
    let mut check = project.program(&python, &["cli/c/check.py"]);
    let said = output(check.arg(extension).current_dir(project.root()))?;
    Ok((Outcome::Passed, said.trim().to_owned()))
}
