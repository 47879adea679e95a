//! `hedgerow image make`: keys and values, one a line, as an image.

use crate::failure::Failure;
use crate::image_file::{LINES, TEXT, object_of_number, object_of_text};
use crate::key_file;
use crate::output::{Output, grouped};
use clap::{Args, ValueEnum};
use hedgerow::image::{ImageError, Kinds, RawWriter, random_hash_key, write_file};
use std::path::{Path, PathBuf};

/// Keys between two steps of the progress bar.
const STEP: usize = 10_000;

/// Make an image of a file of keys: one a line, each once
#[derive(Args, Debug)]
pub(super) struct Options {
    /// The keys, one a line
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// The values, one a line in the order of the keys; without, the number of the line
    #[arg(long, value_name = "FILE")]
    values: Option<PathBuf>,
    /// Who is to read it: rust and C read text as `str`, python as its own str and int
    #[arg(long = "for", value_name = "LANGUAGE", default_value = "rust")]
    reader: Reader,
    /// The image, which takes the place of an older one in one step
    #[arg(value_name = "OUT")]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Reader {
    Rust,
    Python,
}

/// Runs the command.
pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let keys = key_file::read(&options.keys)?;
    let values = options.values.as_deref().map(|path| key_file::read_values(path, keys.len()));
    let values = values.transpose()?;
    check_folder(&options.out)?;
    let output = Output::new(keys.len().div_ceil(STEP) as u64);
    let bytes = image_of(&keys, values.as_deref(), options.reader, &output);
    output.finish();
    let bytes = bytes.map_err(|error| {
        Failure::message(format!("no image of {}: {error}", options.keys.display()))
    })?;
    let path = &options.out;
    write_file(path, &bytes).map_err(|error| unwritable(path, &error.to_string()))?;
    let (count, size) = (grouped(keys.len() as f64), grouped(bytes.len() as f64));
    output.print(&format!("{}: {count} entries, {size} bytes", path.display()))
}

fn image_of(
    keys: &[String],
    values: Option<&[String]>,
    reader: Reader,
    output: &Output,
) -> Result<Vec<u8>, ImageError> {
    let hash_key = random_hash_key();
    let kinds = match reader {
        Reader::Python => Kinds::PYTHON,
        Reader::Rust => Kinds { key: TEXT, value: if values.is_some() { TEXT } else { LINES } },
    };
    let mut writer = RawWriter::new(kinds, hash_key);
    for (index, key) in keys.iter().enumerate() {
        let key = text_for(reader, key);
        let value = match values {
            Some(values) => text_for(reader, &values[index]),
            None => line_for(reader, index as u64 + 1),
        };
        // The keys of both have a hash that is known.
        let hash = kinds.key_hash(&key, hash_key).unwrap_or_default();
        writer.push(hash, &key, &value)?;
        if index % STEP == 0 {
            output.advance();
        }
    }
    writer.finish()
}

fn text_for(reader: Reader, text: &str) -> Vec<u8> {
    match reader {
        Reader::Rust => text.as_bytes().to_vec(),
        Reader::Python => object_of_text(text),
    }
}

fn line_for(reader: Reader, line: u64) -> Vec<u8> {
    match reader {
        Reader::Rust => line.to_le_bytes().to_vec(),
        Reader::Python => object_of_number(&line.to_string()).unwrap_or_default(),
    }
}

/// Reports a folder that is not there before the work.
fn check_folder(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        return Err(unwritable(path, "there is no such folder"));
    }
    if path.is_dir() {
        return Err(unwritable(path, "it is a folder"));
    }
    Ok(())
}

fn unwritable(path: &Path, fault: &str) -> Failure {
    Failure::message(format!(
        "cannot write {} ({fault}): give OUT a name in a folder you may write to",
        path.display()
    ))
}
