//! `cargo xtask tidy`: the project's rules that a machine can check.
//!
//! ```text
//! text         lines of 100 columns, lengths of files, names, no paths of one machine
//! functions    functions of 70 lines at most
//! unsafe_files `unsafe` only in the files that may have it
//! tree         no Rust file that nothing names
//! layers       what a folder may use
//! circles      no circle of imports among the files of a folder
//! ```
//!
//! `scope` and `uses` read the imports for the last two. Only files that git knows or would add
//! are looked at. A fault fails the check; advice does not.

mod circles;
mod files;
mod finding;
mod functions;
mod layers;
mod scope;
mod text;
mod tree;
mod unsafe_files;
mod uses;

use anyhow::Result;

use self::circles::Circles;
use self::files::Source;
use self::finding::{Finding, Weight};
use self::tree::Tree;
use crate::project::Project;
use crate::step::{Outcome, Steps};

/// Checks the rules alone.
pub(crate) fn run(project: &Project) -> Result<bool> {
    let mut steps = Steps::default();
    steps.check("tidy", || check(project));
    Ok(steps.summary())
}

/// Prints what is found; faults fail the step.
pub(crate) fn check(project: &Project) -> Result<(Outcome, String)> {
    let sources = files::list(project)?;
    let mut findings: Vec<Finding> = sources.iter().flat_map(of_one_file).collect();
    let roots = tree::roots(project)?;
    let trees: Vec<Tree> = roots.iter().filter_map(|root| Tree::read(root, &sources)).collect();
    findings.extend(of_trees(&trees, &sources));
    findings.sort();
    findings.dedup();
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
    findings.extend(unsafe_files::check(source));
    findings
}

fn of_trees(trees: &[Tree], sources: &[Source]) -> Vec<Finding> {
    let mut findings = tree::unnamed(trees, sources);
    findings.extend(layers::check_table(sources));
    findings.extend(unsafe_files::check_table(sources));
    let mut circles = Circles::new();
    for tree in trees {
        let uses = uses::of(tree);
        findings.extend(layers::check(tree, &uses));
        circles.look(tree, &uses);
    }
    findings.extend(circles.findings());
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_is_tidy() {
        let (outcome, note) = Project::find().and_then(|project| check(&project)).unwrap();
        assert_eq!(outcome, Outcome::Passed, "{note}; the faults are printed above");
    }
}
