//! Programs whose output is wanted, and programs on one core.

use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result, ensure};

use crate::project::{Project, succeeds, typed};

/// The same command on one core, the last one, since interrupts favour the first.
pub(crate) fn pinned(project: &Project, command: &Command) -> Command {
    if !succeeds(&mut project.program("taskset", &["--version"])) {
        println!("taskset is not installed; the run is not pinned to one core");
    }
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let core = (cores - 1).to_string();
    // Who has one core only was pinned to it before, and it need not be the first.
    let mut pinned =
        if cores > 1 && succeeds(&mut project.program("taskset", &["-c", &core, "true"])) {
            project.program("taskset", &["-c", &core])
        } else {
            project.program("env", &[])
        };
    pinned.arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        pinned.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            pinned.env(name, value);
        }
    }
    pinned
}

pub(crate) fn output(command: &mut Command) -> Result<String> {
    let line = typed(command);
    let output = command.output().with_context(|| format!("cannot start `{line}`"))?;
    let message = String::from_utf8_lossy(&output.stderr);
    // Nothing, where the errors are on the terminal already.
    let separator = if message.trim().is_empty() { "" } else { ": " };
    ensure!(output.status.success(), "`{line}` failed{separator}{}", message.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What a command prints, while its progress and its errors appear on the terminal.
pub(crate) fn printed(command: &mut Command) -> Result<String> {
    output(command.stderr(Stdio::inherit()))
}
