//! `cargo xtask instructions`: callgrind's counts beside the recorded ones.
//!
//! Counts are the same on every run of one compiler, so a growth of two in a hundred is a change of
//! ours.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use serde_json::Value;

use crate::project::{Project, succeeds};
use crate::step::require;
use crate::tool;

const RUNNER: &str = "iai-callgrind-runner";
const RECORD: &str = "instructions.md";
/// Growth that fails the command, in hundredths of the recorded count.
const TOLERANCE_PERCENT: u64 = 2;

/// What stands above the recorded counts.
const HEADING: &str = "\
# Instructions

Counted by callgrind and recorded by `cargo xtask instructions --record`. Each count is of one
batch: 1,000 operations, or one whole map for `bulk`, `iterate` and `compact`.

| bench | instructions |
| --- | --: |
";

/// What to do with the counts.
#[derive(Args)]
pub(crate) struct Options {
    /// Record the new counts, whatever the old ones were
    #[arg(long)]
    record: bool,
}

/// Instructions by bench.
type Counts = BTreeMap<String, u64>;

/// Counts, and compares or records; true when nothing grew by more than the tolerance.
pub(crate) fn run(project: &Project, options: Options) -> Result<bool> {
    ensure!(
        succeeds(&mut project.program("valgrind", &["--version"])),
        "valgrind is not installed; get it from your package manager and run this again"
    );
    let runner = tool::install(project, RUNNER, &locked_version(project)?)?;
    let home = project.target().join("instructions");
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    let mut bench = project.cargo(&["bench", "--package", "hedgerow-bench"]);
    bench
        .args(["--bench", "instructions", "--", "--save-summary=json"])
        .env("IAI_CALLGRIND_RUNNER", runner)
        .env("IAI_CALLGRIND_HOME", &home);
    require(&mut bench)?;
    let counts = collect(&home)?;
    ensure!(!counts.is_empty(), "the bench left no counts in {}", home.display());

    let path = project.perf().join(RECORD);
    if options.record || !path.exists() {
        fs::write(&path, table(&counts)).with_context(|| format!("cannot write {RECORD}"))?;
        println!("wrote perf/{RECORD}: {} counts", counts.len());
        return Ok(true);
    }
    let recorded = fs::read_to_string(&path).with_context(|| format!("cannot read {RECORD}"))?;
    Ok(compare(&parse(&recorded), &counts))
}

/// The runner must be of the same version as the library the bench links.
fn locked_version(project: &Project) -> Result<String> {
    let path = project.root().join("Cargo.lock");
    let lock = fs::read_to_string(&path).context("no Cargo.lock; run `cargo build` first")?;
    let name = format!("name = \"{RUNNER}\"");
    lock.split("[[package]]")
        .find(|package| package.contains(&name))
        .and_then(|package| package.split("version = \"").nth(1)?.split('"').next())
        .map(str::to_owned)
        .with_context(|| format!("Cargo.lock names no {RUNNER}; does benches/ still use it?"))
}

/// Reads every summary the runner has saved.
fn collect(folder: &Path) -> Result<Counts> {
    let mut counts = Counts::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for entry in entries {
            let path: PathBuf = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name == "summary.json") {
                let text = fs::read_to_string(&path)?;
                let (name, count) = summary(&text)
                    .with_context(|| format!("{}: not the known format", path.display()))?;
                counts.insert(name, count);
            }
        }
    }
    Ok(counts)
}

/// The name of the bench, as `insert_release aged(1_000)`, and its instructions.
fn summary(text: &str) -> Option<(String, u64)> {
    let summary: Value = serde_json::from_str(text).ok()?;
    let function = summary.get("function_name")?.as_str()?;
    let details = summary.get("details").and_then(Value::as_str).unwrap_or_default();
    let metric = summary.pointer("/profiles/0/summaries/total/summary/Callgrind/Ir/metrics")?;
    // Alone, or first of a pair with the run before.
    let count = [metric.pointer("/Left/Int"), metric.pointer("/Both/0/Int")];
    let count = count.into_iter().flatten().next()?.as_u64()?;
    Some((format!("{function} {details}").trim().to_owned(), count))
}

fn table(counts: &Counts) -> String {
    let mut text = String::from(HEADING);
    for (name, count) in counts {
        let _ = writeln!(text, "| {name} | {count} |");
    }
    text
}

fn parse(text: &str) -> Counts {
    let row = |line: &str| {
        let mut cells = line.strip_prefix('|')?.split('|');
        let name = cells.next()?.trim().to_owned();
        Some((name, cells.next()?.trim().parse().ok()?))
    };
    text.lines().filter_map(row).collect()
}

/// Prints both counts of every bench; false when one grew beyond the tolerance or went missing.
fn compare(recorded: &Counts, counts: &Counts) -> bool {
    let mut good = true;
    for (name, old) in recorded {
        let Some(new) = counts.get(name) else {
            println!("MISSING {name}: recorded, but no longer counted");
            good = false;
            continue;
        };
        let growth = *new as f64 / *old as f64 - 1.0;
        let grew = *new * 100 > *old * (100 + TOLERANCE_PERCENT);
        let mark = if grew { "GREW   " } else { "       " };
        println!("{mark} {name}: {old} -> {new} ({:+.2} %)", 100.0 * growth);
        good &= !grew;
    }
    for name in counts.keys().filter(|name| !recorded.contains_key(*name)) {
        println!("new     {name}: not recorded yet");
    }
    if !good {
        println!(
            "If this is meant, say why in perf/notes and run `cargo xtask instructions --record`."
        );
    }
    good
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(rows: &[(&str, u64)]) -> Counts {
        rows.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    }

    #[test]
    fn a_recorded_table_is_read_back() {
        let rows = counts(&[("get_hit compacted(10)", 31_415), ("remove aged(10_000)", 92)]);
        assert_eq!(parse(&table(&rows)), rows);
    }

    #[test]
    fn growth_beyond_the_tolerance_and_missing_benches_fail() {
        let old = counts(&[("a", 1_000), ("b", 1_000)]);
        assert!(compare(&old, &counts(&[("a", 1_020), ("b", 1), ("c", 7)])));
        assert!(!compare(&old, &counts(&[("a", 1_021), ("b", 1_000)])));
        assert!(!compare(&old, &counts(&[("a", 1_000)])));
    }

    #[test]
    fn a_summary_is_read_alone_and_beside_an_older_run() {
        let summary_of = |metrics: &str| {
            let total =
                format!(r#"{{"summary": {{"Callgrind": {{"Ir": {{"metrics": {metrics}}}}}}}}}"#);
            let profiles = format!(r#"[{{"summaries": {{"total": {total}}}}}]"#);
            let names = r#""function_name": "get", "details": "aged(10)""#;
            summary(&format!(r#"{{{names}, "profiles": {profiles}}}"#))
        };
        let expected = Some(("get aged(10)".to_owned(), 5));
        assert_eq!(summary_of(r#"{"Left": {"Int": 5}}"#), expected);
        assert_eq!(summary_of(r#"{"Both": [{"Int": 5}, {"Int": 9}]}"#), expected);
        assert_eq!(summary_of("{}"), None);
    }
}
