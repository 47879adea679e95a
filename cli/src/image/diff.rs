//! `hedgerow image diff`: what one image has and another has not.

use crate::failure::Failure;
use crate::image_file::{ImageFile, shown};
use crate::output::{Output, grouped};
use clap::Args;
use hedgerow::image::Record;
use std::collections::HashMap;
use std::path::PathBuf;

/// Print what changed from one image to another; exit with 1 if anything did
#[derive(Args, Debug)]
pub(super) struct Options {
    /// The image before
    #[arg(value_name = "A")]
    before: PathBuf,
    /// The image after
    #[arg(value_name = "B")]
    after: PathBuf,
}

/// The bytes of values by those of their keys.
type Contents<'a> = HashMap<&'a [u8], &'a [u8]>;

/// Runs the command.
pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let (before, after) = (ImageFile::open(&options.before)?, ImageFile::open(&options.after)?);
    let kinds = before.raw().kinds();
    if after.raw().kinds() != kinds {
        let (a, b) = (before.name(), after.name());
        let other = after.raw().kinds();
        return Err(Failure::message(format!(
            "{a} is an image of {kinds} and {b} one of {other}: compare images of the same types"
        )));
    }
    let lines = lines(&before, &after)?;
    let [added, removed, changed] = ["+", "-", "~"].map(|mark| {
        let count = lines.iter().filter(|line| line.starts_with(mark)).count();
        grouped(count as f64)
    });
    let output = Output::new(1);
    if !lines.is_empty() {
        output.print(&lines.join("\n"))?;
    }
    output.print(&format!("{added} added, {removed} removed, {changed} changed"))?;
    if lines.is_empty() { Ok(()) } else { Err(Failure::Difference) }
}

/// A line for each change: what B has in its order, then what it lacks in that of A.
fn lines(before: &ImageFile, after: &ImageFile) -> Result<Vec<String>, Failure> {
    let kinds = before.raw().kinds();
    let line = |mark: &str, record: &Record<'_>| {
        let (key, value) = (shown(kinds.key, record.key), shown(kinds.value, record.value));
        format!("{mark} {key}: {value}")
    };
    let mut lines = Vec::new();
    let mut old = contents(before)?;
    for record in after.checked(after.raw().records())? {
        let record = after.checked(record)?;
        let new = record.value;
        match old.remove(record.key) {
            None => lines.push(line("+", &record)),
            Some(same) if same == record.value => {}
            Some(old) => {
                let record = Record { value: old, ..record };
                lines.push(line("~", &record) + " -> " + &shown(kinds.value, new));
            }
        }
    }
    for record in before.checked(before.raw().records())? {
        let record = before.checked(record)?;
        if old.contains_key(record.key) {
            lines.push(line("-", &record));
        }
    }
    Ok(lines)
}

fn contents(image: &ImageFile) -> Result<Contents<'_>, Failure> {
    let mut contents = Contents::new();
    for record in image.checked(image.raw().records())? {
        let record = image.checked(record)?;
        contents.insert(record.key, record.value);
    }
    Ok(contents)
}
