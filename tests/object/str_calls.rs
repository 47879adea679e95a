//! Methods of str and codecs, compared with calls that CPython answered.
//!
//! The bugs this hunts: results that differ from those of one of five CPythons; errors with other
//! words, or about another range; what one width of str does and another does not.

use crate::oracle;
use crate::str_answers;
use serde_json::{Value as Json, json};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/str.py");

/// What `str.py` recorded from each CPython.
#[test]
fn recorded_calls_have_the_recorded_results() {
    let mut recorded: Json = serde_json::from_str(include_str!("../vectors/str.json")).unwrap();
    let mut count = str_answers::compare(&recorded);
    for other in recorded["others"].take().as_array().unwrap() {
        let mut calls = recorded["calls"].clone();
        for pair in other["results"].as_array().unwrap() {
            calls[pair[0].as_u64().unwrap() as usize][1] = pair[1].clone();
        }
        count += str_answers::compare(&json!({ "minor": other["minor"], "calls": calls }));
    }
    assert!(count > 0);
}

#[test]
fn live_python_encodes_and_decodes_the_same() {
    live("codecs", 40_000);
}

#[test]
fn live_python_searches_splits_and_joins_the_same() {
    live("search", 40_000);
}

#[test]
fn live_python_has_the_same_case_and_predicates() {
    live("case", 40_000);
}

#[test]
fn live_python_pads_and_translates_the_same() {
    live("pads", 40_000);
}

fn live(group: &str, count: usize) {
    let count = count.to_string();
    let Some(answers) = oracle::ask_script(&[SCRIPT, "live", group, &count, "1"], None, &json!([]))
    else {
        return;
    };
    println!("{} calls", str_answers::compare(&answers));
}
