//! Instructions of the peers, in the rows of `main.rs` that they have. They change with the
//! versions of the peers and with the compiler alone, so they are a program of their own, which CI
//! need not run.

#[macro_use]
mod maps;

use hedgerow_bench::subjects::{Hashbrown, ImblSync, RpdsRc};
use iai_callgrind::main;

mod theirs {
    reads!(imbl_u64, imbl_u64_whole, crate::ImblSync, u64);
    updates!(imbl_u64_updates, crate::ImblSync, u64);
    reads!(imbl_string, imbl_string_whole, crate::ImblSync, String);
    updates!(imbl_string_updates, crate::ImblSync, String);
    reads!(rpds_u64, rpds_u64_whole, crate::RpdsRc, u64);
    updates!(rpds_u64_updates, crate::RpdsRc, u64);
    reads!(rpds_string, rpds_string_whole, crate::RpdsRc, String);
    updates!(rpds_string_updates, crate::RpdsRc, String);
    reads!(hashbrown_u64, hashbrown_u64_whole, crate::Hashbrown, u64);
    reads!(hashbrown_string, hashbrown_string_whole, crate::Hashbrown, String);
}

use theirs::hashbrown_string::rows as hashbrown_string;
use theirs::hashbrown_string_whole::rows as hashbrown_string_whole;
use theirs::hashbrown_u64::rows as hashbrown_u64;
use theirs::hashbrown_u64_whole::rows as hashbrown_u64_whole;
use theirs::imbl_string::rows as imbl_string;
use theirs::imbl_string_updates::rows as imbl_string_updates;
use theirs::imbl_string_whole::rows as imbl_string_whole;
use theirs::imbl_u64::rows as imbl_u64;
use theirs::imbl_u64_updates::rows as imbl_u64_updates;
use theirs::imbl_u64_whole::rows as imbl_u64_whole;
use theirs::rpds_string::rows as rpds_string;
use theirs::rpds_string_updates::rows as rpds_string_updates;
use theirs::rpds_string_whole::rows as rpds_string_whole;
use theirs::rpds_u64::rows as rpds_u64;
use theirs::rpds_u64_updates::rows as rpds_u64_updates;
use theirs::rpds_u64_whole::rows as rpds_u64_whole;

main!(
    library_benchmark_groups = imbl_u64,
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
