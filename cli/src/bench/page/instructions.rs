//! Instruction counts as `cargo xtask instructions` has recorded them, beside the best peer.

use super::html::{counted, escaped};
use super::ratio;
use crate::output::grouped;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The record of the checkout that this command was built from.
const RECORD: &str = include_str!("../../../../perf/instructions.md");
const OWN: &str = "hedgerow";
const PEERS: [&str; 3] = ["imbl", "rpds", "hashbrown"];
/// The columns of ratios: the best of these peers. hashbrown is no persistent map, and has its own.
const RATIOS: [(&str, &[&str]); 2] =
    [("imbl, rpds ÷", &["imbl", "rpds"]), ("hashbrown ÷", &["hashbrown"])];
/// A batch is so many operations.
const BATCH: f64 = 1_000.0;

/// What is counted: in which map of which keys, and how many instructions by whom.
#[derive(Debug, PartialEq)]
struct Count<'a> {
    group: &'a str,
    operation: &'a str,
    /// On what: `built`, `missing`.
    setup: &'a str,
    size: usize,
    by: BTreeMap<&'a str, f64>,
}

/// The section, or nothing if the record has another form.
pub(super) fn section() -> String {
    let counts = counts(RECORD);
    let (compared, alone): (Vec<_>, Vec<_>) = counts
        .iter()
        .filter(|count| count.by.contains_key(OWN))
        .partition(|count| count.by.len() > 1);
    if compared.is_empty() && alone.is_empty() {
        return String::new();
    }
    let mut html = String::from(
        "<section id=\"instructions\">\n<h2>Instructions</h2>\n<p>Counted by callgrind in Rust and \
         recorded with the source (<code>perf/instructions.md</code>): the same in every run of \
         one compiler, which times are not. A ratio is a peer's count over \
         Hedgerow's: that of the better of imbl and rpds, which are persistent maps as well, and \
         that of hashbrown, which keeps one version alone.</p>\n",
    );
    html += &table(&compared, &PEERS, "Instructions, beside peers");
    html += ratio::key();
    let _ = writeln!(
        html,
        "<details>\n<summary><h3>Without a peer</h3> <span>{}</span></summary>\n{}</details>\n\
         </section>",
        counted(alone.len(), "row"),
        table(&alone, &[], "Instructions, without a peer")
    );
    html
}

fn table(counts: &[&Count<'_>], peers: &[&str], label: &str) -> String {
    let mut table = format!(
        "<div class=\"scroll tall\" tabindex=\"0\" role=\"group\" aria-label=\"{label}\">\
         <table class=\"plain\"><thead><tr><th scope=\"col\">map</th><th scope=\"col\">n</th>\
         <th scope=\"col\">operation</th><th scope=\"col\">per</th>"
    );
    for name in std::iter::once(&OWN).chain(peers) {
        let _ = write!(table, "<th scope=\"col\">{name}</th>");
    }
    for (name, _) in RATIOS.into_iter().filter(|_| !peers.is_empty()) {
        let _ = write!(table, "<th scope=\"col\">{name}</th>");
    }
    table += "</tr></thead><tbody>\n";
    for count in counts {
        let (per, divisor) = unit(count);
        let _ = write!(
            table,
            "<tr><td>{}</td><td>{}</td><th scope=\"row\">{}</th><td>{per}</td>",
            escaped(&spoken(count.group)),
            grouped(count.size as f64),
            escaped(&format!("{}, {}", spoken(count.operation), spoken(count.setup)))
        );
        for name in std::iter::once(&OWN).chain(peers) {
            let figure = count.by.get(name).map(|instructions| instructions / divisor);
            let figure = figure.map_or("–".to_owned(), super::super::table::number);
            let _ = write!(table, "<td>{figure}</td>");
        }
        for (_, of) in RATIOS.into_iter().filter(|_| !peers.is_empty()) {
            let best = of.iter().filter_map(|peer| count.by.get(peer)).copied();
            let best = best.min_by(f64::total_cmp);
            table += &ratio::cell(best.zip(count.by.get(OWN)).map(|(best, own)| best / own));
        }
        table += "</tr>\n";
    }
    table + "</tbody></table></div>\n"
}

/// What one figure is of, and how many of these are in what was counted.
fn unit(count: &Count<'_>) -> (&'static str, f64) {
    if count.group.ends_with("whole") {
        ("entry", count.size.max(1) as f64)
    } else if count.group.ends_with("once") {
        ("call", 1.0)
    } else {
        ("operation", BATCH)
    }
}

fn spoken(name: &str) -> String {
    name.trim_end_matches("_whole").trim_end_matches("_once").replace('_', " ")
}

/// The rows of the record, those of one operation together.
fn counts(record: &str) -> Vec<Count<'_>> {
    let mut counts: BTreeMap<[&str; 3], BTreeMap<usize, BTreeMap<&str, f64>>> = BTreeMap::new();
    for line in record.lines() {
        if let Some((place, size, by, instructions)) = read(line) {
            let sizes = counts.entry(place).or_default();
            sizes.entry(size).or_default().insert(by, instructions);
        }
    }
    let mut list = Vec::new();
    for ([group, operation, setup], sizes) in counts {
        let count = |(size, by)| Count { group, operation, setup, size, by };
        list.extend(sizes.into_iter().map(count));
    }
    list
}

/// One row, such as `| imbl_u64::get_hit built(1_000) | 68682 | ...`: what it is of, its size, the
/// map, and the instructions.
fn read(line: &str) -> Option<([&str; 3], usize, &str, f64)> {
    let mut cells = line.strip_prefix("| ")?.split('|').map(str::trim);
    let (name, instructions) = (cells.next()?, cells.next()?.replace(',', "").parse().ok()?);
    let (subject, rest) = name.split_once("::")?;
    let (map, group) = subject.split_once('_')?;
    let (operation, setup) = rest.split_once(' ')?;
    let (setup, size) = setup.strip_suffix(')')?.split_once('(')?;
    let size = size.split(',').next()?.trim().replace('_', "").parse().ok()?;
    Some(([group, operation, setup], size, map, instructions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_operation_come_together() {
        let record = "| row | instructions | misses |\n| --- | --: | --: |\n\
                      | imbl_u64::get_hit built(1_000) | 68682 | 1 | | |\n\
                      | hedgerow_u64::get_hit built(1_000) | 65,223 | 1 | | |\n";
        let by = BTreeMap::from([("hedgerow", 65_223.0), ("imbl", 68_682.0)]);
        let expected =
            Count { group: "u64", operation: "get_hit", setup: "built", size: 1_000, by };
        assert_eq!(counts(record), [expected]);
    }

    #[test]
    fn the_record_is_read() {
        let counts = counts(RECORD);
        let beside = counts.iter().filter(|count| count.by.len() > 1).count();
        assert!(beside >= 20, "{beside} rows with peers in perf/instructions.md");
    }
}
