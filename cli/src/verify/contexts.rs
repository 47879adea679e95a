//! Random programs of context variables, run by `hedgerow::object::context` and by CPython's
//! contextvars.

use super::literal::{Dialect, Literal};
use super::run::Run;
use crate::failure::Failure;
use crate::python::Python;
use fastrand::Rng;
use hedgerow::object::context::{Context, ContextVar, Token, copy_context};
use hedgerow::object::{ObjectError, Value, equal, repr_for};
use serde::{Deserialize, Serialize};

/// Steps of one program, with those inside of others. Each is an operation.
pub(super) const ROUND: usize = 100;

/// Variables, values, and what to do with them.
#[derive(Clone, Debug, Serialize)]
struct Program {
    /// The name of each variable, and the index of its default among the values.
    vars: Vec<(String, Option<usize>)>,
    values: Vec<Literal>,
    steps: Vec<Step>,
}

/// One step. Numbers are indices of variables, values and contexts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    Get(usize),
    Set(usize, usize),
    /// With a token: so many were made after it.
    Reset(usize, usize),
    /// A copy of the current context, which becomes the last of the contexts.
    Copy(),
    CopyOf(usize),
    Run(usize, Vec<Step>),
    Item(usize, usize),
    Items(usize),
    Equal(usize, usize),
    Show(usize),
}

/// What CPython made of it: the hashes of the variables, and a line for each step.
#[derive(Debug, Deserialize)]
struct Answer {
    hashes: Vec<i64>,
    log: Vec<String>,
}

/// Verifies random programs, until they have as many steps as there are to be operations.
pub(super) fn verify(run: &mut Run<'_>) -> Result<(), Failure> {
    let dialect = Dialect::of(run.python, run.seed as u32)?;
    let mut rng = Rng::with_seed(run.seed);
    let mut programs = 0;
    let mut left = run.ops;
    while left > 0 {
        let program = Program::random(&mut rng, left.min(ROUND));
        left -= left.min(ROUND);
        programs += 1;
        if let Some(message) = compare(&program, &dialect, run.python)? {
            run.output.finish();
            let (program, message) = shrink(program, message, &dialect, run.python)?;
            let shown = |literal: &Literal| literal.shown(&dialect.policy);
            let values: Vec<String> = program.values.iter().map(shown).collect();
            run.output.print(&format!(
                "the smallest program found in which contexts differ:\nvariables {:?}\nvalues \
                 {}\n{:#?}\n{message}\nrepeat with --seed {}",
                program.vars,
                values.join(", "),
                program.steps,
                run.seed
            ))?;
            return Err(Failure::Difference);
        }
        run.output.advance();
    }
    run.output.print(&format!("no difference from CPython's contextvars in {programs} programs"))
}

impl Program {
    fn random(rng: &mut Rng, step_count: usize) -> Program {
        let values: Vec<Literal> = (0..rng.usize(1..8)).map(|_| Literal::random(rng, 2)).collect();
        let default = |rng: &mut Rng| (rng.u32(0..3) == 0).then(|| rng.usize(0..values.len()));
        let vars = (0..rng.usize(1..40)).map(|number| (format!("v{number}"), default(rng)));
        let vars: Vec<(String, Option<usize>)> = vars.collect();
        let mut left = step_count;
        let steps = random_steps(rng, &mut left, 0, (vars.len(), values.len()));
        Program { vars, values, steps }
    }
}

/// Random steps, until none are left or, within others, now and then.
fn random_steps(
    rng: &mut Rng,
    left: &mut usize,
    depth: usize,
    (vars, values): (usize, usize),
) -> Vec<Step> {
    const CONTEXTS: usize = 6;
    let mut steps = Vec::new();
    while *left > 0 && (depth == 0 || rng.u32(0..8) > 0) {
        *left -= 1;
        let (var, context) = (rng.usize(0..vars), rng.usize(0..CONTEXTS));
        steps.push(match rng.u32(0..100) {
            0..20 => Step::Get(var),
            20..44 => Step::Set(var, rng.usize(0..values)),
            44..54 => Step::Reset(var, rng.usize(0..3)),
            54..62 => Step::Copy(),
            62..66 => Step::CopyOf(context),
            66..78 if depth < 6 => {
                Step::Run(context, random_steps(rng, left, depth + 1, (vars, values)))
            }
            66..82 => Step::Item(context, var),
            82..88 => Step::Items(context),
            88..96 => Step::Equal(context, rng.usize(0..CONTEXTS)),
            _ => Step::Show(var),
        });
    }
    steps
}

/// The first difference, if there is one.
fn compare(
    program: &Program,
    dialect: &Dialect,
    python: &mut Python,
) -> Result<Option<String>, Failure> {
    let theirs: Answer = python.ask("contexts", program)?;
    let play = || Player::log_of(program, &theirs.hashes, dialect);
    let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(play));
    let ours = match played {
        Ok(Ok(log)) => log,
        Ok(Err(error)) => return Ok(Some(format!("the library failed by itself: {error}"))),
        Err(_) => return Ok(Some("the library panicked: a bug of hedgerow's".to_owned())),
    };
    let differs = |index: &usize| ours.get(*index) != theirs.log.get(*index);
    let first = (0..ours.len().max(theirs.log.len())).find(differs);
    Ok(first.map(|index| {
        let line = |log: &[String]| log.get(index).cloned().unwrap_or_default();
        format!("step {index}: hedgerow {}, CPython {}", line(&ours), line(&theirs.log))
    }))
}

/// A program that runs here.
struct Player<'a> {
    dialect: &'a Dialect,
    values: Vec<Value>,
    vars: Vec<ContextVar>,
    contexts: Vec<Context>,
    tokens: Vec<Token>,
    log: Vec<String>,
}

impl Player<'_> {
    fn log_of(
        program: &Program,
        hashes: &[i64],
        dialect: &Dialect,
    ) -> Result<Vec<String>, ObjectError> {
        let policy = &dialect.policy;
        let values: Vec<Value> = program.values.iter().map(|value| value.build(policy)).collect();
        let vars = program.vars.iter().zip(hashes).map(|((name, default), &hash)| {
            let default = default.map(|index| values[index].clone());
            ContextVar::with_hash(name.as_str(), default, hash, policy.python)
        });
        let vars = vars.collect();
        let (contexts, tokens, log) = (Vec::new(), Vec::new(), Vec::new());
        let mut player = Player { dialect, values, vars, contexts, tokens, log };
        Context::new().run(|| player.play(&program.steps))?;
        Ok(player.log)
    }

    fn play(&mut self, steps: &[Step]) {
        for step in steps {
            let outcome = match self.step(step) {
                Ok(outcome) => outcome,
                Err(error) => format!("{}: {error}", error.python_type()),
            };
            self.log.push(without_addresses(&outcome));
        }
    }

    fn step(&mut self, step: &Step) -> Result<String, ObjectError> {
        let none = |()| "None".to_owned();
        let repr = |value: &Value| repr_for(value, self.dialect.unicode);
        let context = |index: usize| {
            let missing = || ObjectError::Index("list index out of range".to_owned());
            self.contexts.get(index).cloned().ok_or_else(missing)
        };
        match *step {
            Step::Get(var) => repr(&self.vars[var].get()?),
            Step::Set(var, value) => {
                let token = self.vars[var].set(self.values[value].clone())?;
                let old = token.old_value().cloned().unwrap_or_else(Token::missing);
                let shown = repr(&old)?;
                self.tokens.push(token);
                Ok(shown)
            }
            Step::Reset(var, back) => {
                let missing = || ObjectError::Index("list index out of range".to_owned());
                let token = self.tokens.iter().rev().nth(back).ok_or_else(missing)?;
                self.vars[var].reset(token).map(none)
            }
            Step::Copy() => {
                self.contexts.push(copy_context());
                Ok(none(()))
            }
            Step::CopyOf(index) => {
                let copy = context(index)?.copy();
                self.contexts.push(copy);
                Ok(none(()))
            }
            Step::Run(index, ref steps) => {
                let context = context(index)?;
                context.run(|| self.play(steps)).map(none)
            }
            Step::Item(index, var) => repr(&context(index)?.item(&self.vars[var])?),
            Step::Items(index) => {
                let item = |(var, value): (ContextVar, Value)| {
                    Ok(format!("('{}', {})", var.name(), repr(&value)?))
                };
                let items: Result<Vec<String>, ObjectError> =
                    context(index)?.items().map(item).collect();
                Ok(format!("[{}]", items?.join(", ")))
            }
            Step::Equal(one, other) => {
                let (one, other) = (context(one)?, context(other)?);
                // Through the objects, too.
                let is_equal = one.equal(&other)?;
                let as_values = equal(&one.to_value(), &other.to_value())?;
                assert_eq!(is_equal, as_values, "a context and its object are compared alike");
                Ok(if is_equal { "True" } else { "False" }.to_owned())
            }
            Step::Show(var) => self.vars[var].repr(),
        }
    }
}

/// Hexadecimal numbers without their digits.
fn without_addresses(text: &str) -> String {
    let mut parts = text.split("0x");
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        clean.push_str("0x");
        clean.push_str(part.trim_start_matches(|digit: char| digit.is_ascii_hexdigit()));
    }
    clean
}

/// Leaves steps out for as long as there is a difference.
fn shrink(
    mut program: Program,
    mut message: String,
    dialect: &Dialect,
    python: &mut Python,
) -> Result<(Program, String), Failure> {
    const MOST_ATTEMPTS: usize = 2000;
    let mut attempts = 0;
    'smaller: loop {
        for steps in smaller(&program.steps) {
            attempts += 1;
            if attempts > MOST_ATTEMPTS {
                return Ok((program, message));
            }
            let candidate = Program { steps, ..program.clone() };
            if let Some(found) = compare(&candidate, dialect, python)? {
                (program, message) = (candidate, found);
                continue 'smaller;
            }
        }
        return Ok((program, message));
    }
}

/// The steps without each of them, and without each of those inside of them.
fn smaller(steps: &[Step]) -> Vec<Vec<Step>> {
    let mut found = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let with = |replaced: &[Step]| [&steps[..index], replaced, &steps[index + 1..]].concat();
        found.push(with(&[]));
        if let Step::Run(context, inner) = step {
            found.extend(
                smaller(inner).into_iter().map(|inner| with(&[Step::Run(*context, inner)])),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_left_out_at_each_depth() {
        let steps = [Step::Copy(), Step::Run(0, vec![Step::Get(1), Step::Show(2)])];
        let shorter = smaller(&steps);
        assert_eq!(shorter.len(), 4);
        assert!(shorter.contains(&vec![Step::Copy(), Step::Run(0, vec![Step::Show(2)])]));
    }

    #[test]
    fn a_program_has_as_many_steps_as_asked_for() {
        fn count(steps: &[Step]) -> usize {
            steps
                .iter()
                .map(|step| if let Step::Run(_, inner) = step { 1 + count(inner) } else { 1 })
                .sum()
        }
        for seed in 0..20 {
            assert_eq!(count(&Program::random(&mut Rng::with_seed(seed), 70).steps), 70);
        }
    }
}
