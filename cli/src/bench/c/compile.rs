//! Makes the extension of `cli/c/` for the Python that was found, in the target folder: libhedgerow
//! by cargo, and the extension by the C compiler.
//!
//! ```text
//! target/release/libhedgerow_c.a                 libhedgerow
//! target/bench/cpython-313/hedgerow_bench_c.so   the extension, which links it
//! ```

use super::super::checkout::Checkout;
use super::super::process::{self, cargo};
use crate::output::Output;
use crate::python::Description;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;
use std::{env, fs, io};

const SOURCES: [&str; 4] = ["module.c", "library.c", "methods.c", "contexts.c"];
const HEADERS: [&str; 2] = ["calls.h", "loops.h"];
/// Warnings are for those who change the sources: with another compiler they are no reason to fail.
const FLAGS: [&str; 4] = ["-std=gnu11", "-O2", "-fPIC", "-Wall"];

/// The file of the extension, or in one line why there is none, and the remedy. `includes` are the
/// folders of this Python's headers. With `is_offline` it is what an earlier run has made.
pub(crate) fn extension(
    python: &Description,
    includes: &[PathBuf],
    is_offline: bool,
    output: &Output,
) -> Result<PathBuf, String> {
    if cfg!(windows) {
        return Err("it is not made for Windows".to_owned());
    }
    let checkout = Checkout::find().ok_or(
        "there is no checkout with its sources: run this command in a checkout of Hedgerow",
    )?;
    let made = checkout.target().join("bench").join(&python.tag).join("hedgerow_bench_c.so");
    if is_offline {
        let none = "nothing was built for this Python yet: run this command without --offline";
        return if made.exists() { Ok(made) } else { Err(none.to_owned()) };
    }
    if includes.is_empty() {
        return Err(format!(
            "{} has no headers: install them (Debian's python3-dev), or give --python a CPython \
             that has them",
            python.executable
        ));
    }
    let compiler = env::var_os("CC").unwrap_or_else(|| "cc".into());
    let version = Command::new(&compiler).arg("--version").output();
    if !version.is_ok_and(|output| output.status.success()) {
        let name = compiler.to_string_lossy();
        return Err(format!("there is no C compiler {name:?}: install gcc or clang, or set CC"));
    }
    let library = Library::build(&checkout, output)?;
    let folder = checkout.root().join("cli/c");
    let inputs = SOURCES.iter().chain(&HEADERS).map(|name| folder.join(name));
    let inputs: Vec<PathBuf> = inputs.chain([library.archive.clone()]).collect();
    if !is_newer(&made, &inputs) {
        let what = format!("{} {}", python.implementation, python.version);
        output.set_status(format!("compiling cli/c for {what}"));
        let mut compile = Command::new(&compiler);
        compile.args(FLAGS).args(linked()).args(includes.iter().map(|path| include(path)));
        compile.arg(include(&checkout.root().join("bindings/c")));
        compile.args(&inputs[..SOURCES.len()]).arg(library.archive).args(library.needs);
        put(&mut compile, &made).map_err(|cause| {
            format!("cli/c does not compile ({cause}): try another CC or --python")
        })?;
    }
    Ok(made)
}

/// libhedgerow as an archive.
struct Library {
    archive: PathBuf,
    /// What is linked besides it.
    needs: Vec<String>,
}

impl Library {
    /// Builds it as `cargo xtask install-c` does, and so once for both: without the rlib, or cargo
    /// would not optimise across crates.
    fn build(checkout: &Checkout, output: &Output) -> Result<Self, String> {
        output.set_status("building libhedgerow".to_owned());
        let words = ["rustc", "--package", "hedgerow-c", "--release", "--lib"];
        let mut build = cargo(checkout, &words);
        build.args(["--crate-type", "cdylib,staticlib", "--", "--print", "native-static-libs"]);
        let mut needs = None;
        let built = process::run(&mut build, |line| {
            output.set_status(format!("building libhedgerow: {}", line.trim()));
            if let Some((_, names)) = line.split_once("native-static-libs: ") {
                needs = Some(names.split_whitespace().map(str::to_owned).collect());
            }
        });
        built.map_err(|cause| {
            format!(
                "cargo could not build libhedgerow ({cause}): install Rust, or see what `cargo \
                 build --release -p hedgerow-c` says"
            )
        })?;
        let archive = checkout.target().join("release/libhedgerow_c.a");
        let needs = needs.ok_or("rustc did not say what libhedgerow is linked with")?;
        Ok(Library { archive, needs })
    }
}

fn include(folder: &Path) -> String {
    format!("-I{}", folder.display())
}

/// How an extension of Python is linked.
fn linked() -> &'static [&'static str] {
    if cfg!(target_os = "macos") {
        &["-bundle", "-undefined", "dynamic_lookup"]
    } else {
        &["-shared"]
    }
}

/// Whether a file is there and not older than any of the others.
fn is_newer(made: &Path, inputs: &[PathBuf]) -> bool {
    let time = |path: &Path| fs::metadata(path).and_then(|data| data.modified());
    let age = |path: &PathBuf| time(path).unwrap_or(SystemTime::now());
    time(made).is_ok_and(|made| inputs.iter().map(age).all(|input| input <= made))
}

/// Runs the compiler, and puts what it made in its place: a process that has the old file loaded
/// keeps it.
fn put(compile: &mut Command, made: &Path) -> Result<(), String> {
    let said = |error: io::Error| error.to_string();
    let folder = made.parent().ok_or("it has no folder")?;
    fs::create_dir_all(folder).map_err(said)?;
    let new = folder.join(format!("new-{}.so", std::process::id()));
    compile.arg("-o").arg(&new).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    process::run(compile, |_| ())?;
    fs::rename(&new, made).map_err(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_again_if_a_source_is_newer_or_gone() {
        let folder = tempfile::tempdir().unwrap();
        let [source, made] = ["a.c", "a.so"].map(|name| folder.path().join(name));
        fs::write(&source, "").unwrap();
        assert!(!is_newer(&made, std::slice::from_ref(&source)));
        fs::write(&made, "").unwrap();
        assert!(is_newer(&made, std::slice::from_ref(&source)));
        let later = SystemTime::now() + std::time::Duration::from_secs(60);
        fs::File::options().write(true).open(&source).unwrap().set_modified(later).unwrap();
        assert!(!is_newer(&made, &[source]));
        assert!(!is_newer(&made, &[folder.path().join("gone.c")]));
    }

    #[test]
    fn every_file_of_the_extension_is_compiled_and_watched() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("c");
        let mut named = [&SOURCES[..], &HEADERS, &["check.py"]].concat();
        let mut there: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        named.sort_unstable();
        there.sort_unstable();
        assert_eq!(there, named);
    }
}
