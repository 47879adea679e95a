//! A CPython to measure beside: one process that answers timing questions, a line each way.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A CPython that answers for as long as its input is open.
pub struct Python3 {
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Python3 {
    /// Starts python3, or the interpreter that `HEDGEROW_PYTHON` names, with a program that answers
    /// each line it reads with seconds. `None`, and says so in the name of `bench`, where there is
    /// none.
    #[must_use]
    pub fn start(bench: &str, program: &str) -> Option<Self> {
        let python = env::var("HEDGEROW_PYTHON").unwrap_or_else(|_| "python3".to_string());
        let mut command = Command::new(&python);
        command.args(["-c", program]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command
            .spawn()
            .map_err(|error| eprintln!("{bench}: no {python} to measure beside: {error}"))
            .ok()?;
        let questions = process.stdin.take();
        let answers = BufReader::new(process.stdout.take()?);
        Some(Python3 { process, questions, answers })
    }

    /// The seconds that the program says a question took.
    ///
    /// # Panics
    ///
    /// If the program ends, or answers with something else.
    pub fn seconds(&mut self, question: &str) -> f64 {
        let questions = self.questions.as_mut().expect("open until it is dropped");
        writeln!(questions, "{question}").expect("python3 reads");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("python3 answers");
        answer.trim().parse().expect("python3 answers with seconds")
    }
}

impl Drop for Python3 {
    fn drop(&mut self) {
        drop(self.questions.take());
        let _ = self.process.wait();
    }
}
