//! What a subject is verified with.

use crate::output::Output;
use crate::python::Python;

/// How much to run, with what seed, against which Python, and where to print.
pub(super) struct Run<'a> {
    pub(super) seed: u64,
    /// How many operations to run.
    pub(super) ops: usize,
    pub(super) python: &'a mut Python,
    pub(super) output: &'a Output,
}
