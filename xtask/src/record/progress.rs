//! Which parts are finished: a file for each under the target folder, with what was measured.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::perf::{Block, Heading};

/// A part that was measured.
#[derive(Debug, PartialEq)]
pub(super) struct Finished {
    pub(super) recorded: String,
    pub(super) machine: String,
    pub(super) compiler: String,
    pub(super) seconds: f64,
}

impl Finished {
    pub(super) fn new(heading: &Heading, seconds: f64) -> Self {
        Finished {
            recorded: heading.recorded.clone(),
            machine: heading.machine.clone(),
            compiler: heading.versions.first().cloned().unwrap_or_default(),
            seconds,
        }
    }
}

/// What is known of a part. A file that was not written to its end says nothing.
pub(super) fn read(folder: &Path, part: &str) -> Option<Finished> {
    let text = fs::read_to_string(path(folder, part)).ok()?;
    let value: Value = serde_json::from_str(&text).ok()?;
    let word = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Finished {
        recorded: word("recorded")?,
        machine: word("machine")?,
        compiler: word("compiler")?,
        seconds: value.get("seconds")?.as_f64()?,
    })
}

/// What a finished part has written.
pub(super) fn blocks(folder: &Path, part: &str) -> Vec<Block> {
    let text = fs::read_to_string(path(folder, part)).unwrap_or_default();
    let value: Value = serde_json::from_str(&text).unwrap_or_default();
    let block = |value: &Value| {
        let word = |name: &str| value.get(name).and_then(Value::as_str);
        Some(Block::new(word("page")?, word("name")?, word("text")?))
    };
    let blocks = value.get("blocks").and_then(Value::as_array);
    blocks.into_iter().flatten().filter_map(block).collect()
}

/// Keeps a part as finished.
pub(super) fn write(folder: &Path, part: &str, is: &Finished, blocks: &[Block]) -> Result<()> {
    let blocks: Vec<Value> = blocks
        .iter()
        .map(|block| json!({"page": block.page, "name": block.name, "text": block.text}))
        .collect();
    let value = json!({
        "recorded": is.recorded,
        "machine": is.machine,
        "compiler": is.compiler,
        "seconds": is.seconds,
        "blocks": blocks,
    });
    let path = path(folder, part);
    let text = serde_json::to_string_pretty(&value)?;
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Makes a part missing.
pub(super) fn forget(folder: &Path, part: &str) -> Result<()> {
    match fs::remove_file(path(folder, part)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn path(folder: &Path, part: &str) -> PathBuf {
    folder.join(format!("{part}.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finished_part_is_known_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let [recorded, machine, compiler] = ["now", "this one", "rustc"].map(str::to_owned);
        let finished = Finished { recorded, machine, compiler, seconds: 2.5 };
        assert_eq!(read(folder, "peers"), None);
        let written = [Block::new("a.md", "a", "text")];
        write(folder, "peers", &finished, &written).unwrap();
        assert_eq!(blocks(folder, "peers"), written);
        assert_eq!(read(folder, "peers"), Some(finished));
        forget(folder, "peers").unwrap();
        forget(folder, "peers").unwrap();
        assert_eq!(read(folder, "peers"), None);
        assert_eq!(blocks(folder, "peers"), []);
    }

    #[test]
    fn half_a_file_is_no_finished_part() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(path(folder.path(), "tail"), "{\"recorded\": \"now\", \"mach").unwrap();
        assert_eq!(read(folder.path(), "tail"), None);
    }
}
