//! `hedgerow bench`: times the same operations on the same keys in Hedgerow and in its peers, level by
//! level: in Python and in Rust.

mod compare;
mod engine;
mod key_set;
mod latency;
mod level;
mod limits;
mod machine;
mod measurer;
mod op;
mod page;
mod peers;
mod plan;
mod rounds;
mod row;
mod rust;
mod table;

use crate::failure::Failure;
use crate::output::{self, Output};
use crate::python::Description;
use clap::Args;
use key_set::KeySet;
use level::Level;
use measurer::Measurer;
use op::Op;
use page::Report;
use peers::Peers;
use rounds::{Effort, Measured};
use row::{Row, median};
use rust::Rust;
use std::path::{Path, PathBuf};

/// Time the same work here and in CPython: its HAMT, dict, and immutables.Map
#[derive(Args, Debug)]
#[command(
    after_help = "Nanoseconds per operation, the median of the rounds; the columns `x PEER` say how \
many times faster the first column is. Figures are compared within a level only: a heading says who \
calls, and what is subtracted."
)]
pub(crate) struct Options {
    /// The CPython to compare with [default: python3, or hedgerow alone where there is none]
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
    /// Keys of your own, one a line, in place of the four sets
    #[arg(long, value_name = "FILE", conflicts_with = "sets")]
    keys: Option<PathBuf>,
    /// Which sets of keys: names,ints,negative,strings [default: all]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = plan::parse_set)]
    sets: Vec<plan::SetName>,
    /// Numbers of keys [default: 10,1000,100000; with --quick 10,1000,10000]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = plan::parse_size)]
    sizes: Vec<usize>,
    /// Operations, such as build,get-hit,iterate [default: all]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = Op::parse)]
    ops: Vec<Op>,
    /// Who calls the maps: python,rust [default: all]
    #[arg(long = "level", value_name = "LIST", value_delimiter = ',', value_parser = Level::parse)]
    levels: Vec<Level>,
    /// Smaller maps and fewer rounds: seconds in place of a minute
    #[arg(long)]
    quick: bool,
    /// Write every figure as JSON: a list of rows, one for each figure
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write one self-contained page with charts
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Say what changed since this file of --json, beyond the noise of both runs
    #[arg(long, value_name = "OLD", requires = "with")]
    compare: Option<PathBuf>,
    /// Measure nothing: compare OLD with this file of --json
    #[arg(long, value_name = "NEW", requires = "compare", conflicts_with_all = ["json", "html"])]
    with: Option<PathBuf>,
    /// Exit with 1 if a row of hedgerow's is slower or larger by more than this, beyond the noise
    #[arg(long, value_name = "PERCENT", requires = "compare", value_parser = compare::parse_percent)]
    fail_above: Option<f64>,
}

/// Runs the command.
pub(crate) fn run(options: Options) -> Result<(), Failure> {
    if let (Some(old), Some(new)) = (&options.compare, &options.with) {
        return compare::files(old, new, options.fail_above);
    }
    let effort = if options.quick { Effort::QUICK } else { Effort::FULL };
    output::check_writable("--json", options.json.as_deref())?;
    output::check_writable("--html", options.html.as_deref())?;
    let given = options.keys.as_deref().map(plan::given_set).transpose()?;
    let mut peers = Peers::find(options.python.as_deref())?;
    let sets = match given {
        Some(set) => vec![set],
        None => plan::sets(&options.sets, &mut peers)?,
    };
    let ops = if options.ops.is_empty() { Op::ALL.to_vec() } else { plan::in_order(options.ops) };
    let plan = plan::Plan::new(&sets, &options.sizes, options.quick, options.keys.is_some())?;
    let heading = heading(peers.description(), effort);
    let notes: Vec<String> = peers.missing().into_iter().chain(plan.notes.clone()).collect();

    let mut measurers: Vec<Box<dyn Measurer>> = vec![Box::new(peers), Box::new(Rust)];
    let asked = &options.levels;
    measurers.retain(|measurer| asked.is_empty() || asked.contains(&measurer.level()));
    let steps = plan.workloads.len() * ops.len() * measurers.len();
    let output = Output::new(steps as u64);
    for line in heading.iter().chain(&notes) {
        output.print(line)?;
    }
    let mut rows = Vec::new();
    for measurer in &mut measurers {
        let names = measurer.implementations();
        if names.is_empty() {
            continue;
        }
        let level = measurer.level();
        output.print(&format!("\n{}: {}", level.title(), level.meaning()))?;
        output.print(&table::header(&names))?;
        for &(set, count) in &plan.workloads {
            rows.extend(time_workload(set, count, &ops, measurer.as_mut(), effort, &output)?);
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
        write_page(path, options.quick, &Report { heading: &heading, notes: &notes, rows: &rows })?;
    }
    Ok(())
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

/// Times every operation on keys of one set and size, and prints each line when it is known.
fn time_workload(
    set: &KeySet,
    count: usize,
    ops: &[Op],
    measurer: &mut dyn Measurer,
    effort: Effort,
    output: &Output,
) -> Result<Vec<Row>, Failure> {
    let (level, names) = (measurer.level(), measurer.implementations());
    let keys = set.draw(count);
    let mut maps = measurer.load(&keys, effort.limits)?;
    let mut rows = Vec::new();
    for &op in ops {
        let size = output::grouped(count as f64);
        output.set_status(format!("{level}: {op} of {size} {}", set.name()));
        let measured = rounds::measured(op, &names, maps.as_mut(), effort)?;
        let of_op: Vec<Option<Row>> = names
            .iter()
            .zip(measured)
            .map(|(&name, measured)| {
                let (rounds, bytes_per_entry) = match measured {
                    Measured::Nothing => return None,
                    Measured::Rounds(rounds) => (rounds, None),
                    Measured::Bytes(bytes) => (Vec::new(), Some(bytes)),
                };
                Some(Row {
                    level,
                    implementation: name.to_owned(),
                    op,
                    keys: set.name().to_owned(),
                    n: count,
                    ns_per_op: median(&rounds),
                    rounds,
                    bytes_per_entry,
                })
            })
            .collect();
        let figures: Vec<Option<f64>> =
            of_op.iter().map(|row| row.as_ref().and_then(Row::figure)).collect();
        output.print(&table::line(set.name(), count, op, &names, &figures))?;
        output.advance();
        rows.extend(of_op.into_iter().flatten());
    }
    Ok(rows)
}

fn heading(python: Option<&Description>, effort: Effort) -> Vec<String> {
    let mut versions = format!("hedgerow {}", env!("CARGO_PKG_VERSION"));
    if let Some(python) = python {
        versions += &format!(", {} {} ", python.implementation, python.version);
        if let Some(hamt) = &python.hamt {
            versions += &format!("(hamt: {hamt}) ");
        }
        if let Some(immutables) = &python.immutables {
            versions += &format!("with immutables {immutables} ");
        }
        if let Some(package) = &python.package {
            versions += &format!("and hedgerow.Map {package} ");
        }
        versions += &format!("at {}", python.executable);
    }
    vec![
        machine::describe(),
        versions,
        format!(
            "ns per operation, the median of {} to {} rounds in turns; Python's cyclic collector \
             is off",
            effort.least_rounds, effort.rounds
        ),
        "x PEER: how many times faster (or smaller) the first column is; -: no such operation"
            .to_owned(),
    ]
}

fn json(rows: &[Row]) -> Result<String, Failure> {
    let lines = rows.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>();
    match lines {
        Ok(lines) => Ok(format!("[\n{}\n]\n", lines.join(",\n"))),
        Err(error) => Err(Failure::message(format!("cannot write the rows as JSON: {error}"))),
    }
}
