//! The tables of Python's objects, from what three criterion benches measure.

use std::path::Path;

use anyhow::Result;

use super::criterion::{Medians, figure};
use super::python::versions;
use super::run::{HEADING, Measured, Run};
use crate::bench::{self, Scale};
use crate::environment::interpreter;
use crate::perf::{Block, crates};

const PAGE: &str = "perf/object.md";
const BENCHES: [&str; 3] = ["object", "attributes", "text"];
const MILLISECONDS: &str = "150";
const RUNS: usize = 2;
const SIZES: [(&str, &str); 4] =
    [("10", "10"), ("1000", "1,000"), ("100000", "100,000"), ("1000000", "1,000,000")];
const LENGTHS: [&str; 4] = ["1", "4", "16", "64"];

/// A row of the table of dicts: its name, the group and the subject, and how many times as long as
/// indexmap it may take.
const DICTS: [(&str, &str, &str, Option<f64>); 10] = [
    ("get, int", "object_get", "dict", Some(1.3)),
    ("get, str", "object_get_str", "dict", Some(1.3)),
    ("insert, int", "object_insert", "dict", Some(1.5)),
    ("insert, str", "object_insert_str", "dict", Some(1.5)),
    ("iterate, int", "object_iterate", "dict", Some(1.3)),
    ("iterate, str", "object_iterate_str", "dict", Some(1.3)),
    ("`SharedDict` get, int", "object_get", "shared", None),
    ("`SharedDict` get, str", "object_get_str", "shared", None),
    ("iterate, int, every tenth entry dead", "object_iterate", "dict_with_dead", None),
    ("iterate, str, every tenth entry dead", "object_iterate_str", "dict_with_dead", None),
];
const LOOKUPS: [(&str, &str); 8] = [
    ("lookup, cached", "attribute_lookup/cached"),
    ("the same, of a name that no type has", "attribute_lookup/cached_absent"),
    ("by `&str`", "attribute_lookup/cached_str"),
    ("by `PyStr`", "attribute_lookup/cached_pystr"),
    ("by UTF-16", "attribute_lookup/cached_utf16"),
    ("lookup, not cached", "attribute_lookup/uncached"),
    ("`getattr` of a class attribute", "attribute_getattr/hedgerow_of_class"),
    ("set on the root, then look up at the bottom", "attribute_set_then_lookup"),
];
const GETATTRS: [(&str, &str); 5] = [
    ("an object's own attribute", "own"),
    ("the same, after its `__dict__` was asked for", "own_dict"),
    ("a class attribute", "of_class"),
    ("a slot", "slot"),
    ("an attribute of a type itself", "of_type"),
];
const TEXTS: [(&str, &str); 8] = [
    ("find", "find"),
    ("find, one character", "find_char"),
    ("replace", "replace"),
    ("replace, one character", "replace_char"),
    ("split(' ')", "split"),
    ("split()", "split_words"),
    ("splitlines", "splitlines"),
    ("join", "join"),
];

pub(super) fn prepare(run: &Run<'_>) -> Result<Option<String>> {
    BENCHES.iter().try_for_each(|bench| bench::compile(run.project, bench))?;
    Ok(None)
}

pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    let scale = if run.is_quick {
        Scale { milliseconds: Some("5"), ..Scale::quick("10,1000") }
    } else {
        Scale { milliseconds: Some(MILLISECONDS), ..Scale::default() }
    };
    let mut medians = Vec::new();
    for bench in BENCHES {
        let home = run.folder.join(format!("{bench}-criterion"));
        let runs = if run.is_quick { 1 } else { RUNS };
        bench::criterion_runs(run.project, bench, &vec![scale; runs], &home)?;
        medians.push(Medians::read(&home)?);
    }
    let blocks = [
        ("dicts", format!("{HEADING}\n{}", dicts(&medians[0]))),
        ("hashes", hashes(&medians[0])),
        ("lookups", lookups(&medians[1])),
        ("getattr", getattrs(&medians[1])),
        ("text", texts(&medians[2])),
    ];
    let mut of = crates(run.project, "hedgerow-bench", &["indexmap"]);
    of.extend(versions(run.project, Path::new(&interpreter()), &[]));
    Ok(Measured {
        versions: of,
        settings: format!("{MILLISECONDS} ms for each figure, of {RUNS} runs the least"),
        cores: "one core",
        blocks: blocks.map(|(name, text)| Block::new(PAGE, name, text)).into(),
    })
}

fn dicts(medians: &Medians) -> String {
    let titles = SIZES.map(|(_, title)| format!(" n = {title} |"));
    let mut text = format!("| row |{} at most |\n| --- |{} --: |\n", titles.concat(), rule(4));
    for (row, group, subject, most) in DICTS {
        let cells = SIZES.map(|(size, _)| {
            let get = |subject: &str| medians.get(&format!("{group}/{subject}/{size}"));
            match (get(subject), most) {
                (Some(ours), Some(most)) => beside(ours, get("indexmap"), most),
                (Some(ours), None) => figure(ours),
                (None, _) => String::new(),
            }
        });
        let most = most.map_or(String::new(), |most| format!(" {most}"));
        text.push_str(&format!("| {row} | {} |{most} |\n", cells.join(" | ")));
    }
    text
}

/// Both figures and their ratio, which is bold where it is over what was aimed at.
fn beside(ours: f64, theirs: Option<f64>, most: f64) -> String {
    let Some(theirs) = theirs else { return figure(ours) };
    let ratio = ours / theirs;
    let bold = if ratio > most { "**" } else { "" };
    format!("{} / {} = {bold}{ratio:.2}{bold}", figure(ours), figure(theirs))
}

fn hashes(medians: &Medians) -> String {
    let mut text =
        String::from("| | hedgerow | CPython `hash` | the same loop with `id` |\n| --- |");
    text.push_str(&format!("{}\n", rule(3)));
    let rows = [("int", "int", "0"), ("str of 5", "str", "5"), ("str of 16", "str", "16")];
    for (row, kind, length) in rows.into_iter().chain([("str of 100", "str", "100")]) {
        let cells = ["hedgerow", "cpython", "cpython_loop"]
            .map(|subject| cell(medians, &format!("object_hash/{subject}_{kind}/{length}")));
        text.push_str(&format!("| {row} | {} |\n", cells.join(" | ")));
    }
    text
}

fn lookups(medians: &Medians) -> String {
    let mut text = format!("| | {} |\n| --- |{}\n", LENGTHS.join(" | "), rule(4));
    for (row, name) in LOOKUPS {
        let cells = LENGTHS.map(|length| cell(medians, &format!("{name}/{length}")));
        text.push_str(&format!("| {row} | {} |\n", cells.join(" | ")));
    }
    let pairs = cell(medians, "attribute_lookup/cached_784_pairs");
    text.push_str(&format!("\nLookups of 784 pairs of type and name in turn take {pairs} ns.\n"));
    text
}

fn getattrs(medians: &Medians) -> String {
    let get = |name: &str| medians.get(&format!("attribute_getattr/{name}/1"));
    let empty = get("cpython_loop");
    let mut text = format!(
        "| | `getattr` | `getattr_cached` | CPython, its loop of {} included | times, the loop \
         subtracted |\n| --- |{}\n",
        empty.map_or("-".to_owned(), figure),
        rule(4)
    );
    for (row, name) in GETATTRS {
        let [plain, cached, theirs] = ["hedgerow_NAME", "hedgerow_NAME_cached", "cpython_NAME"]
            .map(|subject| get(&subject.replace("NAME", name)));
        let times = match (cached, theirs, empty) {
            (Some(cached), Some(theirs), Some(empty)) => {
                format!("{:.1}", cached / (theirs - empty))
            }
            _ => "-".to_owned(),
        };
        let cells = [plain, cached, theirs].map(|it| it.map_or("-".to_owned(), figure));
        text.push_str(&format!("| {row} | {} | {times} |\n", cells.join(" | ")));
    }
    text
}

fn texts(medians: &Medians) -> String {
    let mut text = format!(
        "| | 1 byte, 1 KB | 1 byte, 1 MB | 2 bytes, 1 KB | 2 bytes, 1 MB |\n| --- |{}\n",
        rule(4)
    );
    for (row, name) in TEXTS {
        let cells = [("1", "1000"), ("1", "1000000"), ("2", "1000"), ("2", "1000000")].map(
            |(width, size)| {
                let get = |by: &str| medians.get(&format!("text_{name}_{width}/{by}/{size}"));
                match (get("hedgerow"), get("cpython")) {
                    (Some(ours), Some(theirs)) => format!("{:.2}", ours / theirs),
                    _ => "-".to_owned(),
                }
            },
        );
        text.push_str(&format!("| {row} | {} |\n", cells.join(" | ")));
    }
    text
}

fn cell(medians: &Medians, name: &str) -> String {
    medians.get(name).map_or("-".to_owned(), figure)
}

fn rule(columns: usize) -> String {
    " --: |".repeat(columns)
}
