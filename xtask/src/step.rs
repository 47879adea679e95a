//! Runs steps one after the other, shows what they print, and keeps score.
//!
//! A failed step does not stop the ones after it: one run shows all that is wrong.

use std::io::{self, BufRead, BufReader, IsTerminal as _, Write as _};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use crate::project::typed;

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It did what it should.
    Passed,
    /// It did not.
    Failed,
    /// Something it needs is missing, and its note says what; not counted as either.
    Skipped,
}

/// The steps so far.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<Step>,
}

struct Step {
    name: String,
    outcome: Outcome,
    time: Duration,
    note: String,
}

/// Tests that ran inside a step, by the summaries that nextest, cargo test and pytest print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: usize,
    failed: usize,
}

impl Steps {
    /// Runs a program as one step. Its note in the table is the number of tests it ran, if any.
    pub(crate) fn run(&mut self, name: &str, mut command: Command) -> Outcome {
        heading(name, &typed(&command));
        let start = Instant::now();
        let (outcome, note) = match watch(&mut command) {
            Ok((true, tally)) => (Outcome::Passed, tally.to_string()),
            Ok((false, tally)) => (Outcome::Failed, tally.to_string()),
            Err(error) => (Outcome::Failed, format!("{error:#}")),
        };
        self.record(name, outcome, start.elapsed(), note)
    }

    /// Runs a check of our own as one step; it returns its outcome and a note for the table.
    pub(crate) fn check(
        &mut self,
        name: &str,
        check: impl FnOnce() -> Result<(Outcome, String)>,
    ) -> Outcome {
        heading(name, "");
        let start = Instant::now();
        let (outcome, note) =
            check().unwrap_or_else(|error| (Outcome::Failed, format!("{error:#}")));
        if !note.is_empty() {
            println!("{note}");
        }
        self.record(name, outcome, start.elapsed(), note)
    }

    /// Prints the table and the closing line; true when nothing failed.
    pub(crate) fn summary(&self) -> bool {
        let width = self.done.iter().map(|step| step.name.len()).max().unwrap_or(0);
        println!("\n== summary");
        for step in &self.done {
            let outcome = match step.outcome {
                Outcome::Passed => "passed ",
                Outcome::Failed => "FAILED ",
                Outcome::Skipped => "skipped",
            };
            let seconds = step.time.as_secs_f64();
            let line = format!("{outcome} {:width$} {seconds:8.1} s  {}", step.name, step.note);
            println!("{}", line.trim_end());
        }
        let count = |outcome| self.done.iter().filter(|step| step.outcome == outcome).count();
        let failed = count(Outcome::Failed);
        println!("\n{} passed, {failed} failed", count(Outcome::Passed));
        failed == 0
    }

    fn record(&mut self, name: &str, outcome: Outcome, time: Duration, note: String) -> Outcome {
        self.done.push(Step { name: name.to_owned(), outcome, time, note });
        outcome
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Tally { passed: 0, failed: 0 } => Ok(()),
            Tally { passed, failed: 0 } => write!(formatter, "{passed} tests passed"),
            Tally { passed, failed } => write!(formatter, "{passed} tests passed, {failed} failed"),
        }
    }
}

/// Runs a program that must succeed for the rest to make sense.
pub(crate) fn require(command: &mut Command) -> Result<()> {
    let line = typed(command);
    println!("== {line}");
    let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
    ensure!(status.success(), "`{line}` failed; its own message is above");
    Ok(())
}

fn heading(name: &str, line: &str) {
    let colon = if line.is_empty() { "" } else { ": " };
    println!("\n== {name}{colon}{line}");
}

/// Passes on what a program prints, line by line, and adds up the test summaries in it.
fn watch(command: &mut Command) -> Result<(bool, Tally)> {
    if io::stdout().is_terminal() {
        // Behind our pipe the program no longer sees the terminal.
        command.env("CARGO_TERM_COLOR", "always");
    }
    let line = typed(command);
    let (reader, writer) = io::pipe().context("cannot make a pipe")?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().with_context(|| format!("cannot start `{line}`"))?;
    // Our own ends of the pipe must go, or reading would never come to an end.
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let mut tally = Tally::default();
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        io::stdout().write_all(&bytes)?;
        tally.add(&plain(&String::from_utf8_lossy(&bytes)));
        bytes.clear();
    }
    Ok((child.wait()?.success(), tally))
}

impl Tally {
    /// Adds what a line of a summary of nextest, cargo test or pytest says; other lines say
    /// nothing.
    fn add(&mut self, line: &str) {
        let line = line.trim();
        let counts = if let Some(counts) = line.strip_prefix("test result: ") {
            counts.split_once(". ").map_or(counts, |(_, counts)| counts)
        } else if line.starts_with("Summary [") && line.contains(" run: ") {
            line.split_once(" run: ").map_or("", |(_, counts)| counts)
        } else if let Some(counts) = of_pytest(line) {
            counts
        } else {
            return;
        };
        for count in counts.split([',', ';']) {
            let mut words = count.split_whitespace();
            let number = words.next().and_then(|word| word.parse::<usize>().ok()).unwrap_or(0);
            match words.next() {
                Some("passed") => self.passed += number,
                Some("failed" | "error" | "errors") => self.failed += number,
                _ => {}
            }
        }
    }
}

/// The counts of pytest's last line, `== 3 passed, 1 failed in 0.12s ==` with or without the bars.
fn of_pytest(line: &str) -> Option<&str> {
    let (counts, time) = line.trim_matches(['=', ' ']).rsplit_once(" in ")?;
    let seconds = time.split_whitespace().next()?.strip_suffix('s')?;
    seconds.parse::<f64>().ok()?;
    counts.starts_with(|first: char| first.is_ascii_digit()).then_some(counts)
}

/// A line without its colours.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            // A colour ends at its first letter.
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.add(&plain(line)));
        tally
    }

    #[test]
    fn summaries_of_all_runners_are_added_up() {
        let nextest = "\u{1b}[1m     Summary\u{1b}[0m [   0.52s] 12 tests run: 11 passed \
                       (1 slow), 1 failed, 2 skipped";
        let cargo = "test result: ok. 8 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out";
        assert_eq!(tally(&[nextest, cargo, "8 passed"]), Tally { passed: 19, failed: 1 });
        let pytest = "= 2 failed, 31 passed, 4 skipped, 1 error in 75.02s (0:01:15) =";
        let quiet = "7 passed in 0.12s";
        assert_eq!(tally(&[pytest, quiet, "1 egg in a nest"]), Tally { passed: 38, failed: 3 });
    }

    #[test]
    fn steps_that_failed_or_were_skipped_do_not_count_as_passed() {
        let mut steps = Steps::default();
        steps.check("good", || Ok((Outcome::Passed, String::new())));
        assert!(steps.summary());
        steps.check("missing", || Ok((Outcome::Skipped, "no peer".into())));
        assert!(steps.summary());
        steps.check("bad", || anyhow::bail!("broken"));
        assert!(!steps.summary());
    }

    #[test]
    fn a_program_that_cannot_start_is_a_failed_step() {
        let mut steps = Steps::default();
        assert_eq!(steps.run("none", Command::new("no-such-program-here")), Outcome::Failed);
    }
}
