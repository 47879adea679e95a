//! Random values as literals, of which both sides build the value: a `Value` here, and from JSON an
//! object in Python.

use fastrand::Rng;
use hedgerow::object::{HashPolicy, PyStr, PythonVersion, StrHash, Unicode, Value, repr};
use num_bigint::BigInt;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::python::{NoArguments, Python};

/// A value as it is written. Python builds it by `build` in `verify_values.py`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Literal {
    None,
    Ellipsis,
    Bool(bool),
    /// In decimal.
    Int(String),
    /// Its bits in hex. Every NaN is built as one object.
    Float(String),
    Complex(String, String),
    /// Code points, which may be surrogates.
    Str(Vec<u32>),
    Bytes(Vec<u8>),
    Tuple(Vec<Literal>),
    FrozenSet(Vec<Literal>),
}

/// How this Python hashes and prints, where Pythons differ.
#[derive(Clone, Debug)]
pub(super) struct Dialect {
    pub(super) policy: HashPolicy,
    pub(super) unicode: Unicode,
}

#[derive(Deserialize)]
struct DialectReply {
    algorithm: String,
    none: i64,
    ellipsis: i64,
    nan: i64,
    unicode: String,
    minor: u32,
}

impl Dialect {
    /// Asks the worker, which was started with this hash seed.
    pub(super) fn of(python: &mut Python, hash_seed: u32) -> Result<Self, Failure> {
        let reply: DialectReply = python.ask("dialect", NoArguments {})?;
        let text = match reply.algorithm.as_str() {
            "siphash13" => StrHash::cpython(hash_seed),
            "siphash24" => StrHash::cpython_before_311(hash_seed),
            other => {
                return Err(Failure::message(format!(
                    "this Python hashes str by {other}: give --python a CPython built with \
                     siphash13 or siphash24"
                )));
            }
        };
        let DialectReply { none, ellipsis, nan, unicode, minor, .. } = reply;
        let python = PythonVersion::from_minor(minor).unwrap_or(PythonVersion::LATEST);
        let policy = HashPolicy { text, none, ellipsis, nan, python };
        let unicode = Unicode::from_version(&unicode).unwrap_or(Unicode::LATEST);
        Ok(Dialect { policy, unicode })
    }
}

impl Literal {
    /// A value of any kind, nested up to `depth` deep.
    pub(super) fn random(rng: &mut Rng, depth: usize) -> Literal {
        match rng.u32(0..if depth > 0 { 20 } else { 16 }) {
            0 => [Literal::None, Literal::Ellipsis, Literal::Bool(true), Literal::Bool(false)]
                [rng.usize(0..4)]
            .clone(),
            1..6 => Literal::Int(int(rng).to_string()),
            6..10 => Literal::Float(bits(float(rng))),
            10 => {
                let part =
                    |rng: &mut Rng| bits(Some(float(rng)).filter(|f| !f.is_nan()).unwrap_or(0.0));
                Literal::Complex(part(rng), part(rng))
            }
            11..14 => Literal::Str(points(rng)),
            14..16 => Literal::Bytes((0..rng.usize(0..24)).map(|_| rng.u8(..)).collect()),
            nested => {
                let items = (0..rng.usize(0..9)).map(|_| Literal::random(rng, depth - 1)).collect();
                if nested < 18 { Literal::Tuple(items) } else { Literal::FrozenSet(items) }
            }
        }
    }

    /// The value.
    pub(super) fn build(&self, policy: &HashPolicy) -> Value {
        let all =
            |items: &[Literal]| items.iter().map(|item| item.build(policy)).collect::<Vec<_>>();
        match self {
            Literal::None => Value::None,
            Literal::Ellipsis => Value::Ellipsis,
            Literal::Bool(truth) => Value::Bool(*truth),
            Literal::Int(digits) => digits.parse::<BigInt>().expect("written as an int").into(),
            Literal::Float(bits) => double(bits).into(),
            Literal::Complex(real, imaginary) => Value::complex(double(real), double(imaginary)),
            Literal::Str(points) => {
                let text = PyStr::from_code_points(points.iter().copied());
                text.expect("drawn as code points").into()
            }
            Literal::Bytes(bytes) => Value::bytes(bytes),
            Literal::Tuple(items) => Value::tuple(all(items)),
            Literal::FrozenSet(items) => {
                Value::frozen_set(all(items), policy).expect("drawn as hashable")
            }
        }
    }

    /// Simpler values to shrink to: the items, then the value without one of them, then the value
    /// with one of them simpler.
    pub(super) fn simpler(&self) -> Vec<Literal> {
        let (items, is_tuple) = match self {
            Literal::Tuple(items) => (items, true),
            Literal::FrozenSet(items) => (items, false),
            Literal::Str(points) => {
                return (0..points.len())
                    .map(|index| Literal::Str(without(points, index)))
                    .collect();
            }
            Literal::Bytes(bytes) => {
                return (0..bytes.len())
                    .map(|index| Literal::Bytes(without(bytes, index)))
                    .collect();
            }
            _ => return Vec::new(),
        };
        let wrap = if is_tuple { Literal::Tuple } else { Literal::FrozenSet };
        let mut simpler = items.clone();
        simpler.extend((0..items.len()).map(|index| wrap(without(items, index))));
        for (index, item) in items.iter().enumerate() {
            for smaller in item.simpler() {
                let mut changed = items.clone();
                changed[index] = smaller;
                simpler.push(wrap(changed));
            }
        }
        simpler
    }

    /// As Python prints it.
    pub(super) fn shown(&self, policy: &HashPolicy) -> String {
        repr(&self.build(policy)).unwrap_or_else(|error| format!("{self:?} ({error})"))
    }
}

fn without<T: Clone>(all: &[T], index: usize) -> Vec<T> {
    [&all[..index], &all[index + 1..]].concat()
}

/// A random int, or one near a power of two where the representation changes.
fn int(rng: &mut Rng) -> BigInt {
    const POWERS: [u32; 14] = [0, 1, 5, 8, 30, 31, 32, 52, 53, 61, 63, 64, 122, 1024];
    if rng.bool() {
        return BigInt::from(rng.i64(..) >> rng.u32(0..64));
    }
    let near = BigInt::from(2).pow(POWERS[rng.usize(0..POWERS.len())]) + rng.i32(-2..3);
    if rng.bool() { -near } else { near }
}

fn float(rng: &mut Rng) -> f64 {
    const SPECIAL: [f64; 14] = [
        0.0,
        -0.0,
        0.5,
        0.1,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        f64::MAX,
        5e-324,
        1e16,
        9_999_999_999_999_998.0,
        1e-4,
        1e-5,
        1e22,
    ];
    match rng.u32(0..4) {
        0 => SPECIAL[rng.usize(0..SPECIAL.len())],
        1 => f64::from_bits(rng.u64(..)),
        2 => 2f64.powi(rng.i32(-70..70)) + f64::from(rng.i32(-4..5)),
        _ => (rng.i64(..) >> rng.u32(0..64)) as f64,
    }
}

/// Random text, of code points of one width or several: quotes, control characters, surrogates.
fn points(rng: &mut Rng) -> Vec<u32> {
    let widest = rng.u32(0..4);
    let point = |rng: &mut Rng| match rng.u32(0..=widest) {
        0 if rng.u32(0..5) == 0 => u32::from(b"'\"\\\n\t\0\x7f"[rng.usize(0..7)]),
        0 => rng.u32(0x20..0x7f),
        1 => rng.u32(0x80..0x100),
        2 if rng.bool() => rng.u32(0xd800..0xe000),
        2 => rng.u32(0x100..0x1_0000),
        _ => rng.u32(0x1_0000..0x11_0000),
    };
    (0..rng.usize(0..20)).map(|_| point(rng)).collect()
}

fn bits(float: f64) -> String {
    format!("{:016x}", float.to_bits())
}

fn double(bits: &str) -> f64 {
    let float = f64::from_bits(u64::from_str_radix(bits, 16).expect("written as bits"));
    if float.is_nan() { f64::NAN } else { float }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_drawn_and_can_be_built() {
        let mut rng = Rng::with_seed(5);
        let policy = HashPolicy::cpython(0);
        let mut kinds = std::collections::BTreeSet::new();
        for _ in 0..2000 {
            kinds.insert(Literal::random(&mut rng, 3).build(&policy).type_name().to_owned());
        }
        let all = ["NoneType", "bool", "bytes", "complex", "ellipsis", "float", "frozenset", "int"];
        assert_eq!(kinds, all.into_iter().chain(["str", "tuple"]).map(str::to_owned).collect());
    }

    #[test]
    fn the_worker_reads_what_is_written_here() {
        let literal = Literal::Tuple(vec![Literal::None, Literal::Complex("0".into(), "1".into())]);
        let json = serde_json::to_string(&literal).unwrap();
        assert_eq!(json, r#"{"tuple":["none",{"complex":["0","1"]}]}"#);
    }

    #[test]
    fn simpler_values_are_smaller() {
        let literal = Literal::Tuple(vec![Literal::Str(vec![97, 98]), Literal::None]);
        let size = |form: &Literal| serde_json::to_string(form).unwrap().len();
        assert!(literal.simpler().iter().all(|smaller| size(smaller) < size(&literal)));
        assert!(literal.simpler().contains(&Literal::None));
    }
}
