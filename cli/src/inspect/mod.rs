//! `hedgerow inspect`: reports on the tree of a file of keys, and draws it; or on that of an image.

mod drawing;
mod image;
mod report;

use crate::failure::Failure;
use crate::key_file;
use crate::output::{self, Output};
use clap::Args;
use report::{Keys, counted};
use std::path::{Path, PathBuf};

/// The seed of the hasher, so that a file makes the same tree in each run.
const SEED: u64 = 0;

/// Show the tree of a file of keys or of an image: depths, kinds of node, memory, and what two
/// versions share
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The keys, one a line
    #[arg(long, value_name = "FILE", required_unless_present = "image")]
    keys: Option<PathBuf>,
    /// An image, instead of keys
    #[arg(long, value_name = "FILE", conflicts_with_all = ["keys", "insert", "svg"])]
    image: Option<PathBuf>,
    /// The key that makes the second version [default: one that is not in the file]
    #[arg(long, value_name = "KEY")]
    insert: Option<String>,
    /// Draw the two versions, and what they share
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    match (&options.keys, &options.image) {
        (_, Some(path)) => image::report(path),
        (Some(keys), None) => report_keys(keys, options),
        (None, None) => Ok(()),
    }
}

fn report_keys(keys: &Path, options: &Options) -> Result<(), Failure> {
    let keys = key_file::read(keys)?;
    let svg = options.svg.as_deref();
    output::check_writable("--svg", svg)?;
    let output = Output::new(1);
    let mut store = Keys::with_seed(SEED);
    let version = store.bulk(keys.iter().map(String::as_str).zip(1..))?;
    store.compact();
    let shape = store.at(version)?.shape();
    let nodes = shape.nodes();

    output.print(&format!("{} keys, hashed with seed {SEED}\n", counted(keys.len())))?;
    output.print(&report::tree(&shape.to_string()))?;
    output.print(&report::depths(nodes))?;
    output.print(&report::kinds(nodes))?;
    output.print(&report::memory(&store, nodes, keys.len()))?;
    let more = match &options.insert {
        Some(key) => key.clone(),
        None => key_file::absent(&keys, keys.len(), 1).remove(0),
    };
    let next = store.insert(version, &more, 0)?;
    output.print(&report::sharing(&store.shared(version, next)?, &more))?;
    output.finish();
    if let Some(path) = svg {
        let after = store.at(next)?.shape();
        let (entries_before, entries_after) = (shape.entry_count(), after.entry_count());
        let insert = drawing::Insert { key: &more, entries_before, entries_after };
        output::write_file("--svg", path, &drawing::svg(nodes, after.nodes(), &insert))?;
    }
    Ok(())
}
