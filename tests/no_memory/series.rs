//! Operations tried again and again, each time with another allocation refused.
//!
//! Rust ends the process where a collection cannot grow. So every operation has a process of its
//! own: the test starts itself again, with the name of the operation in a variable.

use std::env;
use std::process::Command;

use super::allocator::{Refusals, refusing};

const VARIABLE: &str = "HEDGEROW_NO_MEMORY";

/// What to refuse in one try.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Try {
    nth: u64,
    refusals: Refusals,
}

/// Something to try: it prepares, calls [`Try::run`] once, and tests what that left. Returns what
/// `run` returned second.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) attempt: Box<dyn Fn(Try) -> u64>,
}

impl Try {
    /// Runs `act` while memory is refused. Returns how many allocations were.
    pub(crate) fn run<R>(self, act: impl FnOnce() -> R) -> (R, u64) {
        refusing(self.nth, self.refusals, act)
    }
}

/// Tries every operation, or the one that this process was started for. `test` is the name of the
/// test that calls this.
pub(crate) fn try_all(test: &str, operations: &[Operation]) {
    if let Ok(name) = env::var(VARIABLE) {
        return operations.iter().filter(|it| it.name == name).for_each(try_one);
    }
    let failures: Vec<String> = operations.iter().filter_map(|it| failure(test, it.name)).collect();
    assert!(failures.is_empty(), "{} fail:\n{}", failures.len(), failures.join("\n"));
}

/// Refuses the first allocation, the second and so on, until the operation makes fewer.
fn try_one(operation: &Operation) {
    for refusals in [Refusals::One, Refusals::AllFrom] {
        for nth in 1.. {
            eprintln!("{}: {refusals:?} {nth}", operation.name);
            if (operation.attempt)(Try { nth, refusals }) == 0 {
                break;
            }
        }
    }
}

/// Tries an operation in a process of its own. Returns what that said last, if it failed.
fn failure(test: &str, name: &str) -> Option<String> {
    let program = env::current_exe().expect("a test knows its program");
    let arguments = [test, "--exact", "--nocapture", "--test-threads=1"];
    let mut command = Command::new(program);
    command.args(arguments).env(VARIABLE, name).env("RUST_BACKTRACE", "0");
    let output = command.output().unwrap();
    if output.status.success() {
        return None;
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let from = said.rfind(&format!("{name}: ")).unwrap_or(0);
    let last = said[from..].lines().take(5).collect::<Vec<_>>().join("\n        ");
    Some(format!("    {name}: {}\n        {last}", output.status))
}
