//! `cargo xtask tidy`: the style rules that a machine can check.
//!
//! ```text
//! text       lines of 100 columns, files of 1,000 lines at most, names, no paths of one machine
//! functions  functions of 70 lines at most
//! modules    no Rust file that nothing names
//! ```
//!
//! Only files that git knows or would add are looked at. A fault fails the check; advice does not.

mod files;
mod functions;
mod modules;
mod text;

use std::fmt;

use anyhow::Result;

use self::files::Source;
use crate::project::Project;
use crate::step::{Outcome, Steps};

/// One rule broken at one place.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    weight: Weight,
    path: String,
    line: usize,
    message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    Advice,
    Fault,
}

/// Checks the rules alone.
pub(crate) fn run(project: &Project) -> Result<bool> {
    let mut steps = Steps::default();
    steps.check("style", || check(project));
    Ok(steps.summary())
}

/// Prints what is found; faults fail the step.
pub(crate) fn check(project: &Project) -> Result<(Outcome, String)> {
    let sources = files::list(project)?;
    let mut findings: Vec<Finding> = sources.iter().flat_map(of_one_file).collect();
    findings.extend(modules::check(project, &sources)?);
    for finding in &findings {
        println!("{finding}");
    }
    let count = |weight| findings.iter().filter(|finding| finding.weight == weight).count();
    let (faults, advice) = (count(Weight::Fault), count(Weight::Advice));
    let note = format!("{} files, {faults} faults, {advice} to consider", sources.len());
    Ok((if faults == 0 { Outcome::Passed } else { Outcome::Failed }, note))
}

fn of_one_file(source: &Source) -> Vec<Finding> {
    let mut findings = text::check(source);
    findings.extend(functions::check(source));
    findings
}

impl Finding {
    fn fault(source: &Source, line: usize, message: impl Into<String>) -> Self {
        Self::new(Weight::Fault, source, line, message.into())
    }

    fn advice(source: &Source, line: usize, message: impl Into<String>) -> Self {
        Self::new(Weight::Advice, source, line, message.into())
    }

    fn new(weight: Weight, source: &Source, line: usize, message: String) -> Self {
        Finding { weight, path: source.path.clone(), line, message }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weight = match self.weight {
            Weight::Fault => "fault",
            Weight::Advice => "advice",
        };
        write!(formatter, "{weight}: {}:{}: {}", self.path, self.line, self.message)
    }
}
