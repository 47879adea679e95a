//! `hedgerow bench`: the table, the files it writes, and what it does where peers are missing.
//!
//! The bug class: a missing peer that is not named, a figure in the wrong column, JSON with other
//! fields than the README documents, a run without Python that fails.

mod command;

use command::{Folder, has_hamt, has_immutables, hedgerow, python_has, run, stdout_of, text};
use serde_json::Value;
use std::fs;

/// Offline, so that tests build and download nothing. What an earlier run has made is used.
const TINY: [&str; 7] = ["bench", "--quick", "--offline", "--sets", "ints", "--sizes", "10"];

fn tiny(more: &[&str]) -> Vec<String> {
    TINY.iter().chain(more).map(|argument| (*argument).to_owned()).collect()
}

/// The table of a level, from its heading to the blank line after it.
fn level<'a>(output: &'a str, title: &str) -> &'a str {
    let start = output.find(&format!("\n{title}: ")).unwrap_or_else(|| panic!("{output}")) + 1;
    output[start..].split("\n\n").next().unwrap()
}

/// A table's line of titles.
fn titles(table: &str) -> &str {
    table.lines().find(|line| line.starts_with("keys")).expect("a line of titles")
}

/// The titles of a table's columns of figures.
fn maps(table: &str) -> Vec<&str> {
    titles(table).split_whitespace().skip(3).collect()
}

/// What a table says of an operation and a map: the figure, and for a peer how many times faster
/// the first map is.
fn cell(table: &str, op: &str, map: &str) -> String {
    let line = table
        .lines()
        .find(|line| line.split_whitespace().nth(2) == Some(op))
        .unwrap_or_else(|| panic!("no line for {op} in\n{table}"));
    let title = format!(" {map} ");
    let at = format!("{} ", titles(table)).find(&title);
    let end = at.unwrap_or_else(|| panic!("no {map} in\n{table}")) + title.len() - 1;
    let start = end - if maps(table)[0] == map { 14 } else { 17 };
    line.get(start.min(line.len())..end.min(line.len())).unwrap_or_default().trim().to_owned()
}

fn figure(table: &str, op: &str, map: &str) -> String {
    cell(table, op, map).split_whitespace().next().unwrap_or_default().to_owned()
}

const OPS: [&str; 14] = [
    "build",
    "bulk",
    "get-hit",
    "get-miss",
    "contains",
    "set-replace",
    "set-new",
    "delete",
    "iterate",
    "equal",
    "diff",
    "release",
    "compact",
    "bytes-per-entry",
];

#[test]
fn each_table_has_a_line_for_every_operation_and_a_column_for_every_map() {
    let output = stdout_of(&run(&tiny(&[])));
    assert!(output.starts_with(&machine_start()), "a line on the machine comes first:\n{output}");
    assert!(output.contains(concat!("hedgerow ", env!("CARGO_PKG_VERSION"))));
    let table = level(&output, "In Rust");
    assert_eq!(maps(table), ["store", "Map", "imbl", "rpds", "hashbrown"]);
    for op in OPS {
        let figure = figure(table, op, "store");
        assert!(figure.replace(',', "").parse::<f64>().is_ok_and(|ns| ns > 0.0), "{op}: {figure}");
    }
    for map in maps(table) {
        let bytes = figure(table, "bytes-per-entry", map);
        assert!(
            bytes.parse::<f64>().is_ok_and(|bytes| (16.0..2_000.0).contains(&bytes)),
            "{map}: {bytes}"
        );
    }
    assert!(cell(table, "get-hit", "imbl").ends_with('x'), "a ratio after the figure:\n{table}");
    assert!(table.contains("nothing is subtracted") && table.contains("imbl 7."), "{table}");
    if python_has("pass") {
        let table = level(&output, "In Python");
        assert!(table.contains("called by the interpreter"), "{table}");
        for op in OPS {
            // What no map of a level has is no line: `compact`, and without the package `diff`.
            if op == "diff" || op == "compact" {
                continue;
            }
            let figure = figure(table, op, "dict");
            assert!(figure.starts_with(|c: char| c.is_ascii_digit()), "{op}: {figure}");
        }
    }
}

#[test]
fn only_the_levels_and_implementations_asked_for_are_measured() {
    let table = stdout_of(&run(&tiny(&["--level", "rust", "--impl", "store,hashbrown"])));
    assert!(!table.contains("In Python"), "{table}");
    assert_eq!(maps(&table), ["store", "hashbrown"]);
    let summary: Vec<&str> = table.lines().filter(|line| line.contains(" against ")).collect();
    assert_eq!(summary.len(), 1, "{table}");
    assert!(summary[0].starts_with("rust: store against hashbrown: "), "{summary:?}");
    let table = stdout_of(&run(&tiny(&["--impl", "imbl,rpds", "--ops", "get-hit"])));
    assert_eq!(maps(level(&table, "In Rust"))[..], ["imbl", "rpds"], "ratios are to the first");
    let refused = run(&tiny(&["--impl", "imbl,hamster"]));
    assert_eq!(refused.status.code(), Some(2));
    let line = text(&refused.stderr);
    assert!(line.contains("hamster") && line.contains("hedgerow.Map, hamt"), "{line}");
}

#[test]
fn keys_of_every_kind_are_timed_at_every_level() {
    let folder = Folder::new();
    let path = folder.path("rows.json").display().to_string();
    let ops = "get-hit,get-miss,set-replace,delete,iterate";
    let arguments = ["bench", "--quick", "--offline", "--sets", "all", "--sizes", "10"];
    let more = ["--ops", ops, "--impl", "dict,hamt,store,imbl", "--json", &path];
    stdout_of(&run(&[&arguments[..], &more[..]].concat()));
    let rows: Vec<Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let sets = "names strings paths ids ints timestamps negative floats tuples uuids bytes objects";
    for set in sets.split(' ') {
        let of = |name: &str| {
            rows.iter().filter(|row| row["keys"] == set && row["impl"] == name).count()
        };
        assert_eq!((of("store"), of("imbl")), (5, 5), "{set}");
        if python_has("pass") {
            assert_eq!(of("dict"), 5, "{set}");
        }
    }
}

fn machine_start() -> String {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name"));
    model.map_or_else(String::new, |model| model.trim_start_matches([' ', '\t', ':']).to_owned())
}

#[test]
fn a_peer_that_lacks_an_operation_has_a_dash() {
    let output = stdout_of(&run(&tiny(&["--ops", "diff,compact,bulk,get-hit"])));
    if !python_has("pass") {
        return;
    }
    let table = level(&output, "In Python");
    assert!(!table.contains(" compact "), "no map of Python has it: {table}");
    assert_eq!(figure(level(&output, "In Rust"), "compact", "imbl"), "-");
    assert_eq!(figure(level(&output, "In Rust"), "diff", "rpds"), "-");
    assert_ne!(figure(table, "bulk", "dict"), "-");
    assert_ne!(figure(table, "get-hit", "dict"), "-");
    if has_hamt() {
        assert_eq!(figure(table, "bulk", "hamt"), "-", "CPython's HAMT has no bulk build");
        assert_ne!(figure(table, "get-hit", "hamt"), "-");
    }
    if has_immutables() {
        assert_ne!(figure(table, "bulk", "immutables"), "-");
    }
}

#[test]
fn json_is_the_documented_list_of_rows() {
    let folder = Folder::new();
    let path = folder.path("rows.json");
    let mut arguments = tiny(&["--ops", "get-hit,bytes-per-entry", "--json"]);
    arguments.push(path.display().to_string());
    stdout_of(&run(&arguments));
    let rows: Vec<Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    for row in &rows {
        let fields: Vec<&String> = row.as_object().expect("a row is an object").keys().collect();
        let expected =
            ["bytes_per_entry", "impl", "keys", "level", "n", "ns_per_op", "op", "rounds"];
        assert_eq!(fields, expected);
        assert_eq!((&row["keys"], &row["n"]), (&"ints".into(), &10.into()));
        let is_memory = row["op"] == "bytes-per-entry";
        assert_eq!(row["ns_per_op"].is_null(), is_memory, "{row}");
        assert_eq!(row["bytes_per_entry"].is_null(), !is_memory, "{row}");
        let rounds: Vec<f64> =
            row["rounds"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
        assert_eq!(rounds.is_empty(), is_memory, "{row}");
        if let Some(median) = row["ns_per_op"].as_f64() {
            let (low, high) = (
                rounds.iter().copied().fold(f64::MAX, f64::min),
                rounds.iter().copied().fold(0.0, f64::max),
            );
            assert!(low <= median && median <= high, "{row}");
        }
    }
    let of = |level: &str, name: &str| {
        rows.iter().filter(|row| row["level"] == level && row["impl"] == name).count()
    };
    assert_eq!(of("rust", "store"), 2);
    if python_has("pass") {
        assert_eq!(of("python", "dict"), 2);
    }
    if has_hamt() {
        assert_eq!(of("python", "hamt"), 2);
    }
    if has_immutables() {
        assert_eq!(of("python", "immutables"), 2);
    }
}

#[test]
fn the_page_is_self_contained_and_has_charts_for_both_schemes() {
    let folder = Folder::new();
    let path = folder.path("page.html");
    let mut arguments = tiny(&["--ops", "get-hit,iterate", "--html"]);
    arguments.push(path.display().to_string());
    stdout_of(&run(&arguments));
    // Links within the page are none to the outside.
    let page = fs::read_to_string(path).unwrap().replace("href=\"#", "").replace("url(#", "");
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    assert!(page.contains("<svg"));
    assert!(page.contains("prefers-color-scheme: dark"));
    // What it refers to by name is in it: the parts of the page, and the markers of lines.
    let inside = page.replace("href=\"#", "").replace("url(#", "");
    for outside in ["src=", "href=", "@import", "url(", "<script", "http"] {
        assert!(!inside.contains(outside), "{outside} reaches outside the page");
    }
}

#[test]
fn the_page_of_an_earlier_run_has_its_figures() {
    let folder = Folder::new();
    let (json, page) = (folder.path("run.json"), folder.path("run.html"));
    let mut arguments = tiny(&["--ops", "get-hit,bytes-per-entry", "--level", "rust", "--json"]);
    arguments.push(json.display().to_string());
    stdout_of(&run(&arguments));
    let rows: Vec<Value> = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    let drawn =
        hedgerow(&["bench", "--from"]).arg(&json).arg("--html").arg(&page).output().unwrap();
    assert_eq!(stdout_of(&drawn), "");
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains("Drawn by hedgerow") && page.contains("from run.json"));
    for row in rows {
        let figure = row["ns_per_op"].as_f64().or(row["bytes_per_entry"].as_f64()).unwrap();
        if figure < 99.0 {
            assert!(page.contains(&format!("<td>{figure:.1}")), "{row}");
        }
    }
}

#[test]
fn without_a_python_the_other_levels_are_timed_with_embedded_names() {
    let folder = Folder::new();
    let output =
        hedgerow(&[&TINY[..3], &["--sets", "names", "--sizes", "10", "--ops", "get-hit"]].concat())
            .env("PATH", folder.root())
            .output()
            .unwrap();
    let table = stdout_of(&output);
    assert!(table.contains("Python is left out: python3 does not work"), "{table}");
    assert!(!table.contains("In Python"), "{table}");
    assert_ne!(figure(level(&table, "In Rust"), "get-hit", "store"), "-");
}

#[test]
fn missing_peers_are_named_with_the_remedy() {
    if !python_has("pass") {
        return;
    }
    // Modules of these names come before the real ones, so that this Python lacks them.
    let folder = Folder::new();
    folder.file("immutables.py", "raise ImportError('hidden')\n");
    folder.file("_testcapi.py", "");
    folder.file("_testinternalcapi.py", "");
    let output = hedgerow(&tiny(&["--ops", "get-hit"])).env("PYTHONPATH", folder.root()).output();
    let table = stdout_of(&output.unwrap());
    assert!(table.contains("immutables is missing:"), "{table}");
    assert!(table.contains("-m pip install immutables"), "{table}");
    assert!(table.contains("hamt is missing:"), "{table}");
    let maps = maps(level(&table, "In Python"));
    assert!(maps.contains(&"dict"), "dict is still there: {maps:?}");
    assert!(!maps.iter().any(|&map| map == "immutables" || map == "hamt"), "{maps:?}");
}

#[test]
fn the_c_level_says_why_it_is_left_out() {
    if !python_has("import sys; assert sys.implementation.name == 'cpython'") {
        return;
    }
    let folder = Folder::new();
    let arguments = tiny(&["--level", "c", "--ops", "get-hit"]);
    let output = hedgerow(&arguments).env("CARGO_TARGET_DIR", folder.root()).output().unwrap();
    let text = stdout_of(&output);
    assert!(text.contains("C is left out: nothing was built for this Python yet"), "{text}");
    assert!(!text.contains("In C"), "{text}");

    let online = [&TINY[..2], &["--level", "c", "--impl", "contextvar"]].concat();
    let mut command = hedgerow(&online);
    command.env("CARGO_TARGET_DIR", folder.root()).env("CC", folder.path("no-such-cc"));
    let text = stdout_of(&command.output().unwrap());
    let reasons = ["there is no C compiler", "has no headers", "not made for Windows"];
    let is_said = |reason: &&str| text.contains(&format!("C is left out: {reason}"));
    assert!(reasons.iter().any(is_said) || text.contains(reasons[1]), "{text}");
}

#[test]
fn without_cargo_and_network_what_is_left_out_is_said_and_the_rest_is_measured() {
    if !python_has("pass") {
        return;
    }
    let folder = Folder::new();
    let arguments = ["bench", "--quick", "--sets", "ints", "--sizes", "10", "--ops", "get-hit"];
    let output = hedgerow(&arguments)
        .env("CARGO", folder.path("no-cargo"))
        .env("CARGO_TARGET_DIR", folder.path("target"))
        // Nothing listens there.
        .env("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
        .env_remove("PIP_EXTRA_INDEX_URL")
        .env("PIP_CONFIG_FILE", "/dev/null")
        .env("PIP_NO_CACHE_DIR", "1")
        .output();
    let table = stdout_of(&output.unwrap());
    let lines: Vec<&str> = table.lines().filter(|line| line.contains(" is missing: ")).collect();
    for name in ["hedgerow.Map", "immutables", "rpds", "frozendict"] {
        let is_there = maps(level(&table, "In Python")).contains(&name);
        let said = lines.iter().filter(|line| line.starts_with(name)).count();
        assert_eq!(said, usize::from(!is_there), "{name} is there or has one line:\n{table}");
    }
    if let Some(line) = lines.iter().find(|line| line.starts_with("hedgerow.Map")) {
        assert!(
            line.contains("cargo could not build it") && line.contains("install Rust"),
            "{line}"
        );
    }
    if let Some(line) = lines.iter().find(|line| line.starts_with("rpds")) {
        assert!(line.contains("-m pip install rpds-py") || line.contains("no pip"), "{line}");
    }
    assert_ne!(figure(level(&table, "In Python"), "get-hit", "dict"), "-");
}

#[test]
#[ignore = "builds the package in release mode and asks PyPI: minutes"]
fn in_a_checkout_everything_is_there() {
    let table = stdout_of(&run(&["bench", "--quick", "--sets", "ints", "--sizes", "10"]));
    let maps = maps(level(&table, "In Python"));
    for name in ["hedgerow.Map", "immutables", "rpds", "dict", "frozendict"] {
        assert!(maps.contains(&name), "{table}");
    }
    assert!(!table.contains(" is missing: "), "{table}");
}

#[test]
fn names_come_from_the_standard_library_of_the_python_found() {
    if !python_has("pass") {
        return;
    }
    let table = stdout_of(&run(&[
        "bench",
        "--quick",
        "--offline",
        "--sets",
        "names",
        "--sizes",
        "10,10000000",
        "--ops",
        "bytes-per-entry",
    ]));
    // More keys than there are names: the note says how many there are.
    let note = table.lines().find(|line| line.starts_with("names: there are")).expect("a note");
    let count: usize =
        note.split_whitespace().nth(3).unwrap().replace(',', "").parse().expect("a number");
    assert!(count > 10_000, "{note}");
}

#[test]
fn the_users_own_keys_replace_the_sets() {
    let folder = Folder::new();
    let keys: String = (0..30).map(|key| format!("clé {key}\n")).collect();
    let path = folder.file("own.txt", keys).display().to_string();
    let table = stdout_of(&run(&[
        "bench",
        "--quick",
        "--offline",
        "--keys",
        &path,
        "--ops",
        "get-hit,get-miss",
    ]));
    let table = level(&table, "In Rust");
    let lines: Vec<&str> = table.lines().filter(|line| line.starts_with("own.txt")).collect();
    assert_eq!(lines.len(), 4, "two operations at 10 and at all 30 keys:\n{table}");
    assert!(lines[3].split_whitespace().nth(1) == Some("30"), "{table}");
}

#[test]
fn a_file_in_the_current_folder_is_not_imported_instead_of_a_module() {
    let folder = Folder::new();
    folder.file("json.py", "raise SystemExit('the wrong json')\n");
    let output =
        hedgerow(&tiny(&["--ops", "get-hit"])).current_dir(folder.root()).output().unwrap();
    let table = stdout_of(&output);
    if python_has("pass") {
        assert!(table.contains("In Python"), "{table}");
    }
}

#[test]
fn what_a_start_up_file_prints_is_not_read_as_a_reply() {
    let folder = Folder::new();
    folder.file("sitecustomize.py", "print('{\"ok\": 1}', flush=True)\n");
    let output = hedgerow(&tiny(&["--ops", "get-hit"])).env("PYTHONPATH", folder.root()).output();
    let table = stdout_of(&output.unwrap());
    if python_has("pass") {
        assert!(table.contains("In Python"), "{table}");
    }
}
