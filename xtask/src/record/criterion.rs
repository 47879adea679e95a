//! Criterion's figures.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// Medians in nanoseconds for each operation, by the whole name of a figure:
/// `group/function/value`.
#[derive(Debug, Default)]
pub(super) struct Medians(BTreeMap<String, f64>);

impl Medians {
    /// All that runs have left in a folder. Of several the least is kept: what else a machine does
    /// only adds to a time.
    pub(super) fn read(home: &Path) -> Result<Self> {
        let mut medians = Medians::default();
        let mut folders = vec![home.to_path_buf()];
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(&folder)
                .with_context(|| format!("no figures in {}", folder.display()))?;
            for entry in entries {
                let path = entry?.path();
                if !path.is_dir() {
                    continue;
                }
                if path.ends_with("new") {
                    medians.add(&path)?;
                } else {
                    folders.push(path);
                }
            }
        }
        ensure!(!medians.0.is_empty(), "no figures in {}", home.display());
        Ok(medians)
    }

    fn add(&mut self, folder: &Path) -> Result<()> {
        let read = |name: &str| -> Result<Value> {
            let path = folder.join(name);
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            serde_json::from_str(&text).with_context(|| format!("in {}", path.display()))
        };
        let (benchmark, estimates) = (read("benchmark.json")?, read("estimates.json")?);
        let (name, median) = median(&benchmark, &estimates)?;
        let known = self.0.entry(name).or_insert(median);
        *known = known.min(median);
        Ok(())
    }

    pub(super) fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }
}

/// The name of a figure, and the nanoseconds of one operation. Runs of several say how many.
fn median(benchmark: &Value, estimates: &Value) -> Result<(String, f64)> {
    let name = benchmark.get("full_id").and_then(Value::as_str).context("it has no name")?;
    let median = estimates.pointer("/median/point_estimate").and_then(Value::as_f64);
    let operations = benchmark.pointer("/throughput/Elements").and_then(Value::as_f64);
    Ok((name.to_owned(), median.context("it has no median")? / operations.unwrap_or(1.0)))
}

/// Three digits, or two below ten.
pub(super) fn figure(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 10.0 => format!("{n:.1}"),
        n => format!("{n:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_run_of_several_operations_is_divided_by_their_number() {
        let estimates = json!({"median": {"point_estimate": 700.0}});
        let one = json!({"full_id": "get/dict/10", "throughput": null});
        assert_eq!(median(&one, &estimates).unwrap(), ("get/dict/10".to_owned(), 700.0));
        let many = json!({"full_id": "walk/dict/10", "throughput": {"Elements": 1000}});
        assert_eq!(median(&many, &estimates).unwrap(), ("walk/dict/10".to_owned(), 0.7));
        assert!(median(&one, &json!({})).is_err());
    }
}
