//! `hedgerow bench`: times the same operations on the same keys in Hedgerow and in its peers.
//!
//! ```text
//! level     who calls: Python's interpreter, C, or Rust; figures are compared within a level only
//! measurer  what a level is to the rest: a list of implementations, and figures when it is asked
//! python/   the Python level, and how the package and the peers get there
//! c/        the C level, and how the extension that calls maps is compiled
//! worker    maps that a Python process holds, for both of these
//! rust/     the Rust level
//! key_set   kinds of keys; `keys` are those of one set and size, `plan` chooses sets and sizes
//! run       a level from its heading to its last line; `rounds` are those of one line
//! row       one figure, as it is in the JSON; `table`, `page` and `compare` show rows
//! ```

mod c;
mod checkout;
mod compare;
mod instructions;
mod key_set;
mod keys;
mod latency;
mod level;
mod limits;
mod machine;
mod measurer;
mod op;
mod page;
mod plan;
mod process;
mod python;
mod rounds;
mod row;
mod run;
mod rust;
mod table;
mod worker;

use crate::failure::Failure;
use crate::output::{self, Output};
pub(crate) use instructions::{BatchesOptions, do_batches};
pub(crate) use rust::{MemoryOptions, measure_memory};

use c::CLevel;
use clap::Args;
use level::Level;
use measurer::Measurer;
use op::Op;
use page::{Origin, Report};
use plan::{Asked, Chosen, Plan};
use python::{PythonLevel, Wanted};
use rounds::Effort;
use row::Row;
use rust::RustLevel;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// How the tables are read.
const READING: &str =
    "2.00x: the first column is twice as fast, or half as large; -: no such operation";

/// Time the same work in Hedgerow and its peers: called from Python, from C, and from Rust
#[derive(Args, Debug)]
#[command(
    after_help = "Nanoseconds per operation, the median of the rounds; after a peer's figure, how \
many times faster the first column is. Each level has its own table, whose heading says who calls \
and what is subtracted; figures are compared within a level only. In a checkout the command builds \
the Python package and gets the peers from PyPI into the target folder."
)]
pub(crate) struct Options {
    /// The CPython to measure in [default: python3, or no Python level where there is none]
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
    /// Keys of your own, one a line, in place of the sets
    #[arg(long, value_name = "FILE", conflicts_with = "sets")]
    keys: Option<PathBuf>,
    /// Which sets of keys, such as names,uuids,floats, or all: at every size, with every operation
    /// [default: names and ids, and the main operations of the others at one size]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = plan::parse_set)]
    sets: Vec<plan::SetName>,
    /// Numbers of keys [default: 10,1000,100000; with --quick 10,1000,10000]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = plan::parse_size)]
    sizes: Vec<usize>,
    /// Operations, such as build,get-hit,iterate
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = Op::parse)]
    ops: Vec<Op>,
    /// Implementations, such as hedgerow.Map,hamt,imbl [default: all]
    #[arg(long = "impl", value_name = "LIST", value_delimiter = ',')]
    implementations: Vec<String>,
    /// Who calls the maps: python,c,rust [default: all]
    #[arg(long = "level", value_name = "LIST", value_delimiter = ',', value_parser = Level::parse)]
    levels: Vec<Level>,
    /// Smaller maps and fewer rounds: seconds in place of minutes
    #[arg(long)]
    quick: bool,
    /// Build and download nothing: measure what is there
    #[arg(long)]
    offline: bool,
    /// Write every figure as JSON: a list of rows, one for each figure
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write one self-contained page with charts
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Measure nothing: draw the page of this file of --json
    #[arg(long, value_name = "FILE", requires = "html", conflicts_with_all = ["json", "compare"])]
    from: Option<PathBuf>,
    /// Measure what this file of --json has, and say what changed beyond the noise of both runs
    #[arg(long, value_name = "OLD")]
    compare: Option<PathBuf>,
    /// Measure nothing: compare OLD with this file of --json
    #[arg(long, value_name = "NEW", requires = "compare", conflicts_with_all = ["json", "html"])]
    with: Option<PathBuf>,
    /// Exit with 1 if a row of hedgerow's is slower or larger by more than this, beyond the noise
    #[arg(long, value_name = "PERCENT", requires = "compare",
          value_parser = compare::parse_percent)]
    fail_above: Option<f64>,
    /// Count instructions and cache misses of the Rust level, by valgrind, in place of timing
    #[arg(long, conflicts_with_all = [
        "ops", "levels", "json", "html", "compare", "quick",
    ])]
    instructions: bool,
}

/// Runs the command.
pub(crate) fn run(options: Options) -> Result<(), Failure> {
    if let (Some(old), Some(new)) = (&options.compare, &options.with) {
        return compare::files(old, new, options.fail_above);
    }
    if let (Some(figures), Some(page)) = (&options.from, &options.html) {
        return draw_page(figures, page);
    }
    measure(options)
}

fn measure(mut options: Options) -> Result<(), Failure> {
    let effort = if options.quick { Effort::QUICK } else { Effort::FULL };
    output::check_writable("--json", options.json.as_deref())?;
    output::check_writable("--html", options.html.as_deref())?;
    let given = options.keys.as_deref().map(plan::given_set).transpose()?;
    let old = older_run(&mut options, given.as_ref())?;
    let mut python = PythonLevel::find(options.python.as_deref())?;
    let asked = Asked {
        sets: &options.sets,
        sizes: &options.sizes,
        ops: &options.ops,
        quick: options.quick,
    };
    let mut sets = match given {
        Some(set) => vec![set],
        None => plan::sets(&asked, &mut python)?,
    };
    if options.instructions {
        sets.retain(|chosen| chosen.is_deep);
        let plan = Plan::new(&sets, &asked, options.keys.is_some())?;
        return instructions::run(&plan, &options.implementations);
    }
    plan::add_variables(&mut sets, &asked, options.keys.is_some());
    let plan = Plan::new(&sets, &asked, options.keys.is_some())?;
    check_implementations(&options, &[&python, &CLevel::not_asked(), &RustLevel])?;

    let (machine, method) = (machine::describe(), method(effort));
    let head = Output::new(0);
    head.print(&format!("{machine}\n{method}; {READING}"))?;
    let mut measurers = levels(python, &options)?;
    let mut notes: Vec<String> = missing(&measurers, &options).chain(plan.notes.clone()).collect();
    // Two levels may lack the same map.
    let mut seen = HashSet::new();
    notes.retain(|line| seen.insert(line.clone()));
    for line in &notes {
        head.print(line)?;
    }
    let of_levels: Vec<Level> = measurers.iter().map(|measurer| measurer.level()).collect();
    let plans_from = |old| plans(&plan, &of_levels, old);
    let plans = plans_from(old.as_ref());
    let lines: usize = of_levels.iter().zip(&plans).map(|(&level, plan)| plan.lines(level)).sum();
    let output = Output::new(lines as u64);
    let mut measure = |plans: &[Plan<'_>]| {
        let asked = &options.implementations;
        let of_level = |(measurer, plan): (&mut Box<dyn Measurer>, _)| {
            run::measure_level(measurer.as_mut(), asked, plan, effort, &output)
        };
        let rows: Result<Vec<_>, _> = measurers.iter_mut().zip(plans).map(of_level).collect();
        rows.map(|rows| rows.concat())
    };
    let mut rows = measure(&plans)?;
    if let Some(old) = &old {
        let doubtful = plans_from(Some(&old.changed(&rows)));
        if doubtful.iter().any(|plan| !plan.workloads.is_empty()) {
            output.print("\nmeasured again, since it seems to have changed:")?;
        }
        compare::add_rounds(&mut rows, measure(&doubtful)?);
    }
    output.finish();
    print_summary(&rows, &output)?;
    let versions: Vec<String> =
        measurers.iter().map(|measurer| measurer.versions().join(", ")).collect();
    let origin = Origin { machine: &machine, versions: &versions, method: &method };
    write_files(&options, &Report { origin, notes: &notes, rows: &rows })?;
    match &old {
        Some(old) => old.report(rows, options.fail_above, &output),
        None => Ok(()),
    }
}

fn print_summary(rows: &[Row], output: &Output) -> Result<(), Failure> {
    match table::summary(rows) {
        lines if lines.is_empty() => Ok(()),
        lines => output.print(&format!("\n{}", lines.join("\n"))),
    }
}

/// Writes the files that the options name.
fn write_files(options: &Options, report: &Report<'_>) -> Result<(), Failure> {
    if let Some(path) = &options.json {
        output::write_file("--json", path, &json(report.rows)?)?;
    }
    match &options.html {
        Some(path) => write_page(path, options.quick, report),
        None => Ok(()),
    }
}

/// The run to compare with. What the options leave open is as it was there.
fn older_run(
    options: &mut Options,
    given: Option<&Chosen>,
) -> Result<Option<compare::File>, Failure> {
    let Some(path) = &options.compare else { return Ok(None) };
    let old = compare::File::read("--compare", path)?;
    let open = compare::Open {
        sets: &mut options.sets,
        sizes: &mut options.sizes,
        levels: &mut options.levels,
        implementations: &mut options.implementations,
    };
    old.choose(given.map(|given| given.set.name()), open)?;
    Ok(Some(old))
}

/// What to measure of each level: with an older run, the lines that it has.
fn plans<'a>(plan: &Plan<'a>, levels: &[Level], old: Option<&compare::File>) -> Vec<Plan<'a>> {
    let of_level = |&level: &Level| {
        plan.only(|keys, n, op| {
            op.is_of(level) && old.is_none_or(|old| old.has_line(level, op, keys, n))
        })
    };
    levels.iter().map(of_level).collect()
}

/// Writes the page of a run that was measured before.
fn draw_page(figures: &Path, page: &Path) -> Result<(), Failure> {
    let file = compare::File::read("--from", figures)?;
    let drawn = format!("Drawn by hedgerow {} from {}", env!("CARGO_PKG_VERSION"), file.name);
    let origin = Origin { machine: &drawn, versions: &[], method: "" };
    let report = Report { origin, notes: &[], rows: &file.rows };
    output::write_file("--html", page, &page::html(&report, None)?)
}

/// Writes the page. Where Rust was measured, it has the time of single operations as well.
fn write_page(path: &Path, is_quick: bool, report: &Report<'_>) -> Result<(), Failure> {
    let is_rust = report.rows.iter().any(|row| row.level == Level::Rust);
    let latency = is_rust.then(|| {
        let entries = if is_quick { latency::FEW } else { latency::MANY };
        let output = Output::new(latency::STEPS);
        let latency = latency::measure(entries, |history| {
            output.set_status(format!("single operations: {history}"));
            output.advance();
        });
        output.finish();
        latency
    });
    output::write_file("--html", path, &page::html(report, latency.as_ref())?)
}

/// The levels that the options ask for, the headline first, with what they need.
fn levels(mut python: PythonLevel, options: &Options) -> Result<Vec<Box<dyn Measurer>>, Failure> {
    let is_asked = |level| options.levels.is_empty() || options.levels.contains(&level);
    let is_c_asked = is_asked(Level::C) && CLevel::is_asked(&options.implementations);
    let waiting = Output::waiting();
    if is_asked(Level::Python) || is_c_asked {
        let mut implementations = options.implementations.clone();
        if implementations.is_empty() && !is_asked(Level::Python) {
            implementations.extend(CLevel::not_asked().known().iter().map(|&name| name.to_owned()));
        }
        let wanted = Wanted { implementations: &implementations, is_offline: options.offline };
        python.provide(wanted, &waiting)?;
    }
    let c = match is_c_asked {
        true => CLevel::find(&python, options.offline, &waiting)?,
        false => CLevel::not_asked(),
    };
    waiting.finish();
    let all: [Box<dyn Measurer>; 3] = [Box::new(python), Box::new(c), Box::new(RustLevel)];
    Ok(all.into_iter().filter(|measurer| is_asked(measurer.level())).collect())
}

/// A line for each implementation that was asked for and is missing.
fn missing(measurers: &[Box<dyn Measurer>], options: &Options) -> impl Iterator<Item = String> {
    let asked = &options.implementations;
    let is_asked =
        |name: &str| name.is_empty() || asked.is_empty() || asked.iter().any(|asked| asked == name);
    let missing = measurers.iter().flat_map(|measurer| measurer.missing());
    missing.filter(move |(name, _)| is_asked(name)).map(|(_, line)| line)
}

/// Whether every name of `--impl` is that of an implementation.
fn check_implementations(options: &Options, levels: &[&dyn Measurer]) -> Result<(), Failure> {
    let mut known: Vec<&str> = Vec::new();
    for &name in levels.iter().flat_map(|level| level.known()) {
        if !known.contains(&name) {
            known.push(name);
        }
    }
    match options.implementations.iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let known = known.join(", ");
            Err(Failure::message(format!("--impl has no {name:?}; choose among {known}")))
        }
    }
}

/// How the figures are made.
fn method(effort: Effort) -> String {
    let Effort { least_rounds, rounds, .. } = effort;
    format!("ns per operation, the median of {least_rounds} to {rounds} rounds in turns")
}

fn json(rows: &[Row]) -> Result<String, Failure> {
    let lines = rows.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>();
    match lines {
        Ok(lines) => Ok(format!("[\n{}\n]\n", lines.join(",\n"))),
        Err(error) => Err(Failure::message(format!("cannot write the rows as JSON: {error}"))),
    }
}
