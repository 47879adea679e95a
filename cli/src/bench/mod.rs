//! `hedgerow bench`: times the same operations on the same keys in Hedgerow and in its peers, level by
//! level: in Python and in Rust.

mod chart;
mod checkout;
mod compare;
mod instructions;
mod key_set;
mod keys;
mod level;
mod limits;
mod machine;
mod measurer;
mod op;
mod page;
mod plan;
mod python;
mod rounds;
mod row;
mod run;
mod rust;
mod table;

use crate::failure::Failure;
use crate::output::{self, Output};
pub(crate) use instructions::{BatchesOptions, do_batches};

use clap::Args;
use level::Level;
use measurer::Measurer;
use op::Op;
use plan::{Asked, Plan};
use python::{PythonLevel, Wanted};
use rounds::Effort;
use row::Row;
use rust::RustLevel;
use std::path::PathBuf;

/// Time the same work in Hedgerow and its peers: called from Python, and called from Rust
#[derive(Args, Debug)]
#[command(
    after_help = "Nanoseconds per operation, the median of the rounds; after a peer's figure, how \
many times faster the first column is. Each level has its own table, whose heading says who calls and \
what is subtracted; figures are compared within a level only. In a checkout the command builds the \
Python package and gets the peers from PyPI into the target folder."
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
    /// Who calls the maps: python,rust [default: all]
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
    /// Measure what this file of --json has, and say what changed beyond the noise of both runs
    #[arg(long, value_name = "OLD")]
    compare: Option<PathBuf>,
    /// Measure nothing: compare OLD with this file of --json
    #[arg(long, value_name = "NEW", requires = "compare", conflicts_with_all = ["json", "html"])]
    with: Option<PathBuf>,
    /// Exit with 1 if a row of hedgerow's is slower or larger by more than this, beyond the noise
    #[arg(long, value_name = "PERCENT", requires = "compare", value_parser = compare::parse_percent)]
    fail_above: Option<f64>,
    /// Count instructions and cache misses of the Rust level, by valgrind, in place of timing
    #[arg(long, conflicts_with_all = [
        "ops", "levels", "json", "html", "compare", "quick",
    ])]
    instructions: bool,
}

/// Runs the command.
pub(crate) fn run(options: Options) -> Result<(), Failure> {
    let mut options = options;
    if let (Some(old), Some(new)) = (&options.compare, &options.with) {
        return compare::files(old, new, options.fail_above);
    }
    let old = options.compare.as_deref().map(compare::File::read).transpose()?;
    let effort = if options.quick { Effort::QUICK } else { Effort::FULL };
    output::check_writable("--json", options.json.as_deref())?;
    output::check_writable("--html", options.html.as_deref())?;
    let given = options.keys.as_deref().map(plan::given_set).transpose()?;
    if let Some(old) = &old {
        old.choose(given.as_ref().map(|given| given.set.name()), &mut options)?;
    }
    let waiting = Output::waiting();
    let machine = machine::describe();
    waiting.print(&machine)?;
    let wanted = Wanted {
        implementations: &options.implementations,
        // The Rust level has only the names from Python.
        is_offline: options.offline || options.levels == [Level::Rust] || options.instructions,
    };
    let mut python = PythonLevel::find(options.python.as_deref(), wanted, &waiting)?;
    waiting.finish();
    let asked = Asked {
        sets: &options.sets,
        sizes: &options.sizes,
        ops: &options.ops,
        quick: options.quick,
    };
    let sets = match given {
        Some(set) => vec![set],
        None => plan::sets(&asked, &mut python)?,
    };
    let plan = Plan::new(&sets, &asked, options.keys.is_some())?;
    if options.instructions {
        return instructions::run(&plan, &options.implementations);
    }
    let mut measurers = measurers(python, &options)?;

    let method = method(effort);
    let missing = measurers.iter().flat_map(|measurer| measurer.missing());
    let is_asked = |name: &str| {
        let asked = &options.implementations;
        name.is_empty() || asked.is_empty() || asked.iter().any(|asked| asked == name)
    };
    let missing = missing.filter(|(name, _)| is_asked(name)).map(|(_, line)| line);
    let notes: Vec<String> = missing.chain(plan.notes.clone()).collect();
    let plans = plans(&plan, &measurers, old.as_ref());
    let output = Output::new(plans.iter().map(Plan::lines).sum::<usize>() as u64);
    for line in std::iter::once(&method).chain(&notes) {
        output.print(line)?;
    }
    let mut rows = Vec::new();
    let asked = &options.implementations;
    for (measurer, plan) in measurers.iter_mut().zip(&plans) {
        rows.extend(run::measure_level(measurer.as_mut(), asked, plan, effort, &output)?);
    }
    if let Some(old) = &old {
        let doubtful = old.changed(&rows);
        let plans = self::plans(&plan, &measurers, Some(&doubtful));
        if plans.iter().any(|plan| plan.lines() > 0) {
            output.print("\nwhat seems to have changed is measured again:")?;
        }
        for (measurer, plan) in measurers.iter_mut().zip(&plans) {
            let again = run::measure_level(measurer.as_mut(), asked, plan, effort, &output)?;
            compare::add_rounds(&mut rows, again);
        }
    }
    output.finish();
    let summary = table::summary(&rows);
    if !summary.is_empty() {
        output.print(&format!("\n{}", summary.join("\n")))?;
    }
    if let Some(path) = &options.json {
        output::write_file("--json", path, &json(&rows)?)?;
    }
    if let Some(path) = &options.html {
        let mut heading = vec![machine, method];
        heading.extend(measurers.iter().map(|measurer| measurer.versions().join(", ")));
        output::write_file("--html", path, &page::html(&heading, &notes, &rows))?;
    }
    match &old {
        Some(old) => old.report(rows, options.fail_above, &output),
        None => Ok(()),
    }
}

/// What to measure of each level: with an older run, the lines that it has.
fn plans<'a>(
    plan: &Plan<'a>,
    measurers: &[Box<dyn Measurer>],
    old: Option<&compare::File>,
) -> Vec<Plan<'a>> {
    let of_level =
        |level| plan.only(|keys, n, op| old.is_none_or(|old| old.has_line(level, op, keys, n)));
    measurers.iter().map(|measurer| of_level(measurer.level())).collect()
}

/// The levels that the options ask for, the headline first.
fn measurers(python: PythonLevel, options: &Options) -> Result<Vec<Box<dyn Measurer>>, Failure> {
    let mut measurers: Vec<Box<dyn Measurer>> = vec![Box::new(python), Box::new(RustLevel)];
    let known: Vec<&str> =
        measurers.iter().flat_map(|measurer| measurer.known()).copied().collect();
    if let Some(name) = options.implementations.iter().find(|name| !known.contains(&name.as_str()))
    {
        return Err(Failure::message(format!(
            "--impl has no {name:?}; choose among {}",
            known.join(", ")
        )));
    }
    let is_asked = |level| options.levels.is_empty() || options.levels.contains(&level);
    measurers.retain(|measurer| is_asked(measurer.level()));
    Ok(measurers)
}

/// The line on how the figures are made.
fn method(effort: Effort) -> String {
    format!(
        "ns per operation, the median of {} to {} rounds in turns; 2.00x: the first column is twice \
         as fast, or half as large; -: no such operation",
        effort.least_rounds, effort.rounds
    )
}

fn json(rows: &[Row]) -> Result<String, Failure> {
    let lines = rows.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>();
    match lines {
        Ok(lines) => Ok(format!("[\n{}\n]\n", lines.join(",\n"))),
        Err(error) => Err(Failure::message(format!("cannot write the rows as JSON: {error}"))),
    }
}
