//! `cargo xtask bench-c`: get and insert in C, in Rust and in CPython, one trace, as a table in
//! perf/.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::install;
use crate::peers;
use crate::perf::{Block, Heading, Load, put, wait_until_quiet};
use crate::program::{output, pinned};
use crate::project::Project;
use crate::step::require;

/// How often the programs take turns. A machine that is busy for a while is then busy for all.
const TURNS: usize = 3;

/// The best time of an operation at a size, of each program.
type Times = BTreeMap<(usize, String), f64>;

/// The page of the table.
pub(crate) const PAGE: &str = "perf/c-library.md";

/// Measures, prints the table and records it.
pub(crate) fn run(project: &Project) -> Result<bool> {
    build(project)?;
    let busy = wait_until_quiet(std::time::Duration::ZERO);
    let load = Load::start();
    let table = measured(project)?;
    println!("\n{table}");
    let heading = Heading::new(project, "`cargo xtask bench-c`").under(busy, &load, "one core");
    let text = format!("{}\n{table}", heading.markdown());
    put(project.root(), &[Block::new(PAGE, "c-library", text)])?;
    Ok(true)
}

/// The table of all programs, which take turns. They have been built.
pub(crate) fn measured(project: &Project) -> Result<String> {
    let (program, rust) = programs(project);
    let (mut c_times, mut rust_times) = (Times::new(), Times::new());
    for _ in 0..TURNS {
        measure(project, &program, &[], &mut c_times)?;
        measure(project, &rust, &[], &mut rust_times)?;
    }
    let mut python_times = Times::new();
    let python = peers::python(project);
    let python = if python.exists() { python } else { "python3".into() };
    let script = ["bindings/c/bench/speed.py"];
    if let Err(error) = measure(project, &python, &script, &mut python_times) {
        println!("no figures of CPython: {error:#}");
    }
    let table = table(&c_times, &rust_times, &python_times);
    Ok(format!(
        "{table}\nOne operation in nanoseconds, the best of {TURNS} turns of each program.\n"
    ))
}

/// Builds the programs in C and in Rust.
pub(crate) fn build(project: &Project) -> Result<()> {
    let folder = project.target().join("c-library");
    let installed = install::to(project, &folder.join("prefix"))?;
    let (program, _) = programs(project);
    let mut compile = project.program("cc", &["-std=c11", "-O2", "bindings/c/bench/speed.c"]);
    compile.arg("-o").arg(&program).arg("-I").arg(&installed.include);
    compile.arg("-L").arg(&installed.lib).arg("-lhedgerow");
    compile.arg(format!("-Wl,-rpath,{}", installed.lib.display()));
    require(&mut compile)?;
    let example = ["--release", "--package", "hedgerow-c", "--example", "hedgerow-c-speed"];
    require(&mut project.cargo(&[&["build", "--quiet"][..], &example].concat()))
}

/// Where the programs in C and in Rust are.
fn programs(project: &Project) -> (PathBuf, PathBuf) {
    let target = project.target();
    (target.join("c-library/speed"), target.join("release/examples/hedgerow-c-speed"))
}

/// Runs a program on one core, and keeps the better of its times and the known ones.
fn measure(project: &Project, program: &Path, words: &[&str], times: &mut Times) -> Result<()> {
    let mut command = Command::new(program);
    command.args(words).current_dir(project.root());
    let text = output(pinned(project, &command).current_dir(project.root()))?;
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let (Some(operation), Some(size), Some(time)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        let key = (size.parse()?, operation.to_owned());
        let time: f64 = time.parse()?;
        let best = times.entry(key).or_insert(time);
        *best = best.min(time);
    }
    Ok(())
}

fn table(c: &Times, rust: &Times, python: &Times) -> String {
    let mut text = String::from(
        "| operation | entries | C | Rust | C / Rust | CPython's HAMT | CPython / C |\n\
         | --- | --: | --: | --: | --: | --: | --: |\n",
    );
    for ((size, operation), c) in c {
        let key = (*size, operation.clone());
        let number = |time: Option<f64>, digits| {
            time.map_or_else(|| "-".to_owned(), |time| format!("{time:.digits$}"))
        };
        let (rust, python) = (rust.get(&key).copied(), python.get(&key).copied());
        text.push_str(&format!(
            "| {operation} | {size} | {c:.1} | {} | {} | {} | {} |\n",
            number(rust, 1),
            number(rust.map(|rust| c / rust), 2),
            number(python, 1),
            number(python.map(|python| python / c), 1),
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_row_for_each_figure_and_a_dash_for_what_is_missing() {
        let times = |time| Times::from([((1000, "get".to_owned()), time)]);
        let text = table(&times(13.0), &times(10.0), &Times::new());
        assert!(text.ends_with("| get | 1000 | 13.0 | 10.0 | 1.30 | - | - |\n"), "{text}");
    }
}
