//! The recorded counts, `perf/instructions.md`, and what may differ from them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::count::{Count, Counts};

/// Growth that fails the command, in thousandths of the recorded count.
const TOLERANCE: u64 = 10;

const HEADING: &str = "\
# Instructions

Counted by callgrind and recorded by `cargo xtask instructions`, with callgrind's model of this
processor's caches. Each count is of one batch: 1,000 operations; in groups that end in `whole` one
whole map, in those that end in `once` one call. Instructions are the same in every run of one
compiler, so one that grows by more than 1 % fails; `--accept ROW --because WORDS` records it with
the reason. Misses depend on where memory happens to be, and are for the reader alone.
";

/// Begins the line that names the compiler.
const COMPILER: &str = "Compiled by ";

const COLUMNS: &str = "
| row | instructions | L1 misses | last-level misses | accepted because |
| --- | --: | --: | --: | --- |
";

/// A recorded row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Recorded {
    pub(super) count: Count,
    /// Why the last growth was accepted.
    pub(super) reason: String,
}

/// The recorded rows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) rows: BTreeMap<String, Recorded>,
    /// What `rustc --version` said.
    pub(super) compiler: String,
}

/// What has become of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    Same { growth: f64 },
    Grew { growth: f64 },
    New,
    Missing,
}

impl Record {
    /// Reads the table. Lines that are no rows of it are left out.
    pub(super) fn parse(text: &str) -> Self {
        let row = |line: &str| {
            let cells: Vec<&str> = line.strip_prefix('|')?.split('|').map(str::trim).collect();
            let [name, instructions, l1, last, reason, ..] = cells[..] else { return None };
            let count = Count {
                instructions: instructions.parse().ok()?,
                l1_misses: l1.parse().ok()?,
                last_level_misses: last.parse().ok()?,
            };
            Some((name.to_owned(), Recorded { count, reason: reason.to_owned() }))
        };
        let compiler = text.lines().find_map(|line| line.strip_prefix(COMPILER));
        Record {
            rows: text.lines().filter_map(row).collect(),
            compiler: compiler.unwrap_or_default().trim_end_matches('.').to_owned(),
        }
    }

    pub(super) fn to_markdown(&self) -> String {
        let mut text = format!("{HEADING}{COMPILER}{}.\n{COLUMNS}", self.compiler);
        for (name, Recorded { count, reason }) in &self.rows {
            let Count { instructions, l1_misses, last_level_misses } = count;
            let numbers = format!("{instructions} | {l1_misses} | {last_level_misses}");
            let line = format!("| {name} | {numbers} | {reason} |");
            let _ = writeln!(text, "{}", line.replace("|  |", "| |"));
        }
        text
    }

    /// Takes the counts of these rows in, with a reason; reasons of rows that did not grow stay.
    pub(super) fn take(&mut self, counts: &Counts, reason: Option<&str>) {
        for (name, count) in counts {
            let old = self.rows.remove(name);
            let reason = match (reason, old) {
                (Some(reason), _) => reason.to_owned(),
                (None, Some(old)) if count.instructions == old.count.instructions => old.reason,
                (None, _) => String::new(),
            };
            self.rows.insert(name.clone(), Recorded { count: *count, reason });
        }
    }

    /// What has become of every row that is recorded or was counted. Rows that a filter has left
    /// out are not missing.
    pub(super) fn judge(
        &self,
        counts: &Counts,
        was_wanted: impl Fn(&str) -> bool,
    ) -> BTreeMap<String, Verdict> {
        let missing =
            self.rows.keys().filter(|name| was_wanted(name) && !counts.contains_key(*name));
        let missing = missing.map(|name| (name.clone(), Verdict::Missing));
        let counted = counts.iter().map(|(name, count)| {
            let Some(old) = self.rows.get(name) else { return (name.clone(), Verdict::New) };
            let (new, old) = (count.instructions, old.count.instructions);
            let growth = new as f64 / old as f64 - 1.0;
            let grew = new * 1_000 > old * (1_000 + TOLERANCE);
            let verdict = if grew { Verdict::Grew { growth } } else { Verdict::Same { growth } };
            (name.clone(), verdict)
        });
        missing.chain(counted).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(rows: &[(&str, u64)]) -> Counts {
        let count =
            |&instructions: &u64| Count { instructions, l1_misses: 3, last_level_misses: 1 };
        rows.iter().map(|(name, instructions)| ((*name).to_owned(), count(instructions))).collect()
    }

    fn record(rows: &[(&str, u64)]) -> Record {
        let mut record = Record { compiler: "rustc 1.95.0".to_owned(), ..Record::default() };
        record.take(&counts(rows), None);
        record
    }

    #[test]
    fn a_recorded_table_is_read_back() {
        let mut record = record(&[("u64::get_hit built(10)", 31_415), ("remove aged(1)", 92)]);
        record.take(&counts(&[("remove aged(1)", 99)]), Some("it checks more"));
        assert_eq!(Record::parse(&record.to_markdown()), record);
    }

    #[test]
    fn growth_beyond_the_tolerance_and_missing_rows_are_found() {
        let old = record(&[("a", 1_000), ("b", 1_000)]);
        let judge = |rows: &[(&str, u64)]| old.judge(&counts(rows), |_| true);
        let verdicts = judge(&[("a", 1_010), ("c", 7)]);
        assert!(matches!(verdicts["a"], Verdict::Same { .. }));
        assert_eq!((verdicts["b"], verdicts["c"]), (Verdict::Missing, Verdict::New));
        assert!(matches!(judge(&[("a", 1_011)])["a"], Verdict::Grew { .. }));
        assert!(old.judge(&counts(&[]), |name| name == "b").contains_key("b"));
        assert!(!old.judge(&counts(&[]), |name| name == "b").contains_key("a"));
    }

    #[test]
    fn a_reason_stays_until_the_count_changes() {
        let mut record = record(&[("a", 1_000)]);
        record.take(&counts(&[("a", 1_100)]), Some("a check"));
        record.take(&counts(&[("a", 1_100)]), None);
        assert_eq!(record.rows["a"].reason, "a check");
        record.take(&counts(&[("a", 1_000)]), None);
        assert_eq!(record.rows["a"].reason, "");
    }
}
