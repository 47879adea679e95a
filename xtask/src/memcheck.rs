//! `cargo xtask python --valgrind`: the package's tests under valgrind's memcheck.
//!
//! Every object of Python comes from the C heap (`PYTHONMALLOC=malloc`) and the package keeps no
//! free lists, so that a use of what was freed is seen. All errors count, wherever they come to
//! light, but for two kinds that CPython has by itself ([`CPYTHONS_OWN`]); those are only counted.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::project::{Project, succeeds};
use crate::step::Outcome;

/// What runs user code in the middle of operations, and what frees: a few minutes of it.
pub(crate) const TESTS: [&str; 18] = [
    "test_adversarial.py",
    "test_adversarial_ends.py",
    "test_collect.py",
    "test_collect_accounts.py",
    "test_collect_meanwhile.py",
    "test_copy_cycles.py",
    "test_corners.py",
    "test_equality_mappings.py",
    "test_identity.py",
    "test_known_bugs.py",
    "test_worlds.py",
    "test_mutation.py",
    "test_nested_release.py",
    "test_pickle_copy.py",
    "test_release.py",
    "test_subclass.py",
    "test_swallowed.py",
    "test_views.py",
];
/// Nesting of a million maps takes minutes under valgrind, and two hundred thousand show the same.
const LEFT_OUT: &str = "not million";

/// How the package is built for it: without free lists, and with the names of its functions.
pub(crate) const BUILD: &str =
    "--config-settings=build-args=--features=no-free-lists --strip=false";

/// What marks an error as CPython's own, unless our library is among the callers: ints without
/// digits, and a comparison of strings by the C library, which reads whole blocks.
const CPYTHONS_OWN: [&str; 2] = ["uninitialised value", " __wmemcmp_"];

/// Whether there is a valgrind.
pub(crate) fn is_there(project: &Project) -> bool {
    succeeds(&mut project.program("valgrind", &["--version"]))
}

/// A command that runs `pytest`, a Python command, and writes what valgrind finds to `log`.
pub(crate) fn under_valgrind(project: &Project, pytest: &Command, log: &Path) -> Command {
    let options = ["--tool=memcheck", "--leak-check=no", "--num-callers=40", "--error-limit=no"];
    let mut valgrind = project.program("valgrind", &options);
    valgrind.arg("--child-silent-after-fork=yes").arg(format!("--log-file={}", log.display()));
    valgrind.arg(pytest.get_program()).args(pytest.get_args());
    if let Some(folder) = pytest.get_current_dir() {
        valgrind.current_dir(folder);
    }
    for (name, value) in pytest.get_envs() {
        if let Some(value) = value {
            valgrind.env(name, value);
        }
    }
    valgrind.args(["-k", LEFT_OUT]).env("PYTHONMALLOC", "malloc");
    valgrind
}

/// Fails if the log has errors that may be the package's.
pub(crate) fn judge(log: &Path) -> Result<(Outcome, String)> {
    let text = fs::read_to_string(log).with_context(|| format!("no log {}", log.display()))?;
    let (ours, others) = errors(&text);
    for error in &ours {
        println!("{error}");
    }
    let count = ours.len();
    let counts = format!("{count} errors; and {others} of CPython's own");
    let outcome = if ours.is_empty() { Outcome::Passed } else { Outcome::Failed };
    Ok((outcome, counts))
}

/// The errors of a log that may be ours, and how many are CPython's own.
fn errors(log: &str) -> (Vec<String>, usize) {
    // Each line begins with `==PID== `; a line of that alone ends a paragraph.
    let lines = log.lines().map(|line| line.splitn(3, "==").nth(2).unwrap_or(line).trim());
    let lines: Vec<&str> = lines.collect();
    let with_callers = |part: &&[&str]| part.iter().any(|line| line.starts_with("at 0x"));
    let (ours, others): (Vec<_>, Vec<_>) =
        lines.split(|line| line.is_empty()).filter(with_callers).partition(|part| {
            let has = |words: &str| part.iter().any(|line| line.contains(words));
            has("_hedgerow") || !CPYTHONS_OWN.iter().any(|words| has(words))
        });
    (ours.into_iter().map(|part| part.join("\n    ")).collect(), others.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_values_that_cpython_never_wrote_are_not_ours() {
        let log = "==7== Memcheck, a memory error detector\n==7== \n\
                   ==7== Invalid read of size 8\n==7==    at 0x49E0: Py_TYPE (object.h:133)\n\
                   ==7==    by 0x5A10: ??? (in lib/hedgerow/_hedgerow.cpython-311.so)\n==7== \n\
                   ==7== Use of uninitialised value of size 8\n\
                   ==7==    at 0x49E0: Py_INCREF (object.h:502)\n==7== \n\
                   ==7== Invalid free() / delete / delete[] / realloc()\n\
                   ==7==    at 0x4844: free (in vgpreload_memcheck.so)\n==7== \n\
                   ==7== ERROR SUMMARY: 3 errors from 3 contexts\n";
        let (ours, others) = errors(log);
        assert_eq!((ours.len(), others), (2, 1));
        assert!(ours[0].starts_with("Invalid read of size 8\n"));
    }
}
