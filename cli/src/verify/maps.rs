//! Random histories of many versions of a map, run by the engine and by CPython's maps.

use super::history::{self, History};
use super::observation::{self, Difference, Observation};
use super::replay::{self, Coverage};
use super::run::Run;
use super::shrink;
use crate::failure::Failure;
use crate::output::Output;
use crate::python::{Description, Python};
use fastrand::Rng;
use serde::{Deserialize, Serialize};

/// Steps of one history: enough for deep trees and many live versions.
pub(super) const ROUND: usize = 200;

#[derive(Serialize)]
struct ReplayRequest<'a> {
    history: &'a History,
}

#[derive(Deserialize)]
struct ReplayReply {
    hamt: Option<PeerRun>,
    immutables: Option<PeerRun>,
}

#[derive(Deserialize)]
struct PeerRun {
    hashes: Vec<i64>,
    observations: Vec<Observation>,
}

/// What went wrong in a history: at which step, and the text for the user.
struct Fault {
    step: usize,
    message: String,
}

/// Verifies random histories, until they have as many steps as there are to be operations.
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
                return Err(report(history, &fault, seed, python, output)?);
            }
        }
        output.advance();
    }
    Ok(coverage)
}

/// Shrinks a failing history, prints it, and returns the failure to end with.
fn report(
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
        // A difference that does not repeat cannot be shrunk: the whole history says more.
        last = examine(&full, python)?;
        smallest = full;
    }
    let message = last.err().map_or_else(|| fault.message.clone(), |fault| fault.message);
    output.print(&format!(
        "the smallest history found that shows it:\n{smallest}{message}\nrepeat with --seed {seed}"
    ))?;
    Ok(Failure::Difference)
}

/// Runs a history everywhere. Returns what it covered, or the first fault.
fn examine(history: &History, python: &mut Python) -> Result<Result<Coverage, Fault>, Failure> {
    let replayed = match replay::replay(history) {
        Ok(replayed) => replayed,
        Err(failure) => {
            let message = format!("the engine failed by itself: {}", failure.message);
            return Ok(Err(Fault { step: failure.step.min(history.steps.len() - 1), message }));
        }
    };
    let reply: ReplayReply = python.ask("replay", ReplayRequest { history })?;
    let peers = [("hamt", reply.hamt), ("immutables", reply.immutables)];
    let differences = peers.into_iter().filter_map(|(name, run)| {
        let run = run?;
        hash_difference(history, &run.hashes, name).or_else(|| {
            observation::compare(&history.steps, &replayed.observations, &run.observations, name)
        })
    });
    Ok(match differences.min_by_key(|difference| difference.step) {
        None => Ok(replayed.coverage),
        Some(difference) => Err(Fault { step: difference.step, message: difference.to_string() }),
    })
}

/// A difference if Python used other hashes than the engine is given.
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

/// Names the peers to compare with; an error where there is none.
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
            return Err(Failure::message(format!(
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
    fn peers_are_named_and_having_none_is_an_error() {
        assert!(peers(&python(Some("_testcapi.hamt"), true)).unwrap().contains("shapes too"));
        assert!(peers(&python(Some("_testcapi.hamt"), false)).unwrap().contains("no shapes"));
        assert!(peers(&python(None, true)).unwrap().starts_with("immutables 0.21"));
        assert!(peers(&python(None, false)).is_err());
    }
}
