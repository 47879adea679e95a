//! Times every operation by itself, in histories of many versions, beside peers.
//!
//! `cargo bench -p hedgerow-bench --bench tail -- [--size N] [--history NAME] [--map NAME]`, or
//! `cargo xtask bench --tail`, which also pins the run to one core and writes the page. Each case
//! is measured in a process of its own: this program with the name of the case.

use std::env;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use clap::{Args, Parser, Subcommand};

use hedgerow_bench::settings::sizes_from_env;
use hedgerow_bench::tail::{Case, History, MapKind, Plan, measure};

const DEFAULT_SIZES: [usize; 2] = [1_000_000, 10_000_000];

/// Times every operation by itself, in histories of many versions, beside peers.
#[derive(Parser)]
#[command(name = "tail", args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Measure>,
}

#[derive(Args)]
struct Options {
    /// Numbers of entries, 1,000,000 and 10,000,000 by default
    #[arg(long, value_name = "N", num_args = 1..)]
    size: Vec<u64>,
    /// Histories, all by default
    #[arg(long, value_name = "NAME", num_args = 1..)]
    history: Vec<History>,
    /// Maps, all by default
    #[arg(long, value_name = "NAME", num_args = 1..)]
    map: Vec<MapKind>,
    /// How often each case is measured
    #[arg(long, default_value_t = 3)]
    runs: u64,
    /// Add the runs to those in the folder, instead of replacing them
    #[arg(long)]
    add: bool,
    /// Where figures stay
    #[arg(long, default_value = concat!(env!("CARGO_TARGET_TMPDIR"), "/tail"))]
    folder: PathBuf,
    /// What `cargo bench` passes
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Subcommand)]
enum Measure {
    /// Measure one case in this process, and print its figures as JSON
    Measure { history: History, size: u64, map: MapKind },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let text = match arguments.command {
        Some(Measure::Measure { history, size, map }) => {
            let figures = measure(Case { history, size, map });
            serde_json::to_string(&figures).map_err(|error| error.to_string())
        }
        None => plan(arguments.options).and_then(|plan| plan.run(process_for)),
    };
    match text {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("tail: {message}");
            ExitCode::from(2)
        }
    }
}

fn plan(options: Options) -> Result<Plan, String> {
    let sizes = if options.size.is_empty() {
        sizes_from_env(&DEFAULT_SIZES)?.into_iter().map(|size| size as u64).collect()
    } else {
        options.size
    };
    if let Some(size) = sizes.iter().find(|size| **size < Plan::LEAST_SIZE) {
        return Err(format!("{size} entries are too few for a history; give at least 10"));
    }
    let or_all =
        |chosen: Vec<History>| if chosen.is_empty() { History::ALL.into() } else { chosen };
    let maps = if options.map.is_empty() { MapKind::ALL.into() } else { options.map };
    Ok(Plan {
        sizes,
        histories: or_all(options.history),
        maps,
        runs: options.runs,
        adds_runs: options.add,
        folder: options.folder,
    })
}

/// This program once more, for one case.
fn process_for(case: Case) -> Command {
    let mut command = Command::new(env::current_exe().unwrap_or_else(|_| "tail".into()));
    let (history, map) = (case.history.name(), case.map.name());
    command.args(["measure", history, &case.size.to_string(), map]);
    command
}
