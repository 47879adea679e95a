//! The parts that are Python programs. Each prints blocks for its page.

use anyhow::{Result, anyhow};

use super::python::{self, versions};
use super::run::{HEADING, Measured, Run};
use crate::perf::split;
use crate::program::{pinned, printed};

const PYTHON: &str = "perf/python.md";
const IMAGE: &str = "perf/image.md";
const README: &str = "bindings/python/README.md";
/// The kinds of key of a record, of the sixteen that there are.
const KINDS: [&str; 9] = [
    "str",
    "small int",
    "milliseconds",
    "id of 62 bits",
    "tuple of two ints",
    "bytes of 16",
    "object",
    "uuid",
    "enum",
];

pub(super) fn prepare(run: &Run<'_>) -> Result<Option<String>> {
    Ok(python::main(run).err())
}

pub(super) fn prepare_frozendict(run: &Run<'_>) -> Result<Option<String>> {
    Ok(python::frozendict(run).err())
}

pub(super) fn maps(run: &Run<'_>) -> Result<Measured> {
    let mut words = vec!["perf/python_map.py", "--markdown", "--speed"];
    if run.is_quick {
        words.extend(["--sizes", "10", "1000", "--rounds", "1", "--keys", "str", "object"]);
    } else {
        // A million entries of each kind would take most of an hour.
        words.extend(["--rounds", "3", "--million", "str", "small int", "--keys"]);
        words.extend(KINDS);
    }
    let settings = "nine kinds of key, two of them with a million entries; 3 rounds";
    measured(run, PYTHON, &words, &["immutables"], settings)
}

pub(super) fn memory(run: &Run<'_>) -> Result<Measured> {
    let mut words = vec!["perf/python_map.py", "--markdown", "--memory", "--rpds"];
    if run.is_quick {
        words.extend(["--sizes", "1000", "10000"]);
    }
    measured(run, PYTHON, &words, &["immutables", "rpds-py"], "one process for each figure")
}

pub(super) fn histories(run: &Run<'_>) -> Result<Measured> {
    let mut words = vec!["perf/python_history.py", "--markdown", "--rounds"];
    words.extend(if run.is_quick { &["1", "--versions", "1000"][..] } else { &["2"][..] });
    measured(run, PYTHON, &words, &["immutables"], "100,000 versions, 2 rounds")
}

pub(super) fn images(run: &Run<'_>) -> Result<Measured> {
    let quick = run.is_quick.then_some("--quick");
    let words: Vec<&str> =
        ["perf/python_image.py", "own", "open"].into_iter().chain(quick).collect();
    measured(run, IMAGE, &words, &[], "up to 1,000,000 entries")
}

pub(super) fn image_peers(run: &Run<'_>) -> Result<Measured> {
    let quick = run.is_quick.then_some("--quick");
    let words: Vec<&str> = ["perf/python_image.py", "peers"].into_iter().chain(quick).collect();
    let packages = ["lmdb", "marisa-trie", "pyarrow"];
    measured(run, IMAGE, &words, &packages, "three cold and three warm processes for each file")
}

pub(super) fn frozendict(run: &Run<'_>) -> Result<Measured> {
    let quick = run.is_quick.then_some("--quick");
    let words: Vec<&str> =
        ["perf/python_frozendict.py", "--markdown"].into_iter().chain(quick).collect();
    let python = python::frozendict(run).map_err(|why| anyhow!(why))?;
    with(run, &python, README, &words, &[], "40 rounds of some 2 ms, which take turns")
}

fn measured(
    run: &Run<'_>,
    page: &str,
    words: &[&str],
    packages: &[&str],
    settings: &str,
) -> Result<Measured> {
    let python = python::main(run).map_err(|why| anyhow!(why))?;
    with(run, &python, page, words, packages, settings)
}

fn with(
    run: &Run<'_>,
    python: &std::path::Path,
    page: &str,
    words: &[&str],
    packages: &[&str],
    settings: &str,
) -> Result<Measured> {
    let command = run.project.program(&python.to_string_lossy(), words);
    let mut command = pinned(run.project, &command);
    let text = printed(command.env("PYTHONDONTWRITEBYTECODE", "1"))?;
    let mut blocks = split(page, &text)?;
    if let Some(first) = blocks.first_mut() {
        first.text = format!("{HEADING}\n{}", first.text);
    }
    Ok(Measured {
        versions: versions(run.project, python, packages),
        settings: settings.to_owned(),
        cores: "one core",
        blocks,
    })
}
