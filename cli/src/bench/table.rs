//! The table: a line for each operation, a column for each map, and how many times faster than each
//! peer the engine is.

use super::op::Op;
use super::peers::PEERS;
use super::rounds::Row;
use crate::output::grouped;

const KEYS_WIDTH: usize = 10;
const COUNT_WIDTH: usize = 9;
const OP_WIDTH: usize = 15;
const FIGURE_WIDTH: usize = 14;
/// The gap before a ratio: its column is as wide as its title, since ratios are short.
const RATIO_GAP: usize = 3;

/// The line of titles.
pub(crate) fn header() -> String {
    let mut line = format!("{:<KEYS_WIDTH$} {:>COUNT_WIDTH$}  {:<OP_WIDTH$}", "keys", "n", "op");
    line += &format!("{:>FIGURE_WIDTH$}", "hedgerow");
    for peer in PEERS {
        line += &format!("{peer:>FIGURE_WIDTH$}");
    }
    for peer in PEERS {
        line += &format!("{:>width$}", format!("x {peer}"), width = ratio_width(peer));
    }
    line
}

/// The line of one operation: the figures of the engine and the peers, then the ratios.
pub(crate) fn line(keys: &str, count: usize, op: Op, figures: &[Option<f64>]) -> String {
    let keys: String = keys.chars().take(KEYS_WIDTH).collect();
    let count = grouped(count as f64);
    let mut line = format!("{keys:<KEYS_WIDTH$} {count:>COUNT_WIDTH$}  {op:<OP_WIDTH$}");
    for figure in figures {
        line += &format!("{:>FIGURE_WIDTH$}", figure.map_or("-".to_owned(), number));
    }
    for (peer, figure) in PEERS.into_iter().zip(&figures[1..]) {
        let cell = ratio(figures[0], *figure).map_or("-".to_owned(), times);
        line += &format!("{cell:>width$}", width = ratio_width(peer));
    }
    line
}

/// How the engine compares with one peer over all rows.
#[derive(Debug, PartialEq)]
pub(crate) struct Standing<'a> {
    pub(crate) peer: &'static str,
    pub(crate) rows: usize,
    pub(crate) median: f64,
    /// Rows in which the engine is slower, or larger.
    pub(crate) behind: usize,
    /// The lowest ratio, and its row.
    worst: (f64, &'a Row),
}

/// One standing for each peer that has figures.
pub(crate) fn standings(rows: &[Row]) -> Vec<Standing<'_>> {
    PEERS.into_iter().filter_map(|peer| standing(rows, peer)).collect()
}

fn standing<'a>(rows: &'a [Row], peer: &'static str) -> Option<Standing<'a>> {
    let mut ratios = ratios_to(rows, peer);
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    let worst = *ratios.first()?;
    let (low, high) = (ratios[(ratios.len() - 1) / 2].0, ratios[ratios.len() / 2].0);
    let behind = ratios.iter().filter(|(ratio, _)| *ratio < 1.0).count();
    Some(Standing { peer, rows: ratios.len(), median: (low + high) / 2.0, behind, worst })
}

/// The standings as lines under the table.
pub(crate) fn summary(rows: &[Row]) -> Vec<String> {
    let line = |standing: &Standing<'_>| {
        let Standing { peer, rows, median, behind, worst: (ratio, row) } = standing;
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
        format!("against {peer}: a median of {}x over {rows} rows, {result}", times(*median))
    };
    standings(rows).iter().map(line).collect()
}

fn ratio_width(peer: &str) -> usize {
    RATIO_GAP + "x ".len() + peer.len()
}

/// The ratio of each row in which the engine and this peer have a figure.
fn ratios_to<'a>(rows: &'a [Row], peer: &str) -> Vec<(f64, &'a Row)> {
    let mut ratios = Vec::new();
    for own in rows.iter().filter(|row| row.implementation == "hedgerow") {
        let same = |row: &&Row| {
            row.implementation == peer && (row.op, &row.keys, row.n) == (own.op, &own.keys, own.n)
        };
        let theirs = rows.iter().find(same).and_then(Row::figure);
        if let Some(ratio) = ratio(own.figure(), theirs) {
            ratios.push((ratio, own));
        }
    }
    ratios
}

/// A peer's figure over the engine's.
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

    fn row(implementation: &'static str, op: Op, ns: f64) -> Row {
        let keys = "ints".to_owned();
        Row { implementation, op, keys, n: 10, ns_per_op: Some(ns), bytes_per_entry: None }
    }

    #[test]
    fn figures_are_aligned_with_their_titles() {
        let figures = [Some(12.34), Some(1234.5), None, Some(98_765_432.1), Some(5.0)];
        let line = line("a-name-too-long", 1_000_000, Op::BytesPerEntry, &figures);
        let header = header();
        assert_eq!(line.chars().count(), header.chars().count());
        for (title, cell) in [("hedgerow", "12.3"), ("hamt", "1,234"), ("dict", "-")] {
            let title_end = header.find(title).unwrap() + title.len();
            assert!(line[..title_end].ends_with(cell), "{title}\n{header}\n{line}");
        }
        assert!(line.starts_with("a-name-too 1,000,000  bytes-per-entry"), "{line}");
    }

    #[test]
    fn ratios_are_the_peer_over_the_engine() {
        let line = line("ints", 10, Op::GetHit, &[Some(2.0), Some(50.0), None, Some(1.0)]);
        let cells: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(cells[3..], ["2.0", "50.0", "-", "1.0", "25.0", "-", "0.50"]);
    }

    #[test]
    fn numbers_have_the_digits_that_matter() {
        assert_eq!(["0.4", "99.9"], [number(0.42), number(99.94)]);
        assert_eq!(["100", "1,235", "1,234,567"], [99.96, 1234.6, 1_234_567.0].map(number));
        assert_eq!(["0.51", "10.0", "123"], [0.512, 9.999, 123.4].map(times));
    }

    #[test]
    fn the_summary_says_where_the_engine_is_behind() {
        let rows = [
            row("hedgerow", Op::GetHit, 10.0),
            row("hamt", Op::GetHit, 50.0),
            row("dict", Op::GetHit, 30.0),
            row("hedgerow", Op::Iterate, 10.0),
            row("dict", Op::Iterate, 4.0),
        ];
        let lines = summary(&rows);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0], "against hamt: a median of 5.00x over 1 rows, ahead in all");
        assert!(lines[1].contains("a median of 1.70x over 2 rows"), "{lines:?}");
        assert!(lines[1].contains("behind in 1, at worst 0.40x (iterate of 10 ints)"), "{lines:?}");
    }
}
