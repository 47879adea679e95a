//! A Python process that answers requests. Requests and replies are lines of JSON.

use crate::failure::Failure;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The part of the program that every worker has: it finds the peers, and reads the requests.
pub(crate) const PEERS: &str = include_str!("../python/peers.py");

/// The program on Python's command line. It reads the worker from the pipe: if the user names a
/// program that is no Python, its complaint quotes three short lines and not the whole worker. The
/// current folder is taken off the path, so that a `json.py` there is not imported instead of
/// Python's own.
const LOADER: &str = "import sys
if sys.path[:1] == ['']: del sys.path[0]
import json; exec(json.loads(sys.stdin.readline()))";

/// Begins each reply. Other lines are printed by somebody's start-up file, and ignored.
const MARK: &str = "hedgerow:";

/// The most characters of a cause that a message repeats.
const CAUSE_LENGTH: usize = 200;

/// What is run when `--python` is not given.
pub(crate) const DEFAULT_PROGRAM: &str = "python3";

/// What the worker says about its Python.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Description {
    pub(crate) implementation: String,
    pub(crate) version: String,
    pub(crate) executable: String,
    /// What its compiled modules are for, such as `cpython-313`.
    pub(crate) tag: String,
    /// The name of CPython's own HAMT, where it has one.
    pub(crate) hamt: Option<String>,
    /// The version of `immutables`, where it is installed.
    pub(crate) immutables: Option<String>,
    pub(crate) immutables_in_c: bool,
    /// The version of Hedgerow's own Python package, where it is installed.
    pub(crate) package: Option<String>,
    /// The version of rpds-py, where it is installed.
    pub(crate) rpds: Option<String>,
    /// The version of the `frozendict` of PyPI, or that it is built in.
    pub(crate) frozendict: Option<String>,
    pub(crate) hash_bits: u32,
}

/// A running worker.
#[derive(Debug)]
pub(crate) struct Python {
    program: PathBuf,
    child: Child,
    /// None once the pipe is closed, which ends the worker.
    requests: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
    description: Description,
}

#[derive(Serialize)]
struct Request<'a, W> {
    request: &'a str,
    with: W,
}

/// For requests without arguments: an empty JSON object, which Python passes as no parameters.
#[derive(Serialize)]
pub(crate) struct NoArguments {}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reply<T> {
    Ok(T),
    Error(String),
}

impl Python {
    /// Starts the worker, which hashes strings with this seed, and asks for its description.
    pub(crate) fn start(program: &Path, worker: &str, hash_seed: u32) -> Result<Self, Failure> {
        Self::start_with_path(program, worker, hash_seed, None)
    }

    /// The same with a PYTHONPATH other than the user's.
    pub(crate) fn start_with_path(
        program: &Path,
        worker: &str,
        hash_seed: u32,
        path: Option<OsString>,
    ) -> Result<Self, Failure> {
        let mut child = Command::new(program)
            .envs(path.map(|path| ("PYTHONPATH", path)))
            .arg("-c")
            .arg(LOADER)
            // With a fixed seed, strings make trees of the same shape in each run.
            .env("PYTHONHASHSEED", hash_seed.to_string())
            .env("PYTHONUTF8", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| not_a_python(program, &error.to_string()))?;
        let (Some(requests), Some(replies)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(not_a_python(program, "its pipes are missing"));
        };
        let mut python = Python {
            program: program.to_owned(),
            child,
            requests: Some(requests),
            replies: BufReader::new(replies),
            description: Description::default(),
        };
        let program = format!("{PEERS}\n{worker}");
        // If this fails, the first request fails too, and reports what stderr says.
        let _ = python.send(&program);
        python.description = python.ask("describe", NoArguments {})?;
        Ok(python)
    }

    /// What the worker says about its Python.
    pub(crate) fn description(&self) -> &Description {
        &self.description
    }

    /// Sends a request, and waits for the reply.
    pub(crate) fn ask<T: DeserializeOwned>(
        &mut self,
        request: &str,
        with: impl Serialize,
    ) -> Result<T, Failure> {
        let line = self.exchange(request, with).map_err(|error| self.stopped(&error))?;
        match serde_json::from_str(&line) {
            Ok(Reply::Ok(value)) => Ok(value),
            Ok(Reply::Error(error)) => Err(Failure::message(format!(
                "the Python worker failed at `{request}` ({error}): try another --python"
            ))),
            Err(error) => Err(not_a_python(&self.program, &format!("its answer reads as {error}"))),
        }
    }

    fn exchange(&mut self, request: &str, with: impl Serialize) -> io::Result<String> {
        self.send(&Request { request, with })?;
        loop {
            let mut line = String::new();
            if self.replies.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(reply) = line.strip_prefix(MARK) {
                return Ok(reply.to_owned());
            }
        }
    }

    fn send(&mut self, value: &impl Serialize) -> io::Result<()> {
        let pipe = self.requests.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        pipe.write_all(&line)?;
        pipe.flush()
    }

    /// The failure of a worker that has ended. The cause is the last line it wrote to stderr.
    fn stopped(&mut self, error: &io::Error) -> Failure {
        self.requests = None;
        let mut text = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            // Where stderr is not text or cannot be read, the I/O error is the cause.
            let _ = stderr.read_to_string(&mut text);
        }
        let last = text.lines().rev().map(str::trim).find(|line| !line.is_empty());
        not_a_python(&self.program, last.unwrap_or(&error.to_string()))
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        self.requests = None;
        // A worker ends without its pipe, but not before the request it is working on.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn not_a_python(program: &Path, cause: &str) -> Failure {
    let cause: String = cause.chars().take(CAUSE_LENGTH).collect();
    Failure::message(format!(
        "{} does not work as a Python ({cause}): give --python the path of CPython 3.8 or newer",
        program.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(result: Result<Python, Failure>) -> String {
        match result {
            Err(Failure::Message(line)) => line,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_missing_program_is_named_with_the_remedy() {
        let line = message(Python::start(Path::new("/nowhere/python3"), "", 0));
        assert!(line.contains("/nowhere/python3") && line.contains("--python"), "{line}");
    }

    #[test]
    fn a_program_that_is_no_python_is_reported_in_one_line() {
        let line = message(Python::start(Path::new("cat"), "", 0));
        assert!(line.starts_with("cat does not work as a Python"), "{line}");
        assert_eq!(line.lines().count(), 1);
    }
}
