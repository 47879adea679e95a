//! `cargo xtask sanitize`: maps in several threads under ThreadSanitizer and AddressSanitizer, and
//! bytes of images, damaged in every way, under the second.
//!
//! It needs a nightly toolchain with the sources of the standard library, which is built again for
//! ThreadSanitizer: that has to see what the locks and channels of `std` do.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::program::output;
use crate::project::{Project, succeeds};
use crate::step::{Outcome, Steps, require};

const SANITIZERS: [&str; 2] = ["thread", "address"];
/// What shares maps among threads, and what drops keys and values at odd moments.
const TESTS: [&str; 2] = ["map", "map_soak"];
const TARGET: &str = "x86_64-unknown-linux-gnu";
const SOURCES: &str = "lib/rustlib/src/rust/library/std/Cargo.toml";
/// What reads the bytes of images: also the unit tests of the library, which change each byte.
const IMAGE_TESTS: [&str; 5] = ["--features", "image", "--lib", "--test", "image"];
/// The same from C, in memory that ends where an image does.
const C_PROGRAM: &str = "bindings/c/tests/programs/images.c";
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
        let mut passed = steps.run(&name, tests) == Outcome::Passed;
        if sanitizer == "address" {
            let name = format!("{name}, images from C");
            passed &= steps.check(&name, || c_program(project, &folder)) != Outcome::Failed;
        }
        if passed {
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

/// Flags that are added to those of `.cargo/config.toml`; `RUSTFLAGS` would replace them.
fn flags(sanitizer: &str) -> String {
    format!(r#"target."cfg(all())".rustflags=["-Zsanitizer={sanitizer}"]"#)
}

/// The C library under AddressSanitizer, and a C program that it is linked into: the compiler of C
/// brings the sanitizer's own library for both.
fn c_program(project: &Project, folder: &Path) -> Result<(Outcome, String)> {
    let library = ["cargo", "rustc", "--quiet", "--package", "hedgerow-c", "--lib"];
    let mut cargo = nightly(project, &library);
    cargo.args(["--crate-type", "staticlib", "--target", TARGET, "--config", &flags("address")]);
    require(cargo.env("CARGO_TARGET_DIR", folder))?;
    let archive = folder.join(TARGET).join("debug/libhedgerow_c.a");
    let program = folder.join("images");
    let mut compile = project.program("cc", &["-std=c11", "-g", "-O1", "-fsanitize=address"]);
    compile.args(["-I", "bindings/c", C_PROGRAM]).arg(&archive).arg("-o").arg(&program);
    if !succeeds(compile.args(["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl"])) {
        let note = "the C compiler has no AddressSanitizer; install gcc with libasan";
        return Ok((Outcome::Skipped, note.to_owned()));
    }
    require(&mut Command::new(&program))?;
    Ok((Outcome::Passed, String::new()))
}

fn tests(project: &Project, sanitizer: &str) -> Command {
    let mut cargo = nightly(project, &["cargo", "test", "--no-fail-fast", "--target", TARGET]);
    if sanitizer == "thread" {
        cargo.arg("-Zbuild-std");
    }
    cargo.args(["--config", &flags(sanitizer), "--package", "hedgerow", "--no-default-features"]);
    TESTS.iter().for_each(|test| _ = cargo.args(["--test", test]));
    if sanitizer == "address" {
        cargo.args(IMAGE_TESTS);
    }
    // Where destructors panic, `std` and the compiler leak; the tests count what is left. Some ask
    // for more memory than there is, to be refused.
    cargo.env("ASAN_OPTIONS", "detect_leaks=0:allocator_may_return_null=1");
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
