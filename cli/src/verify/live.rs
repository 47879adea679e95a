//! Random programs on two dicts that change while they are iterated over, or on the read-only dicts
//! of two types. Played here by `shared` and `proxies`, in CPython by `verify_live.py`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::literal::{Dialect, Literal};
use super::live_steps::{DICTS, ITERATORS, Player, Step};
use super::proxies::Proxies;
use super::run::Run;
use super::shared::Shared;
use super::shrink_steps::{Difference, shrink_steps};
use crate::failure::Failure;
use crate::python::Python;
use fastrand::Rng;
use hedgerow::object::{ObjectError, is};
use serde::Serialize;

/// Steps of one program. Each is an operation.
pub(super) const ROUND: usize = 100;

/// What the dicts of a program are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Shared,
    Proxies,
}

/// Values, and what to do with them.
#[derive(Clone, Debug, Serialize)]
struct Program {
    kind: Kind,
    /// After these come the dicts themselves, as values, if they can be values.
    values: Vec<Literal>,
    steps: Vec<Step>,
}

/// What decides whether an iterator may go on: it may not, once keys came and went so that the
/// size is as before. There CPython goes on by position, see `hedgerow::object::differences`.
pub(super) struct Changes {
    /// How often the keys of each dict have changed.
    counts: [usize; DICTS],
    /// Of each iterator its dict, and that dict's count and size when it was opened.
    opened: [Option<(usize, usize, usize)>; ITERATORS],
}

impl Changes {
    fn may_go_on(&self, iterator: usize, player: &impl Player) -> bool {
        self.opened[iterator].is_none_or(|(dict, count, size)| {
            self.counts[dict] == count || player.keys(dict).len() != size
        })
    }
}

/// Verifies random programs, until they have as many steps as there are to be operations.
pub(super) fn verify(run: &mut Run<'_>, kind: Kind) -> Result<(), Failure> {
    let dialect = Dialect::of(run.python, run.seed as u32)?;
    let mut rng = Rng::with_seed(run.seed);
    let name = if kind == Kind::Shared { "shared dict" } else { "proxy" };
    let (mut programs, mut left) = (0, run.ops);
    while left > 0 {
        let program = Program::random(&mut rng, kind, left.min(ROUND));
        left -= program.steps.len();
        programs += 1;
        if let Some(difference) = compare(&program, &dialect, run.python)? {
            run.output.finish();
            let Program { values, steps, .. } = program;
            let (steps, difference) = shrink_steps(steps, difference, |steps| {
                let fewer = Program { kind, values: values.clone(), steps: steps.to_vec() };
                compare(&fewer, &dialect, run.python)
            })?;
            let shown: Vec<String> = values.iter().map(|one| one.shown(&dialect.policy)).collect();
            run.output.print(&format!(
                "the smallest program found in which a {name} differs:\nvalues {}\n{steps:#?}\n\
                 {}\nrepeat with --seed {}",
                shown.join(", "),
                difference.message,
                run.seed
            ))?;
            return Err(Failure::Difference);
        }
        run.output.advance();
    }
    let theirs = if kind == Kind::Shared { "dict, while it changes," } else { "mappingproxy" };
    run.output.print(&format!("no difference from CPython's {theirs} in {programs} programs"))
}

impl Program {
    fn random(rng: &mut Rng, kind: Kind, step_count: usize) -> Program {
        let names = if kind == Kind::Proxies { rng.usize(1..14) } else { 0 };
        let others = rng.usize(1..14);
        let name = |rng: &mut Rng| {
            let points = [0x61, 0x62, 0xe9, 0x20ac, 0xd83e, 0xdd93, 0x1_f993, 0x31ef];
            Literal::Str((0..rng.usize(0..3)).map(|_| points[rng.usize(0..8)]).collect())
        };
        let mut values: Vec<Literal> = (0..names).map(|_| name(rng)).collect();
        values.extend((0..others).map(|_| match rng.u32(0..3) {
            0 => Literal::Int(rng.i32(-2..4).to_string()),
            1 => Literal::Tuple(vec![name(rng), Literal::Int(rng.i32(0..3).to_string())]),
            _ => Literal::random(rng, 2),
        }));
        let steps = (0..step_count).map(|_| match kind {
            Kind::Shared => Step::of_shared(rng, values.len()),
            Kind::Proxies => Step::of_proxy(rng, names, values.len()),
        });
        let steps = steps.collect();
        Program { kind, values, steps }
    }
}

/// Runs a program on both sides. Returns the first difference.
fn compare(
    program: &Program,
    dialect: &Dialect,
    python: &mut Python,
) -> Result<Option<Difference>, Failure> {
    let theirs: Vec<String> = python.ask("live", program)?;
    let values = || program.values.iter().map(|value| value.build(&dialect.policy)).collect();
    let steps = &program.steps;
    let play = || match program.kind {
        Kind::Shared => log_of(steps, &mut Shared::new(values(), dialect)),
        Kind::Proxies => Proxies::with(values(), dialect, |player| log_of(steps, player)),
    };
    let Ok(ours) = catch_unwind(AssertUnwindSafe(play)) else {
        let message = "the library panicked: a bug of hedgerow's".to_owned();
        return Ok(Some(Difference { step: steps.len() - 1, message }));
    };
    let differs = |step: &usize| ours.get(*step) != theirs.get(*step);
    Ok((0..steps.len()).find(differs).map(|step| {
        let line = |log: &[String]| log.get(step).cloned().unwrap_or_default();
        let message = format!(
            "after step {} a dict differs:\n  hedgerow  {}\n  CPython   {}",
            step + 1,
            line(&ours),
            line(&theirs)
        );
        Difference { step, message }
    }))
}

/// A line for each step: the outcome, then the entries of the dict that it may have changed.
fn log_of<P: Player>(steps: &[Step], player: &mut P) -> Vec<String> {
    let mut changes = Changes { counts: [0; DICTS], opened: [None; ITERATORS] };
    steps.iter().map(|step| line_of(step, player, &mut changes)).collect()
}

fn line_of<P: Player>(step: &Step, player: &mut P, changes: &mut Changes) -> String {
    if let Step::Next(iterator) | Step::Left(iterator) = *step
        && !changes.may_go_on(iterator, player)
    {
        return "moved".to_owned();
    }
    let before = step.dict().map(|dict| player.keys(dict));
    let outcome = match player.step(step) {
        Ok(outcome) => outcome,
        // Words of Python's stack differ.
        Err(ObjectError::Recursion) => "RecursionError".to_owned(),
        Err(error) => format!("{}: {error}", error.python_type()),
    };
    if let Step::Open(iterator, dict, _) = *step {
        changes.opened[iterator] = Some((dict, changes.counts[dict], player.keys(dict).len()));
    }
    let (Some(dict), Some(before)) = (step.dict(), before) else { return outcome };
    let after = player.keys(dict);
    let is_same = before.len() == after.len() && before.iter().zip(&after).all(|(a, b)| is(a, b));
    // Clearing an empty dict counts: CPython may go on in the table that is gone.
    changes.counts[dict] += usize::from(!is_same || matches!(step, Step::Clear(_)));
    match player.items(dict) {
        Ok(items) => format!("{outcome} {items}"),
        Err(error) => format!("{outcome} {}", error.python_type()),
    }
}
