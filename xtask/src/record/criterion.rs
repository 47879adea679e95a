//! Criterion's figures.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// Medians in nanoseconds, by the whole name of a figure: `group/function/value`.
#[derive(Debug, Default)]
pub(super) struct Medians(BTreeMap<String, f64>);

impl Medians {
    /// All that a run has left in a folder.
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
        let name = benchmark.get("full_id").and_then(Value::as_str).context("it has no name")?;
        let median = estimates.pointer("/median/point_estimate").and_then(Value::as_f64);
        self.0.insert(name.to_owned(), median.context("it has no median")?);
        Ok(())
    }

    pub(super) fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }
}

/// Three digits, or two below ten.
pub(super) fn figure(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 10.0 => format!("{n:.1}"),
        n => format!("{n:.0}"),
    }
}
