//! Stores, versions, views, edits and hosts: each module begins with the class of bug it looks for.
//!
//! They are one program, since each program is compiled by itself, with the whole engine in it.

// What they share.
mod model_host;
#[path = "../support/mod.rs"]
mod support;

mod drops;
mod duplicates;
mod fallible_equality;
mod fast_paths;
mod faulty_keys;
mod hamt_rules;
mod host_operations;
mod host_search;
mod limits;
mod model;
mod ownership;
mod pins;
mod reading;
mod reentrant;
mod relatives;
mod release;
mod shapes;
mod stale_handles;
mod untrusted_words;
mod version_table;
