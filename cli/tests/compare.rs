//! `hedgerow bench --compare`: two runs beside each other.
//!
//! The bug class: noise that is reported as a change, a change that is lost in noise, a row that
//! silently drops out, and a file that cannot be compared without a word why.

mod command;

use command::{Folder, hedgerow, run, stdout_of, text};
use std::fs;
use std::path::{Path, PathBuf};

/// Rows of a store and of a peer at these sizes; `ns` gives the figure of each.
fn rows(sizes: std::ops::Range<usize>, ns: impl Fn(&str, usize) -> f64) -> String {
    let mut rows = Vec::new();
    for n in sizes {
        for implementation in ["store", "imbl"] {
            let middle = ns(implementation, n);
            // Rounds of one spread of about 2 %, in an order that differs from row to row.
            let spread = [1.0, 1.02, 0.98, 1.013, 0.987, 1.005, 0.995];
            let rounds: Vec<f64> = (0..7).map(|round| middle * spread[(round * n) % 7]).collect();
            rows.push(format!(
                r#"{{"level":"rust","impl":"{implementation}","op":"get-hit","keys":"ints","n":{n},
                "ns_per_op":{middle},"rounds":{rounds:?},"bytes_per_entry":null}}"#
            ));
        }
    }
    format!("[{}]", rows.join(",\n"))
}

fn compare(old: &Path, new: &Path, more: &[&str]) -> std::process::Output {
    let [old, new] = [old, new].map(|path| path.display().to_string());
    let mut arguments = vec!["bench", "--compare", &old, "--with", &new];
    arguments.extend(more);
    run(&arguments)
}

fn two_files(folder: &Folder, new: &str) -> [PathBuf; 2] {
    let old = rows(1..30, |_, n| 10.0 * n as f64);
    [folder.file("old.json", old), folder.file("new.json", new)]
}

#[test]
fn a_change_beyond_the_noise_is_named_and_the_machines_drift_is_not() {
    let folder = Folder::new();
    // The machine is slower by a quarter, and row 7 of the store by a fifth beyond that.
    let new = rows(1..30, |implementation, n| {
        12.5 * n as f64 * if (implementation, n) == ("store", 7) { 1.2 } else { 1.0 }
    });
    let [old, new] = two_files(&folder, &new);
    let output = stdout_of(&compare(&old, &new, &[]));
    assert!(output.contains("old.json -> new.json"), "{output}");
    assert!(output.contains("+25.0 % in the middle of 29 rows of peers"), "{output}");
    assert!(output.contains("\nchanged: 1 row\n"), "{output}");
    let line = output.lines().find(|line| line.contains("slower")).unwrap();
    assert!(line.trim_start().starts_with("+20.0 %") && line.contains("of 7 ints"), "{line}");
    assert!(output.contains("unchanged: 57 rows"), "{output}");
    assert!(!output.contains("only in"), "{output}");

    // The other way round it is faster, and nothing fails.
    let output = stdout_of(&compare(&new, &old, &["--fail-above", "5"]));
    assert!(output.contains("-16.7 % faster"), "{output}");
}

#[test]
fn the_exit_code_says_so_only_if_it_was_asked_to() {
    let folder = Folder::new();
    let new =
        rows(1..30, |one, n| 10.0 * n as f64 * if (one, n) == ("store", 7) { 1.2 } else { 1.0 });
    let [old, new] = two_files(&folder, &new);
    for (more, code) in [
        (&[][..], 0),
        (&["--fail-above", "15"], 1),
        (&["--fail-above", "19.5 %"], 1),
        (&["--fail-above", "21"], 0),
        (&["--fail-above", "much"], 2),
    ] {
        let output = compare(&old, &new, more);
        assert_eq!(output.status.code(), Some(code), "{more:?}: {output:?}");
    }
}

#[test]
fn rows_of_one_run_only_are_named() {
    let folder = Folder::new();
    let [old, new] = two_files(&folder, &rows(2..32, |_, n| 10.0 * n as f64));
    let output = stdout_of(&compare(&old, &new, &[]));
    for line in [
        "only in old.json: 2 rows\n  rust store get-hit of 1 ints\n  rust imbl get-hit of 1 ints\n",
        "only in new.json: 4 rows\n  rust store get-hit of 30 ints\n",
        "unchanged: 56 rows\n",
    ] {
        assert!(output.contains(line), "{line} in\n{output}");
    }
    let apart = folder.file("apart.json", rows(100..102, |_, _| 5.0));
    let output = compare(&old, &apart, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no row in common"), "{output:?}");
}

#[test]
fn a_file_that_cannot_be_compared_is_an_error_with_its_remedy() {
    let folder = Folder::new();
    let [good, _] = two_files(&folder, "[]");
    let older = r#"[{"impl":"hamt","op":"build","keys":"ints","n":10,"ns_per_op":20.5}]"#;
    let cases = [
        ("older.json", Some(older), "without `rounds`: write it again"),
        ("empty.json", Some("[]"), "has no rows: write one with"),
        ("page.json", Some("<html>"), "not a list of rows as JSON"),
        ("none.json", None, "cannot be read"),
    ];
    for (name, content, fault) in cases {
        let path = content.map_or_else(|| folder.path(name), |text| folder.file(name, text));
        for (old, new) in [(&path, &good), (&good, &path)] {
            let output = compare(old, new, &[]);
            let line = text(&output.stderr);
            assert_eq!((output.status.code(), line.lines().count()), (Some(2), 1), "{line}");
            assert!(line.contains(name) && line.contains(fault), "{line}");
        }
    }
    let output = run(&["bench", "--with", &good.display().to_string()]);
    assert!(text(&output.stderr).contains("--compare"), "{output:?}");
}

/// Without a second file the command measures what the first one has, and nothing else.
#[test]
fn a_run_is_compared_with_the_rows_of_the_file() {
    let folder = Folder::new();
    let path = folder.path("old.json").display().to_string();
    let first =
        ["bench", "--quick", "--level", "rust", "--sets", "ints,strings", "--sizes", "10,20"];
    let ops = ["--ops", "get-hit,iterate,bytes-per-entry", "--json", &path];
    stdout_of(&hedgerow(&first).args(ops).output().unwrap());
    let written = fs::read_to_string(&path).unwrap().lines().count() - 2;

    let again = folder.path("new.json").display().to_string();
    let arguments = ["bench", "--quick", "--compare", &path, "--json", &again];
    let output = stdout_of(&run(&arguments));
    assert!(output.contains("old.json -> this run"), "{output}");
    assert!(!output.contains("In Python") && !output.contains("only in"), "{output}");
    assert_eq!(fs::read_to_string(&again).unwrap().lines().count() - 2, written);

    let output = stdout_of(&run(&[&arguments[..4], &["--sizes", "10"]].concat()));
    assert!(!output.contains("only in this run"), "{output}");
    assert!(output.contains("only in old.json"), "{output}");

    let keys = folder.file("mine.txt", "a\nb\n").display().to_string();
    let output = run(&["bench", "--compare", &path, "--keys", &keys]);
    assert!(text(&output.stderr).contains("no rows of keys named mine.txt"), "{output:?}");
    let mine = folder
        .file("mine.json", fs::read_to_string(&path).unwrap().replace("\"ints\"", "\"mine.txt\""));
    let output = run(&["bench", "--compare", &mine.display().to_string()]);
    assert!(text(&output.stderr).contains("give the file of that name with --keys"), "{output:?}");
}
