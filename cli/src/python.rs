//! A long-lived Python process that answers requests, one line of JSON each way.

use crate::failure::Failure;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The part of every worker's program that finds the peers and talks to this side.
pub(crate) const PEERS: &str = include_str!("../python/peers.py");

/// What the interpreter is started with: the program itself comes through the pipe, so that
/// whatever is started by mistake complains of three short lines. The current folder leaves the
/// path first: a `json.py` there must not be imported in place of Python's own.
const LOADER: &str = "import sys
if sys.path[:1] == ['']: del sys.path[0]
import json; exec(json.loads(sys.stdin.readline()))";

/// Begins each answer; lines without it are those of somebody's start-up file.
const MARK: &str = "hedgerow:";

/// The most of a cause that is passed on.
const CAUSE_LENGTH: usize = 200;

/// What `python3` on the path is called when `--python` is not given.
pub(crate) const DEFAULT_PROGRAM: &str = "python3";

/// What the worker says of itself.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Description {
    pub(crate) implementation: String,
    pub(crate) version: String,
    pub(crate) executable: String,
    /// Where CPython's own HAMT was found.
    pub(crate) hamt: Option<String>,
    /// The version of `immutables`.
    pub(crate) immutables: Option<String>,
    pub(crate) immutables_in_c: bool,
    pub(crate) hash_bits: u32,
}

/// A running worker.
#[derive(Debug)]
pub(crate) struct Python {
    program: PathBuf,
    child: Child,
    /// None once the pipe is closed, which is how the worker learns that it may go.
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    description: Description,
}

#[derive(Serialize)]
struct Question<'a, W> {
    request: &'a str,
    with: W,
}

/// For requests that take none: JSON's `{}`, which Python spreads over no parameters.
#[derive(Serialize)]
pub(crate) struct NoArguments {}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answer<T> {
    Ok(T),
    Error(String),
}

impl Python {
    /// Starts the worker, whose strings hash by this seed, and asks it what it is.
    pub(crate) fn start(program: &Path, worker: &str, hash_seed: u32) -> Result<Self, Failure> {
        let mut child = Command::new(program)
            .arg("-c")
            .arg(LOADER)
            // Strings then hash alike in each run, and their trees have the same shape.
            .env("PYTHONHASHSEED", hash_seed.to_string())
            .env("PYTHONUTF8", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| not_a_python(program, &error.to_string()))?;
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(not_a_python(program, "its pipes are missing"));
        };
        let mut python = Python {
            program: program.to_owned(),
            child,
            questions: Some(questions),
            answers: BufReader::new(answers),
            description: Description::default(),
        };
        let program = format!("{PEERS}\n{worker}");
        // Should the write fail, the first answer fails too, and then the cause is at hand.
        let _ = python.send(&program);
        python.description = python.ask("describe", NoArguments {})?;
        Ok(python)
    }

    /// What the worker said of itself.
    pub(crate) fn description(&self) -> &Description {
        &self.description
    }

    /// Asks one thing, and waits for the answer.
    pub(crate) fn ask<T: DeserializeOwned>(
        &mut self,
        request: &str,
        with: impl Serialize,
    ) -> Result<T, Failure> {
        let line = self.exchange(request, with).map_err(|error| self.stopped(&error))?;
        match serde_json::from_str(&line) {
            Ok(Answer::Ok(value)) => Ok(value),
            Ok(Answer::Error(told)) => Err(Failure::mendable(format!(
                "the Python worker failed at `{request}` ({told}): try another --python"
            ))),
            Err(error) => Err(not_a_python(&self.program, &format!("its answer reads as {error}"))),
        }
    }

    fn exchange(&mut self, request: &str, with: impl Serialize) -> io::Result<String> {
        self.send(&Question { request, with })?;
        loop {
            let mut line = String::new();
            if self.answers.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(answer) = line.strip_prefix(MARK) {
                return Ok(answer.to_owned());
            }
        }
    }

    fn send(&mut self, value: &impl Serialize) -> io::Result<()> {
        let pipe = self.questions.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        pipe.write_all(&line)?;
        pipe.flush()
    }

    /// The worker ended by itself: its last words on stderr are the cause.
    fn stopped(&mut self, error: &io::Error) -> Failure {
        self.questions = None;
        let mut said = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            // Bytes that are no text are no cause to report, nor is a failure to read them.
            let _ = stderr.read_to_string(&mut said);
        }
        let last = said.lines().rev().map(str::trim).find(|line| !line.is_empty());
        not_a_python(&self.program, last.unwrap_or(&error.to_string()))
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        self.questions = None;
        // Without its pipe the worker ends; one that hangs in a long request must not keep us.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn not_a_python(program: &Path, cause: &str) -> Failure {
    let cause: String = cause.chars().take(CAUSE_LENGTH).collect();
    Failure::mendable(format!(
        "{} does not work as a Python ({cause}): give --python the path of CPython 3.8 or newer",
        program.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(result: Result<Python, Failure>) -> String {
        match result {
            Err(Failure::Mendable(line)) => line,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_program_that_is_not_there_is_named_with_the_remedy() {
        let line = told(Python::start(Path::new("/nowhere/python3"), "", 0));
        assert!(line.contains("/nowhere/python3") && line.contains("--python"), "{line}");
    }

    #[test]
    fn a_program_that_is_no_python_is_told_by_its_last_words() {
        let line = told(Python::start(Path::new("cat"), "", 0));
        assert!(line.starts_with("cat does not work as a Python"), "{line}");
        assert_eq!(line.lines().count(), 1);
    }
}
