//! The library compiles for targets of 32 bits, with threads and mappings and without.

use anyhow::Result;

use crate::program::output;
use crate::project::{Project, succeeds};
use crate::step::{Outcome, require};

/// One aligns an `i64` to 4 bytes; the other has no operating system.
const TARGETS: [&str; 2] = ["i686-unknown-linux-gnu", "wasm32-unknown-unknown"];

/// Checks the library for each target whose standard library is there or can be had.
pub(crate) fn check(project: &Project) -> Result<(Outcome, String)> {
    let list = output(&mut project.program("rustup", &["target", "list", "--installed"]));
    let installed = list.unwrap_or_default();
    let mut checked = Vec::new();
    for target in TARGETS {
        let is_there = installed.lines().any(|line| line == target)
            || succeeds(&mut project.program("rustup", &["target", "add", target]));
        if is_there {
            require(&mut project.cargo(&["check", "--package", "hedgerow", "--target", target]))?;
            checked.push(target);
        }
    }
    if checked.is_empty() {
        let note = format!("rustup cannot add {}", TARGETS.join(" or "));
        return Ok((Outcome::Skipped, note));
    }
    Ok((Outcome::Passed, checked.join(", ")))
}
