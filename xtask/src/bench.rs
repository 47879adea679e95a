//! `cargo xtask bench`: Hedgerow and its peers in one criterion run on one core, as a table.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

use anyhow::{Context as _, Result, ensure};
use clap::Args;

use crate::project::{Project, succeeds, typed};
use crate::step::require;

const PACKAGE: [&str; 2] = ["--package", "hedgerow-bench"];

/// What to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// Small sizes and short times: shows that all works, is no measurement, and is not recorded
    #[arg(long)]
    quick: bool,
    /// Rows whose name contains this alone; printed, not recorded
    filter: Option<String>,
}

/// Measures, prints the tables, and records them in `perf/` when the run was a whole one.
pub(crate) fn run(project: &Project, options: &Options) -> Result<bool> {
    let home = project.target().join("peers-criterion");
    if home.exists() {
        // Figures of an older run must not stand in the same table.
        fs::remove_dir_all(&home)?;
    }
    let compile = ["bench", "--no-run", "--bench", "peers"];
    require(&mut project.cargo(&[&compile[..], &PACKAGE].concat()))?;

    let mut bench = pinned(project, &project.cargo(&["bench", "--bench", "peers"]));
    bench.args(PACKAGE).arg("--").args(&options.filter).env("CRITERION_HOME", &home);
    shrink(&mut bench, options, "10,1000");
    require(&mut bench)?;

    let mut table = project.cargo(&["run", "--quiet", "--release", "--bin", "perf-table"]);
    table.args(PACKAGE).arg("--").arg(&home);
    let table = output(&mut table)?;
    let memory = if options.filter.is_none() { memory(project, options)? } else { String::new() };

    let text = format!("{}\n{table}", machine(project));
    println!("\n{text}\n{memory}");
    if options.quick || options.filter.is_some() {
        println!("Not recorded: only a run of all rows at full length goes into perf/.");
        return Ok(true);
    }
    record(project, "peers.md", "Time beside the peers", &text)?;
    record(project, "memory.md", "Memory beside the peers", &memory)?;
    Ok(true)
}

fn memory(project: &Project, options: &Options) -> Result<String> {
    let mut memory = project.cargo(&["run", "--quiet", "--release", "--bin", "memory"]);
    memory.args(PACKAGE);
    shrink(&mut memory, options, "1000,10000");
    output(&mut memory)
}

fn shrink(command: &mut Command, options: &Options, sizes: &str) {
    if options.quick {
        command.env("HEDGEROW_BENCH_SIZES", sizes).env("HEDGEROW_BENCH_MS", "60");
    }
}

/// The same command on one core, the last one, since interrupts favour the first.
pub(crate) fn pinned(project: &Project, command: &Command) -> Command {
    if !succeeds(&mut project.program("taskset", &["--version"])) {
        println!("taskset is not installed; the run is not pinned to one core");
    }
    let core = thread::available_parallelism().map_or(0, |count| count.get() - 1).to_string();
    let mut pinned = if succeeds(&mut project.program("taskset", &["-c", &core, "true"])) {
        project.program("taskset", &["-c", &core])
    } else {
        project.program("env", &[])
    };
    pinned.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            pinned.env(name, value);
        }
    }
    pinned
}

pub(crate) fn output(command: &mut Command) -> Result<String> {
    let line = typed(command);
    let output = command.output().with_context(|| format!("cannot start `{line}`"))?;
    let message = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`{line}` failed: {}", message.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn record(project: &Project, name: &str, title: &str, text: &str) -> Result<()> {
    let path: PathBuf = project.perf().join(name);
    let text = format!("# {title}\n\nWritten by `cargo xtask bench`.\n\n{text}");
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    println!("wrote perf/{name}");
    Ok(())
}

/// One line on what the figures were measured with.
pub(crate) fn machine(project: &Project) -> String {
    let compiler = output(&mut project.program("rustc", &["--version"])).unwrap_or_default();
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("processor unknown", |(_, model)| model.trim());
    format!("{model}, {}; one core, lto fat.\n", compiler.trim())
}
