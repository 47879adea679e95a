//! Where a command prints: standard output, the files it is asked to write, and a progress bar that
//! only a terminal sees.

use crate::failure::Failure;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

/// Standard output, with a progress bar under it while both ends are a terminal.
pub(crate) struct Output {
    bar: ProgressBar,
}

impl Output {
    /// An output whose bar goes to `steps`.
    pub(crate) fn new(steps: u64) -> Self {
        let bar = if io::stdout().is_terminal() && io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} ({eta} left)");
            ProgressBar::new(steps)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        } else {
            ProgressBar::hidden()
        };
        Output { bar }
    }

    /// Prints lines at once, so that a reader of a long run sees each as it is ready.
    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        self.bar.suspend(|| {
            let mut out = io::stdout().lock();
            writeln!(out, "{text}")?;
            out.flush()
        })?;
        Ok(())
    }

    /// Says what is being done now.
    pub(crate) fn doing(&self, what: String) {
        self.bar.set_message(what);
    }

    /// One step further.
    pub(crate) fn advance(&self) {
        self.bar.inc(1);
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Writes a file that an option named.
pub(crate) fn write_file(option: &str, path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| {
        Failure::mendable(format!(
            "cannot write {} ({error}): give {option} a file in a folder you may write to",
            path.display()
        ))
    })
}

/// Opens the file for writing before minutes of work go by, so that a bad path is told at once.
pub(crate) fn check_writable(option: &str, path: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    fs::OpenOptions::new().append(true).create(true).open(path).map(drop).map_err(|error| {
        Failure::mendable(format!(
            "cannot write {} ({error}): give {option} a file in a folder you may write to",
            path.display()
        ))
    })
}

/// A whole number with its thousands apart.
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
