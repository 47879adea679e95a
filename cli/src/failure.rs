//! The ways in which a command ends early, and what the user is told: one line, cause and remedy.

use clap::error::ErrorKind;
use std::io::{self, Write};
use std::process::ExitCode;

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something the user can mend; the text is the one line that says what and how.
    Mendable(String),
    /// `verify` found a difference, and has printed it.
    Difference,
    /// Whoever read the output has gone away, as `head` does: nobody is left to tell.
    ReaderGone,
    /// clap has printed its own pages (help, version) and chosen the exit code.
    Shown(u8),
}

impl Failure {
    /// A failure that the user can mend.
    pub(crate) fn mendable(line: impl Into<String>) -> Self {
        Failure::Mendable(line.into())
    }

    /// Tells the user, and gives the exit code: 2 for bad input, 1 for a difference found.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Failure::Mendable(line) => {
                // A closed stderr leaves nobody to tell, which is no reason to panic.
                let _ = writeln!(io::stderr(), "hedgerow: {line}");
                ExitCode::from(2)
            }
            Failure::Difference => ExitCode::from(1),
            Failure::ReaderGone => ExitCode::SUCCESS,
            Failure::Shown(code) => ExitCode::from(code),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::ReaderGone,
            _ => Failure::mendable(format!(
                "cannot write the output ({error}): free space, or send it elsewhere"
            )),
        }
    }
}

impl From<hedgerow::Error> for Failure {
    fn from(error: hedgerow::Error) -> Self {
        Failure::mendable(format!("the engine refused: {error}; try fewer keys or operations"))
    }
}

/// What clap says of bad arguments, pressed into one line; its help pages as they are.
pub(crate) fn from_arguments(error: &clap::Error) -> Result<(), Failure> {
    if !error.use_stderr() {
        error.print()?;
        return Ok(());
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        error.print()?;
        return Err(Failure::Shown(2));
    }
    Err(Failure::Mendable(first_paragraph(&error.render().to_string())))
}

fn first_paragraph(rendered: &str) -> String {
    let lines: Vec<&str> =
        rendered.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    let joined = lines.join(" ");
    let said = joined.strip_prefix("error: ").unwrap_or(&joined);
    format!("{said}; `hedgerow --help` and `hedgerow COMMAND --help` list what there is")
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
    fn a_reader_that_went_away_is_no_error() {
        let gone = io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(matches!(Failure::from(gone), Failure::ReaderGone));
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert!(matches!(Failure::from(full), Failure::Mendable(line) if line.contains("write")));
    }
}
