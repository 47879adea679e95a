//! Hash, repr and equality of random values, here and in CPython.

use super::literal::{Dialect, Literal};
use super::run::Run;
use crate::failure::Failure;
use crate::python::Python;
use fastrand::Rng;
use hedgerow::object::{Value, equal, equal_operator, hash, repr_for};
use serde::{Deserialize, Serialize};

/// Values in one request. Each is an operation.
pub(super) const ROUND: usize = 200;

/// The hashes and reprs of some values, and the equality of some pairs of them.
#[derive(Debug, Deserialize, PartialEq, Eq)]
struct Properties {
    hashes: Vec<i64>,
    reprs: Vec<String>,
    /// `[a] == [b]` of each pair, which compares identity first.
    equal: Vec<bool>,
    /// `a == b` of each pair.
    equal_operator: Vec<bool>,
}

#[derive(Serialize)]
struct ValuesRequest<'a> {
    values: &'a [Literal],
    pairs: &'a [(usize, usize)],
}

/// A difference: the values concerned, and the text for the user.
struct Difference {
    values: Vec<Literal>,
    message: String,
}

/// Verifies random values, as many as there are to be operations.
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
            run.output.print(&format!("{}\nrepeat with --seed {}", smallest.message, run.seed))?;
            return Err(Failure::Difference);
        }
        run.output.advance();
    }
    let counts = format!("{} values and the equality of {pair_count} pairs", run.ops);
    run.output.print(&format!("no difference in hash and repr of {counts}"))
}

/// Random values. Some are a simpler form of one before.
fn draw(rng: &mut Rng, count: usize) -> Vec<Literal> {
    let mut values: Vec<Literal> = Vec::with_capacity(count);
    for _ in 0..count {
        let relative = rng.choice(&values).filter(|_| rng.u32(0..4) == 0).map(Literal::simpler);
        let literal = match relative.as_deref().and_then(|simpler| rng.choice(simpler)) {
            Some(literal) => literal.clone(),
            None => Literal::random(rng, 3),
        };
        values.push(literal);
    }
    values
}

/// Each value with itself, with the next one and with a random one.
fn pairs(rng: &mut Rng, count: usize) -> Vec<(usize, usize)> {
    (0..count)
        .flat_map(|index| {
            [(index, index), (index, (index + 1) % count), (index, rng.usize(0..count))]
        })
        .collect()
}

fn compare(
    values: &[Literal],
    pairs: &[(usize, usize)],
    dialect: &Dialect,
    python: &mut Python,
) -> Result<Option<Difference>, Failure> {
    let theirs: Properties = python.ask("values", ValuesRequest { values, pairs })?;
    let ours = match observe(values, pairs, dialect) {
        Ok(ours) => ours,
        Err(message) => return Ok(Some(Difference { values: values.to_vec(), message })),
    };
    let shown = |index: usize| values[index].shown(&dialect.policy);
    let one = |index: usize, what: &str, ours: &str, theirs: &str| Difference {
        values: vec![values[index].clone()],
        message: format!(
            "the {what} of {} differs: hedgerow {ours}, CPython {theirs}",
            shown(index)
        ),
    };
    for index in 0..values.len() {
        if ours.reprs[index] != theirs.reprs[index] {
            return Ok(Some(one(index, "repr", &ours.reprs[index], &theirs.reprs[index])));
        }
        if ours.hashes[index] != theirs.hashes[index] {
            let (ours, theirs) = (ours.hashes[index].to_string(), theirs.hashes[index].to_string());
            return Ok(Some(one(index, "hash", &ours, &theirs)));
        }
    }
    for (index, &(a, b)) in pairs.iter().enumerate() {
        let here = (ours.equal[index], ours.equal_operator[index]);
        let there = (theirs.equal[index], theirs.equal_operator[index]);
        if here != there {
            return Ok(Some(Difference {
                values: vec![values[a].clone(), values[b].clone()],
                message: format!(
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

/// The library's side, or what to report of its panic or error.
fn observe(
    values: &[Literal],
    pairs: &[(usize, usize)],
    dialect: &Dialect,
) -> Result<Properties, String> {
    let Dialect { policy, unicode } = dialect;
    let observe = || {
        let built: Vec<Value> = values.iter().map(|literal| literal.build(policy)).collect();
        let pair = |&(a, b): &(usize, usize)| (&built[a], &built[b]);
        Ok(Properties {
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
    let observed: Result<Result<Properties, hedgerow::object::ObjectError>, _> =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(observe));
    match observed {
        Ok(Ok(properties)) => Ok(properties),
        Ok(Err(error)) => Err(format!("the library failed by itself: {error}")),
        Err(_) => Err("the library panicked: a bug of hedgerow's".to_owned()),
    }
}

/// Replaces values by simpler ones for as long as there is a difference.
fn shrink(
    mut smallest: Difference,
    dialect: &Dialect,
    python: &mut Python,
) -> Result<Difference, Failure> {
    const MOST_ATTEMPTS: usize = 1000;
    let mut attempts = 0;
    'smaller: loop {
        for index in 0..smallest.values.len() {
            for simpler in smallest.values[index].simpler() {
                attempts += 1;
                if attempts > MOST_ATTEMPTS {
                    return Ok(smallest);
                }
                let mut values = smallest.values.clone();
                values[index] = simpler;
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
