//! Random programs on dicts, run by `Dict` and by CPython's dict. `PersistentDict` and CPython's
//! HAMT run the sets and deletions of them.

use super::literal::{Dialect, Literal};
use super::run::Run;
use super::shrink_steps::{Difference, shrink_steps};
use super::views::{self, Operation};
use crate::failure::Failure;
use crate::python::Python;
use fastrand::Rng;
use hedgerow::object::{Dict, Elements, HashPolicy, ObjectError, PersistentStore, Value, repr_for};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Steps of one program. Each is an operation.
pub(super) const ROUND: usize = 100;

/// Values, and what to do with them.
#[derive(Clone, Debug, Serialize)]
struct Program {
    values: Vec<Literal>,
    steps: Vec<Step>,
}

/// One step on the dict `d`. Numbers are indices into `Program::values`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    Set(usize, usize),
    Get(usize),
    GetItem(usize),
    Contains(usize),
    Delete(usize),
    Pop(usize),
    PopOr(usize, usize),
    SetDefault(usize, usize),
    /// From any value, whether it is a sequence of pairs or not.
    Update(usize),
    /// Whether `d` equals a dict of these pairs.
    EqualTo(Vec<(usize, usize)>),
    PopItem(),
    Reversed(),
    /// `d = dict.fromkeys(keys, value)`, from any value.
    FromKeys(usize, usize),
    /// `d | other`, where the other one is any value.
    Union(usize),
    /// `d | other` with a dict of these pairs.
    UnionOf(Vec<(usize, usize)>),
    /// The reprs of the views.
    Views(),
    InValues(usize),
    InItems(usize, usize),
    /// An operation on a view.
    View(Operation),
    Copy(),
    Clear(),
}

/// What one side made of each step. A line is the result or the error, then the entries.
#[derive(Debug, Deserialize, PartialEq, Eq)]
struct Log {
    dict: Vec<String>,
    /// None where this Python has no HAMT.
    hamt: Option<Vec<String>>,
}

/// Verifies random programs, until they have as many steps as there are to be operations.
pub(super) fn verify(run: &mut Run<'_>) -> Result<(), Failure> {
    let dialect = Dialect::of(run.python, run.seed as u32)?;
    let mut rng = Rng::with_seed(run.seed);
    let (mut programs, mut with_hamt) = (0, true);
    let mut left = run.ops;
    while left > 0 {
        let program = Program::random(&mut rng, left.min(ROUND));
        left -= program.steps.len();
        programs += 1;
        match compare(&program, &dialect, run.python)? {
            Ok(has_hamt) => with_hamt &= has_hamt,
            Err(difference) => {
                run.output.finish();
                let Program { values, steps } = program;
                let (steps, difference) = shrink_steps(steps, difference, |steps| {
                    let fewer = Program { values: values.clone(), steps: steps.to_vec() };
                    Ok(compare(&fewer, &dialect, run.python)?.err())
                })?;
                let program = Program { values, steps };
                run.output.print(&format!(
                    "the smallest program found in which a dict differs:\n{}{}\nrepeat with \
                     --seed {}",
                    Listed(&program, &dialect.policy),
                    difference.message,
                    run.seed
                ))?;
                return Err(Failure::Difference);
            }
        }
        run.output.advance();
    }
    let hamt = if with_hamt { ", and of its HAMT" } else { "; this Python has no HAMT to ask" };
    run.output.print(&format!("no difference from CPython's dict in {programs} programs{hamt}"))
}

impl Program {
    fn random(rng: &mut Rng, step_count: usize) -> Program {
        let count = rng.usize(2..24);
        let values: Vec<Literal> = (0..count).map(|_| key(rng)).collect();
        let value = |rng: &mut Rng| rng.usize(0..count);
        let step = |rng: &mut Rng| match rng.u32(0..100) {
            0..36 => Step::Set(value(rng), value(rng)),
            36..40 => Step::Get(value(rng)),
            40..44 => Step::GetItem(value(rng)),
            44..48 => Step::Contains(value(rng)),
            48..64 => Step::Delete(value(rng)),
            64..69 => Step::Pop(value(rng)),
            69..73 => Step::PopOr(value(rng), value(rng)),
            73..79 => Step::SetDefault(value(rng), value(rng)),
            79..86 => Step::Update(value(rng)),
            86..90 => {
                Step::EqualTo((0..rng.usize(0..4)).map(|_| (value(rng), value(rng))).collect())
            }
            90..95 => Step::PopItem(),
            95 => Step::Reversed(),
            96..98 => Step::Copy(),
            98 => Step::Clear(),
            _ => Step::FromKeys(value(rng), value(rng)),
        };
        let step = |rng: &mut Rng| match rng.u32(0..100) {
            0..2 => Step::Union(value(rng)),
            2..4 => Step::UnionOf((0..rng.usize(0..6)).map(|_| (value(rng), value(rng))).collect()),
            4 => Step::Views(),
            5 => Step::InValues(value(rng)),
            6..8 => Step::InItems(value(rng), value(rng)),
            8..22 => Step::View(Operation::random(rng, count)),
            _ => step(rng),
        };
        Program { values, steps: (0..step_count).map(|_| step(rng)).collect() }
    }
}

/// A key that is likely to equal one of another type, to collide in a small table, or to be a pair.
fn key(rng: &mut Rng) -> Literal {
    let small = rng.i32(-2..6);
    match rng.u32(0..8) {
        0..2 => Literal::Int(small.to_string()),
        2 => Literal::Float(format!("{:016x}", f64::from(small).to_bits())),
        3 => Literal::Bool(rng.bool()),
        4 => Literal::Int((rng.i64(-4..4) << 32).to_string()),
        5 => Literal::Tuple(vec![key(rng), key(rng)]),
        6 => Literal::Tuple(vec![
            Literal::Tuple(vec![key(rng), key(rng)]),
            Literal::Str(vec![97, 98]),
        ]),
        _ => Literal::random(rng, 2),
    }
}

/// Runs a program on both sides. Returns whether Python had a HAMT, or the first difference.
fn compare(
    program: &Program,
    dialect: &Dialect,
    python: &mut Python,
) -> Result<Result<bool, Difference>, Failure> {
    let theirs: Log = python.ask("dicts", program)?;
    let run = std::panic::AssertUnwindSafe(|| Player::run(program, dialect));
    let Ok(ours) = std::panic::catch_unwind(run) else {
        let message = "the library panicked: a bug of hedgerow's".to_owned();
        return Ok(Err(Difference { step: program.steps.len() - 1, message }));
    };
    let hamt = theirs.hamt.as_ref().map(|hamt| ("HAMT", &ours.1, hamt));
    let sides = [Some(("dict", &ours.0, &theirs.dict)), hamt];
    let differences = sides.into_iter().flatten().filter_map(|(name, ours, theirs)| {
        let step = (0..program.steps.len()).find(|&step| ours.get(step) != theirs.get(step))?;
        let message = format!(
            "after step {} the {name} differs:\n  hedgerow  {}\n  CPython   {}",
            step + 1,
            ours[step],
            theirs[step]
        );
        Some(Difference { step, message })
    });
    Ok(match differences.min_by_key(|difference| difference.step) {
        None => Ok(theirs.hamt.is_some()),
        Some(difference) => Err(difference),
    })
}

/// Runs a program on the library's side.
struct Player<'a> {
    values: Vec<Value>,
    dialect: &'a Dialect,
    dict: Dict,
}

impl Player<'_> {
    /// The logs of the dict and of the persistent dict.
    fn run(program: &Program, dialect: &Dialect) -> (Vec<String>, Vec<String>) {
        let policy = &dialect.policy;
        let values: Vec<Value> =
            program.values.iter().map(|literal| literal.build(policy)).collect();
        let mut persistent = PersistentStore::new(policy.clone()).empty();
        let mut player = Player { values, dialect, dict: Dict::new(policy.clone()) };
        let (mut dict_log, mut hamt_log) = (Vec::new(), Vec::new());
        for step in &program.steps {
            let outcome = match player.step(step) {
                Ok(outcome) => outcome,
                Err(error) => format!("{}: {error}", error.python_type()),
            };
            dict_log.push(format!("{outcome} {}", player.items(player.dict.iter())));
            match *step {
                Step::Set(key, value) => {
                    let (key, value) = (player.values[key].clone(), player.values[value].clone());
                    persistent = persistent.insert(key, value).expect("hashable");
                }
                Step::Delete(key) => {
                    let shorter = persistent.remove(&player.values[key]).expect("hashable");
                    persistent = shorter.unwrap_or(persistent);
                }
                _ => {}
            }
            let pairs: Vec<(Value, Value)> = persistent.iter().collect();
            hamt_log.push(player.items(pairs.iter().map(|(key, value)| (key, value))));
        }
        player.dict.check().expect("a sound dict");
        (dict_log, hamt_log)
    }

    /// The entries, as a list of pairs prints.
    fn items<'v>(&self, pairs: impl Iterator<Item = (&'v Value, &'v Value)>) -> String {
        let shown = |value| self.shown(value);
        let pairs: Vec<String> =
            pairs.map(|(key, value)| format!("({}, {})", shown(key), shown(value))).collect();
        format!("[{}]", pairs.join(", "))
    }

    fn shown(&self, value: &Value) -> String {
        repr_for(value, self.dialect.unicode).expect("nested a few levels deep")
    }

    fn step(&mut self, step: &Step) -> Result<String, ObjectError> {
        let values = &self.values;
        let dict = &mut self.dict;
        let found = match step {
            Step::Set(key, value) => {
                dict.insert(values[*key].clone(), values[*value].clone())?;
                None
            }
            Step::Get(key) => dict.get(&values[*key])?.cloned(),
            Step::GetItem(key) => Some(dict.get_item(&values[*key])?.clone()),
            Step::Contains(key) => Some(dict.contains_key(&values[*key])?.into()),
            Step::Delete(key) => {
                dict.del_item(&values[*key])?;
                None
            }
            Step::Pop(key) => Some(dict.pop(&values[*key])?),
            Step::PopOr(key, default) => {
                Some(dict.pop_or(&values[*key], values[*default].clone())?)
            }
            Step::SetDefault(key, default) => {
                Some(dict.setdefault(values[*key].clone(), values[*default].clone())?.clone())
            }
            Step::Update(source) => {
                dict.update(&values[*source])?;
                None
            }
            Step::EqualTo(pairs) => {
                let other = views::dict_of(pairs, values, &self.dialect.policy)?;
                Some(dict.equal(&other)?.into())
            }
            Step::PopItem() => {
                let (key, value) = dict.popitem()?;
                Some(Value::tuple([key, value]))
            }
            Step::Reversed() => Some(Value::tuple(dict.iter().rev().map(|(key, _)| key.clone()))),
            Step::FromKeys(keys, value) => {
                let policy = self.dialect.policy.clone();
                *dict = Dict::from_keys(&values[*keys], values[*value].clone(), policy)?;
                None
            }
            Step::Union(other) => return dict.union(&values[*other])?.repr(),
            Step::UnionOf(pairs) => {
                return dict.union(&views::dict_of(pairs, values, &self.dialect.policy)?)?.repr();
            }
            Step::Views() => {
                let (keys, values) = (dict.keys().repr()?, dict.values().repr()?);
                return Ok(format!("[{keys}, {values}, {}]", dict.items().repr()?));
            }
            Step::InValues(value) => Some(dict.values().contains(&values[*value])?.into()),
            Step::InItems(key, value) => {
                let pair = Value::tuple([values[*key].clone(), values[*value].clone()]);
                Some(dict.items().contains(&pair)?.into())
            }
            Step::View(operation) => {
                return operation.play(dict, values, &self.dialect.policy);
            }
            Step::Copy() => {
                *dict = dict.copied();
                None
            }
            Step::Clear() => {
                dict.clear();
                None
            }
        };
        Ok(self.shown(&found.unwrap_or(Value::None)))
    }
}

/// A program as Python code.
struct Listed<'a>(&'a Program, &'a HashPolicy);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |index: &usize| self.0.values[*index].shown(self.1);
        writeln!(f, "  d = {{}}")?;
        for step in &self.0.steps {
            match step {
                Step::Set(key, value) => writeln!(f, "  d[{}] = {}", shown(key), shown(value))?,
                Step::Get(key) => writeln!(f, "  d.get({})", shown(key))?,
                Step::GetItem(key) => writeln!(f, "  d[{}]", shown(key))?,
                Step::Contains(key) => writeln!(f, "  {} in d", shown(key))?,
                Step::Delete(key) => writeln!(f, "  del d[{}]", shown(key))?,
                Step::Pop(key) => writeln!(f, "  d.pop({})", shown(key))?,
                Step::PopOr(key, or) => writeln!(f, "  d.pop({}, {})", shown(key), shown(or))?,
                Step::SetDefault(key, or) => {
                    writeln!(f, "  d.setdefault({}, {})", shown(key), shown(or))?;
                }
                Step::Update(source) => writeln!(f, "  d.update({})", shown(source))?,
                Step::EqualTo(pairs) => {
                    writeln!(f, "  d == {}", views::shown_pairs(pairs, &shown))?;
                }
                Step::PopItem() => writeln!(f, "  d.popitem()")?,
                Step::Reversed() => writeln!(f, "  list(reversed(d))")?,
                Step::FromKeys(keys, value) => {
                    writeln!(f, "  d = dict.fromkeys({}, {})", shown(keys), shown(value))?;
                }
                Step::Union(other) => writeln!(f, "  d | {}", shown(other))?,
                Step::UnionOf(pairs) => {
                    writeln!(f, "  d | {}", views::shown_pairs(pairs, &shown))?;
                }
                Step::Views() => writeln!(f, "  d.keys(), d.values(), d.items()")?,
                Step::InValues(value) => writeln!(f, "  {} in d.values()", shown(value))?,
                Step::InItems(key, value) => {
                    writeln!(f, "  ({}, {}) in d.items()", shown(key), shown(value))?;
                }
                Step::View(operation) => writeln!(f, "  {}", operation.shown(&shown))?,
                Step::Copy() => writeln!(f, "  d = d.copy()")?,
                Step::Clear() => writeln!(f, "  d.clear()")?,
            }
        }
        Ok(())
    }
}
