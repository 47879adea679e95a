//! `hedgerow verify`: does random work with the library and with CPython, and compares.

mod contexts;
mod dicts;
mod history;
mod literal;
mod live;
mod live_steps;
mod maps;
mod observation;
mod proxies;
mod replay;
mod run;
mod shared;
mod shrink;
mod shrink_steps;
mod texts;
mod values;
mod views;

use crate::failure::Failure;
use crate::output::Output;
use crate::python::{DEFAULT_PROGRAM, Description, Python};
use clap::{Args, ValueEnum};
use fastrand::Rng;
use live::Kind;
use run::Run;
use std::path::{Path, PathBuf};

/// The worker's program. Its last file answers the requests.
const WORKER: &str = concat!(
    include_str!("../../python/verify_values.py"),
    include_str!("../../python/verify_texts.py"),
    include_str!("../../python/verify_dicts.py"),
    include_str!("../../python/verify_live.py"),
    include_str!("../../python/verify_contexts.py"),
    include_str!("../../python/verify_worker.py"),
);

/// Run random maps, values, texts, dicts and contexts in the library and CPython, and compare
#[derive(Args, Debug)]
#[command(
    after_help = "Compared are: of maps, after every step, order, content and length of what was \
made, what was found, whether the result is the same map, and the shape where immutables is \
installed; of values hash, repr and equality; of methods of str and codecs the result or \
the error and its words; of dicts, after every step, the result or the error and its words, and \
the repr; of operations on their views also the order of the set; of dicts that change while \
they are iterated over, and of the read-only dicts of types, the same; of context variables the \
result or the error of every step. Exit code: 0 no difference, 1 a difference, 2 bad input."
)]
pub(crate) struct Options {
    /// The seed of the random work, to repeat a run [default: a new one each time]
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// How many operations, in all, on each of the things verified
    #[arg(long, value_name = "N", default_value = "20000", value_parser = parse_ops)]
    ops: usize,
    /// What to verify [default: all of it]
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    only: Vec<Subject>,
    /// The CPython to compare with [default: python3]
    #[arg(long, value_name = "PATH")]
    python: Option<PathBuf>,
}

/// What can be verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Subject {
    /// Versions of persistent maps, against CPython's HAMT and immutables
    Maps,
    /// Hash, repr and equality of values
    Values,
    /// Methods of str and codecs
    Texts,
    /// Insertion-ordered dicts, and persistent ones against CPython's HAMT
    Dicts,
    /// Dicts that are iterated over while they change, and that are in each other
    Shared,
    /// Read-only dicts of types, against mappingproxy
    Proxies,
    /// Context variables, against CPython's contextvars
    Contexts,
}

impl Subject {
    /// Operations between two steps of the progress bar.
    fn round(self) -> usize {
        match self {
            Subject::Maps => maps::ROUND,
            Subject::Values => values::ROUND,
            Subject::Texts => texts::ROUND,
            Subject::Dicts => dicts::ROUND,
            Subject::Shared | Subject::Proxies => live::ROUND,
            Subject::Contexts => contexts::ROUND,
        }
    }
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let program = options.python.as_deref().unwrap_or(Path::new(DEFAULT_PROGRAM));
    let seed = options.seed.unwrap_or_else(|| Rng::new().u64(..));
    // The seed also decides how Python hashes strings, so that it repeats a run exactly.
    let mut python = Python::start(program, WORKER, seed as u32)?;
    need_64_bits(python.description())?;
    let wanted = |subject| options.only.is_empty() || options.only.contains(&subject);
    let all = Subject::value_variants().iter().copied();
    let chosen: Vec<Subject> = all.filter(|&subject| wanted(subject)).collect();
    let rounds = chosen.iter().map(|subject| options.ops.div_ceil(subject.round()) as u64).sum();
    let output = Output::new(rounds);
    // A panic of the library is caught and reported as a difference, without the default message.
    std::panic::set_hook(Box::new(|_| {}));
    let mut run = Run { seed, ops: options.ops, python: &mut python, output: &output };
    let outcome = chosen.iter().try_for_each(|subject| match subject {
        Subject::Maps => maps::verify(&mut run),
        Subject::Values => values::verify(&mut run),
        Subject::Texts => texts::verify(&mut run),
        Subject::Dicts => dicts::verify(&mut run),
        Subject::Shared => live::verify(&mut run, Kind::Shared),
        Subject::Proxies => live::verify(&mut run, Kind::Proxies),
        Subject::Contexts => contexts::verify(&mut run),
    });
    drop(std::panic::take_hook());
    output.finish();
    outcome
}

/// Refuses a Python whose hashes are not of 64 bits: they could not equal those of the library.
fn need_64_bits(python: &Description) -> Result<(), Failure> {
    if python.hash_bits == 64 {
        return Ok(());
    }
    let Description { executable, hash_bits, .. } = python;
    Err(Failure::message(format!(
        "{executable} has hashes of {hash_bits} bits, and not of 64: give --python a 64-bit CPython"
    )))
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

    #[test]
    fn hashes_of_another_width_are_refused() {
        let python = |hash_bits| Description { hash_bits, ..Description::default() };
        assert!(need_64_bits(&python(64)).is_ok());
        assert!(need_64_bits(&python(32)).is_err());
    }

    #[test]
    fn operations_are_counted_from_one() {
        assert_eq!(parse_ops("20_000"), Ok(20_000));
        assert!(parse_ops("0").is_err() && parse_ops("many").is_err());
    }
}
