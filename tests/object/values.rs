//! Hash, equality and repr of values, compared with CPython: recorded and live.
//!
//! The bugs this hunts: equal numbers with different hashes; a float that is equal to a neighbour
//! of its int; text hashed in the wrong width; a set that prints in another order; a nested value
//! that overflows the stack.

use crate::oracle;
use hedgerow::object::{
    HashPolicy, MAX_DEPTH, ObjectError, PyStr, StrHash, Text, Utf16, Value, equal, equal_operator,
    hash, is, repr, repr_for,
};
use num_bigint::BigInt;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// Hashes of CPython with `PYTHONHASHSEED=0`. Those of numbers are the same in every version.
#[test]
fn known_hashes() {
    let policy = HashPolicy::cpython(0);
    let old = HashPolicy::cpython_before_311(0);
    let hash_of = |value: Value| hash(&value, &policy).unwrap();
    let two = BigInt::from(2);
    for (value, expected) in [
        (Value::from(-1), -2),
        (Value::from(-2), -2),
        (Value::from(-1.0), -2),
        (Value::from((1_i64 << 61) - 1), 0),
        (Value::from(1_i64 << 61), 1),
        (Value::from(2f64.powi(61)), 1),
        (Value::from(0.5), 1 << 60),
        (Value::from(1e300), 1_224_995_262_755_759_164),
        (Value::from(f64::INFINITY), 314_159),
        (Value::complex(0.0, 1.0), 1_000_003),
        (Value::from(two.pow(63)), 4),
        (Value::None, 0xFCA8_6420),
    ] {
        assert_eq!(hash_of(value.clone()), expected, "{value:?}");
    }
    let text = [
        ("a", 4644417185603328019, -7583489610679606711),
        ("abc", -4594863902769663758, 4596069200710135518),
        ("\u{e9}", 6047309291227476195, 4954367630624915103),
        ("\u{20ac}", -5529981157763016009, -7838577127164893040),
        ("\u{1f40d}", 5216893564587608945, 1695403790137729965),
        ("", 0, 0),
    ];
    for (text, new, before) in text {
        assert_eq!(hash_of(text.into()), new, "{text:?}");
        assert_eq!(hash(&text.into(), &old).unwrap(), before, "{text:?}");
    }
    let halves = PyStr::from_code_points([0xd83e, 0xdd93]).unwrap();
    assert_eq!(halves.hash(&policy.text), -3571095128315242716);
    assert_eq!(halves.hash(&old.text), 6267342602874413642);
    assert_eq!(hash_of(Value::bytes(b"a")), 4644417185603328019);
}

/// After Very Slow Jython's LookupTest: each form of a text hashes as Java's `String.hashCode`, and
/// texts that collide are not equal.
#[test]
fn java_hashes_of_text_in_each_form() {
    let java = StrHash::java();
    for (text, expected) in [
        ("a", 97),
        ("b123", 2_968_208),
        ("Python", -1_889_329_924),
        ("QZthon", -1_889_329_924),
        ("forty-two", 2_032_045_325),
        ("\u{1f40d}", 1_772_400),
        ("\u{1f993}", 1_772_821),
    ] {
        let units: Vec<u16> = text.encode_utf16().collect();
        let hashes = [
            PyStr::from(text).hash(&java),
            PyStr::from_utf16(&units).hash(&java),
            text.text_hash(&java),
            Utf16(&units).text_hash(&java),
        ];
        assert_eq!(hashes, [expected; 4], "{text:?}");
    }
    assert_ne!(PyStr::from("Python"), PyStr::from("QZthon"));
    let halves = PyStr::from_code_points([0xd83e, 0xdd93]).unwrap();
    assert_eq!(halves.hash(&java), 1_772_821);
    assert_ne!(halves, PyStr::from("\u{1f993}"));
    assert!(halves.hash(&java) == "\u{1f993}".text_hash(&java) && halves != "\u{1f993}"[..]);
}

/// After Very Slow Jython's LookupTest and UnarySlotWrapperTest: each form of one int, bool as int,
/// and float as int.
#[test]
fn one_number_in_each_form() {
    let policy = HashPolicy::java();
    for int in [4_i64, -5, 0x7fff_ffff, -0x8000_0000, -0x7fff_ffff, 42, 0, 1, -1] {
        let forms = [
            Value::from(int),
            Value::BigInt(BigInt::from(int).into()),
            Value::from(int as f64),
            Value::complex(int as f64, -0.0),
        ];
        for a in &forms {
            assert_eq!(hash(a, &policy).unwrap(), if int == -1 { -2 } else { int }, "{a:?}");
            assert!(forms.iter().all(|b| equal(a, b).unwrap() && equal_operator(b, a).unwrap()));
        }
    }
    for (bool, int) in [(false, 0), (true, 1)] {
        assert_eq!(hash(&bool.into(), &policy).unwrap(), int);
        for form in [Value::from(int), Value::from(int as f64), Value::complex(int as f64, 0.0)] {
            assert!(equal(&bool.into(), &form).unwrap() && equal(&form, &bool.into()).unwrap());
            assert!(!is(&bool.into(), &form));
        }
    }
}

#[test]
fn a_whole_float_is_equal_to_its_int_and_not_to_the_neighbours() {
    for power in [53, 54, 62, 63, 64, 100, 1000] {
        let int = BigInt::from(2).pow(power);
        let float = Value::from(2f64.powi(power as i32));
        let complex = Value::complex(2f64.powi(power as i32), 0.0);
        for (step, expected) in [(-1, false), (0, true), (1, false)] {
            let int = Value::from(&int + step);
            for other in [&float, &complex] {
                assert_eq!(equal(&int, other).unwrap(), expected, "{int:?} {other:?}");
                assert_eq!(equal(other, &int).unwrap(), expected, "{other:?} {int:?}");
            }
        }
    }
    let largest = Value::from(i64::MAX);
    assert!(!equal(&largest, &Value::from(i64::MAX as f64)).unwrap());
    assert!(equal(&Value::from(i64::MIN), &Value::from(i64::MIN as f64)).unwrap());
}

#[test]
fn recorded_vectors() {
    let text = include_str!("../vectors/object.json");
    let vectors: Json = serde_json::from_str(text).expect("JSON");
    let forms = vectors["values"].as_array().expect("values");
    let runs = vectors["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), 6, "SipHash-2-4 and SipHash-1-3, under the seeds 0, 1 and 42");
    for run in runs {
        let policy = oracle::policy(run["seed"].as_u64().expect("a seed") as u32, run);
        assert_hashes_and_reprs(forms, run, &policy);
    }
}

#[test]
fn live_python_agrees() {
    let random = rand_seed();
    for seed in [0, 1, 42, random] {
        let mut forms = oracle::sample(oracle::form(), 1500, u64::from(seed));
        forms.extend(oracle::sample(oracle::number(), 1500, u64::from(seed)));
        let pairs = pairs_of(&mut forms, seed);
        let questions = json!({ "values": forms, "pairs": pairs });
        let Some(answers) = oracle::ask(seed, &questions) else { return };
        println!("PYTHONHASHSEED={seed}");
        let policy = oracle::policy(seed, &answers);
        let values = assert_hashes_and_reprs(&forms, &answers, &policy);
        let mut equals = 0;
        for (index, &(a, b)) in pairs.iter().enumerate() {
            let shown = || format!("{:?} and {:?}", values[a], values[b]);
            let expected = answers["equal"][index].as_bool();
            assert_eq!(Some(equal(&values[a], &values[b]).unwrap()), expected, "{}", shown());
            let operator = equal_operator(&values[a], &values[b]).unwrap();
            let expected = answers["equal_operator"][index].as_bool();
            assert_eq!(Some(operator), expected, "{}", shown());
            if operator {
                equals += 1;
                assert_eq!(hash(&values[a], &policy).ok(), hash(&values[b], &policy).ok());
            }
        }
        assert!(equals > 500, "only {equals} pairs were equal: too few to prove anything");
    }
}

#[test]
fn deep_nesting_is_an_error_and_drops_in_constant_stack() {
    let policy = HashPolicy::cpython(0);
    let nested = |depth: usize| {
        (0..depth).fold(Value::None, |inner, level| match level % 3 {
            1 => Value::frozen_set([inner], &policy).unwrap_or(Value::None),
            _ => Value::tuple([inner, level.to_string().as_str().into()]),
        })
    };
    let (a, b) = (nested(MAX_DEPTH - 10), nested(MAX_DEPTH - 10));
    assert_eq!(hash(&a, &policy).unwrap(), hash(&b, &policy).unwrap());
    assert!(equal(&a, &b).unwrap());
    assert_eq!(repr(&a).unwrap(), repr(&b).unwrap());

    let too_deep = |depth| (0..depth).fold(Value::None, |inner, _| Value::tuple([inner]));
    let (a, b) = (too_deep(300_000), too_deep(300_000));
    let refused = |error: ObjectError| assert_eq!(error.python_type(), "RecursionError");
    refused(hash(&a, &policy).unwrap_err());
    refused(equal(&a, &b).unwrap_err());
    refused(repr(&a).unwrap_err());
    refused(Value::frozen_set([a.clone()], &policy).unwrap_err());
    assert!(equal(&a, &a.clone()).unwrap(), "identity comes first");
    assert!(hash(&too_deep(MAX_DEPTH), &policy).is_ok(), "the depth is back at zero");
    drop((a, b));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Equal values have equal hashes under each policy, and equality is symmetric.
    #[test]
    fn equal_values_have_equal_hashes(forms in prop::collection::vec(oracle::form(), 2..12)) {
        let cpython = [HashPolicy::cpython(7), HashPolicy::cpython_before_311(7)];
        for policy in cpython.into_iter().chain([HashPolicy::java()]) {
            let values: Vec<Value> = forms
                .iter()
                .flat_map(|form| [form.clone(), twin(form)])
                .map(|form| oracle::build(&form, &policy))
                .collect();
            for a in &values {
                prop_assert!(equal(a, a).unwrap());
                for b in &values {
                    let is_equal = equal(a, b).unwrap();
                    prop_assert_eq!(is_equal, equal(b, a).unwrap());
                    if is_equal {
                        let (a, b) = (hash(a, &policy).unwrap(), hash(b, &policy).unwrap());
                        prop_assert_eq!(a, b);
                    }
                }
            }
        }
    }

    /// Under another policy a frozenset has the hash of a frozenset built under that policy.
    #[test]
    fn a_frozenset_can_be_hashed_under_every_policy(
        items in prop::collection::vec(oracle::form(), 0..40),
    ) {
        let policies = [HashPolicy::cpython(1), HashPolicy::java(), HashPolicy::cpython(2)];
        let form = json!({ "frozenset": items });
        let sets = policies.each_ref().map(|policy| oracle::build(&form, policy));
        for (set, policy) in sets.iter().zip(&policies) {
            let expected = hash(set, policy).unwrap();
            for other in &sets {
                prop_assert_eq!(hash(other, policy).unwrap(), expected);
                // These are two complex objects, so their NaNs are not equal.
                let apart = form.to_string().contains("complex");
                prop_assert!(apart || equal(set, other).unwrap());
            }
        }
    }
}

fn assert_hashes_and_reprs(forms: &[Json], run: &Json, policy: &HashPolicy) -> Vec<Value> {
    let unicode = oracle::unicode(run);
    assert_eq!(run["hashes"].as_array().map(Vec::len), Some(forms.len()));
    let check = |(index, form): (usize, &Json)| {
        let value = oracle::build(form, policy);
        if let Some(expected) = run["hashes"][index].as_i64() {
            assert_eq!(hash(&value, policy).unwrap(), expected, "{form}");
        }
        if let Some(expected) = run["reprs"][index].as_str() {
            assert_eq!(repr_for(&value, unicode).unwrap(), expected);
        }
        value
    };
    forms.iter().enumerate().map(check).collect()
}

/// Adds a twin for every form. Returns the pairs to compare: twins, and random ones.
fn pairs_of(forms: &mut Vec<Json>, seed: u32) -> Vec<(usize, usize)> {
    let count = forms.len();
    let twins: Vec<Json> = forms.iter().map(twin).collect();
    forms.extend(twins);
    let strangers = oracle::sample((0..2 * count, 0..2 * count), 2000, u64::from(seed));
    (0..count).flat_map(|index| [(index, count + index), (index, index)]).chain(strangers).collect()
}

/// The same value in another type or order, or nearly the same value.
fn twin(form: &Json) -> Json {
    let policy = HashPolicy::cpython(0);
    let Json::Object(object) = form else {
        return match form {
            Json::Bool(bool) => oracle::float(f64::from(u8::from(*bool))),
            other => other.clone(),
        };
    };
    let (kind, content) = object.iter().next().expect("a kind");
    match (kind.as_str(), oracle::build(form, &policy)) {
        (_, Value::Int(int)) => oracle::float(int as f64),
        (_, Value::BigInt(int)) => oracle::float(int.to_string().parse().expect("a float")),
        (_, Value::Float(float)) if float.is_finite() && float.fract() == 0.0 => {
            json!({ "int": format!("{float:.0}") })
        }
        (_, Value::Float(float)) => {
            json!({ "complex": [oracle::float(float)["float"], oracle::float(0.0)["float"]] })
        }
        ("complex", Value::Complex(complex)) if complex.imag == 0.0 => oracle::float(complex.real),
        ("tuple", _) => {
            let items = content.as_array().expect("items");
            json!({ "tuple": items.iter().map(twin).collect::<Vec<Json>>() })
        }
        ("frozenset", _) => {
            let items = content.as_array().expect("items");
            json!({ "frozenset": items.iter().rev().map(twin).collect::<Vec<Json>>() })
        }
        _ => form.clone(),
    }
}

/// A seed that differs from run to run.
fn rand_seed() -> u32 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0) as u32
}
