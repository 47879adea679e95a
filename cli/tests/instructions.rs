//! `hedgerow bench --instructions`: callgrind's counts for keys of a user's own.
//!
//! The bug class: a count of another batch than the row says, of the preparation, or of nothing; a
//! map that drops out of the table; and a machine without valgrind that gets no word why.

mod command;

use command::{Folder, hedgerow, stdout_of, text};
use std::process::Command;

#[test]
fn without_valgrind_the_remedy_is_named() {
    let folder = Folder::new();
    let keys = folder.file("mine.txt", "a\nb\nc\n").display().to_string();
    let mut command = hedgerow(&["bench", "--instructions", "--keys", &keys]);
    let output = command.env("PATH", folder.root()).output().unwrap();
    let line = text(&output.stderr);
    assert_eq!((output.status.code(), line.lines().count()), (Some(2), 1), "{line}");
    assert!(line.contains("needs valgrind") && line.contains("install"), "{line}");
}

#[test]
fn every_map_has_a_line_for_each_of_its_batches() {
    let has_valgrind = Command::new("valgrind").arg("--version").output().is_ok();
    if !has_valgrind {
        eprintln!("skipped: this machine has no valgrind");
        return;
    }
    let folder = Folder::new();
    let keys: String = (0..30).map(|key| format!("key {key}\n")).collect();
    let keys = folder.file("mine.txt", keys).display().to_string();
    let arguments =
        ["bench", "--instructions", "--keys", &keys, "--sizes", "9", "--impl", "store,hashbrown"];
    let output = stdout_of(&hedgerow(&arguments).env("TMPDIR", folder.root()).output().unwrap());
    assert!(output.starts_with("valgrind-"), "{output}");

    let lines: Vec<Vec<&str>> = output
        .lines()
        .map(|line| line.split_whitespace().collect())
        .filter(|cells: &Vec<&str>| cells.first() == Some(&"mine.txt"))
        .collect();
    for map in ["store", "hashbrown"] {
        let of_map: Vec<&Vec<&str>> = lines.iter().filter(|cells| cells[3] == map).collect();
        assert_eq!(of_map.len(), if map == "hashbrown" { 4 } else { 6 }, "{map} in\n{output}");
        for cells in &of_map {
            let instructions: f64 = cells[4].parse().unwrap();
            // A debug build takes thousands; a batch of nothing, or with its preparation, is off.
            assert!((10.0..100_000.0).contains(&instructions), "{cells:?}");
            // Ratios are of ours, where the peer has the row.
            let has_ratio = map == "store" && !cells[2].ends_with("release");
            assert_eq!(cells.len(), if has_ratio { 9 } else { 7 }, "{cells:?} in\n{output}");
        }
    }
    let of = |op: &str, map: &str| -> f64 {
        let cells = lines.iter().find(|cells| (cells[2], cells[3]) == (op, map)).unwrap();
        cells[4].parse().unwrap()
    };
    assert!(of("remove_insert_release", "store") > 1.3 * of("insert_release", "store"), "{output}");
    assert!(of("iterate", "store") < of("insert_release", "store"), "{output}");
    let left = std::fs::read_dir(folder.root()).unwrap().count();
    assert_eq!(left, 1, "the keys alone, and no profiles");
}
