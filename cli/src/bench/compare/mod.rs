//! `--compare`: what has changed since another run, beyond the noise of both.
//!
//! ```text
//! file     reads the other run, and says what it has measured
//! noise    which rows differ by more than chance
//! report   the lines that are printed
//! ```

mod file;
mod noise;
mod report;

pub(crate) use file::{File, Open};

use super::row::{Row, median};
use crate::failure::Failure;
use crate::output::Output;
use noise::Pair;
use std::path::Path;

/// The implementations of this project, at all levels. The others are peers.
const OURS: [&str; 5] = ["hedgerow", "hedgerow.Map", "libhedgerow", "store", "Map"];

/// Compares two files.
pub(crate) fn files(old: &Path, new: &Path, fail_above: Option<f64>) -> Result<(), Failure> {
    let (old, new) = (File::read("--compare", old)?, File::read("--with", new)?);
    print_changes(&old, &new, fail_above, &Output::new(0))
}

/// Adds the rounds of rows that were measured again.
pub(crate) fn add_rounds(rows: &mut [Row], again: Vec<Row>) {
    for new in again {
        if let Some(row) = rows.iter_mut().find(|row| is_same(row, &new)) {
            row.rounds.extend(new.rounds);
            row.ns_per_op = median(&row.rounds);
        }
    }
}

impl File {
    /// The rows of ours that take another time than in this file.
    pub(crate) fn changed(&self, rows: &[Row]) -> File {
        let new = File::new(String::new(), rows.to_vec());
        let comparison = noise::compare(&pairs(self, &new));
        let is_timed = |row: &&Row| row.bytes_per_entry.is_none();
        let changed = report::real(&comparison, false).into_iter().map(|change| change.pair.new);
        File::new(String::new(), changed.filter(is_timed).cloned().collect())
    }

    /// Compares what was measured just now with this file.
    pub(crate) fn report(
        &self,
        rows: Vec<Row>,
        fail_above: Option<f64>,
        output: &Output,
    ) -> Result<(), Failure> {
        print_changes(self, &File::new("this run".to_owned(), rows), fail_above, output)
    }
}

/// Prints what has changed. Fails if a row of ours is slower or larger by more than `fail_above`
/// percent.
fn print_changes(
    old: &File,
    new: &File,
    fail_above: Option<f64>,
    output: &Output,
) -> Result<(), Failure> {
    let pairs = pairs(old, new);
    if pairs.is_empty() {
        return Err(Failure::message(format!(
            "{} and {} have no row in common: compare runs of the same levels, keys and sizes",
            old.name, new.name
        )));
    }
    let comparison = noise::compare(&pairs);
    let lone = [(old, new), (new, old)].map(|(one, other)| {
        let only = one.rows.iter().filter(|row| find(row, other).is_none());
        (one.name.as_str(), only.collect::<Vec<_>>())
    });
    output.print(&format!("\n{} -> {}", old.name, new.name))?;
    output.print(&report::lines(&comparison, lone).join("\n"))?;
    let most = fail_above.map_or(f64::INFINITY, |percent| 1.0 + percent / 100.0);
    match report::real(&comparison, false).iter().any(|change| change.ratio > most) {
        true => Err(Failure::Difference),
        false => Ok(()),
    }
}

/// The rows that both runs have.
fn pairs<'a>(old: &'a File, new: &'a File) -> Vec<Pair<'a>> {
    let pair = |old: &'a Row| {
        let new = find(old, new)?;
        // A figure of another kind is another row.
        (old.bytes_per_entry.is_some() == new.bytes_per_entry.is_some()).then(|| Pair {
            old,
            new,
            is_control: !OURS.contains(&old.implementation.as_str()),
        })
    };
    old.rows.iter().filter_map(pair).collect()
}

/// Reads the number of `--fail-above`.
pub(crate) fn parse_percent(text: &str) -> Result<f64, String> {
    match text.trim().trim_end_matches('%').trim_end().parse::<f64>() {
        Ok(percent) if percent.is_finite() && percent >= 0.0 => Ok(percent),
        _ => Err("a percentage is a number from 0 up, as in --fail-above 5".to_owned()),
    }
}

/// The same row in the other run.
fn find<'a>(row: &Row, other: &'a File) -> Option<&'a Row> {
    other.rows.iter().find(|one| is_same(one, row))
}

fn is_same(a: &Row, b: &Row) -> bool {
    (a.level, a.op, a.n) == (b.level, b.op, b.n)
        && a.implementation == b.implementation
        && a.keys == b.keys
}
