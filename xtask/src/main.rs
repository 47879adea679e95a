//! `cargo xtask COMMAND`: the project's chores.
//!
//! ```text
//! test          everything CI checks by running it, with a table of steps at the end
//! ci            formatting, lints and documentation first, then all of `test`
//! tidy          layers, imports and style alone (also one step of `test`)
//! bench         time beside the peers on one pinned core, as a table in perf/
//! record        all tables of perf/ in one run, part by part, and the figures of README.md
//! instructions  callgrind's counts, compared with the recorded ones
//! install-c     the C library, its header and its pkg-config file, under a prefix
//! test-c        the tests of the C library alone (also steps of `test`)
//! bench-c       the C library beside the Rust API and CPython, as a table in perf/
//! crash         images whose writer is killed at every system call (also steps of `test`)
//! contexts      context variables beside CPython's, through its C interface: two tables
//! fuzz          every cargo-fuzz target for a bounded time
//! loom          models of who holds which version, in all orders (also one step of `test`)
//! sanitize      maps in several threads, and images, under two sanitizers; needs nightly
//! soak          one map, a writer and readers for some minutes: memory stays flat
//! page          what `hedgerow bench --html` writes, in a browser (also one step of `test`)
//! python        the Python package, built and tested for one interpreter, several, or all
//! ray           images among the processes of Ray and Dask; also steps of `test`
//! wheels        the Python package as a package index serves it: wheels and sources
//! ```
//!
//! One file or folder for each command. `project` knows where things are, `step` runs programs and
//! keeps score, `tool` installs what a command needs under the target folder and nowhere else.

mod bench;
mod c;
mod ci;
mod crash;
mod environment;
mod features;
mod fuzz;
mod instructions;
mod interpreters;
mod loom;
mod memcheck;
mod package;
mod page;
mod peers;
mod perf;
mod program;
mod project;
mod python;
mod ray;
mod record;
mod sanitize;
mod soak;
mod step;
mod targets;
mod test;
mod tidy;
mod tool;
mod wheels;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::project::Project;

/// Hedgerow's chores.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run all tests: what CI runs after formatting, lints and documentation
    Test,
    /// Run formatting, lints and documentation, then all tests
    Ci,
    /// Check layers, imports and style alone
    Tidy,
    /// Time Hedgerow beside its peers on one core, and write the table
    Bench(bench::Options),
    /// Measure all tables of perf/ in one run that can be interrupted, and what quotes them
    Record(record::Options),
    /// Count instructions under callgrind, and compare with the recorded counts
    Instructions(instructions::Options),
    /// Install the C library, its header and its pkg-config file
    InstallC(c::Options),
    /// Test the C library alone, from C, C++ and Go
    TestC,
    /// Time the C library beside the Rust API and CPython, and write the table
    BenchC,
    /// Kill who writes an image at every system call, and look at what is left
    Crash,
    /// Count and time context variables in Rust, in C and in CPython
    Contexts(c::ContextOptions),
    /// Fuzz every target for a bounded time
    Fuzz(fuzz::Options),
    /// Run the models of who holds which version, under loom
    Loom,
    /// Run the tests of maps in threads, and of images, under ThreadSanitizer and AddressSanitizer
    Sanitize,
    /// Write one map for some minutes while readers hold and drop snapshots
    Soak(soak::Options),
    /// Look at the pages of `hedgerow bench --html` in a browser without windows
    Page,
    /// Build the Python package and test it in a fresh virtual environment
    Python(python::Options),
    /// Share images with the workers of Ray and Dask, and judge what that costs them
    Ray,
    /// Build wheels and the source distribution of the Python package, and test that they install
    Wheels(wheels::Options),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = Project::find().and_then(|project| match arguments.command {
        Command::Test => test::run(&project),
        Command::Ci => ci::run(&project),
        Command::Tidy => tidy::run(&project),
        Command::Bench(options) => bench::run(&project, &options),
        Command::Record(options) => record::run(&project, &options),
        Command::Instructions(options) => instructions::run(&project, &options),
        Command::InstallC(options) => c::install(&project, &options),
        Command::TestC => c::test(&project),
        Command::BenchC => c::bench(&project),
        Command::Crash => crash::run(&project),
        Command::Contexts(options) => c::contexts(&project, &options),
        Command::Fuzz(options) => fuzz::run(&project, &options),
        Command::Loom => loom::run(&project),
        Command::Sanitize => sanitize::run(&project),
        Command::Soak(options) => soak::run(&project, &options),
        Command::Page => page::run(&project),
        Command::Python(options) => python::run(&project, &options),
        Command::Ray => ray::run(&project),
        Command::Wheels(options) => wheels::run(&project, &options),
    });
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(2)
        }
    }
}
