//! The workloads of Hedgerow's benches, which every harness runs.
//!
//! ```text
//! settings    sizes and time per row, from the environment
//! keys        the keys, the same for every subject
//! python      a CPython process to compare with
//! subjects    the maps under test, behind one trait
//! workloads   what is timed; each returns the time of N operations
//! batches     what is counted, in instructions
//! table       criterion's figures as a markdown table
//! tail        histories in which every operation is timed by itself
//! mvcc        one writer and two readers of one map
//!
//! peers.rs          criterion: Hedgerow and its peers, ns per operation
//! instructions/     iai-callgrind: Hedgerow and its peers, instructions per batch
//! tail.rs           the slowest operations of histories, and resident memory
//! mvcc.rs           commits and reads in three threads
//! bin/limits.rs     what the machine could do at best, for perf/limits.md
//! bin/memory.rs     heap bytes per entry, and growth under a line of updates
//! bin/perf_table.rs prints the table
//! ```
//!
//! Every subject has the same [`Hasher`], so that a row compares maps and not hashers.

pub mod batches;
pub mod keys;
pub mod mvcc;
pub mod python;
pub mod settings;
pub mod subjects;
pub mod table;
pub mod tail;
pub mod workloads;

/// The hasher of every subject. Its seed is fixed so that two runs build the same trees.
pub type Hasher = foldhash::fast::FixedState;

/// The hasher that all subjects are built with.
#[must_use]
pub fn hasher() -> Hasher {
    Hasher::with_seed(0x6865_6467_6572_6f77)
}
