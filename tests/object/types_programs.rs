//! Random programs of classes and attributes, run here and by the python3 of this machine.
//!
//! The bugs this hunts: an MRO that differs; a class graph that only one side refuses; an attribute
//! found elsewhere; a descriptor called where it must not be, or not called; an error of another
//! kind or with another message; a change of bases that is undone only in part.
//!
//! `tests/vectors/class_programs.py` runs them there. Messages are those of the version that is
//! asked, if the crate knows it; else the kinds of errors are compared.

use crate::oracle;
use std::env;
use std::hash::{BuildHasher, RandomState};

use crate::programs::{World, attribute_step, graph_step};
use hedgerow::object::{PythonVersion, TypeArena};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/class_programs.py");

const RECORDED: &str = include_str!("../vectors/class_programs.json");

/// Outcomes that have to occur in programs of class graphs.
const GRAPH_KINDS: &[&str] = &[
    "order (MRO) for bases ",
    "duplicate base class ",
    "is not an acceptable base type",
    "a __bases__ item causes an inheritance cycle",
    "can only assign non-empty tuple to ",
    "changed",
];

/// Outcomes that have to occur in programs of attributes.
const ATTRIBUTE_KINDS: &[&str] = &[
    "metaclass conflict: ",
    "attribute name must be string, not 'NoneType'",
    "attribute of immutable type 'int'",
    "type object 'Root' has no attribute ",
    "'int' object has no attribute ",
    "' is read-only",
    "AttributeError: __set__",
    "AttributeError: __delete__",
    "ValueError: descriptor ",
    " on type of ",
    " on object of ",
    " | set ",
    " | delete ",
    r"no attribute '\ud83e\udd93'",
];

/// Runs programs on both sides. Each of these kinds of outcome has to occur, or the programs test
/// less than they claim.
fn compare(programs: &[(bool, Vec<Json>)], kinds: &[&str]) {
    let questions = json!({ "programs": programs });
    let Some(answers) = oracle::ask_script(&[SCRIPT, "play"], None, &questions) else { return };
    let minor = answers["version"][1].as_u64().and_then(|minor| u32::try_from(minor).ok());
    let python = minor.and_then(PythonVersion::from_minor);
    let mut missing = kinds.to_vec();
    for (program, answers) in programs.iter().zip(answers["outcomes"].as_array().unwrap()) {
        replay(program, answers, python, &mut missing);
    }
    assert_eq!(missing, Vec::<&str>::new());
}

/// Runs a program here, and compares the outcomes with CPython's.
fn replay(
    (slotted, steps): &(bool, Vec<Json>),
    answers: &Json,
    python: Option<PythonVersion>,
    missing: &mut Vec<&str>,
) {
    let answers = answers.as_array().unwrap();
    assert_eq!(steps.len(), answers.len());
    let kind = |outcome: &str| outcome.split(": ").next().unwrap_or_default().to_string();
    let arena = TypeArena::new();
    let mut world = World::new(&arena, *slotted, python.unwrap_or(PythonVersion::LATEST));
    for (index, (step, answer)) in steps.iter().zip(answers).enumerate() {
        let (ours, theirs) = (world.step(step), answer.as_str().unwrap());
        missing.retain(|kind| !ours.contains(kind));
        let is_error = theirs.contains("Error: ");
        let same = ours == theirs || python.is_none() && is_error && kind(&ours) == kind(theirs);
        let before: Vec<String> = steps[..=index].iter().map(Json::to_string).collect();
        let before = before.join("\n");
        assert!(same, "here:   {ours}\npython: {theirs}\nafter {slotted}\n{before}");
    }
}

/// 25 class graphs and 40 programs of attributes with the outcomes of CPython 3.11. Needs no
/// python3. `class_programs.py record` records them again.
#[test]
fn recorded_programs() {
    let recorded: Vec<(bool, Vec<Json>, Json)> = serde_json::from_str(RECORDED).unwrap();
    let mut missing = [GRAPH_KINDS, ATTRIBUTE_KINDS].concat();
    for (slotted, steps, answers) in recorded {
        let python = Some(PythonVersion::V3_11);
        replay(&(slotted, steps), &answers, python, &mut missing);
    }
    assert_eq!(missing, Vec::<&str>::new());
}

/// 400 class graphs: thousands of types and changes of bases, accepted and refused.
#[test]
fn class_graphs() {
    let steps = prop::collection::vec(graph_step(), 10..60);
    let programs = steps.prop_map(|steps| (false, steps));
    compare(&oracle::sample(programs, 400, any_seed()), GRAPH_KINDS);
}

#[test]
fn attributes_of_classes_and_instances() {
    let steps = prop::collection::vec(attribute_step(), 20..120);
    compare(&oracle::sample((any::<bool>(), steps), 600, any_seed()), ATTRIBUTE_KINDS);
}

/// Names cut at 50 and 100 bytes, and messages cut at 999.
#[test]
fn long_names_are_cut_where_cpython_cuts_them() {
    let long = |name: &str| json!(["create", name, [], false, 0]);
    let mut steps = Vec::new();
    for name in ["q".repeat(120), format!("a{}", "\u{e9}".repeat(60)), "\u{1f993}".repeat(13)] {
        steps.push(long(&name));
        let class = steps.len() as i64;
        steps.extend([json!(["object", class]), json!(["set", class, "61", 1])]);
        while steps.len() as i64 % 3 != 0 {
            steps.push(json!(["mros"]));
        }
    }
    for target in 0..8 {
        for name in ["61", "62"] {
            steps.push(json!(["get", target, name]));
            steps.push(json!(["delete", target, name]));
            steps.push(json!(["set", target, name, 1]));
            steps.push(json!(["delete", target, name]));
            steps.push(json!(["delete", target, name]));
        }
    }
    compare(&[(false, steps.clone()), (true, steps)], &[&format!("'{}' object", "q".repeat(100))]);
    let mut order = vec![long(&"w".repeat(600)), long(&"v".repeat(600))];
    order.push(json!(["create", "X", [1, 2], false, 0]));
    order.push(json!(["create", "Y", [2, 1], false, 0]));
    order.push(json!(["create", "Z", [3, 4], false, 0]));
    compare(&[(false, order)], &["MRO) for bases wwww"]);
}

/// A random seed, unless `HEDGEROW_SEED` sets it. It is printed, so that a failure can be repeated.
fn any_seed() -> u64 {
    let chosen = env::var("HEDGEROW_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = chosen.unwrap_or_else(|| RandomState::new().hash_one(0));
    println!("HEDGEROW_SEED={seed}");
    seed
}
