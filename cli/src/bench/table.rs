//! The table of a level: a line for each operation, a column for each map, and how many times
//! faster than each peer Hedgerow is.

use super::level::Level;
use super::op::Op;
use super::row::{Row, median};
use crate::output::grouped;

const KEYS_WIDTH: usize = 10;
const COUNT_WIDTH: usize = 9;
const OP_WIDTH: usize = 15;
const FIGURE_WIDTH: usize = 14;
/// A peer's figure, and the ratio after it.
const PEER_WIDTH: usize = 10;
const RATIO_WIDTH: usize = 7;

/// The line of titles of one level. Ratios are to the first implementation.
pub(crate) fn header(implementations: &[&str]) -> String {
    let mut line = format!("{:<KEYS_WIDTH$} {:>COUNT_WIDTH$}  {:<OP_WIDTH$}", "keys", "n", "op");
    for (index, name) in implementations.iter().enumerate() {
        let width = if index == 0 { FIGURE_WIDTH } else { PEER_WIDTH + RATIO_WIDTH };
        line += &format!("{name:>width$}");
    }
    line
}

/// The line of one operation: the figures of the implementations, and after those of the peers how
/// many times faster the first is.
pub(crate) fn line(keys: &str, count: usize, op: Op, figures: &[Option<f64>]) -> String {
    let keys: String = keys.chars().take(KEYS_WIDTH).collect();
    let count = grouped(count as f64);
    let mut line = format!("{keys:<KEYS_WIDTH$} {count:>COUNT_WIDTH$}  {op:<OP_WIDTH$}");
    for (index, figure) in figures.iter().enumerate() {
        // The blanks keep figures apart that are too wide for their columns.
        let width = if index == 0 { FIGURE_WIDTH } else { PEER_WIDTH } - 1;
        line += &format!(" {:>width$}", figure.map_or("-".to_owned(), number));
        if index > 0 {
            let ratio = ratio(figures[0], *figure).map_or(String::new(), |r| times(r) + "x");
            line += &format!(" {ratio:>width$}", width = RATIO_WIDTH - 1);
        }
    }
    line.trim_end().to_owned()
}

/// How the first implementation of a level compares with one peer over all rows.
#[derive(Debug, PartialEq)]
pub(crate) struct Standing<'a> {
    pub(crate) level: Level,
    pub(crate) own: &'a str,
    pub(crate) peer: &'a str,
    pub(crate) rows: usize,
    pub(crate) median: f64,
    /// Rows in which it is slower, or larger.
    pub(crate) behind: usize,
    /// The lowest ratio, and its row.
    worst: (f64, &'a Row),
}

/// One standing for each peer of each level that has figures.
pub(crate) fn standings(rows: &[Row]) -> Vec<Standing<'_>> {
    let mut standings = Vec::new();
    for level in Level::ALL {
        let names = implementations(rows, level);
        let peers = peers(&names).iter();
        standings.extend(peers.filter_map(|peer| standing(rows, level, names[0], peer)));
    }
    standings
}

/// The implementations that have rows at a level, in the order of the rows.
pub(crate) fn implementations(rows: &[Row], level: Level) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for row in rows.iter().filter(|row| row.level == level) {
        if !names.contains(&row.implementation.as_str()) {
            names.push(&row.implementation);
        }
    }
    names
}

fn standing<'a>(
    rows: &'a [Row],
    level: Level,
    own: &'a str,
    peer: &'a str,
) -> Option<Standing<'a>> {
    let mut ratios = ratios_to(rows, level, own, peer);
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    let worst = *ratios.first()?;
    let median = median(&ratios.iter().map(|ratio| ratio.0).collect::<Vec<_>>())?;
    let behind = ratios.iter().filter(|(ratio, _)| *ratio < 1.0).count();
    Some(Standing { level, own, peer, rows: ratios.len(), median, behind, worst })
}

/// The standings as lines under the table.
pub(crate) fn summary(rows: &[Row]) -> Vec<String> {
    let line = |standing: &Standing<'_>| {
        let Standing { level, own, peer, rows, median, behind, worst: (ratio, row) } = standing;
        let result = match behind {
            0 => "ahead in all".to_owned(),
            _ => format!(
                "behind in {behind}, at worst {}x ({} of {} {})",
                times(*ratio),
                row.op,
                grouped(row.n as f64),
                row.keys
            ),
        };
        let rows = format!("{rows} row{}", if *rows == 1 { "" } else { "s" });
        let median = times(*median);
        format!("{level}: {own} against {peer}: a median of {median}x over {rows}, {result}")
    };
    standings(rows).iter().map(line).collect()
}

/// All but the first implementation, which is Hedgerow's.
fn peers<'a, 'b>(implementations: &'b [&'a str]) -> &'b [&'a str] {
    implementations.get(1..).unwrap_or_default()
}

/// The ratio of each row in which both have a figure.
fn ratios_to<'a>(rows: &'a [Row], level: Level, own: &str, peer: &str) -> Vec<(f64, &'a Row)> {
    let of = |name: &str| {
        let name = name.to_owned();
        rows.iter().filter(move |row| row.level == level && row.implementation == name)
    };
    let mut ratios = Vec::new();
    for row in of(own) {
        let same = |other: &&Row| (other.op, &other.keys, other.n) == (row.op, &row.keys, row.n);
        let theirs = of(peer).find(same).and_then(Row::figure);
        if let Some(ratio) = ratio(row.figure(), theirs) {
            ratios.push((ratio, row));
        }
    }
    ratios
}

/// A peer's figure over one's own.
pub(crate) fn ratio(own: Option<f64>, peer: Option<f64>) -> Option<f64> {
    Some(peer? / own?)
}

/// A figure as the table prints it: one decimal below 100, and thousands grouped.
pub(crate) fn number(value: f64) -> String {
    if value < 99.95 { format!("{value:.1}") } else { grouped(value) }
}

/// A ratio as the table prints it.
pub(crate) fn times(ratio: f64) -> String {
    match ratio {
        r if r < 9.995 => format!("{r:.2}"),
        r if r < 99.95 => format!("{r:.1}"),
        r => grouped(r),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["hedgerow.Map", "hamt", "immutables", "dict"];

    fn row(level: Level, implementation: &str, op: Op, ns: f64) -> Row {
        Row {
            level,
            implementation: implementation.to_owned(),
            op,
            keys: "ints".to_owned(),
            n: 10,
            ns_per_op: Some(ns),
            rounds: vec![ns],
            bytes_per_entry: None,
        }
    }

    #[test]
    fn figures_are_aligned_with_their_titles() {
        let figures = [Some(12.34), Some(1234.5), None, Some(98_765.4)];
        let line = line("a-name-too-long", 1_000_000, Op::BytesPerEntry, &figures);
        let header = header(&NAMES);
        assert_eq!(line.chars().count(), header.chars().count(), "{header}\n{line}");
        for (title, cell) in [("hedgerow.Map", "12.3"), ("hamt", "1,234   100x")] {
            let title_end = header.find(title).unwrap() + title.len();
            assert!(line[..title_end].ends_with(cell), "{title}\n{header}\n{line}");
        }
        assert!(line.starts_with("a-name-too 1,000,000  bytes-per-entry"), "{line}");
    }

    #[test]
    fn ratios_are_the_peer_over_the_first() {
        let line = line("ints", 10, Op::GetHit, &[Some(2.0), Some(50.0), None, Some(1.0)]);
        let cells: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(cells[3..], ["2.0", "50.0", "25.0x", "-", "1.0", "0.50x"]);
        assert!(self::line("ints", 10, Op::GetHit, &[None, Some(1.0)]).ends_with("1.0"));
    }

    #[test]
    fn a_level_without_implementations_has_no_figures() {
        assert!(header(&[]).trim_end().ends_with("op"));
        assert!(line("ints", 10, Op::GetHit, &[]).ends_with("get-hit"));
    }

    #[test]
    fn numbers_have_the_digits_that_matter() {
        assert_eq!(["0.4", "99.9"], [number(0.42), number(99.94)]);
        assert_eq!(["100", "1,235", "1,234,567"], [99.96, 1234.6, 1_234_567.0].map(number));
        assert_eq!(["0.51", "10.0", "123"], [0.512, 9.999, 123.4].map(times));
    }

    #[test]
    fn figures_too_wide_for_their_columns_stay_apart() {
        let line = line("ids", 100_000, Op::Equal, &[Some(177.0), Some(28_282_211.0)]);
        assert!(line.ends_with(" 177 28,282,211 159,786x"), "{line}");
    }

    #[test]
    fn the_summary_says_where_hedgerow_is_behind_within_each_level() {
        let rows = [
            row(Level::Rust, "store", Op::GetHit, 1.0),
            row(Level::Rust, "dict", Op::GetHit, 100.0),
            row(Level::Python, "hedgerow.Map", Op::GetHit, 10.0),
            row(Level::Python, "hamt", Op::GetHit, 50.0),
            row(Level::Python, "dict", Op::GetHit, 30.0),
            row(Level::Python, "hedgerow.Map", Op::Iterate, 10.0),
            row(Level::Python, "dict", Op::Iterate, 4.0),
        ];
        let lines = summary(&rows);
        assert_eq!(
            lines,
            [
                "python: hedgerow.Map against hamt: a median of 5.00x over 1 row, ahead in all",
                "python: hedgerow.Map against dict: a median of 1.70x over 2 rows, behind in 1, at \
                 worst 0.40x (iterate of 10 ints)",
                "rust: store against dict: a median of 100x over 1 row, ahead in all",
            ]
        );
    }
}
