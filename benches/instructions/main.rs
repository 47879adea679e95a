//! Instructions of Hedgerow's operations and of its peers', counted by callgrind with its model of
//! the caches. The counts are equal in every run of one compiler.
//!
//! `cargo xtask instructions` runs this and compares the counts with `perf/instructions.md`. Each
//! bench is a batch on a prepared map: of 1,000 operations; in groups whose name ends in
//! `whole` of one for each entry, in groups that end in `once` of one. Preparing and dropping are
//! not counted. The names of our own groups begin with `hedgerow`.
//!
//! ```text
//! maps      what every map can do, for Hedgerow and its peers, by u64 and String keys
//! store     what only a store can: edits, release at its four levels, diff, merge, compaction
//! images    making, opening and reading images; deltas
//! objects   Python's dict, str, hash, attribute lookup and context variables
//! ```

mod images;
mod maps;
mod objects;
mod store;

use iai_callgrind::main;

use images::{each as hedgerow_image, whole as hedgerow_image_whole};
use maps::hashbrown_string::rows as hashbrown_string;
use maps::hashbrown_string_whole::rows as hashbrown_string_whole;
use maps::hashbrown_u64::rows as hashbrown_u64;
use maps::hashbrown_u64_whole::rows as hashbrown_u64_whole;
use maps::hedgerow_string::rows as hedgerow_string;
use maps::hedgerow_string_updates::rows as hedgerow_string_updates;
use maps::hedgerow_string_whole::rows as hedgerow_string_whole;
use maps::hedgerow_u64::rows as hedgerow_u64;
use maps::hedgerow_u64_updates::rows as hedgerow_u64_updates;
use maps::hedgerow_u64_whole::rows as hedgerow_u64_whole;
use maps::imbl_string::rows as imbl_string;
use maps::imbl_string_updates::rows as imbl_string_updates;
use maps::imbl_string_whole::rows as imbl_string_whole;
use maps::imbl_u64::rows as imbl_u64;
use maps::imbl_u64_updates::rows as imbl_u64_updates;
use maps::imbl_u64_whole::rows as imbl_u64_whole;
use maps::rpds_string::rows as rpds_string;
use maps::rpds_string_updates::rows as rpds_string_updates;
use maps::rpds_string_whole::rows as rpds_string_whole;
use maps::rpds_u64::rows as rpds_u64;
use maps::rpds_u64_updates::rows as rpds_u64_updates;
use maps::rpds_u64_whole::rows as rpds_u64_whole;
use objects::{each as hedgerow_object, once as hedgerow_text_once};
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
    hedgerow_string_updates,
    imbl_u64,
    imbl_u64_whole,
    imbl_u64_updates,
    imbl_string,
    imbl_string_whole,
    imbl_string_updates,
    rpds_u64,
    rpds_u64_whole,
    rpds_u64_updates,
    rpds_string,
    rpds_string_whole,
    rpds_string_updates,
    hashbrown_u64,
    hashbrown_u64_whole,
    hashbrown_string,
    hashbrown_string_whole
);
