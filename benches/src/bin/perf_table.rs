//! Prints criterion's last figures as a markdown table.
//!
//! `cargo run -p hedgerow-bench --bin perf-table [FOLDER [maps]]`, where FOLDER is criterion's, by
//! default `criterion` in cargo's target folder. With `maps`, the table is of maps that own their
//! versions alone.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use hedgerow_bench::table::Figures;

fn main() -> ExitCode {
    let folder = env::args_os().nth(1).map_or_else(default_folder, PathBuf::from);
    match Figures::read(&folder) {
        Ok(figures) => {
            let is_of_maps = env::args_os().nth(2).is_some_and(|word| word == "maps");
            let figures = if is_of_maps { figures.of_maps() } else { figures };
            print!("{}", figures.markdown());
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("perf-table: {message}");
            ExitCode::from(2)
        }
    }
}

/// Criterion's folder, which depends on the same variables as for criterion.
fn default_folder() -> PathBuf {
    let target = || PathBuf::from(env::var_os("CARGO_TARGET_DIR").unwrap_or("target".into()));
    env::var_os("CRITERION_HOME").map_or_else(|| target().join("criterion"), PathBuf::from)
}
