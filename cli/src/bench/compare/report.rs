//! What has changed, as text.

use super::noise::{Change, Comparison};
use crate::bench::row::Row;
use crate::bench::table::number;
use crate::output::grouped;

/// Rows of one run only are named up to here, and then counted.
const MOST_NAMED: usize = 20;

/// The lines of a comparison. `lone` are rows that only one of the two has, by its name.
pub(super) fn lines(comparison: &Comparison<'_>, lone: [(&str, Vec<&Row>); 2]) -> Vec<String> {
    let mut lines = vec![machine(comparison)];
    for (title, is_control) in
        [("changed", false), ("changed in peers, whose code is not ours", true)]
    {
        let changed = real(comparison, is_control);
        if changed.is_empty() {
            continue;
        }
        lines.push(format!("{title}: {}", rows(changed.len())));
        lines.extend(changed.into_iter().map(line));
    }
    let unchanged = comparison.changes.iter().filter(|change| !change.is_real).count();
    lines.push(format!("unchanged: {}", rows(unchanged)));
    for (name, only) in lone {
        if only.is_empty() {
            continue;
        }
        lines.push(format!("only in {name}: {}", rows(only.len())));
        lines.extend(only.iter().take(MOST_NAMED).map(|row| format!("  {}", title(row))));
        if only.len() > MOST_NAMED {
            lines.push(format!("  and {} more", grouped((only.len() - MOST_NAMED) as f64)));
        }
    }
    lines
}

/// The rows that have changed, the largest change first.
pub(super) fn real<'c, 'a>(
    comparison: &'c Comparison<'a>,
    is_control: bool,
) -> Vec<&'c Change<'a>> {
    let is_wanted = |change: &&Change<'_>| change.is_real && change.pair.is_control == is_control;
    let mut changed: Vec<&Change<'_>> = comparison.changes.iter().filter(is_wanted).collect();
    let size = |change: &Change<'_>| change.ratio.ln().abs();
    changed.sort_by(|a, b| size(b).total_cmp(&size(a)));
    changed
}

fn machine(comparison: &Comparison<'_>) -> String {
    match comparison.drift {
        Some(drift) => format!(
            "the machine: {} in the middle of {} of peers, which is taken out of the changes below",
            percent(drift),
            rows(comparison.controls)
        ),
        None => format!(
            "the machine: {} of peers are too few to tell whether it was faster or slower",
            rows(comparison.controls)
        ),
    }
}

fn line(change: &Change<'_>) -> String {
    let (old, new) = (change.pair.old, change.pair.new);
    let is_memory = old.bytes_per_entry.is_some();
    let [before, after] = [old, new].map(|row| row.figure().map_or("-".to_owned(), number));
    let word = match (change.ratio > 1.0, is_memory) {
        (true, true) => "larger",
        (false, true) => "smaller",
        (true, false) => "slower",
        (false, false) => "faster",
    };
    // What noise may add is more than what it may take away, by ratio.
    let noise = if change.ratio > 1.0 { change.noise } else { 1.0 - 1.0 / (1.0 + change.noise) };
    let unit = if is_memory { "bytes" } else { "ns" };
    format!(
        "{:>10} {word:<7} noise {:>4.1} %  {:<50} {before} -> {after} {unit}",
        percent(change.ratio),
        100.0 * noise,
        title(old)
    )
}

fn title(row: &Row) -> String {
    let Row { level, implementation, op, keys, n, .. } = row;
    format!("{level} {implementation} {op} of {} {keys}", grouped(*n as f64))
}

fn percent(ratio: f64) -> String {
    format!("{:+.1} %", 100.0 * (ratio - 1.0))
}

fn rows(count: usize) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{} rows", grouped(count as f64)) }
}
