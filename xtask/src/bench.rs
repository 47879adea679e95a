//! `cargo xtask bench`: Hedgerow and its peers in one criterion run on one core, as a table; with
//! `--tail`, the slowest operations of histories; with `--maps`, maps that own their versions, and
//! threads that share one.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result, ensure};
use clap::Args;

use crate::project::{Project, succeeds, typed};
use crate::step::require;

/// The sizes at which benches measure.
const SIZES_VARIABLE: &str = "HEDGEROW_BENCH_SIZES";
const QUICK_TAIL_SIZE: &str = "10000";
/// What `--maps` measures in the criterion run.
const MAPS_FILTER: &str = "^(clone_drop|insert_release|insert_in_place|replace_in_place|get_hit)/\
                           (hedgerow|hedgerow::Map|imbl|rpds-sync)/";
/// The shortest run of threads that share a map.
pub(crate) const QUICK_MVCC: [&str; 6] =
    ["--size", "10000", "--milliseconds", "100", "--rounds", "2"];
const PACKAGE: [&str; 2] = ["--package", "hedgerow-bench"];

/// What to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// Small sizes and short times: shows that all works, is no measurement, and is not recorded
    #[arg(long)]
    quick: bool,
    /// Rows whose name contains this alone; printed, not recorded
    #[arg(conflicts_with_all = ["tail", "maps"])]
    filter: Option<String>,
    /// Time each operation of long histories by itself, and write perf/tail.md
    #[arg(long)]
    tail: bool,
    /// Time maps that own their versions, alone and in three threads, and write perf/maps.md
    #[arg(long, conflicts_with = "tail")]
    maps: bool,
    #[command(flatten)]
    cases: TailCases,
}

/// Which cases of `--tail` to measure. The page keeps the figures of the others.
#[derive(Args)]
struct TailCases {
    /// Numbers of entries, 1,000,000 and 10,000,000 by default
    #[arg(long, requires = "tail", value_name = "N", num_args = 1..)]
    size: Vec<String>,
    /// Histories, all by default
    #[arg(long, requires = "tail", value_name = "NAME", num_args = 1..)]
    history: Vec<String>,
    /// Maps, all by default
    #[arg(long, requires = "tail", value_name = "NAME", num_args = 1..)]
    map: Vec<String>,
    /// How often each case is measured, 3 times by default; with --add, 0 writes the page again
    #[arg(long, requires = "tail", value_name = "N")]
    runs: Option<String>,
    /// Add the runs to those of earlier calls, instead of replacing them
    #[arg(long, requires = "tail")]
    add: bool,
}

/// Measures, prints the tables, and records them in `perf/` when the run was a whole one.
pub(crate) fn run(project: &Project, options: &Options) -> Result<bool> {
    match options {
        Options { tail: true, .. } => tail(project, options),
        Options { maps: true, .. } => maps(project, options),
        _ => peers(project, options),
    }
}

fn peers(project: &Project, options: &Options) -> Result<bool> {
    let table = criterion(project, options, "peers-criterion", options.filter.as_deref())?;
    let memory = if options.filter.is_none() { memory(project, options)? } else { String::new() };

    let text = format!("{}\n{table}", machine(project));
    println!("\n{text}\n{memory}");
    if options.quick || options.filter.is_some() {
        println!("Not recorded: only a run of all rows at full length goes into perf/.");
        return Ok(true);
    }
    record(project, "peers.md", "Time beside the peers", "cargo xtask bench", &text)?;
    record(project, "memory.md", "Memory beside the peers", "cargo xtask bench", &memory)?;
    Ok(true)
}

fn maps(project: &Project, options: &Options) -> Result<bool> {
    compile(project, "mvcc")?;
    let table = criterion(project, options, "maps-criterion", Some(MAPS_FILTER))?;

    // Not pinned: three threads work at once.
    let mut bench = project.cargo(&["bench", "--quiet", "--bench", "mvcc"]);
    bench.args(PACKAGE).arg("--").args(options.quick.then_some(QUICK_MVCC).iter().flatten());
    let threads = format!("## One writer, two readers\n\n{}", printed(&mut bench)?);
    let text = format!("{}\n{table}\n{threads}", machine(project));
    println!("\n{text}");
    if options.quick {
        println!("Not recorded: quick figures do not go into perf/.");
        return Ok(true);
    }
    let title = "Maps that own their versions";
    record(project, "maps.md", title, "cargo xtask bench --maps", &text)?;
    Ok(true)
}

/// The table of one criterion run, whose figures stay in a folder.
fn criterion(
    project: &Project,
    options: &Options,
    folder: &str,
    filter: Option<&str>,
) -> Result<String> {
    let home = project.target().join(folder);
    if home.exists() {
        // Figures of an older run must not stand in the same table.
        fs::remove_dir_all(&home)?;
    }
    compile(project, "peers")?;

    let mut bench = pinned(project, &project.cargo(&["bench", "--bench", "peers"]));
    bench.args(PACKAGE).arg("--").args(filter).env("CRITERION_HOME", &home);
    shrink(&mut bench, options, "10,1000");
    require(&mut bench)?;

    let mut table = project.cargo(&["run", "--quiet", "--release", "--bin", "perf-table"]);
    table.args(PACKAGE).arg("--").arg(&home);
    output(&mut table)
}

fn compile(project: &Project, bench: &str) -> Result<()> {
    let compile = ["bench", "--no-run", "--bench", bench];
    require(&mut project.cargo(&[&compile[..], &PACKAGE].concat()))
}

fn tail(project: &Project, options: &Options) -> Result<bool> {
    compile(project, "tail")?;
    let recorded = project.target().join("tail");
    let folder = if options.quick { project.target().join("tail-quick") } else { recorded };
    let is_new = options.quick || options.cases.is_all();
    if is_new && folder.exists() {
        fs::remove_dir_all(&folder)?;
    }

    let mut bench = pinned(project, &project.cargo(&["bench", "--quiet", "--bench", "tail"]));
    bench.args(PACKAGE).arg("--").arg("--folder").arg(&folder).args(options.cases.arguments());
    if options.quick {
        bench.env(SIZES_VARIABLE, QUICK_TAIL_SIZE);
    }
    let text = format!("{}\n{}", machine(project), printed(&mut bench)?);
    println!("{text}");
    if options.quick {
        println!("Not recorded: quick figures do not go into perf/.");
        return Ok(true);
    }
    record(project, "tail.md", "The slowest operations", "cargo xtask bench --tail", &text)?;
    Ok(true)
}

impl TailCases {
    fn is_all(&self) -> bool {
        let lists = [&self.size, &self.history, &self.map];
        lists.iter().all(|list| list.is_empty()) && !self.add
    }

    /// The same options for the bench.
    fn arguments(&self) -> Vec<&str> {
        let lists = [("--size", &self.size), ("--history", &self.history), ("--map", &self.map)];
        let mut arguments = Vec::new();
        for (option, values) in lists.into_iter().filter(|(_, values)| !values.is_empty()) {
            arguments.push(option);
            arguments.extend(values.iter().map(String::as_str));
        }
        arguments.extend(self.runs.iter().flat_map(|runs| ["--runs", runs]));
        arguments.extend(self.add.then_some("--add"));
        arguments
    }
}

fn memory(project: &Project, options: &Options) -> Result<String> {
    let mut memory = project.cargo(&["run", "--quiet", "--release", "--bin", "memory"]);
    memory.args(PACKAGE);
    shrink(&mut memory, options, "1000,10000");
    output(&mut memory)
}

fn shrink(command: &mut Command, options: &Options, sizes: &str) {
    if options.quick {
        command.env(SIZES_VARIABLE, sizes).env("HEDGEROW_BENCH_MS", "60");
    }
}

/// The same command on one core, the last one, since interrupts favour the first.
pub(crate) fn pinned(project: &Project, command: &Command) -> Command {
    if !succeeds(&mut project.program("taskset", &["--version"])) {
        println!("taskset is not installed; the run is not pinned to one core");
    }
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let core = (cores - 1).to_string();
    // Who has one core only was pinned to it before, and it need not be the first.
    let mut pinned =
        if cores > 1 && succeeds(&mut project.program("taskset", &["-c", &core, "true"])) {
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
    // Nothing, where the errors are on the terminal already.
    let separator = if message.trim().is_empty() { "" } else { ": " };
    ensure!(output.status.success(), "`{line}` failed{separator}{}", message.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What a command prints, while its progress and its errors appear on the terminal.
fn printed(command: &mut Command) -> Result<String> {
    output(command.stderr(Stdio::inherit()))
}

fn record(project: &Project, name: &str, title: &str, command: &str, text: &str) -> Result<()> {
    let path: PathBuf = project.perf().join(name);
    let text = format!("# {title}\n\nWritten by `{command}`.\n\n{text}");
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
