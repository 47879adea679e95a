//! `hedgerow image`: makes images of files of keys, and reads, verifies and compares images.
//!
//! ```text
//! make      an image of keys and values, one a line
//! diff      what one image has and another has not
//! ```
//!
//! `image_file` reads images, and has their keys and values as text.

mod diff;
mod make;

use crate::failure::Failure;
use crate::image_file::ImageFile;
use crate::output::{Output, grouped};
use clap::{Args, Subcommand};
use hedgerow::image::{IMAGE_FORMAT, Kinds};
use std::path::PathBuf;

/// Keep a map in a file that any process reads in place: make, read, verify and compare images
#[derive(Args, Debug)]
pub(crate) struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    Make(make::Options),
    /// Print the value of a key; exit with 1 if it is absent
    Get {
        /// The image
        image: PathBuf,
        /// The key: text, a number, or plain data in hex. Of an image of Python's objects: a str,
        /// or an int if there is no such str
        #[arg(allow_hyphen_values = true)]
        key: String,
    },
    /// Print what an image holds, without reading its entries
    Info {
        /// The image
        image: PathBuf,
    },
    /// Check every byte of an image: checksums, order, references, counts
    Verify {
        /// The image
        image: PathBuf,
    },
    Diff(diff::Options),
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    match &options.action {
        Action::Make(options) => make::run(options),
        Action::Get { image, key } => {
            let image = ImageFile::open(image)?;
            match image.get(key)? {
                Some(value) => Output::new(1).print(&value),
                None => Err(Failure::Absent(format!("{} has no key {key:?}", image.name()))),
            }
        }
        Action::Info { image } => Output::new(1).print(&info(&ImageFile::open(image)?)),
        Action::Verify { image } => {
            let image = ImageFile::open(image)?;
            image.checked(image.raw().verify())?;
            let (name, count) = (image.name(), grouped(image.raw().len() as f64));
            Output::new(1).print(&format!("{name} is sound: {count} entries"))
        }
        Action::Diff(options) => diff::run(options),
    }
}

/// What a header says.
fn info(image: &ImageFile) -> String {
    let raw = image.raw();
    let (bytes, count) = (raw.bytes().len() as f64, raw.len() as f64);
    let origin = match raw.kinds() {
        Kinds::PYTHON => "Python",
        kinds if kinds.key_hash(&[], raw.hash_key()).is_some() => "Rust or C",
        _ => "another program",
    };
    let [first, second] = raw.hash_key();
    format!(
        "{}\n\
         format       {IMAGE_FORMAT}\n\
         made for     {origin}\n\
         holds        {}\n\
         entries      {}\n\
         bytes        {}, {:.1} an entry\n\
         hash key     {first:016x} {second:016x}\n\
         fingerprint  {:032x}",
        image.name(),
        raw.kinds(),
        grouped(count),
        grouped(bytes),
        bytes / count.max(1.0),
        raw.fingerprint(),
    )
}
