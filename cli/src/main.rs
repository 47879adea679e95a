//! The `hedgerow` command: times the engine against CPython's maps, verifies it against them, shows
//! the tree it makes of a file of keys, and keeps maps in files.
//!
//! ```text
//! hedgerow bench     times the same work in Hedgerow and in its peers
//! hedgerow verify    runs random work here and in CPython, and compares
//! hedgerow inspect   shows the tree of a file of keys, its memory, and what two versions share
//! hedgerow image     makes an image of a file of keys, and reads, verifies and compares images
//! ```
//!
//! Each command has a folder. `python` runs the Python side of the first two.

mod bench;
mod failure;
mod image;
mod image_file;
mod inspect;
mod key_file;
mod output;
mod python;
mod verify;

use clap::{Parser, Subcommand};
use failure::Failure;
use std::process::ExitCode;

/// Many immutable versions of a hash map in one arena: bench, verify and inspect the engine, and
/// keep maps in files.
#[derive(Parser)]
#[command(name = "hedgerow", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Bench(Box<bench::Options>),
    #[command(hide = true)]
    BenchBatches(bench::BatchesOptions),
    #[command(hide = true)]
    BenchMemory(bench::MemoryOptions),
    Verify(verify::Options),
    Inspect(inspect::Options),
    Image(image::Options),
}

fn main() -> ExitCode {
    let outcome = match Arguments::try_parse() {
        Ok(arguments) => match arguments.command {
            Command::Bench(options) => bench::run(*options),
            Command::BenchBatches(options) => bench::do_batches(&options),
            Command::BenchMemory(options) => bench::measure_memory(&options),
            Command::Verify(options) => verify::run(&options),
            Command::Inspect(options) => inspect::run(&options),
            Command::Image(options) => image::run(&options),
        },
        Err(error) => failure::from_arguments(&error),
    };
    outcome.map_or_else(|failure: Failure| failure.report(), |()| ExitCode::SUCCESS)
}
