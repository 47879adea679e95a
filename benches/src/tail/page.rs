//! The figures as Markdown.

use std::fmt::Write as _;

use super::figures::{AtMost, Figures, Memory, Repeated, Summary, clock_of, memory, summaries};
use super::histories::History;
use super::log::{Operation, Step};
use super::maps::MapKind;

/// What no step may take if the map itself makes it wait, in nanoseconds.
const MOST_WORST: u64 = 1_000_000;
/// What the slowest of ten thousand steps may take, in nanoseconds.
const MOST_TAIL: u64 = 50_000;
/// What may stay resident when every entry was removed.
const MOST_LEFT_BYTES: u64 = 16_000_000;

const INTRODUCTION: &str = "\
Each operation is timed by itself, in microseconds. Percentiles are the medians of the runs, and
*max* is the slowest step of any run. A history does the same at the same step of each run, so what
a map makes slow is slow in every run, and what the machine does in between is not: for figures *of
every run*, a step counts with the least of its times. `<` stands before a bound, where runs did not
keep enough steps in common to say more. *at* is how many steps of that operation came before:
doubling numbers show a table that grows, numbers without order show noise.

*array* is no map. It reads five scattered places, writes an entry, and writes a path of 640 bytes
that is fresh where a map's would be, in the same loop under the same clock. What is slow there in
every run is the first touch of a page. The other maps are used as their users do: to make a version
is to clone and change, to release one is to drop it. A release frees what no other version holds.
That is one path, unless the edit was large or the versions before and after are gone already.

Each run of a history has a process of its own. Resident memory is what it has beyond what it had
before: the *peak*, what is *held* when the history has ended and one version is there, and what is
*left* when that is released as well.
";

/// The page without its title.
pub(super) fn markdown(figures: &[Figures]) -> String {
    let mut page = format!("{INTRODUCTION}\n{}\n{}", clock(figures), goals());
    let mut sizes: Vec<u64> = figures.iter().map(|run| run.case.size).collect();
    sizes.sort_unstable();
    sizes.dedup();
    for size in sizes {
        let rows: Vec<Row<'_>> = rows(figures, size);
        let _ = write!(page, "\n## {} entries\n\n{}", grouped(size), worst_steps(&rows));
        for history in History::ALL {
            page.push_str(&times(history, &rows));
        }
        page.push_str(&resident(&rows));
    }
    page
}

fn clock(figures: &[Figures]) -> String {
    let [p50, p99, p999, p9999] = clock_of(figures).map(microseconds);
    format!(
        "Every time includes the clock: two readings with nothing between differ by {p50} us at \
         p50,\n{p99} at p99, {p999} at p99.9 and {p9999} at p99.99.\n"
    )
}

fn goals() -> String {
    format!(
        "Goals of Hedgerow: max of every run at most {} us, p99.99 of every run at most {} us,\n\
         and at most {} MB left of ten million entries after `remove`.\n",
        grouped(MOST_WORST / 1_000),
        grouped(MOST_TAIL / 1_000),
        megabytes(MOST_LEFT_BYTES)
    )
}

/// What is known of one map in one history.
struct Row<'a> {
    history: History,
    map: MapKind,
    runs: Vec<&'a Figures>,
    summaries: Vec<Summary>,
}

impl Row<'_> {
    fn of(&self, operation: Operation) -> Option<&Summary> {
        self.summaries.iter().find(|summary| summary.operation == operation)
    }
}

/// The rows of one size, in the order of histories and maps.
fn rows(figures: &[Figures], size: u64) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for history in History::ALL {
        for map in MapKind::ALL {
            let is_of = |run: &&Figures| {
                (run.case.history, run.case.map, run.case.size) == (history, map, size)
            };
            let runs: Vec<&Figures> = figures.iter().filter(is_of).collect();
            if !runs.is_empty() {
                rows.push(Row { history, map, summaries: summaries(&runs), runs });
            }
        }
    }
    rows
}

/// What every run has of Hedgerow's tail, and the worst steps of all maps.
fn worst_steps(rows: &[Row<'_>]) -> String {
    let mut text = String::from("Hedgerow's p99.99 and the max of all maps, of every run:\n\n");
    text.push_str("| history | operation | p99.99 | ");
    text.push_str(&MapKind::ALL.map(MapKind::name).join(" | "));
    text.push_str(" | goals |\n| --- | --- | --: |");
    text.push_str(&" --: |".repeat(MapKind::ALL.len()));
    text.push_str(" --- |\n");
    for history in History::ALL {
        for operation in Operation::ALL {
            let of = |map| {
                let row = rows.iter().find(|row| row.history == history && row.map == map)?;
                row.of(operation)
            };
            if let Some(ours) = of(MapKind::Hedgerow) {
                let _ = write!(text, "| {} | {} | ", history.name(), operation.name());
                text.push_str(&worst_step(ours, MapKind::ALL.map(of)));
            }
        }
    }
    text
}

fn worst_step(ours: &Summary, all: [Option<&Summary>; MapKind::ALL.len()]) -> String {
    let worst = |of: &Summary| at_most(of.repeated.worst.nanoseconds());
    let cells = all.map(|of| of.map_or(String::new(), worst)).join(" | ");
    format!("{} | {cells} | {} |\n", at_most(ours.repeated.tail), verdict(ours))
}

fn verdict(summary: &Summary) -> &'static str {
    let Repeated { worst, tail } = summary.repeated;
    match (worst.nanoseconds().most() <= MOST_WORST, tail.most() <= MOST_TAIL) {
        (true, true) => "met",
        (false, true) => "a pause",
        (true, false) => "p99.99",
        (false, false) => "a pause, p99.99",
    }
}

fn times(history: History, rows: &[Row<'_>]) -> String {
    let rows: Vec<&Row<'_>> = rows.iter().filter(|row| row.history == history).collect();
    let Some(first) = rows.first() else { return String::new() };
    let mut text = format!("\n### {}\n\n{}\n\n", history.name(), history.about());
    text.push_str("| operation | map | steps | p50 | p99 | p99.9 | p99.99 | max | at |");
    text.push_str(" p99.99 of every run | max of every run | at |\n| --- | --- |");
    text.push_str(&" --: |".repeat(10));
    text.push('\n');
    for operation in first.summaries.iter().map(|summary| summary.operation) {
        for row in &rows {
            if let Some(summary) = row.of(operation) {
                text.push_str(&time(row.map, summary));
            }
        }
    }
    text
}

fn time(map: MapKind, summary: &Summary) -> String {
    let percentiles = summary.percentiles.map(microseconds).join(" | ");
    let Step { nanoseconds, index } = summary.worst;
    let Repeated { worst, tail } = summary.repeated;
    let place = match worst {
        AtMost::Exactly(step) => grouped(step.index),
        AtMost::Bound(_) => String::new(),
    };
    format!(
        "| {} | {} | {} | {percentiles} | {} | {} | {} | {} | {place} |\n",
        summary.operation.name(),
        map.name(),
        grouped(summary.count),
        microseconds(nanoseconds),
        grouped(index),
        at_most(tail),
        at_most(worst.nanoseconds()),
    )
}

fn at_most(time: AtMost<u64>) -> String {
    match time {
        AtMost::Exactly(nanoseconds) => microseconds(nanoseconds),
        AtMost::Bound(nanoseconds) => format!("< {}", microseconds(nanoseconds)),
    }
}

fn resident(rows: &[Row<'_>]) -> String {
    let lines: Vec<String> = rows.iter().filter_map(resident_of).collect();
    if lines.is_empty() {
        return String::new();
    }
    let header = "| history | map | peak | held | left | page faults |";
    let rule = "| --- | --- | --: | --: | --: | --: |";
    format!("\n### Resident memory\n\nIn MB (10^6 bytes).\n\n{header}\n{rule}\n{}", lines.concat())
}

fn resident_of(row: &Row<'_>) -> Option<String> {
    let Memory { peak_bytes, held_bytes, left_bytes, faults } = memory(&row.runs)?;
    let [peak, held, left] = [peak_bytes, held_bytes, left_bytes].map(megabytes);
    let (history, map) = (row.history.name(), row.map.name());
    Some(format!("| {history} | {map} | {peak} | {held} | {left} | {} |\n", grouped(faults)))
}

/// Three digits, or all before the point.
pub(crate) fn microseconds(nanoseconds: u64) -> String {
    let decimals = match nanoseconds {
        ..10_000 => 2,
        10_000..100_000 => 1,
        _ => return grouped((nanoseconds + 500) / 1_000),
    };
    format!("{:.decimals$}", nanoseconds as f64 / 1_000.0)
}

fn megabytes(bytes: u64) -> String {
    let megabytes = bytes as f64 / 1e6;
    if megabytes < 10.0 { format!("{megabytes:.1}") } else { format!("{megabytes:.0}") }
}

/// A number with a comma between groups of three digits.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::{Case, measure};
    use super::*;

    #[test]
    fn numbers_have_three_digits_or_groups_of_three() {
        let written = [0, 412, 9_994, 10_000, 99_940, 100_400, 1_102_000_000].map(microseconds);
        assert_eq!(written, ["0.00", "0.41", "9.99", "10.0", "99.9", "100", "1,102,000"]);
        assert_eq!([1, 999, 1_000, 300_000].map(grouped), ["1", "999", "1,000", "300,000"]);
        assert_eq!([16_000_000, 1_234_567].map(megabytes), ["16", "1.2"]);
    }

    #[test]
    fn the_page_has_a_line_for_each_operation_of_each_map() {
        let size = 200;
        let case = |map| measure(Case { history: History::EditOne, size, map });
        let figures: Vec<Figures> = MapKind::ALL.into_iter().map(case).collect();
        let page = markdown(&figures);
        assert!(page.contains("## 200 entries") && page.contains("### edit-one"), "{page}");
        for operation in ["insert", "remove", "commit", "release"] {
            for map in MapKind::ALL {
                let line = format!("\n| {operation} | {} |", map.name());
                assert_eq!(page.matches(&line).count(), 1, "{line} in {page}");
            }
            let line = format!("\n| edit-one | {operation} |");
            assert_eq!(page.matches(&line).count(), 1, "{line} in {page}");
        }
        let resident = page.matches("\n| edit-one | hedgerow |").count();
        assert_eq!(resident, usize::from(cfg!(target_os = "linux")));
    }

    #[test]
    fn goals_are_judged_by_what_is_slow_in_every_run() {
        let step = |nanoseconds| Step { nanoseconds, index: 7 };
        let summary = |worst, tail| Summary {
            operation: Operation::Insert,
            count: 1,
            percentiles: [9_000_000; 4],
            worst: step(9_000_000),
            repeated: Repeated { worst, tail: AtMost::Bound(tail) },
        };
        assert_eq!(verdict(&summary(AtMost::Exactly(step(1_000_000)), 50_000)), "met");
        assert_eq!(verdict(&summary(AtMost::Bound(1_000_000), 50_000)), "met");
        assert_eq!(verdict(&summary(AtMost::Exactly(step(1_000_001)), 50_000)), "a pause");
        assert_eq!(verdict(&summary(AtMost::Bound(1_000_001), 50_001)), "a pause, p99.99");
        assert_eq!(verdict(&summary(AtMost::Bound(1), 50_001)), "p99.99");
    }
}
