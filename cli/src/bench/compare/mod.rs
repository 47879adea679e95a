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

use super::row::Row;
use crate::failure::Failure;
use crate::output::Output;
use noise::Pair;
use std::path::Path;

pub(crate) use file::File;

/// The implementations of this project, at all levels. The others are peers.
const OURS: [&str; 5] = ["hedgerow", "hedgerow.Map", "libhedgerow", "store", "Map"];

/// Compares two files.
pub(crate) fn files(old: &Path, new: &Path, fail_above: Option<f64>) -> Result<(), Failure> {
    let old = File::read("--compare", old)?;
    let new = File::read("--with", new)?;
    report(&old, &new, fail_above, &Output::new(0))
}

/// Prints what has changed. Fails if a row of ours is slower or larger by more than `fail_above`
/// percent.
fn report(old: &File, new: &File, fail_above: Option<f64>, output: &Output) -> Result<(), Failure> {
    let pairs: Vec<Pair<'_>> = old.rows.iter().filter_map(|row| pair(row, new)).collect();
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

/// Reads the number of `--fail-above`.
pub(crate) fn parse_percent(text: &str) -> Result<f64, String> {
    match text.trim().trim_end_matches('%').trim_end().parse::<f64>() {
        Ok(percent) if percent.is_finite() && percent >= 0.0 => Ok(percent),
        _ => Err("a percentage is a number from 0 up, as in --fail-above 5".to_owned()),
    }
}

fn pair<'a>(old: &'a Row, new: &'a File) -> Option<Pair<'a>> {
    let new = find(old, new)?;
    // A figure of another kind is another row.
    (old.bytes_per_entry.is_some() == new.bytes_per_entry.is_some()).then(|| Pair {
        old,
        new,
        is_control: !OURS.contains(&old.implementation.as_str()),
    })
}

/// The same row in the other run.
fn find<'a>(row: &Row, other: &'a File) -> Option<&'a Row> {
    let is_same = |one: &&Row| {
        (one.level, one.op, one.n) == (row.level, row.op, row.n)
            && one.implementation == row.implementation
            && one.keys == row.keys
    };
    other.rows.iter().find(is_same)
}
