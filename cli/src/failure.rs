//! How a command ends early, and what it prints: one line with the cause and the remedy.

use clap::error::ErrorKind;
use std::io::{self, Write};
use std::process::ExitCode;

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An error the user can fix. The line names the cause and the remedy.
    Message(String),
    /// `verify` or `image diff` found a difference and has printed it.
    Difference,
    /// What was asked for is not there; the line says what.
    Absent(String),
    /// The reader of the output closed it, as `head` does. There is nobody left to write to.
    OutputClosed,
    /// clap has printed its help and chosen the exit code.
    HelpShown(u8),
}

impl Failure {
    /// An error the user can fix.
    pub(crate) fn message(line: impl Into<String>) -> Self {
        Failure::Message(line.into())
    }

    /// Prints the message, if there is one. The exit code is 2 for bad input, and 1 for a
    /// difference found and for what is absent.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Failure::Message(line) => print_line(&line, 2),
            Failure::Absent(line) => print_line(&line, 1),
            Failure::Difference => ExitCode::from(1),
            Failure::OutputClosed => ExitCode::SUCCESS,
            Failure::HelpShown(code) => ExitCode::from(code),
        }
    }
}

/// Prints the one line of a failure. Where stderr is closed it is lost: no reason to panic.
fn print_line(line: &str, code: u8) -> ExitCode {
    let _ = writeln!(io::stderr(), "hedgerow: {line}");
    ExitCode::from(code)
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::OutputClosed,
            _ => Failure::message(format!(
                "cannot write the output ({error}): free space, or send it elsewhere"
            )),
        }
    }
}

impl From<hedgerow::Error> for Failure {
    fn from(error: hedgerow::Error) -> Self {
        Failure::message(format!("the engine refused: {error}; try fewer keys or operations"))
    }
}

/// clap's message about bad arguments, as one line. Help and version are printed as they are.
pub(crate) fn from_arguments(error: &clap::Error) -> Result<(), Failure> {
    if !error.use_stderr() {
        error.print()?;
        return Ok(());
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        error.print()?;
        return Err(Failure::HelpShown(2));
    }
    Err(Failure::Message(first_paragraph(&error.render().to_string())))
}

fn first_paragraph(rendered: &str) -> String {
    let lines: Vec<&str> =
        rendered.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    let joined = lines.join(" ");
    let message = joined.strip_prefix("error: ").unwrap_or(&joined);
    format!("{message}; `hedgerow --help` and `hedgerow COMMAND --help` list what there is")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clap_errors_become_one_line_with_the_missing_argument_in_it() {
        let rendered = "error: the following required arguments were not provided:\n  \
                        --keys <FILE>\n\nUsage: x";
        let line = first_paragraph(rendered);
        assert!(line.starts_with("the following required arguments were not provided: --keys"));
        assert_eq!(line.lines().count(), 1);
    }

    #[test]
    fn a_closed_output_is_no_error() {
        let closed = io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(matches!(Failure::from(closed), Failure::OutputClosed));
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert!(matches!(Failure::from(full), Failure::Message(line) if line.contains("write")));
    }
}
