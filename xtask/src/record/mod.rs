//! `cargo xtask record`: all tables of perf/ in one run on a quiet machine, and what quotes them.
//!
//! ```text
//! run        one run of the command, and what a part gives back
//! parts      what is measured, in order, and how long that takes
//! engine     the parts that are written in Rust and C
//! object     the tables of Python's objects, from criterion's figures
//! criterion  criterion's figures
//! package    the parts that are Python programs
//! python     an interpreter with the package of this checkout and its peers
//! limits     what the machine could do, beside what we do
//! quotes     figures that other pages take from the tables
//! progress   which parts are finished
//! ```
//!
//! Everything is built before anything is measured. A part that is finished is kept under the
//! target folder, and its tables are written at once: a run that was interrupted goes on with what
//! is missing. Parts that cannot run here are left out, and the summary says why.

mod criterion;
mod engine;
mod limits;
mod object;
mod package;
mod parts;
mod progress;
mod python;
mod quotes;
mod run;

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Args;

use self::parts::{PARTS, Part};
use self::progress::Finished;
use self::run::{HEADING, Measured, Run};
use crate::perf::{Block, Heading, Load, put, wait_until_quiet};
use crate::project::Project;

/// More than so much of a core in other programs makes figures doubtful.
const DOUBTFUL: f64 = 0.1;

/// What to record.
#[derive(Args)]
pub(crate) struct Options {
    /// These parts alone, measured anew
    #[arg(long, value_name = "PART", num_args = 1..)]
    only: Vec<String>,
    /// Show the parts, and which of them are finished
    #[arg(long)]
    list: bool,
    /// Forget what an earlier run has finished
    #[arg(long)]
    from_scratch: bool,
    /// Small sizes and short times: shows that all works; written into the target folder alone
    #[arg(long)]
    quick: bool,
    /// How long to wait before each part for other programs to end
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    patience: u64,
}

/// Records what is missing; true when all parts could be measured.
pub(crate) fn run(project: &Project, options: &Options) -> Result<bool> {
    let run = Run::new(project, options.quick)?;
    for name in &options.only {
        let names = PARTS.map(|part| part.name).join(", ");
        ensure!(names.split(", ").any(|known| known == name), "no part {name}; there are {names}");
    }
    if options.list {
        list(&run);
        return Ok(true);
    }
    let chosen: Vec<&Part> = PARTS
        .iter()
        .filter(|part| options.only.is_empty() || options.only.iter().any(|it| it == part.name))
        .collect();
    let anew = options.from_scratch || !options.only.is_empty();
    if anew {
        chosen.iter().try_for_each(|part| progress::forget(&run.folder, part.name))?;
    }
    let missing: Vec<&Part> = chosen.into_iter().filter(|part| !is_finished(&run, part)).collect();
    if missing.is_empty() {
        println!("all parts are recorded; --from-scratch or --only PART measures them anew");
        return Ok(true);
    }
    if options.quick {
        copy_pages(&run)?;
    }
    if missing.len() > PARTS.len() / 2 {
        // Fewer parts build what they need.
        engine::build_all(&run);
    }
    let mut summary = Summary::default();
    let ready: Vec<&Part> =
        missing.into_iter().filter(|part| summary.prepare(&run, part)).collect();
    for part in ready {
        summary.measure(&run, part, options);
    }
    Ok(summary.print(&run))
}

/// Whether a part was finished on this machine, with this compiler.
fn is_finished(run: &Run<'_>, part: &Part) -> bool {
    let Some(finished) = progress::read(&run.folder, part.name) else { return false };
    let now = Heading::new(run.project, "");
    let is_same = finished.machine == now.machine && finished.compiler == now.versions[0];
    let note = if is_same { "kept" } else { "of another machine or compiler; measured anew" };
    println!("{:14} finished {}: {note}", part.name, finished.recorded);
    is_same
}

fn list(run: &Run<'_>) {
    let total: f64 = PARTS.iter().map(|part| part.minutes).sum();
    for part in PARTS {
        let finished = progress::read(&run.folder, part.name);
        let finished = finished.map_or("missing".to_owned(), |it| format!("of {}", it.recorded));
        println!("{:14} {:4.1} min  {finished:24} {}", part.name, part.minutes, part.about);
    }
    println!("{:14} {total:4.1} min  and some 10 min to build all for the first time", "");
}

/// The pages as they are, with what earlier quick runs have finished, for a quick run to write into
/// and to read.
fn copy_pages(run: &Run<'_>) -> Result<()> {
    for page in PARTS.iter().flat_map(|part| part.pages).chain(&["perf/instructions.md"]) {
        let copy = run.root.join(page);
        if let Some(folder) = copy.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(run.project.root().join(page), &copy)
            .with_context(|| format!("there is no page {page}"))?;
    }
    PARTS.iter().try_for_each(|part| put(&run.root, &progress::blocks(&run.folder, part.name)))
}

/// How each part ended.
#[derive(Default)]
struct Summary {
    lines: Vec<String>,
    failed: usize,
    doubtful: Vec<&'static str>,
}

impl Summary {
    /// Builds what a part needs; whether it can be measured.
    fn prepare(&mut self, run: &Run<'_>, part: &Part) -> bool {
        println!("\n== preparing {}", part.name);
        match (part.prepare)(run) {
            Ok(None) => true,
            Ok(Some(why)) => {
                self.add(part.name, 0.0, &format!("left out: {why}"));
                false
            }
            Err(error) => {
                self.fail(part.name, 0.0, &error);
                false
            }
        }
    }

    fn measure(&mut self, run: &Run<'_>, part: &Part, options: &Options) {
        println!("\n== {}: {} (some {:.1} min)", part.name, part.about, part.minutes);
        let patience = Duration::from_secs(if options.quick { 0 } else { options.patience });
        let busy = if part.is_measured() { wait_until_quiet(patience) } else { None };
        let (start, load) = (Instant::now(), Load::start());
        let measured = (part.measure)(run);
        let seconds = start.elapsed().as_secs_f64();
        let outcome = measured.and_then(|measured| {
            let others = load.others().map_or(0.0, |(others, _)| others);
            let heading = heading(run, part, &measured).under(busy, &load, measured.cores);
            let blocks = with_heading(measured.blocks, &heading);
            put(&run.root, &blocks)?;
            let finished = Finished::new(&heading, seconds);
            progress::write(&run.folder, part.name, &finished, &blocks)?;
            Ok(others)
        });
        match outcome {
            Ok(others) => {
                self.add(part.name, seconds, &format!("recorded in {}", part.pages.join(", ")));
                if others > DOUBTFUL && part.is_measured() {
                    self.doubtful.push(part.name);
                }
            }
            Err(error) => self.fail(part.name, seconds, &error),
        }
    }

    fn add(&mut self, name: &str, seconds: f64, note: &str) {
        println!("{name}: {note}");
        self.lines.push(format!("{name:14} {seconds:7.1} s  {note}"));
    }

    fn fail(&mut self, name: &str, seconds: f64, error: &anyhow::Error) {
        self.failed += 1;
        self.add(name, seconds, &format!("FAILED: {error:#}"));
    }

    fn print(&self, run: &Run<'_>) -> bool {
        println!("\n== summary\n{}", self.lines.join("\n"));
        if !self.doubtful.is_empty() && !run.is_quick {
            let names = self.doubtful.join(" ");
            println!("\nOther programs ran meanwhile. Measure again:");
            println!("cargo xtask record --only {names}");
        }
        if run.is_quick {
            println!("\nNot recorded: the figures of a quick run are in {}.", run.root.display());
        }
        self.failed == 0
    }
}

fn heading(run: &Run<'_>, part: &Part, measured: &Measured) -> Heading {
    let command = format!("`cargo xtask record --only {}`: {}", part.name, measured.settings);
    Heading::new(run.project, &command).with(measured.versions.iter().cloned())
}

fn with_heading(blocks: Vec<Block>, heading: &Heading) -> Vec<Block> {
    let heading = heading.markdown();
    let fill = |mut block: Block| {
        block.text = block.text.replace(HEADING, &heading);
        block
    };
    blocks.into_iter().map(fill).collect()
}
