//! `cargo xtask bench`: Hedgerow and its peers in one criterion run on one core, as a table; with
//! `--tail`, the slowest operations of histories; with `--maps`, maps that own their versions, and
//! threads that share one. `runs` does it, also for `cargo xtask record`.

mod runs;

use std::fs;

use anyhow::Result;
use clap::Args;

use self::runs::MAPS_FILTER;
pub(crate) use self::runs::{
    PACKAGE, QUICK_MVCC, Scale, compile, criterion, criterion_runs, program, table, tail, threads,
};
use crate::perf::{Block, Heading, Load, crates, put, wait_until_quiet};
use crate::project::Project;

pub(crate) const PEERS: &str = "perf/peers.md";
pub(crate) const MEMORY: &str = "perf/memory.md";
pub(crate) const MAPS: &str = "perf/maps.md";
pub(crate) const TAIL: &str = "perf/tail.md";

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
        Options { tail: true, .. } => histories(project, options),
        Options { maps: true, .. } => maps(project, options),
        _ => peers(project, options),
    }
}

/// The versions of the maps that are compared.
pub(crate) fn peer_versions(project: &Project) -> Vec<String> {
    crates(project, "hedgerow-bench", &["imbl", "rpds", "hashbrown"])
}

/// The blocks of the slowest operations: one for what all sizes have in common, and one for each.
/// A size that was not measured now keeps its block.
pub(crate) fn tail_blocks(heading: &str, page: &str) -> Vec<Block> {
    let mut parts = page.split("\n## ");
    let about = parts.next().unwrap_or_default();
    let mut blocks = vec![Block::new(TAIL, "tail", format!("{heading}\n{about}"))];
    for part in parts {
        let (size, rest) = part.split_once('\n').unwrap_or((part, ""));
        let text = format!("## {size}\n\n{heading}\n{}", rest.trim_start());
        blocks.push(Block::new(TAIL, &format!("tail of {size}"), text));
    }
    blocks
}

fn scale(options: &Options) -> Scale {
    if options.quick { Scale::quick("10,1000") } else { Scale::default() }
}

fn peers(project: &Project, options: &Options) -> Result<bool> {
    let home = project.target().join("peers-criterion");
    let began = Began::now();
    criterion(project, "peers", &scale(options), &home, options.filter.as_deref())?;
    let table = table(project, &home, false)?;
    if options.filter.is_some() {
        println!("\n{table}\nNot recorded: only a run of all rows goes into perf/.");
        return Ok(true);
    }
    let scale = if options.quick { Scale::quick("1000,10000") } else { Scale::default() };
    let memory = program(project, "memory", &scale)?;
    let heading = began.heading(project, "`cargo xtask bench`");
    let blocks = [
        Block::new(PEERS, "peers", format!("{heading}\n{table}")),
        Block::new(MEMORY, "memory", format!("{heading}\n{memory}")),
    ];
    show_and_put(project, options, &blocks)
}

fn maps(project: &Project, options: &Options) -> Result<bool> {
    let home = project.target().join("maps-criterion");
    let began = Began::now();
    criterion(project, "peers", &scale(options), &home, Some(MAPS_FILTER))?;
    let table = table(project, &home, true)?;
    let threads = threads(project, options.quick)?;
    let heading = began.heading(project, "`cargo xtask bench --maps`");
    let blocks = [
        Block::new(MAPS, "maps", format!("{heading}\n{table}")),
        Block::new(MAPS, "threads", format!("{heading}\n{threads}")),
    ];
    show_and_put(project, options, &blocks)
}

fn histories(project: &Project, options: &Options) -> Result<bool> {
    let recorded = project.target().join("tail");
    let folder = if options.quick { project.target().join("tail-quick") } else { recorded };
    let is_new = options.quick || options.cases.is_all();
    if is_new && folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let began = Began::now();
    let page = tail(project, &folder, &options.cases.arguments(), options.quick)?;
    let heading = began.heading(project, "`cargo xtask bench --tail`");
    show_and_put(project, options, &tail_blocks(&heading, &page))
}

fn show_and_put(project: &Project, options: &Options, blocks: &[Block]) -> Result<bool> {
    for block in blocks {
        println!("\n{}", block.text);
    }
    if options.quick {
        println!("Not recorded: quick figures do not go into perf/.");
        return Ok(true);
    }
    put(project.root(), blocks)?;
    Ok(true)
}

/// What is known of the machine when a run begins.
struct Began {
    busy: Option<f64>,
    load: Load,
}

impl Began {
    fn now() -> Self {
        let busy = wait_until_quiet(std::time::Duration::ZERO);
        Began { busy, load: Load::start() }
    }

    fn heading(&self, project: &Project, command: &str) -> String {
        let heading = Heading::new(project, command).with(peer_versions(project));
        heading.under(self.busy, &self.load, "one core").markdown()
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_size_of_a_page_has_a_block() {
        let page = "About.\n\n## 1,000 entries\n\nA.\n### grow\n\nB.\n\n## 2,000 entries\n\nC.\n";
        let blocks = tail_blocks("H\n", page);
        let names: Vec<&str> = blocks.iter().map(|block| block.name.as_str()).collect();
        assert_eq!(names, ["tail", "tail of 1,000 entries", "tail of 2,000 entries"]);
        assert_eq!(blocks[1].text, "## 1,000 entries\n\nH\n\nA.\n### grow\n\nB.\n");
    }
}
