//! Runs of the benches on one core, whose figures come back as Markdown.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::program::{output, pinned, printed};
use crate::project::Project;
use crate::step::require;

/// The sizes at which benches measure.
const SIZES_VARIABLE: &str = "HEDGEROW_BENCH_SIZES";
/// Milliseconds of one figure.
const MILLISECONDS_VARIABLE: &str = "HEDGEROW_BENCH_MS";
/// Seconds after which a figure of whole runs is what was measured until then.
const PATIENCE_VARIABLE: &str = "HEDGEROW_BENCH_PATIENCE_S";
const QUICK_TAIL_SIZE: &str = "10000";
/// The rows of maps that own their versions, in the criterion run.
pub(super) const MAPS_FILTER: &str = "^(clone_drop|insert_release|insert_in_place|\
                                      replace_in_place|get_hit)/\
                                      (hedgerow|hedgerow::Map|imbl|rpds-sync)/";
/// The shortest run of threads that share a map.
pub(crate) const QUICK_MVCC: [&str; 6] =
    ["--size", "10000", "--milliseconds", "100", "--rounds", "2"];
pub(crate) const PACKAGE: [&str; 2] = ["--package", "hedgerow-bench"];

/// How much is measured, and for how long. What is not said is as the bench has it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Scale {
    pub(crate) sizes: Option<&'static str>,
    pub(crate) milliseconds: Option<&'static str>,
    pub(crate) patience_seconds: Option<&'static str>,
}

impl Scale {
    /// Small sizes and short times.
    pub(crate) fn quick(sizes: &'static str) -> Self {
        let (sizes, milliseconds) = (Some(sizes), Some("60"));
        Scale { sizes, milliseconds, patience_seconds: Some("1") }
    }

    fn apply(&self, command: &mut Command) {
        let variables = [
            (SIZES_VARIABLE, self.sizes),
            (MILLISECONDS_VARIABLE, self.milliseconds),
            (PATIENCE_VARIABLE, self.patience_seconds),
        ];
        command.envs(variables.into_iter().filter_map(|(name, value)| Some((name, value?))));
    }
}

/// Runs a criterion bench, whose figures are then in `home`, and no others.
pub(crate) fn criterion(
    project: &Project,
    bench: &str,
    scale: &Scale,
    home: &Path,
    filter: Option<&str>,
) -> Result<()> {
    if home.exists() {
        // Figures of an older run must not stand in the same table.
        fs::remove_dir_all(home)?;
    }
    compile(project, bench)?;
    let mut run = pinned(project, &project.cargo(&["bench", "--bench", bench]));
    run.args(PACKAGE).arg("--").args(filter).env("CRITERION_HOME", home);
    scale.apply(&mut run);
    require(&mut run)
}

/// Several runs of a criterion bench, one after the other, with a folder for each in `home`.
pub(crate) fn criterion_runs(
    project: &Project,
    bench: &str,
    scales: &[Scale],
    home: &Path,
) -> Result<()> {
    if home.exists() {
        fs::remove_dir_all(home)?;
    }
    for (number, scale) in scales.iter().enumerate() {
        criterion(project, bench, scale, &home.join(number.to_string()), None)?;
    }
    Ok(())
}

/// The table of a criterion run of `peers`, of all rows or of those of maps.
pub(crate) fn table(project: &Project, home: &Path, maps_alone: bool) -> Result<String> {
    let mut table = project.cargo(&["run", "--quiet", "--release", "--bin", "perf-table"]);
    table.args(PACKAGE).arg("--").arg(home).args(maps_alone.then_some("maps"));
    output(&mut table)
}

pub(crate) fn compile(project: &Project, bench: &str) -> Result<()> {
    let compile = ["bench", "--no-run", "--bench", bench];
    require(&mut project.cargo(&[&compile[..], &PACKAGE].concat()))
}

/// Threads that share a map. Not pinned: three threads work at once.
pub(crate) fn threads(project: &Project, is_quick: bool) -> Result<String> {
    compile(project, "mvcc")?;
    let mut bench = project.cargo(&["bench", "--quiet", "--bench", "mvcc"]);
    bench.args(PACKAGE).arg("--").args(is_quick.then_some(QUICK_MVCC).iter().flatten());
    printed(&mut bench)
}

/// The histories of `tail`, whose figures stay in a folder.
pub(crate) fn tail(
    project: &Project,
    folder: &Path,
    arguments: &[&str],
    is_quick: bool,
) -> Result<String> {
    compile(project, "tail")?;
    let mut bench = pinned(project, &project.cargo(&["bench", "--quiet", "--bench", "tail"]));
    bench.args(PACKAGE).arg("--").arg("--folder").arg(folder).args(arguments);
    if is_quick {
        bench.env(SIZES_VARIABLE, QUICK_TAIL_SIZE);
    }
    printed(&mut bench)
}

/// A program of the benches, and what it prints.
pub(crate) fn program(project: &Project, name: &str, scale: &Scale) -> Result<String> {
    let run = project.cargo(&["run", "--quiet", "--release", "--bin", name]);
    let mut run = pinned(project, &run);
    run.args(PACKAGE);
    scale.apply(&mut run);
    printed(&mut run)
}
