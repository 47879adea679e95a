//! Maps and sets that own their versions: each module begins with the class of bug it looks for.
//!
//! They are one program, since each program is compiled by itself, with the whole engine in it.

// What they share.
mod checksums;
mod letters;
#[path = "../support/mod.rs"]
mod support;
mod tokens;

mod api;
mod bounds;
mod hashes;
mod last_handles;
mod methods;
mod model;
mod panics;
mod rayon;
mod set;
mod smoke;
mod some_keys;
mod threads;
