//! Context variables in Rust: what contexts.c does through C, and contexts_python.c in CPython.
//!
//! ```text
//! usage: hedgerow-c-contexts                 # prints the nanoseconds of each operation
//!        hedgerow-c-contexts OPERATION COUNT # only runs it, to count instructions
//! ```

use std::any::Any;
use std::env;
use std::hint::black_box;
use std::time::Instant;

use hedgerow::object::context::{ContextVar, copy_context};
use hedgerow::object::{HashPolicy, Object, ObjectError, ObjectRef, Value};

const VARS: usize = 8;
const ROUNDS: usize = 15;

/// A value of the kind that a runtime has: an object of its own.
struct Plain;

impl Object for Plain {
    fn type_name(&self) -> &str {
        "plain"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct Bench {
    vars: Vec<ContextVar>,
    second: Value,
}

type Outcome = Result<(), ObjectError>;
type Operation = fn(&Bench, usize) -> Outcome;

const OPERATIONS: [(&str, Operation, usize); 5] = [
    ("get", Bench::get, 2_000_000),
    ("get_value", Bench::get_value, 2_000_000),
    ("set_reset", Bench::set_reset, 500_000),
    ("copy_run", Bench::copy_run, 500_000),
    ("task", Bench::task, 300_000),
];

impl Bench {
    /// Reads a variable.
    fn get(&self, count: usize) -> Outcome {
        for i in 0..count {
            black_box(self.vars[i % VARS].get_ref());
        }
        Ok(())
    }

    /// Reads a variable, and gets a value that may go to other threads.
    fn get_value(&self, count: usize) -> Outcome {
        for i in 0..count {
            black_box(self.vars[i % VARS].get_or_none());
        }
        Ok(())
    }

    /// Sets a variable, and resets it.
    fn set_reset(&self, count: usize) -> Outcome {
        for i in 0..count {
            let token = self.vars[i % VARS].set(self.second.clone())?;
            self.vars[i % VARS].reset(&token)?;
        }
        Ok(())
    }

    /// Copies the current context, enters the copy and leaves it.
    fn copy_run(&self, count: usize) -> Outcome {
        for _ in 0..count {
            let context = copy_context();
            context.enter()?;
            context.exit()?;
        }
        Ok(())
    }

    /// The same, and there sets a variable and reads two.
    fn task(&self, count: usize) -> Outcome {
        for i in 0..count {
            let context = copy_context();
            context.enter()?;
            self.vars[i % VARS].set(self.second.clone())?;
            for step in 0..2 {
                black_box(self.vars[(i + step) % VARS].get_ref());
            }
            context.exit()?;
        }
        Ok(())
    }
}

fn main() -> Outcome {
    let plain = || Value::from(ObjectRef::new(Plain));
    let policy = HashPolicy::cpython(0);
    let var = |number: usize| ContextVar::new(format!("v{number}").as_str(), None, &policy);
    let bench = Bench { vars: (0..VARS).map(var).collect(), second: plain() };
    let first = plain();
    for var in &bench.vars {
        var.set(first.clone())?;
    }
    let origin = copy_context();
    origin.enter()?;
    let words: Vec<String> = env::args().skip(1).collect();
    for (name, operation, count) in OPERATIONS {
        if let [asked, count] = &words[..] {
            if asked == name {
                operation(&bench, count.parse().expect("a count"))?;
            }
            continue;
        }
        let mut best = f64::INFINITY;
        for _ in 0..ROUNDS {
            let start = Instant::now();
            operation(&bench, count)?;
            best = best.min(start.elapsed().as_nanos() as f64 / count as f64);
        }
        println!("{name} 0 {best:.2}");
    }
    Ok(())
}
