//! Where a command prints: standard output, the files that options name, and a progress bar where
//! the output is a terminal.

use crate::failure::Failure;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

/// Standard output, with a progress bar below it where stdout and stderr are terminals.
pub(crate) struct Output {
    bar: ProgressBar,
}

impl Output {
    /// An output with a sign of life and a status, for work that is no count of steps.
    pub(crate) fn waiting() -> Self {
        if !is_terminal() {
            return Output { bar: ProgressBar::hidden() };
        }
        let style = ProgressStyle::with_template("{spinner} {wide_msg} ({elapsed})");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = ProgressBar::new_spinner().with_style(style);
        bar.enable_steady_tick(Duration::from_millis(200));
        Output { bar }
    }

    /// An output with a progress bar of so many steps.
    pub(crate) fn new(steps: u64) -> Self {
        let bar = if is_terminal() {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} ({eta} left)");
            ProgressBar::new(steps)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        } else {
            ProgressBar::hidden()
        };
        Output { bar }
    }

    /// Prints lines and flushes, so that they appear while a long run goes on.
    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        self.bar.suspend(|| {
            let mut out = io::stdout().lock();
            writeln!(out, "{text}")?;
            out.flush()
        })?;
        Ok(())
    }

    /// The text beside the progress bar.
    pub(crate) fn set_status(&self, what: String) {
        self.bar.set_message(what);
    }

    /// Moves the progress bar by one step.
    pub(crate) fn advance(&self) {
        self.bar.inc(1);
    }

    /// Removes the progress bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn is_terminal() -> bool {
    io::stdout().is_terminal() && io::stderr().is_terminal()
}

/// Writes a file that an option named.
pub(crate) fn write_file(option: &str, path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| {
        Failure::message(format!(
            "cannot write {} ({error}): give {option} a file in a folder you may write to",
            path.display()
        ))
    })
}

/// Opens the file for writing, so that a bad path is reported before minutes of work.
pub(crate) fn check_writable(option: &str, path: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    fs::OpenOptions::new().append(true).create(true).open(path).map(drop).map_err(|error| {
        Failure::message(format!(
            "cannot write {} ({error}): give {option} a file in a folder you may write to",
            path.display()
        ))
    })
}

/// A number rounded to a whole, with a comma between groups of three digits.
pub(crate) fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
