//! The report on an image: its levels, its parts, and its first entries.

use super::report::counted;
use crate::failure::Failure;
use crate::image_file::{ImageFile, shown};
use crate::output::Output;
use hedgerow::image::ImageShape;
use std::fmt::Write;
use std::path::Path;

/// Entries that are shown.
const MOST_ENTRIES: usize = 10;
/// Characters of a line, which a long value would fill the screen with.
const MOST_CHARACTERS: usize = 100;

/// Prints the report.
pub(super) fn report(path: &Path) -> Result<(), Failure> {
    let image = ImageFile::open(path)?;
    let raw = image.raw();
    let shape = image.checked(raw.shape())?;
    let output = Output::new(1);
    let count = usize::try_from(raw.len()).unwrap_or(usize::MAX);
    output.print(&format!("{}: an image of {}\n", image.name(), raw.kinds()))?;
    output.print(&entries(&image, count)?)?;
    output.print(&levels(&shape))?;
    output.print(&bytes(&shape, raw.bytes().len(), count))
}

/// The first entries, in the order of the image.
fn entries(image: &ImageFile, count: usize) -> Result<String, Failure> {
    let kinds = image.raw().kinds();
    let mut text = String::new();
    for record in image.checked(image.raw().records())?.take(MOST_ENTRIES) {
        let record = image.checked(record)?;
        let (key, value) = (shown(kinds.key, record.key), shown(kinds.value, record.value));
        let line = format!("{:08x} {key}: {value}", record.hash);
        let mut short: String = line.chars().take(MOST_CHARACTERS).collect();
        if short.len() < line.len() {
            short.push_str("...");
        }
        let _ = writeln!(text, "{short}");
    }
    if count > MOST_ENTRIES {
        let _ = writeln!(text, "... and {} entries more", counted(count - MOST_ENTRIES));
    }
    Ok(text)
}

fn levels(shape: &ImageShape) -> String {
    let most = shape.levels.iter().map(|level| level.entries).max().unwrap_or(0).max(1);
    let mut text =
        format!("{:>5} {:>10} {:>10} {:>10}\n", "depth", "branches", "collisions", "entries");
    for (depth, level) in shape.levels.iter().enumerate() {
        let bar = "#".repeat((level.entries * 40).div_ceil(most) as usize);
        let [branches, collisions, entries] = [level.branches, level.collisions, level.entries]
            .map(|count| counted(usize::try_from(count).unwrap_or(usize::MAX)));
        let line = format!("{depth:>5} {branches:>10} {collisions:>10} {entries:>10}  {bar}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn bytes(shape: &ImageShape, all: usize, count: usize) -> String {
    let per_entry = |bytes: u64| bytes as f64 / count.max(1) as f64;
    let line = |what: &str, bytes: u64| {
        let total = counted(usize::try_from(bytes).unwrap_or(usize::MAX));
        format!("{what:<8} {total:>14} bytes, {:.1} bytes an entry", per_entry(bytes))
    };
    [
        line("records", shape.record_bytes),
        line("nodes", shape.node_bytes),
        line("in all", all as u64),
    ]
    .join("\n")
}
