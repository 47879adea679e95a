//! CPython as the oracle for values: values in JSON, questions to the python3 of this machine, and
//! random values.
//!
//! `tests/vectors/object.py` describes the JSON form, and answers.

use std::env;
use std::io::Write;
use std::process::{Command, Stdio};

use hedgerow::object::{HashPolicy, ObjectError, PyStr, PythonVersion, StrHash, Unicode, Value};
use num_bigint::BigInt;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/object.py");

/// Asks `object.py` about values and strs, under this hash seed.
pub(crate) fn ask(seed: u32, questions: &Json) -> Option<Json> {
    ask_script(&[SCRIPT, "answer"], Some(seed), questions)
}

/// Runs a script of `tests/vectors` to answer questions, by python3 or the interpreter that
/// `HEDGEROW_PYTHON` names, under this hash seed or a random one. Without an interpreter it prints
/// that, and returns `None`.
pub(crate) fn ask_script(script: &[&str], seed: Option<u32>, questions: &Json) -> Option<Json> {
    let python = env::var("HEDGEROW_PYTHON").unwrap_or_else(|_| "python3".to_string());
    let mut command = Command::new(&python);
    command.args(script).stdin(Stdio::piped()).stdout(Stdio::piped());
    if let Some(seed) = seed {
        command.env("PYTHONHASHSEED", seed.to_string());
    }
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            println!("skipped: no {python} to ask ({error}); HEDGEROW_PYTHON names another");
            return None;
        }
    };
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let text = questions.to_string();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("python3 ends");
    writer.join().expect("the writer ends").expect("python3 reads its questions");
    assert!(output.status.success(), "{python} failed: {}", output.status);
    Some(serde_json::from_slice(&output.stdout).expect("python3 answers in JSON"))
}

/// What the library answers to a question, as a repr.
type Answer = fn(&Json, &HashPolicy) -> Result<String, ObjectError>;

/// Asks CPython these questions by a script that uses `recorded.questions`, and compares the
/// answers with ours.
pub(crate) fn compare_live(script: &str, questions: &[Json], answer: Answer) {
    if let Some(answers) = ask_script(&[script], Some(0), &json!(questions)) {
        compare(questions, &answers, answer);
    }
}

/// Compares our answers with those that CPython 3.11 to 3.15 gave, in a file of `tests/vectors`.
pub(crate) fn compare_recorded(file: &str, answer: Answer) {
    let file: Json = serde_json::from_str(file).expect("JSON");
    let questions = file["questions"].as_array().expect("a list");
    let recorded = file["recorded"].as_array().expect("a list");
    assert!(questions.len() > 100 && recorded.len() == 5);
    for answers in recorded {
        compare(questions, answers, answer);
    }
}

fn compare(questions: &[Json], answers: &Json, answer: Answer) {
    let policy = policy(0, answers);
    for (question, theirs) in questions.iter().zip(answers["answers"].as_array().expect("a list")) {
        let ours = match answer(question, &policy) {
            Ok(answer) => answer,
            Err(error) => format!("{}: {error}", error.python_type()),
        };
        assert_eq!(ours, text(theirs), "{:?}: {question}", policy.python);
    }
}

/// The hash policy of the process that gave these answers.
pub(crate) fn policy(seed: u32, answers: &Json) -> HashPolicy {
    let text = match answers["algorithm"].as_str() {
        Some("siphash13") => StrHash::cpython(seed),
        Some("siphash24") => StrHash::cpython_before_311(seed),
        other => panic!("an algorithm that this crate does not know: {other:?}"),
    };
    let int = |name: &str| answers[name].as_i64().expect("an int");
    let python = answers["version"][1].as_u64().and_then(|minor| u32::try_from(minor).ok());
    let python = python.and_then(PythonVersion::from_minor).unwrap_or(PythonVersion::LATEST);
    HashPolicy { text, none: int("none"), ellipsis: int("ellipsis"), nan: int("nan"), python }
}

/// The Unicode version of the process that gave these answers.
pub(crate) fn unicode(answers: &Json) -> Unicode {
    let version = answers["unicode"].as_str().expect("a version");
    Unicode::from_version(version).unwrap_or(Unicode::LATEST)
}

/// Builds the value of a JSON form.
pub(crate) fn build(form: &Json, policy: &HashPolicy) -> Value {
    let Json::Object(object) = form else {
        return match form {
            Json::Null => Value::None,
            Json::Bool(bool) => Value::Bool(*bool),
            _ => Value::Ellipsis,
        };
    };
    let (kind, content) = object.iter().next().expect("a kind");
    let items = || content.as_array().expect("a list").iter().map(|item| build(item, policy));
    match kind.as_str() {
        "int" => text(content).parse::<BigInt>().expect("an int").into(),
        "float" => double(content).into(),
        "complex" => Value::complex(double(&content[0]), double(&content[1])),
        "str" => PyStr::from_code_points(points(content)).expect("code points").into(),
        "bytes" => {
            let bytes: Vec<u8> = points(content).into_iter().map(|byte| byte as u8).collect();
            Value::bytes(&bytes)
        }
        "tuple" => Value::tuple(items()),
        "frozenset" => Value::frozen_set(items(), policy).expect("hashable items"),
        other => panic!("no such kind: {other}"),
    }
}

/// The code points of a str in JSON.
pub(crate) fn points(content: &Json) -> Vec<u32> {
    let number = |point: &Json| point.as_u64().expect("a code point") as u32;
    content.as_array().expect("a list").iter().map(number).collect()
}

pub(crate) fn float(float: f64) -> Json {
    json!({ "float": format!("{:016x}", float.to_bits()) })
}

/// Any value, nested up to three deep.
pub(crate) fn form() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        1 => prop::sample::select(vec![Json::Null, json!(true), json!(false), json!("...")]),
        6 => number(),
        3 => text_points().prop_map(|points| json!({ "str": points })),
        2 => prop::collection::vec(any::<u8>(), 0..20).prop_map(|bytes| json!({ "bytes": bytes })),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let items = prop::collection::vec(inner, 0..9);
        prop_oneof![
            items.clone().prop_map(|items| json!({ "tuple": items })),
            items.prop_map(|items| json!({ "frozenset": items })),
        ]
    })
}

/// Numbers of every type, most of them near the limits of the types.
pub(crate) fn number() -> impl Strategy<Value = Json> {
    let power = prop_oneof![
        0..5u32,
        28..34u32,
        51..56u32,
        58..68u32,
        120..131u32,
        1020..1030u32,
        0..2200u32
    ];
    let near = (power, -2..3i32, any::<bool>()).prop_map(|(power, step, negative)| {
        let int = BigInt::from(2).pow(power) + step;
        if negative { -int } else { int }
    });
    let whole = (0..64u32, any::<i64>()).prop_map(|(shift, int)| int >> shift);
    prop_oneof![
        3 => near.prop_map(|int| json!({ "int": int.to_string() })),
        2 => whole.prop_map(|int| json!({ "int": int.to_string() })),
        3 => double_value().prop_map(float),
        1 => (double_value(), double_value()).prop_map(|(real, imag)| {
            json!({ "complex": [float(real)["float"], float(imag)["float"]] })
        }),
        1 => any::<bool>().prop_map(|bool| json!(bool)),
    ]
}

/// Floats of every magnitude, and special ones.
pub(crate) fn double_value() -> impl Strategy<Value = f64> {
    let special = prop::sample::select(vec![
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
        1e16,
        1e15,
        9_999_999_999_999_998.0,
        1e-4,
        1e-5,
        0.1,
        1e22,
        1e23,
    ]);
    prop_oneof![
        2 => special,
        2 => any::<u64>().prop_map(f64::from_bits),
        2 => (-70..70i32, -4..5i32).prop_map(|(power, step)| 2f64.powi(power) + f64::from(step)),
        2 => (any::<i32>(), -20..20i32).prop_map(|(int, power)| f64::from(int) * 10f64.powi(power)),
        1 => (0..64u32, any::<i64>()).prop_map(|(shift, int)| (int >> shift) as f64),
    ]
}

/// Code points of each width, among them surrogates and quotes.
pub(crate) fn text_points() -> impl Strategy<Value = Vec<u32>> {
    let widest = prop::sample::select(vec![0, 1, 2, 3]);
    widest.prop_flat_map(|widest| prop::collection::vec(point(widest), 0..24))
}

fn point(widest: usize) -> BoxedStrategy<u32> {
    let narrow = prop_oneof![4 => 0x20..0x7fu32, 1 => 0..0x20u32, 1 => select("'\"\\\n\t\x7f")];
    match widest {
        0 => narrow.boxed(),
        1 => prop_oneof![2 => narrow, 1 => 0x80..0x100u32].boxed(),
        2 => prop_oneof![2 => narrow, 1 => 0x100..0x1_0000u32, 1 => 0xd800..0xe000u32].boxed(),
        _ => prop_oneof![
            2 => narrow,
            1 => 0x100..0x1_0000u32,
            1 => 0xd800..0xe000u32,
            1 => 0x1_0000..0x11_0000u32,
        ]
        .boxed(),
    }
}

fn select(chars: &str) -> impl Strategy<Value = u32> + use<> {
    prop::sample::select(chars.chars().map(u32::from).collect::<Vec<u32>>())
}

/// Values of a strategy, the same for the same seed.
pub(crate) fn sample<S: Strategy>(strategy: S, count: usize, seed: u64) -> Vec<S::Value> {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let draw = |_| strategy.new_tree(&mut runner).expect("nothing is filtered").current();
    (0..count).map(draw).collect()
}

fn text(content: &Json) -> &str {
    content.as_str().expect("text")
}

/// A float from its bits. There is one NaN, as in `object.py`.
fn double(content: &Json) -> f64 {
    let float = f64::from_bits(u64::from_str_radix(text(content), 16).expect("hex"));
    if float.is_nan() { f64::NAN } else { float }
}
