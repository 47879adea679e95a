//! `cargo xtask instructions`: callgrind's counts beside the recorded ones.
//!
//! ```text
//! count    what the bench has counted
//! record   perf/instructions.md, and what may differ from it
//! report   the table that is printed
//! ```
//!
//! Counts are the same on every run of one compiler, so a growth of one in a hundred is a change of
//! ours.

mod count;
mod record;
mod report;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;

use self::count::{Counts, collect, files};
use self::record::{Record, Verdict};
use crate::program::output;
use crate::project::{Project, succeeds};
use crate::step::{Outcome, require};
use crate::tool;

const RUNNER: &str = "iai-callgrind-runner";
/// Our rows, and those of the peers.
const BENCHES: [&str; 2] = ["instructions", "instructions-peers"];
const RECORD: &str = "instructions.md";

/// Which rows, and what to do with the counts.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Record the new counts, whatever the old ones were
    #[arg(long, conflicts_with_all = ["accept", "row"])]
    record: bool,
    /// Count this row alone, and record it with a reason: a name as in the table, in quotes
    #[arg(long, value_name = "ROW", requires = "because", conflicts_with = "row")]
    accept: Option<String>,
    /// Why the row takes more instructions
    #[arg(long, value_name = "WORDS", requires = "accept")]
    because: Option<String>,
    /// Count this row alone, and show the functions that cost most
    #[arg(long, value_name = "ROW")]
    row: Option<String>,
    /// Leave the peers out
    #[arg(long, conflicts_with_all = ["accept", "row"])]
    own: bool,
}

/// Counts, and compares or records; true when nothing grew by more than the tolerance.
pub(crate) fn run(project: &Project, options: &Options) -> Result<bool> {
    let one = options.row.as_ref().or(options.accept.as_ref());
    let benches = match one {
        Some(row) if row.starts_with(report::OURS) => &BENCHES[..1],
        Some(_) => &BENCHES[1..],
        None if options.own => &BENCHES[..1],
        None => &BENCHES[..],
    };
    let mut counts = count_rows(project, benches)?;
    if let Some(row) = one {
        counts.retain(|name, _| name == row);
        if counts.is_empty() {
            bail!("there is no row `{row}`; `cargo xtask instructions` prints their names");
        }
    }

    let is_wanted = |name: &str| match one {
        Some(row) => name == row,
        None => !options.own || name.starts_with(report::OURS),
    };
    let mut record = recorded(project);
    // Before the record takes the counts, so that the table shows the change to what it held.
    let bad = judge(&record, &counts, is_wanted);
    if let Some(row) = &options.row {
        annotate(project, row)?;
    }
    if let Some(reason) = &options.because {
        record.take(&counts, Some(reason));
    } else if options.record {
        record.rows.retain(|name, _| counts.contains_key(name) || !is_wanted(name));
        record.take(&counts, None);
        record.compiler = compiler(project)?;
    } else {
        return Ok(bad == 0);
    }
    let path = project.perf().join(RECORD);
    fs::write(&path, record.to_markdown()).with_context(|| format!("cannot write {RECORD}"))?;
    println!("wrote perf/{RECORD}: {} rows", counts.len());
    Ok(true)
}

/// Our own rows as a step of the tests. Another compiler than the recorded one has other counts,
/// which are no change of ours.
pub(crate) fn gate(project: &Project) -> Result<(Outcome, String)> {
    let record = recorded(project);
    let compiler = compiler(project)?;
    if compiler != record.compiler {
        let recorded = &record.compiler;
        let note = format!("recorded with {recorded}, and this is {compiler}: record them anew");
        return Ok((Outcome::Skipped, note));
    }
    if !has_valgrind(project) {
        return Ok((Outcome::Skipped, "valgrind is not installed".to_owned()));
    }
    let counts = count_rows(project, &BENCHES[..1])?;
    let bad = judge(&record, &counts, |name| name.starts_with(report::OURS));
    ensure!(bad == 0, "{bad} of {} rows grew by more than 1 % or are missing", counts.len());
    Ok((Outcome::Passed, format!("{} rows within 1 %", counts.len())))
}

/// Prints what has become of the rows; how many are bad.
fn judge(record: &Record, counts: &Counts, wanted: impl Fn(&str) -> bool) -> usize {
    let verdicts = record.judge(counts, wanted);
    let mut peers: Counts =
        record.rows.iter().map(|(name, row)| (name.clone(), row.count)).collect();
    peers.extend(counts.clone());
    report::print(counts, &peers, &verdicts);
    let bad = |(_, verdict): &(&String, &Verdict)| {
        matches!(verdict, Verdict::Grew { .. } | Verdict::Missing)
    };
    let bad: Vec<_> = verdicts.iter().filter(bad).collect();
    for (name, verdict) in &bad {
        println!("{name}: {}", report::describe(verdict));
    }
    if !bad.is_empty() {
        println!(
            "If this is meant: cargo xtask instructions --accept 'ROW' --because 'WORDS', or, for \
             many rows, --record and a note in perf/notes."
        );
    }
    bad.len()
}

/// The recorded counts, or none.
fn recorded(project: &Project) -> Record {
    Record::parse(&fs::read_to_string(project.perf().join(RECORD)).unwrap_or_default())
}

fn compiler(project: &Project) -> Result<String> {
    Ok(output(&mut project.program("rustc", &["--version"]))?.trim().to_owned())
}

/// Where the runner leaves what it counts.
fn home(project: &Project) -> PathBuf {
    project.target().join("instructions")
}

fn has_valgrind(project: &Project) -> bool {
    succeeds(&mut project.program("valgrind", &["--version"]))
}

/// Runs benches, and reads what they leave.
fn count_rows(project: &Project, benches: &[&str]) -> Result<Counts> {
    ensure!(
        has_valgrind(project),
        "valgrind is not installed; get it from your package manager and run this again"
    );
    let runner = tool::install(project, RUNNER, &locked_version(project)?)?;
    let home = home(project);
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    let mut bench = project.cargo(&["bench", "--package", "hedgerow-bench"]);
    benches.iter().for_each(|name| _ = bench.args(["--bench", name]));
    bench.args(["--", "--save-summary=json"]);
    bench.env("IAI_CALLGRIND_RUNNER", runner).env("IAI_CALLGRIND_HOME", &home);
    require(&mut bench)?;
    let counts = collect(&home)?;
    ensure!(!counts.is_empty(), "no row was counted");
    Ok(counts)
}

/// The runner must be of the same version as the library the bench links.
fn locked_version(project: &Project) -> Result<String> {
    let path = project.root().join("Cargo.lock");
    let lock = fs::read_to_string(&path).context("no Cargo.lock; run `cargo build` first")?;
    let name = format!("name = \"{RUNNER}\"");
    lock.split("[[package]]")
        .find(|package| package.contains(&name))
        .and_then(|package| package.split("version = \"").nth(1)?.split('"').next())
        .map(str::to_owned)
        .with_context(|| format!("Cargo.lock names no {RUNNER}; does benches/ still use it?"))
}

/// Prints the functions in which a row spends its instructions, most first.
fn annotate(project: &Project, row: &str) -> Result<()> {
    let (bench, details) = row.split_once(' ').unwrap_or((row, ""));
    let summary = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    let summaries = files(&home(project), &|name| name == "summary.json")?;
    let of_row = summaries.iter().find(|path| {
        let text = summary(path);
        text.contains(&format!("::{bench}\"")) && text.contains(&format!("\"{details}\""))
    });
    let folder = of_row.and_then(|path| path.parent()).context("the row left no summary")?;
    let profiles = files(folder, &|name| name.starts_with("callgrind.") && name.ends_with(".out"))?;
    let profile = profiles.first().context("the row left no profile")?;
    let mut annotate = project.program("callgrind_annotate", &["--threshold=95", "--auto=no"]);
    require(annotate.arg(profile))
}
