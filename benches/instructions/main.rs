//! Instructions of Hedgerow's operations, counted by callgrind with its model of the caches. The
//! counts are equal in every run of one compiler: every hasher has a fixed seed.
//!
//! `cargo xtask instructions` runs this and `peers.rs`, and compares the counts with
//! `perf/instructions.md`. Each bench is a batch on a prepared map: of 1,000 operations; in groups
//! whose name ends in `whole` of one for each entry, in groups that end in `once` of one. Preparing
//! and dropping are not counted. The names of our own groups begin with `hedgerow`.
//!
//! ```text
//! maps      what every map can do, for Hedgerow and its peers, by u64 and String keys
//! store     what only a store can: edits, release at its four levels, diff, merge, compaction
//! images    making, opening and reading images; deltas
//! objects   Python's dict, str, hash, attribute lookup and context variables
//! ```

mod images;
#[macro_use]
mod maps;
mod objects;
mod store;

use hedgerow_bench::subjects::Hedgerow;
use iai_callgrind::main;

/// The rows that every map has.
mod ours {
    reads!(hedgerow_u64, hedgerow_u64_whole, crate::Hedgerow<u64>, u64);
    reads!(hedgerow_string, hedgerow_string_whole, crate::Hedgerow<String>, String);
    updates!(hedgerow_u64_updates, crate::Hedgerow<u64>, u64);
    updates!(hedgerow_string_updates, crate::Hedgerow<String>, String);
}

use images::{each as hedgerow_image, whole as hedgerow_image_whole};
use objects::{each as hedgerow_object, once as hedgerow_text_once};
use ours::hedgerow_string::rows as hedgerow_string;
use ours::hedgerow_string_updates::rows as hedgerow_string_updates;
use ours::hedgerow_string_whole::rows as hedgerow_string_whole;
use ours::hedgerow_u64::rows as hedgerow_u64;
use ours::hedgerow_u64_updates::rows as hedgerow_u64_updates;
use ours::hedgerow_u64_whole::rows as hedgerow_u64_whole;
use store::{each as hedgerow_store, whole as hedgerow_store_whole};

main!(
    library_benchmark_groups = hedgerow_store,
    hedgerow_store_whole,
    hedgerow_image,
    hedgerow_image_whole,
    hedgerow_object,
    hedgerow_text_once,
    hedgerow_u64,
    hedgerow_u64_whole,
    hedgerow_u64_updates,
    hedgerow_string,
    hedgerow_string_whole,
    hedgerow_string_updates
);
