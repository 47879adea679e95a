//! The workloads of Hedgerow's benches, written once and run by every harness.
//!
//! ```text
//! settings    sizes and time per row, from the environment
//! keys        key sets: the same well spread keys for every subject
//! python      a CPython to measure beside
//! subjects    one trait, and one small file for each map under test
//! workloads   what is done with a subject; each returns the time of N operations
//! peers.rs          criterion: Hedgerow beside its peers, ns per operation
//! instructions.rs   iai-callgrind: Hedgerow alone, instructions per batch
//! bin/memory.rs     heap bytes per entry, and the linear update test
//! bin/perf_table.rs criterion's files as one markdown table with ratios
//! ```
//!
//! Every subject hashes with the same [`Hasher`], so that a row compares maps and not hashers.

pub mod keys;
pub mod python;
pub mod settings;
pub mod subjects;
pub mod table;
pub mod workloads;

/// The hasher of every subject. Its seed is fixed so that two runs build the same trees.
pub type Hasher = foldhash::fast::FixedState;

/// The one hasher all subjects are built with.
#[must_use]
pub fn hasher() -> Hasher {
    Hasher::with_seed(0x6865_6467_6572_6f77)
}
