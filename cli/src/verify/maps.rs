//! Histories of many versions of a map, through the engine and through CPython's own maps.

use super::Run;
use super::history::{self, History};
use super::replay::{self, Coverage};
use super::shrink;
use super::sight::{self, Difference, Sight};
use crate::failure::Failure;
use crate::output::Output;
use crate::python::{Description, Python};
use fastrand::Rng;
use serde::{Deserialize, Serialize};

/// Steps of one history: long enough for deep trees and many live versions.
pub(super) const ROUND: usize = 200;

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

/// Runs random histories of so many steps in all.
pub(super) fn verify(run: &mut Run<'_>) -> Result<(), Failure> {
    let Run { seed, ops, python, output } = run;
    let peers = peers(python.description())?;
    output.print(&format!("seed {seed}: {ops} operations against {peers}"))?;
    let coverage = compare_all(*ops, *seed, python, output)?;
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
        let history = history::random(&mut rng, left.min(ROUND));
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
                 -m pip install immutables (or leave maps out: --only values,dicts)"
            )));
        }
        _ => peers.push(format!(
            "no shapes, for want of immutables ({executable} -m pip install immutables)"
        )),
    }
    Ok(peers.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(hamt: Option<&str>, in_c: bool) -> Description {
        Description {
            hamt: hamt.map(str::to_owned),
            immutables: in_c.then(|| "0.21".to_owned()),
            immutables_in_c: in_c,
            ..Description::default()
        }
    }

    #[test]
    fn what_is_compared_is_named_and_nothing_to_compare_is_an_error() {
        assert!(peers(&python(Some("_testcapi.hamt"), true)).unwrap().contains("shapes too"));
        assert!(peers(&python(Some("_testcapi.hamt"), false)).unwrap().contains("no shapes"));
        assert!(peers(&python(None, true)).unwrap().starts_with("immutables 0.21"));
        assert!(peers(&python(None, false)).is_err());
    }
}
