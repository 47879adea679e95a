//! The extension module of the Python package `hedgerow`.
//!
//! From the bottom up: `ffi/` handles what belongs to CPython, with unsafe code; the modules beside
//! this file are the classes and operations, in safe code; and `slots/` is what CPython calls.
//! Start with `ffi/mod.rs` for the contract of the unsafe code, or with `slots/map.rs` and
//! `lookup.rs` to follow one key. DESIGN.md explains the rest.

mod build;
mod collect;
mod combine;
mod copy;
mod edit;
mod entries;
mod entry_sum;
mod equality;
mod ffi;
mod hash;
mod image;
mod iterator;
mod known_hash;
mod lookup;
mod map;
mod mappings;
mod mutation;
mod part;
mod paths;
mod pickle;
mod pprint;
mod repr;
mod search;
mod set;
mod set_mutation;
mod set_operations;
mod set_relations;
mod slots;
mod statistics;
mod store;
mod unshared;
mod update;
mod views;
