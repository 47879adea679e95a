//! The C library: installed, tested from C, C++ and Go, and timed.
//!
//! ```text
//! install    builds the library and puts it, its header and its pkg-config file under a prefix
//! programs   builds and runs the programs of bindings/c/tests against an installed library
//! coverage   no call and no status that the programs leave out
//! level      the C level of `hedgerow bench` runs, and times what it says
//! speed      the same trace in C, Rust and Python
//! contexts   context variables in C, Rust and CPython
//! ```

mod contexts;
mod coverage;
mod install;
mod level;
mod programs;
mod speed;

pub(crate) use contexts::{Options as ContextOptions, run as contexts};
pub(crate) use install::{Options, run as install};
pub(crate) use programs::{add_steps, run as test};
pub(crate) use speed::{PAGE, build as build_speed, measured as speed, run as bench};
