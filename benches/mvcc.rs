//! Commits of one writer, and what two readers read meanwhile, for maps that own their versions.
//!
//! `cargo bench -p hedgerow-bench --bench mvcc -- [--size N] [--milliseconds N] [--rounds N]`, or
//! `cargo xtask bench --maps`, which also writes the page. It uses three threads, and is not to be
//! pinned.

use std::time::Duration;

use clap::Parser;

use hedgerow_bench::mvcc::{Fixed, Imbl, Owned, Round, Rpds, markdown, round};

/// Counts commits of one writer, and what two readers read meanwhile.
#[derive(Parser)]
#[command(name = "mvcc")]
struct Arguments {
    /// Number of entries
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u32).range(1..))]
    size: u32,
    /// How long a round takes
    #[arg(long, default_value_t = 3_000)]
    milliseconds: u64,
    /// Rounds for each map, in turn
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// What `cargo bench` passes
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let arguments = Arguments::parse();
    let (size, time) = (arguments.size as usize, Duration::from_millis(arguments.milliseconds));
    let maps = [round::<Owned>, round::<Imbl>, round::<Rpds>, round::<Fixed>];
    let mut rounds: [Vec<Round>; 4] = Default::default();
    for _ in 0..arguments.rounds {
        for (run, rounds) in maps.iter().zip(&mut rounds) {
            rounds.push(run(size, time));
        }
    }
    print!("{}", markdown(size, &rounds));
}
