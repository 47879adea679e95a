//! `hedgerow inspect`: the report on a file of keys, and the drawing.
//!
//! The bug class: numbers that do not add up to the keys and nodes there are, a report that scrolls
//! away, one that differs from run to run, and a picture in the README of what was once drawn.

mod command;

use command::{Folder, run, stdout_of};
use std::fs;
use std::path::Path;

fn report_on(folder: &Folder, count: usize, more: &[&str]) -> String {
    let keys: String = (0..count).map(|key| format!("key {key}\n")).collect();
    let path = folder.file("keys.txt", keys).display().to_string();
    let mut arguments = vec!["inspect", "--keys", &path];
    arguments.extend(more);
    stdout_of(&run(&arguments))
}

/// The number before a text, on the first line that has it.
fn number_before(report: &str, text: &str) -> f64 {
    let line =
        report.lines().find(|line| line.contains(text)).unwrap_or_else(|| panic!("{report}"));
    let before = line.split(text).next().unwrap().split_whitespace().last().unwrap();
    before.replace([',', '('], "").parse().unwrap_or_else(|_| panic!("{before:?} in {line}"))
}

#[test]
fn the_report_has_tree_depths_kinds_memory_and_sharing() {
    let report = report_on(&Folder::new(), 500, &[]);
    assert!(report.starts_with("500 keys, hashed with seed 0\n"), "{report}");
    assert!(report.contains("HAMT(len=500):"), "{report}");
    assert!(report.contains("depth      nodes    entries"), "{report}");
    for kind in ["BitmapNode", "ArrayNode", "CollisionNode"] {
        assert!(report.lines().any(|line| line.starts_with(kind)), "{kind} in\n{report}");
    }
    let words = number_before(&report, " words an entry");
    let bytes = number_before(&report, " bytes an entry");
    assert!(words > 1.0 && bytes > 4.0 * words, "{words} words and {bytes} bytes an entry");
    assert!((24.0..100.0).contains(&bytes), "{bytes} bytes an entry");
    let shared = number_before(&report, " of 501 entries");
    assert_eq!(shared, 500.0, "one insert shares all entries there were:\n{report}");
}

#[test]
fn entries_by_depth_add_up_to_the_keys() {
    let report = report_on(&Folder::new(), 2345, &[]);
    let rows = report.lines().skip_while(|line| !line.starts_with("depth")).skip(1);
    let entries: usize = rows
        .take_while(|line| !line.is_empty())
        .map(|line| {
            line.split_whitespace().nth(2).unwrap().replace(',', "").parse::<usize>().unwrap()
        })
        .sum();
    assert_eq!(entries, 2345, "{report}");
}

#[test]
fn a_big_tree_is_cut_and_says_so() {
    let report = report_on(&Folder::new(), 5000, &[]);
    assert!(report.contains(" nodes more\n"), "{report}");
    assert!(report.lines().count() < 100, "the report fits a screen or two");
}

#[test]
fn one_key_is_a_tree_too() {
    let report = report_on(&Folder::new(), 1, &[]);
    assert!(report.contains("HAMT(len=1):"), "{report}");
}

#[test]
fn the_same_file_gives_the_same_report() {
    let (one, two) = (Folder::new(), Folder::new());
    assert_eq!(report_on(&one, 300, &[]), report_on(&two, 300, &[]));
}

#[test]
fn the_drawing_has_a_group_for_each_node_of_both_versions() {
    let folder = Folder::new();
    let svg = folder.path("tree.svg").display().to_string();
    let report = report_on(&folder, 200, &["--insert", "a <key>", "--svg", &svg]);
    let drawing = fs::read_to_string(svg).unwrap();
    assert!(drawing.starts_with("<svg xmlns=") && drawing.ends_with("</svg>\n"));
    let kinds = ["BitmapNode ", "ArrayNode ", "CollisionNode "];
    let counted: usize = report
        .lines()
        .filter(|line| kinds.iter().any(|kind| line.starts_with(kind)))
        .map(|line| line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap())
        .sum();
    let after = drawing.split("after alone: ").nth(1).unwrap().split(' ').next().unwrap();
    let nodes = counted + after.parse::<usize>().unwrap();
    assert_eq!(drawing.matches("<g>").count(), nodes, "{report}");
    assert!(report.contains("one more insert, of \"a <key>\""), "{report}");
    assert!(drawing.contains("of “a &lt;key&gt;”: 200 and 201 entries"), "{drawing}");
}

/// The README opens with it.
#[test]
#[cfg_attr(not(target_pointer_width = "64"), ignore = "the hasher gives other hashes there")]
fn the_picture_of_the_readme_is_what_the_command_draws() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let folder = Folder::new();
    let (keys, svg) = (docs.join("two-versions.txt"), folder.path("two-versions.svg"));
    let [keys, svg] = [keys, svg].map(|path| path.display().to_string());
    stdout_of(&run(&["inspect", "--keys", &keys, "--insert", "grape", "--svg", &svg]));
    let committed = fs::read_to_string(docs.join("two-versions.svg")).unwrap();
    let drawn = fs::read_to_string(&svg).unwrap();
    assert!(
        committed.replace('\r', "") == drawn,
        "draw it again and look at it: cargo run --release -- inspect --keys docs/two-versions.txt \
         --insert grape --svg docs/two-versions.svg"
    );
}
