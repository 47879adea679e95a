//! `cargo xtask sanitize`: maps in several threads under ThreadSanitizer and AddressSanitizer.
//!
//! It needs a nightly toolchain with the sources of the standard library, which is built again for
//! ThreadSanitizer: that has to see what the locks and channels of `std` do.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::bench::output;
use crate::project::Project;
use crate::step::{Outcome, Steps};

const SANITIZERS: [&str; 2] = ["thread", "address"];
/// What shares maps among threads, and what drops keys and values at odd moments.
const TESTS: [&str; 5] = ["map_threads", "map_last_handles", "map_soak", "map_model", "map_panics"];
const TARGET: &str = "x86_64-unknown-linux-gnu";
const SOURCES: &str = "lib/rustlib/src/rust/library/std/Cargo.toml";
/// Random histories for each test; a sanitizer makes them some ten times slower.
const CASES: &str = "12";

/// Runs the tests under each sanitizer and prints the summary; true when nothing failed.
pub(crate) fn run(project: &Project) -> Result<bool> {
    let mut steps = Steps::default();
    let folder = project.target().join("sanitize");
    for sanitizer in SANITIZERS {
        let name = format!("{sanitizer} sanitizer");
        if !has_nightly(project) {
            let note = "needs `rustup toolchain install nightly --component rust-src`";
            steps.check(&name, || Ok((Outcome::Skipped, note.to_owned())));
            continue;
        }
        let mut tests = tests(project, sanitizer);
        tests.env("CARGO_TARGET_DIR", &folder);
        if steps.run(&name, tests) == Outcome::Passed {
            // Nothing of it serves the next one.
            fs::remove_dir_all(&folder)?;
        }
    }
    Ok(steps.summary())
}

/// Whether there is a nightly toolchain for the target, with the sources of `std`.
fn has_nightly(project: &Project) -> bool {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        return false;
    }
    let sysroot = output(&mut nightly(project, &["rustc", "--print", "sysroot"]));
    sysroot.is_ok_and(|path| Path::new(path.trim()).join(SOURCES).exists())
}

fn tests(project: &Project, sanitizer: &str) -> Command {
    // Added to the flags that `.cargo/config.toml` has; `RUSTFLAGS` would replace them.
    let flags = format!(r#"target."cfg(all())".rustflags=["-Zsanitizer={sanitizer}"]"#);
    let mut cargo = nightly(project, &["cargo", "test", "--no-fail-fast", "--target", TARGET]);
    if sanitizer == "thread" {
        cargo.arg("-Zbuild-std");
    }
    cargo.args(["--config", &flags, "--package", "hedgerow", "--no-default-features"]);
    TESTS.iter().for_each(|test| _ = cargo.args(["--test", test]));
    // Where destructors panic, `std` and the compiler leak; the tests count what is left.
    cargo.env("ASAN_OPTIONS", "detect_leaks=0");
    cargo.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1").env("PROPTEST_CASES", CASES);
    cargo
}

/// A command of the nightly toolchain. The variables by which the running cargo names itself and
/// its toolchain would take precedence.
fn nightly(project: &Project, arguments: &[&str]) -> Command {
    let mut command = project.program("rustup", &["run", "nightly"]);
    command.args(arguments).env_remove("CARGO").env_remove("RUSTC").env_remove("RUSTUP_TOOLCHAIN");
    command
}
