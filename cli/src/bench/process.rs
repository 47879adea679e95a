//! Programs that make something for the command: cargo and the C compiler.

use super::checkout::Checkout;
use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Cargo in a checkout, which builds into its target folder. Its lines go to stderr.
pub(crate) fn cargo(checkout: &Checkout, words: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(words)
        .arg("--target-dir")
        .arg(checkout.target())
        .current_dir(checkout.root())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// Runs a command to its end, shows its lines, and gives the first that says what went wrong.
pub(crate) fn run(command: &mut Command, mut show: impl FnMut(&str)) -> Result<(), String> {
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let mut fault = None;
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            show(&line);
            // Cargo's error, or the C compiler's.
            if fault.is_none() && (line.starts_with("error") || line.contains(" error: ")) {
                fault = Some(line);
            }
        }
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(fault.unwrap_or_else(|| status.to_string())),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_command_is_reported_by_its_first_error() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo compiling >&2; echo 'error: no such' >&2; exit 3"]);
        let mut shown = Vec::new();
        let failed = run(command.stderr(Stdio::piped()), |line| shown.push(line.to_owned()));
        if cfg!(unix) {
            assert_eq!(failed.unwrap_err(), "error: no such");
            assert_eq!(shown.len(), 2);
        }
        assert!(run(&mut Command::new("/nowhere/cargo"), |_| ()).is_err());
    }
}
