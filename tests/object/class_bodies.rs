//! Random programs of class statements and special attributes, run here and by CPython.
//!
//! The bugs this hunts: a layout that only one side accepts; a slot at the wrong place, or one that
//! is lost when the class of its object changes; names in another order in the dict of a class; a
//! hook that is not called, called twice or with other arguments; a class that stays after its hook
//! failed; a special attribute that is a plain one; words of another version of Python; an inline
//! cache that still gives what was there before a class, a base, a metaclass, a dict or a slot
//! changed.
//!
//! `tests/vectors/class_bodies.py` makes the programs and runs them there. Words are compared in
//! all versions.

use crate::oracle;
use std::hash::{BuildHasher, RandomState};

use crate::class_world::World;
use hedgerow::object::{HashPolicy, PythonVersion, TypeArena};
use serde_json::{Value as Json, json};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/class_bodies.py");

const RECORDED: &str = include_str!("../vectors/class_bodies.json");

/// Outcomes that have to occur, or the programs test less than they claim.
const KINDS: &[&str] = &[
    "multiple bases have instance lay-out conflict",
    "is not an acceptable base type",
    "__bases__ assignment: '",
    "__class__ assignment: '",
    "__class__ assignment only supported for mutable types",
    "__class__ must be set to a class, not 'int' object",
    "can't delete __class__ attribute",
    "__bases__ must be tuple of classes, not 'int'",
    "can only assign non-empty tuple to ",
    "can only assign string to ",
    "cannot delete '__name__' attribute of ",
    "cannot set '__bases__' attribute of immutable type 'int'",
    "__slots__ must be identifiers",
    "__slots__ items must be strings, not 'int'",
    "__dict__ slot disallowed",
    "__weakref__ slot disallowed",
    " __slots__ not supported for subtype of ",
    " in __slots__ conflicts with class variable",
    "__dict__ must be set to a dictionary, not a 'int'",
    "objects doesn't apply to a '",
    "takes no keyword arguments",
    "super(type, obj): obj ",
    "'super' object has no attribute 'a'",
    "isinstance() arg 2 must be",
    "issubclass() arg 1 must be",
    "issubclass() arg 2 must be",
    "set_name N",
    "call F",
    "<member 'a' of '",
    "proxy",
];

/// Runs a program here, without and with inline caches, and compares the outcomes with CPython's.
fn replay(minor: u32, steps: &Json, answers: &[&str], missing: &mut Vec<&str>) {
    for cached in [false, true] {
        replay_once(minor, steps, answers, missing, cached);
    }
}

fn replay_once(minor: u32, steps: &Json, answers: &[&str], missing: &mut Vec<&str>, cached: bool) {
    let python = PythonVersion::from_minor(minor).expect("a version that is known");
    let arena = TypeArena::new();
    let policy = HashPolicy { python, ..HashPolicy::cpython(0) };
    let mut world = World::new(&arena, policy, cached);
    let steps = steps.as_array().unwrap();
    assert_eq!(steps.len(), answers.len());
    for (index, (step, theirs)) in steps.iter().zip(answers).enumerate() {
        let ours = world.step(step);
        missing.retain(|kind| !ours.contains(kind));
        if ours != *theirs {
            let before: Vec<String> = steps[..=index].iter().map(Json::to_string).collect();
            let before = before.join("\n");
            panic!("here:   {ours}\npython: {theirs}\nin 3.{minor}, {cached}, after\n{before}");
        }
        if cached && index % 3 == 0 {
            world.watch();
        }
    }
}

/// The same programs with the outcomes of five versions. Needs no python3.
#[test]
fn recorded_programs() {
    let recorded: Json = serde_json::from_str(RECORDED).unwrap();
    let (programs, outcomes) = (recorded[0].as_array().unwrap(), recorded[1].as_object().unwrap());
    let first = outcomes.values().find(|lists| lists[0].is_array()).expect("one is whole");
    for (version, lists) in outcomes {
        let minor = version.strip_prefix("3.").unwrap().parse().unwrap();
        let mut missing = KINDS.to_vec();
        for (at, program) in programs.iter().enumerate() {
            let whole = first[at].as_array().unwrap();
            // Of other versions there is only what differs.
            let lines = whole.iter().map(|line| line.as_str().unwrap());
            let lines: Vec<String> = lines
                .enumerate()
                .map(|(step, line)| match lists[at].get(step.to_string()) {
                    Some(other) => other.as_str().unwrap().to_string(),
                    None => line.to_string(),
                })
                .collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            replay(minor, program, &lines, &mut missing);
        }
        assert_eq!(missing, Vec::<&str>::new(), "in {version}");
    }
}

/// 300 programs of 62 steps.
#[test]
fn programs_in_the_python_of_this_machine() {
    let chosen = std::env::var("HEDGEROW_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = chosen.unwrap_or_else(|| RandomState::new().hash_one(0) >> 12);
    println!("HEDGEROW_SEED={seed}");
    let questions = json!({ "random": [seed, 300] });
    let Some(answers) = oracle::ask_script(&[SCRIPT, "play"], None, &questions) else { return };
    let minor = answers["version"][1].as_u64().unwrap() as u32;
    if PythonVersion::from_minor(minor).is_none() {
        println!("skipped: 3.{minor} is not among the versions of this crate");
        return;
    }
    let mut missing = KINDS.to_vec();
    let programs = answers["programs"].as_array().unwrap();
    for (program, outcomes) in programs.iter().zip(answers["outcomes"].as_array().unwrap()) {
        let lines: Vec<&str> =
            outcomes.as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
        replay(minor, program, &lines, &mut missing);
    }
    assert_eq!(missing, Vec::<&str>::new());
}
