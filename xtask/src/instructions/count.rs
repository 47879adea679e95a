//! What the bench has counted.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

/// Operations in a batch that is not of whole maps: what the bench says.
const OPERATIONS: u64 = 1_000;

/// Counts of one batch, of all its operations together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) instructions: u64,
    /// Reads and writes that the model of the first cache does not hold.
    pub(super) l1_misses: u64,
    /// Those that the last cache does not hold either.
    pub(super) last_level_misses: u64,
}

/// Counts by row: `group::bench setup(arguments)`.
pub(super) type Counts = BTreeMap<String, Count>;

/// Reads every summary that the runner has saved.
pub(super) fn collect(folder: &Path) -> Result<Counts> {
    let mut counts = Counts::new();
    for path in files(folder, &|name| name == "summary.json")? {
        let text = fs::read_to_string(&path)?;
        let (row, count) = read_summary(&text)
            .with_context(|| format!("{}: not the known format", path.display()))?;
        counts.insert(row, count);
    }
    Ok(counts)
}

/// The files of these names in a folder and in all below it.
pub(super) fn files(folder: &Path, is_wanted: &dyn Fn(&str) -> bool) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| is_wanted(&name.to_string_lossy())) {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// The operations of a row's batch.
pub(super) fn operations(row: &str) -> u64 {
    let group = group(row);
    if group.ends_with("_once") {
        1
    } else if group.ends_with("_whole") {
        let digits: String = row
            .split('(')
            .next_back()
            .unwrap_or_default()
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        digits.parse().unwrap_or(1)
    } else {
        OPERATIONS
    }
}

/// The group of a row, and what follows it.
pub(super) fn split(row: &str) -> (&str, &str) {
    row.split_once("::").unwrap_or((row, ""))
}

pub(super) fn group(row: &str) -> &str {
    split(row).0
}

fn read_summary(text: &str) -> Option<(String, Count)> {
    let summary: Value = serde_json::from_str(text).ok()?;
    let (_, path) = summary.get("module_path")?.as_str()?.split_once("::")?;
    let details = summary.get("details").and_then(Value::as_str).unwrap_or_default();
    let metrics = summary.pointer("/profiles/0/summaries/total/summary/Callgrind")?;
    let metric = |name: &str| {
        let metric = metrics.get(name)?.get("metrics")?;
        // Alone, or first of a pair with the run before.
        let count = [metric.pointer("/Left/Int"), metric.pointer("/Both/0/Int")];
        count.into_iter().flatten().next()?.as_u64()
    };
    let last_level_misses = metric("RamHits")?;
    let count = Count {
        instructions: metric("Ir")?,
        l1_misses: metric("LLhits")? + last_level_misses,
        last_level_misses,
    };
    Some((format!("{path} {details}").trim().to_owned(), count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_read_alone_and_beside_an_older_run() {
        let summary_of = |metrics: [&str; 3]| {
            let [ir, ll, ram] = metrics.map(|metrics| format!(r#"{{"metrics": {metrics}}}"#));
            let all = format!(r#"{{"Ir": {ir}, "LLhits": {ll}, "RamHits": {ram}}}"#);
            let total = format!(r#"{{"summary": {{"Callgrind": {all}}}}}"#);
            let profiles = format!(r#"[{{"summaries": {{"total": {total}}}}}]"#);
            let names = r#""module_path": "instructions::a_whole::get", "details": "aged(1_0)""#;
            read_summary(&format!(r#"{{{names}, "profiles": {profiles}}}"#))
        };
        let count = Count { instructions: 5, l1_misses: 5, last_level_misses: 2 };
        let expected = Some(("a_whole::get aged(1_0)".to_owned(), count));
        let [five, three, two] = ["5", "3", "2"].map(|n| format!(r#"{{"Left": {{"Int": {n}}}}}"#));
        assert_eq!(summary_of([&five, &three, &two]), expected);
        let five = r#"{"Both": [{"Int": 5}, {"Int": 9}]}"#;
        assert_eq!(summary_of([five, &three, &two]), expected);
        assert_eq!(summary_of([five, "{}", &two]), None);
    }

    #[test]
    fn operations_are_those_of_the_batch() {
        assert_eq!(operations("hedgerow_u64::get_hit built(10)"), 1_000);
        assert_eq!(operations("hedgerow_u64_whole::iterate built(100_000)"), 100_000);
        assert_eq!(operations("hedgerow_text_once::str_find words(10)"), 1);
    }
}
