//! `hedgerow verify`: random histories through the engine and through CPython's own maps.

mod history;
mod replay;
mod shrink;
mod sight;

use crate::failure::Failure;
use crate::output::Output;
use crate::python::{DEFAULT_PROGRAM, Description, Python};
use clap::Args;
use fastrand::Rng;
use history::History;
use replay::Coverage;
use serde::{Deserialize, Serialize};
use sight::{Difference, Sight};
use std::path::{Path, PathBuf};

const WORKER: &str = include_str!("../../python/verify_worker.py");

/// Steps of one history: long enough for deep trees and many live versions.
const STEPS: usize = 200;

/// Run random histories through the engine and CPython's HAMT, and compare what can be seen
#[derive(Args, Debug)]
#[command(
    after_help = "Compared after every step: order, content and length of the version made, what \
was found, whether the result is the same map, and the tree's shape where immutables is installed. \
Exit code: 0 no difference, 1 a difference, 2 bad input."
)]
pub(crate) struct Options {
    /// The seed of the histories, to repeat a run [default: a new one each time]
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// How many operations in all
    #[arg(long, value_name = "N", default_value = "20000", value_parser = parse_ops)]
    ops: usize,
    /// The CPython to compare with [default: python3]
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
}

#[derive(Serialize)]
struct Question<'a> {
    history: &'a History,
}

#[derive(Deserialize)]
struct Answer {
    hamt: Option<PeerRun>,
    immutables: Option<PeerRun>,
}

#[derive(Deserialize)]
struct PeerRun {
    hashes: Vec<i64>,
    sights: Vec<Sight>,
}

/// What is wrong with a history: the step it shows at, and a text for the user.
struct Fault {
    step: usize,
    told: String,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let program = options.python.as_deref().unwrap_or(Path::new(DEFAULT_PROGRAM));
    let mut python = Python::start(program, WORKER)?;
    let peers = peers(python.description())?;
    let seed = options.seed.unwrap_or_else(|| Rng::new().u64(..));
    let output = Output::new(options.ops.div_ceil(STEPS) as u64);
    output.print(&format!("seed {seed}: {} operations against {peers}", options.ops))?;
    // The engine's panics are caught and reported as differences; the default report is noise.
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = compare_all(options.ops, seed, &mut python, &output);
    drop(std::panic::take_hook());
    output.finish();
    let coverage = outcome?;
    output.print(&format!(
        "no difference in {} versions: {} with Array nodes, {} with collision nodes, the deepest \
         of {} levels",
        coverage.versions,
        coverage.with_array_nodes,
        coverage.with_collision_nodes,
        coverage.deepest
    ))
}

fn compare_all(
    ops: usize,
    seed: u64,
    python: &mut Python,
    output: &Output,
) -> Result<Coverage, Failure> {
    let mut rng = Rng::with_seed(seed);
    let mut coverage = Coverage::default();
    let mut left = ops;
    while left > 0 {
        let history = history::random(&mut rng, left.min(STEPS));
        left -= history.steps.len();
        match examine(&history, python)? {
            Ok(seen) => coverage = coverage.and(seen),
            Err(fault) => {
                output.finish();
                return Err(tell(history, &fault, seed, python, output)?);
            }
        }
        output.advance();
    }
    Ok(coverage)
}

/// Shrinks a failing history and prints it.
fn tell(
    mut history: History,
    fault: &Fault,
    seed: u64,
    python: &mut Python,
    output: &Output,
) -> Result<Failure, Failure> {
    let steps = history.steps.len();
    output.print(&format!("a difference at step {} of a history of {steps}", fault.step + 1))?;
    history.steps.truncate(fault.step + 1);
    let full = history.clone();
    let mut smallest =
        shrink::shrink(history, &mut |candidate| Ok(examine(candidate, python)?.is_err()))?;
    let mut last = examine(&smallest, python)?;
    if last.is_ok() {
        // What does not repeat cannot be shrunk: the history as it was is then the better report.
        last = examine(&full, python)?;
        smallest = full;
    }
    let told = last.err().map_or_else(|| fault.told.clone(), |fault| fault.told);
    output.print(&format!(
        "the smallest history found that shows it:\n{smallest}{told}\nrepeat with --seed {seed}"
    ))?;
    Ok(Failure::Difference)
}

/// One history through all: what it covered, or the first fault.
fn examine(history: &History, python: &mut Python) -> Result<Result<Coverage, Fault>, Failure> {
    let replayed = match replay::replay(history) {
        Ok(replayed) => replayed,
        Err(broken) => {
            let told = format!("the engine failed by itself: {}", broken.told);
            return Ok(Err(Fault { step: broken.step.min(history.steps.len() - 1), told }));
        }
    };
    let answer: Answer = python.ask("replay", Question { history })?;
    let peers = [("hamt", answer.hamt), ("immutables", answer.immutables)];
    let differences = peers.into_iter().filter_map(|(name, run)| {
        let run = run?;
        hash_difference(history, &run.hashes, name)
            .or_else(|| sight::compare(&history.steps, &replayed.sights, &run.sights, name))
    });
    Ok(match differences.min_by_key(|difference| difference.step) {
        None => Ok(replayed.coverage),
        Some(difference) => Err(Fault { step: difference.step, told: difference.to_string() }),
    })
}

/// The engine must be given the very hashes that Python used.
fn hash_difference(history: &History, used: &[i64], peer_name: &'static str) -> Option<Difference> {
    let given: Vec<i64> = history.hashes.iter().copied().map(history::effective).collect();
    (given != used).then(|| Difference {
        step: 0,
        what: "list of hashes",
        engine: format!("{given:?}"),
        peer_name,
        peer: format!("{used:?}"),
    })
}

/// What there is to compare with, in words; an error where there is nothing.
fn peers(python: &Description) -> Result<String, Failure> {
    let Description { implementation, version, executable, .. } = python;
    if python.hash_bits != 64 {
        return Err(Failure::mendable(format!(
            "{executable} has hashes of {} bits, and their fold is of 64: give --python a 64-bit \
             CPython",
            python.hash_bits
        )));
    }
    let mut peers = Vec::new();
    if let Some(hamt) = &python.hamt {
        peers.push(format!("{hamt} of {implementation} {version}"));
    }
    match &python.immutables {
        Some(found) if python.immutables_in_c => {
            peers.push(format!("immutables {found} (shapes too)"));
        }
        _ if peers.is_empty() => {
            return Err(Failure::mendable(format!(
                "{executable} has neither a HAMT in its test modules nor immutables: {executable} \
                 -m pip install immutables"
            )));
        }
        _ => peers.push(format!(
            "no shapes, for want of immutables ({executable} -m pip install immutables)"
        )),
    }
    Ok(peers.join(" and "))
}

fn parse_ops(text: &str) -> Result<usize, String> {
    match text.replace('_', "").parse() {
        Ok(ops) if ops > 0 => Ok(ops),
        _ => Err("a number of operations is a whole number above 0, as in --ops 20000".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(hamt: Option<&str>, in_c: bool, hash_bits: u32) -> Description {
        Description {
            hamt: hamt.map(str::to_owned),
            immutables: in_c.then(|| "0.21".to_owned()),
            immutables_in_c: in_c,
            hash_bits,
            ..Description::default()
        }
    }

    #[test]
    fn what_is_compared_is_named_and_nothing_to_compare_is_an_error() {
        assert!(peers(&python(Some("_testcapi.hamt"), true, 64)).unwrap().contains("shapes too"));
        assert!(peers(&python(Some("_testcapi.hamt"), false, 64)).unwrap().contains("no shapes"));
        assert!(peers(&python(None, true, 64)).unwrap().starts_with("immutables 0.21"));
        assert!(peers(&python(None, false, 64)).is_err());
        assert!(peers(&python(Some("_testcapi.hamt"), true, 32)).is_err());
    }

    #[test]
    fn operations_are_counted_from_one() {
        assert_eq!(parse_ops("20_000"), Ok(20_000));
        assert!(parse_ops("0").is_err() && parse_ops("many").is_err());
    }
}
