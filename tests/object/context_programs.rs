//! Random programs of context variables, run here and by CPython's `contextvars`.
//!
//! The bugs this hunts: a value of another context, or of an earlier moment, that the cache kept; a
//! value that dies too early or too late; a token that works twice, or elsewhere; an order that is
//! not CPython's; an error with other words; a comparison that user code sees differently.

use crate::context_program;
use crate::oracle;
use crate::support::Dice;
use hedgerow::object::PythonVersion;
use serde_json::{Value as Json, json};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/context.py");

/// Contexts that are made, copied, nested, compared and dropped, in several threads.
#[test]
fn random_programs() {
    let ask =
        |programs: &[Json]| oracle::ask_script(&[SCRIPT], None, &json!({ "programs": programs }));
    let Some(nothing) = ask(&[]) else { return };
    let mut programs: Vec<Json> = (0..1200).map(program).collect();
    if nothing["version"][1].as_u64() < Some(14) {
        // Where an equality sets a variable, these crash: python/cpython#142829.
        for program in &mut programs {
            program["objects"][4] = json!({ "eq": true });
        }
    }
    if let Some(answers) = ask(&programs) {
        compare(&programs, &answers["version"], &answers["programs"]);
    }
}

/// What CPython 3.15 answered to some of them, for machines without Python.
#[test]
fn recorded_programs() {
    let file: Json = serde_json::from_str(include_str!("../vectors/context.json")).unwrap();
    compare(file["programs"].as_array().unwrap(), &file["version"], &file["answers"]);
}

/// Prints programs for `context.py record`.
#[test]
#[ignore = "makes the input of vectors/context.py"]
fn print_programs() {
    let programs: Vec<Json> = (2000..2060).map(program).collect();
    let path = std::env::var("HEDGEROW_PROGRAMS").expect("the path of a file to write");
    std::fs::write(path, json!({ "programs": programs }).to_string()).unwrap();
}

fn compare(programs: &[Json], version: &Json, answers: &Json) {
    let minor = version[1].as_u64().and_then(|minor| u32::try_from(minor).ok());
    let python = minor.and_then(PythonVersion::from_minor).unwrap_or(PythonVersion::LATEST);
    let answers = answers.as_array().unwrap();
    assert_eq!(programs.len(), answers.len());
    for (program, answer) in programs.iter().zip(answers) {
        let theirs = answer.as_array().unwrap().iter().map(|line| line.as_str().unwrap());
        let theirs: Vec<&str> = theirs.collect();
        let ours = context_program::run(program, python);
        assert_eq!(ours.join("\n"), theirs.join("\n"), "{program}");
    }
}

/// A random program. How it makes steps:
struct Maker {
    dice: Dice,
    vars: usize,
    objects: usize,
    contexts: usize,
    tokens: usize,
    /// Objects whose death is seen are left out of programs with threads: there, CPython drops
    /// values some time after a thread has ended.
    has_threads: bool,
    left: usize,
}

fn program(seed: u64) -> Json {
    let mut dice = Dice(seed << 20);
    let vars = 1 + dice.below(if seed.is_multiple_of(3) { 40 } else { 5 });
    let has_threads = seed.is_multiple_of(4);
    let objects: Vec<Json> = (0..6)
        .map(|number| match number {
            0..=2 if !has_threads => json!({ "dies": true }),
            5 => json!({ "eq": "raise" }),
            4 => json!({ "eq": true, "set": [dice.below(vars), dice.below(9)] }),
            _ => json!({ "eq": dice.below(2) == 0 }),
        })
        .collect();
    let variables: Vec<Json> = (0..vars)
        .map(|number| {
            // Hashes that share prefixes, and equal ones; -1 is no hash of Python.
            let hash = match dice.below(4) {
                0 => dice.below(40) as i64,
                1 => (dice.below(3) as i64) << 32 | dice.below(3) as i64,
                2 => -2 - dice.below(99) as i64,
                _ => dice.roll() as i64,
            };
            let default = if dice.below(3) == 0 { json!(dice.below(5)) } else { Json::Null };
            json!({ "name": format!("v{number}"), "hash": hash, "default": default })
        })
        .collect();
    let left = 30 + dice.below(60);
    let mut maker =
        Maker { dice, vars, objects: objects.len(), contexts: 0, tokens: 0, has_threads, left };
    let steps = maker.steps(0, usize::MAX);
    json!({ "vars": variables, "objects": objects, "steps": steps })
}

impl Maker {
    fn steps(&mut self, depth: usize, most: usize) -> Vec<Json> {
        let mut steps = Vec::new();
        while self.left > 0 && steps.len() < most {
            self.left -= 1;
            steps.push(self.step(depth));
        }
        if depth > 0 && self.dice.below(6) == 0 {
            steps.push(json!(["raise", "on purpose"]));
        }
        steps
    }

    fn value(&mut self) -> Json {
        match self.dice.below(4) {
            0 => json!({ "object": self.dice.below(self.objects) }),
            1 => ["x", "y"][self.dice.below(2)].into(),
            _ => json!(self.dice.below(4)),
        }
    }

    fn step(&mut self, depth: usize) -> Json {
        let var = self.dice.below(self.vars);
        let context = self.dice.below(self.contexts.max(1));
        // The last tokens most often: the others are used, or of other contexts.
        let back = self.dice.below(3) * self.dice.below(3);
        let token = self.tokens.saturating_sub(1 + back);
        match self.dice.below(38) {
            0..6 => json!(["get", var]),
            6 => json!(["get_or", var, self.value()]),
            7..14 => {
                self.tokens += 1;
                json!(["set", var, self.value()])
            }
            14..18 => json!(["reset", var, token]),
            18 => json!(["token", token]),
            19 => json!(["drop_token", token]),
            20 => json!(["repr", var]),
            21..24 => {
                self.contexts += 1;
                match self.dice.below(4) {
                    0 => json!(["new"]),
                    1 => json!(["copy", context]),
                    _ => json!(["copy_current"]),
                }
            }
            24 => json!(["drop_context", context]),
            25..29 if depth < 5 => {
                let most = 1 + self.dice.below(12);
                json!(["run", context, self.steps(depth + 1, most)])
            }
            29 if self.has_threads && depth < 3 => {
                let most = 1 + self.dice.below(6);
                let mut steps = self.steps(depth + 1, most);
                // An exception in a thread has nowhere to go.
                steps.retain(|step| step[0] != "raise");
                json!(["thread", steps])
            }
            30 => json!(["item", context, var]),
            31 => json!(["find", context, var]),
            32 => json!(["in", context, var]),
            33 => json!(["keys", context]),
            34 => json!(["values", context]),
            35 => json!(["items", context]),
            36 => json!(["key_of", context, self.value()]),
            _ => match self.dice.below(3) {
                0 => json!(["len", context]),
                _ => json!(["equal", context, self.dice.below(self.contexts.max(1))]),
            },
        }
    }
}
