//! Hash, repr and equality of random values, here and in CPython.

use super::Run;
use super::form::{Dialect, Form};
use crate::failure::Failure;
use crate::python::Python;
use fastrand::Rng;
use hedgerow::object::{Value, equal, equal_operator, hash, repr_for};
use serde::{Deserialize, Serialize};

/// Values asked about in one question; each is an operation.
pub(super) const ROUND: usize = 200;

/// What can be seen of some values.
#[derive(Debug, Deserialize, PartialEq, Eq)]
struct Sight {
    hashes: Vec<i64>,
    reprs: Vec<String>,
    /// `[a] == [b]`, which looks at identity first, of the pairs asked for.
    equal: Vec<bool>,
    /// `a == b`.
    equal_operator: Vec<bool>,
}

#[derive(Serialize)]
struct Question<'a> {
    values: &'a [Form],
    pairs: &'a [(usize, usize)],
}

/// What differs: the values concerned, and a text.
struct Difference {
    values: Vec<Form>,
    told: String,
}

/// Draws so many values and compares what can be seen of them.
pub(super) fn verify(run: &mut Run<'_>) -> Result<(), Failure> {
    let dialect = Dialect::of(run.python, run.seed as u32)?;
    let mut rng = Rng::with_seed(run.seed);
    let mut pair_count = 0;
    let mut left = run.ops;
    while left > 0 {
        let values = draw(&mut rng, left.min(ROUND));
        left -= values.len();
        let pairs = pairs(&mut rng, values.len());
        pair_count += pairs.len();
        if let Some(difference) = compare(&values, &pairs, &dialect, run.python)? {
            run.output.finish();
            let smallest = shrink(difference, &dialect, run.python)?;
            run.output.print(&format!("{}\nrepeat with --seed {}", smallest.told, run.seed))?;
            return Err(Failure::Difference);
        }
        run.output.advance();
    }
    let counts = format!("{} values and the equality of {pair_count} pairs", run.ops);
    run.output.print(&format!("no difference in hash and repr of {counts}"))
}

/// Values, some of them near relatives of those before.
fn draw(rng: &mut Rng, count: usize) -> Vec<Form> {
    let mut values: Vec<Form> = Vec::with_capacity(count);
    for _ in 0..count {
        let relative = rng.choice(&values).filter(|_| rng.u32(0..4) == 0).map(Form::simpler);
        let form = match relative.as_deref().and_then(|simpler| rng.choice(simpler)) {
            Some(form) => form.clone(),
            None => Form::random(rng, 3),
        };
        values.push(form);
    }
    values
}

/// Each with itself, with its neighbour and with another.
fn pairs(rng: &mut Rng, count: usize) -> Vec<(usize, usize)> {
    (0..count)
        .flat_map(|at| [(at, at), (at, (at + 1) % count), (at, rng.usize(0..count))])
        .collect()
}

fn compare(
    values: &[Form],
    pairs: &[(usize, usize)],
    dialect: &Dialect,
    python: &mut Python,
) -> Result<Option<Difference>, Failure> {
    let theirs: Sight = python.ask("values", Question { values, pairs })?;
    let ours = match see(values, pairs, dialect) {
        Ok(ours) => ours,
        Err(told) => return Ok(Some(Difference { values: values.to_vec(), told })),
    };
    let shown = |at: usize| values[at].shown(&dialect.policy);
    let one = |at: usize, what: &str, ours: &str, theirs: &str| Difference {
        values: vec![values[at].clone()],
        told: format!("the {what} of {} differs: hedgerow {ours}, CPython {theirs}", shown(at)),
    };
    for at in 0..values.len() {
        if ours.reprs[at] != theirs.reprs[at] {
            return Ok(Some(one(at, "repr", &ours.reprs[at], &theirs.reprs[at])));
        }
        if ours.hashes[at] != theirs.hashes[at] {
            let (ours, theirs) = (ours.hashes[at].to_string(), theirs.hashes[at].to_string());
            return Ok(Some(one(at, "hash", &ours, &theirs)));
        }
    }
    for (index, &(a, b)) in pairs.iter().enumerate() {
        let here = (ours.equal[index], ours.equal_operator[index]);
        let there = (theirs.equal[index], theirs.equal_operator[index]);
        if here != there {
            return Ok(Some(Difference {
                values: vec![values[a].clone(), values[b].clone()],
                told: format!(
                    "the equality of {} and {} differs (as members of a list, by ==): hedgerow \
                     {here:?}, CPython {there:?}",
                    shown(a),
                    shown(b)
                ),
            }));
        }
    }
    Ok(None)
}

/// What can be seen here; a panic or an error is told.
fn see(values: &[Form], pairs: &[(usize, usize)], dialect: &Dialect) -> Result<Sight, String> {
    let Dialect { policy, unicode } = dialect;
    let look = || {
        let built: Vec<Value> = values.iter().map(|form| form.build(policy)).collect();
        let pair = |&(a, b): &(usize, usize)| (&built[a], &built[b]);
        Ok(Sight {
            hashes: built.iter().map(|value| hash(value, policy)).collect::<Result<_, _>>()?,
            reprs: built.iter().map(|value| repr_for(value, *unicode)).collect::<Result<_, _>>()?,
            equal: pairs.iter().map(pair).map(|(a, b)| equal(a, b)).collect::<Result<_, _>>()?,
            equal_operator: pairs
                .iter()
                .map(pair)
                .map(|(a, b)| equal_operator(a, b))
                .collect::<Result<_, _>>()?,
        })
    };
    let seen: Result<Result<Sight, hedgerow::object::ObjectError>, _> =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(look));
    match seen {
        Ok(Ok(sight)) => Ok(sight),
        Ok(Err(error)) => Err(format!("the library failed by itself: {error}")),
        Err(_) => Err("the library panicked: a bug of hedgerow's".to_owned()),
    }
}

/// Takes simpler values for as long as they differ.
fn shrink(
    mut smallest: Difference,
    dialect: &Dialect,
    python: &mut Python,
) -> Result<Difference, Failure> {
    const MOST_ATTEMPTS: usize = 1000;
    let mut attempts = 0;
    'smaller: loop {
        for at in 0..smallest.values.len() {
            for simpler in smallest.values[at].simpler() {
                attempts += 1;
                if attempts > MOST_ATTEMPTS {
                    return Ok(smallest);
                }
                let mut values = smallest.values.clone();
                values[at] = simpler;
                let last = values.len() - 1;
                if let Some(difference) = compare(&values, &[(0, last)], dialect, python)? {
                    smallest = difference;
                    continue 'smaller;
                }
            }
        }
        return Ok(smallest);
    }
}
