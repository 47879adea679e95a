//! `hedgerow bench`: times the same operations on the same keys here and in CPython, in turns.

mod chart;
mod engine;
mod key_set;
mod machine;
mod op;
mod page;
mod peers;
mod plan;
mod rounds;
mod table;

use crate::failure::Failure;
use crate::output::{self, Output};
use crate::python::Description;
use clap::Args;
use key_set::KeySet;
use op::Op;
use peers::{PEERS, Peers};
use rounds::{Effort, Engine, Row};
use std::path::PathBuf;

/// Time the same work here and in CPython: its HAMT, dict, and immutables.Map
#[derive(Args, Debug)]
#[command(
    after_help = "Nanoseconds per operation; the columns `x PEER` say how many times faster \
hedgerow is. hedgerow is called from Rust, its peers from Python: their loop is subtracted, the \
interpreter's call is not."
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
    /// Smaller maps and fewer rounds: seconds in place of a minute
    #[arg(long)]
    quick: bool,
    /// Write every figure as JSON: a list of {impl, op, keys, n, ns_per_op, bytes_per_entry}
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write one self-contained page with charts
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(options: Options) -> Result<(), Failure> {
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

    let output = Output::new((plan.workloads.len() * ops.len()) as u64);
    for line in heading.iter().chain(&notes) {
        output.print(line)?;
    }
    output.print(&format!("\n{}", table::header()))?;
    let mut rows = Vec::new();
    for (set, count) in plan.workloads {
        rows.extend(time_workload(set, count, &ops, &mut peers, effort, &output)?);
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
        output::write_file("--html", path, &page::html(&heading, &notes, &rows))?;
    }
    Ok(())
}

/// Times every operation on keys of one set and size, and prints each line when it is known.
fn time_workload(
    set: &KeySet,
    count: usize,
    ops: &[Op],
    peers: &mut Peers,
    effort: Effort,
    output: &Output,
) -> Result<Vec<Row>, Failure> {
    let keys = set.draw(count);
    peers.load(&keys, effort.limits)?;
    let mut engine = Engine::new(&keys, effort.limits)?;
    let mut rows = Vec::new();
    for &op in ops {
        output.set_status(format!("{op} of {} {}", output::grouped(count as f64), set.name()));
        let figures = rounds::figures(op, &mut engine, peers, effort)?;
        output.print(&table::line(set.name(), count, op, &figures))?;
        output.advance();
        for (implementation, figure) in std::iter::once("hedgerow").chain(PEERS).zip(figures) {
            let Some(figure) = figure else { continue };
            let is_memory = op == Op::BytesPerEntry;
            rows.push(Row {
                implementation,
                op,
                keys: set.name().to_owned(),
                n: count,
                ns_per_op: (!is_memory).then_some(figure),
                bytes_per_entry: is_memory.then_some(figure),
            });
        }
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
            "ns per operation, the best of {} to {} rounds in turns; Python's loop is subtracted, \
             its cyclic collector is off",
            effort.least_rounds, effort.rounds
        ),
        "x PEER: how many times faster (or smaller) hedgerow is; -: no such operation".to_owned(),
    ]
}

fn json(rows: &[Row]) -> Result<String, Failure> {
    let lines = rows.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>();
    match lines {
        Ok(lines) => Ok(format!("[\n{}\n]\n", lines.join(",\n"))),
        Err(error) => Err(Failure::message(format!("cannot write the rows as JSON: {error}"))),
    }
}
