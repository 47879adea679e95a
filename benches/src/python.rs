//! A CPython process to compare with. It answers each request with the seconds it took, in a line.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A CPython process, which ends when its input is closed.
pub struct Python3 {
    process: Child,
    requests: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
}

impl Python3 {
    /// Starts python3, or the interpreter that `HEDGEROW_PYTHON` names, with a program that answers
    /// each line it reads with seconds. Where it cannot be started, prints so and returns `None`.
    #[must_use]
    pub fn start(bench: &str, program: &str) -> Option<Self> {
        let python = env::var("HEDGEROW_PYTHON").unwrap_or_else(|_| "python3".to_string());
        let mut command = Command::new(&python);
        command.args(["-c", program]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command
            .spawn()
            .map_err(|error| eprintln!("{bench}: no {python} to compare with: {error}"))
            .ok()?;
        let requests = process.stdin.take();
        let replies = BufReader::new(process.stdout.take()?);
        Some(Python3 { process, requests, replies })
    }

    /// The seconds that a request took.
    ///
    /// # Panics
    ///
    /// If the program has ended, or replies with something else.
    pub fn seconds(&mut self, request: &str) -> f64 {
        let requests = self.requests.as_mut().expect("open until it is dropped");
        writeln!(requests, "{request}").expect("python3 reads");
        let mut reply = String::new();
        self.replies.read_line(&mut reply).expect("python3 replies");
        reply.trim().parse().expect("python3 replies with seconds")
    }
}

impl Drop for Python3 {
    fn drop(&mut self) {
        drop(self.requests.take());
        let _ = self.process.wait();
    }
}
