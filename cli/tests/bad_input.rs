//! Bad input: every command prints one line on stderr with the cause and the remedy, and exits with
//! code 2.
//!
//! The bug class: a panic, a page of usage without the cause, or an error after minutes of work.

mod command;

use command::{Folder, hedgerow, run, text};
use std::process::Stdio;

/// Runs with bad arguments. Returns the one line on stderr.
fn error_line(arguments: &[&str]) -> String {
    let output = run(arguments);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
    assert_eq!(stderr.lines().count(), 1, "{arguments:?}: {stderr}");
    assert_eq!(text(&output.stdout), "", "{arguments:?}");
    stderr
}

fn assert_names(line: &str, cause: &str, remedy: &str) {
    assert!(line.contains(cause), "no cause {cause:?} in {line}");
    assert!(line.contains(remedy), "no remedy {remedy:?} in {line}");
}

#[test]
fn no_such_python() {
    for command in ["bench", "verify"] {
        let line = error_line(&[command, "--python", "/no/such/python"]);
        assert_names(&line, "/no/such/python", "give --python the path of CPython");
    }
}

#[test]
fn a_program_that_is_no_python() {
    for command in ["bench", "verify"] {
        let line = error_line(&[command, "--python", env!("CARGO_BIN_EXE_hedgerow")]);
        assert_names(&line, "does not work as a Python", "give --python the path of CPython");
    }
}

#[test]
fn keys_that_cannot_be_read_or_used() {
    let folder = Folder::new();
    let file = |name: &str, content: &[u8]| folder.file(name, content).display().to_string();
    let cases = [
        (folder.path("absent.txt").display().to_string(), "cannot be read", "a file you may read"),
        (folder.root().display().to_string(), "cannot be read", "a file you may read"),
        (file("empty.txt", b""), "is empty", "one key a line"),
        (file("twice.txt", b"a\nb\na\n"), "\"a\" on lines 1 and 3", "keep one"),
        (file("blank.txt", b"a\n\nb\n"), "blank line 2", "remove it"),
        (file("latin.txt", b"caf\xe9\n"), "not UTF-8", "save it as UTF-8"),
    ];
    for (path, cause, remedy) in &cases {
        for command in ["bench", "inspect"] {
            let line = error_line(&[command, "--keys", path]);
            assert_names(&line, cause, remedy);
            assert!(line.contains(path.as_str()), "{line}");
        }
    }
}

#[test]
fn operations_sizes_and_sets_that_do_not_exist() {
    assert_names(&error_line(&["bench", "--ops", "build,fly"]), "fly", "choose among build, bulk");
    assert_names(&error_line(&["bench", "--sizes", "0"]), "'0'", "whole number from 1");
    assert_names(&error_line(&["bench", "--sizes", "many"]), "many", "--sizes 10,1000,100000");
    assert_names(&error_line(&["bench", "--sets", "primes"]), "primes", "choose among all, names");
    assert_names(&error_line(&["verify", "--ops", "0"]), "'0'", "--ops 20000");
    assert_names(&error_line(&["verify", "--seed", "x"]), "'x'", "--help");
}

#[test]
fn more_keys_than_the_file_has() {
    let folder = Folder::new();
    let path = folder.file("five.txt", "a\nb\nc\nd\ne\n").display().to_string();
    let line = error_line(&["bench", "--keys", &path, "--sizes", "5,6"]);
    assert_names(&line, "asks for 6 keys and five.txt has 5", "ask for fewer");
}

#[test]
fn arguments_that_are_missing_or_unknown() {
    assert_names(&error_line(&["inspect"]), "--keys <FILE>", "--help");
    assert_names(&error_line(&["bench", "--fast"]), "--fast", "--help");
    assert_names(&error_line(&["bench", "--from", "run.json"]), "--html", "--help");
    assert_names(&error_line(&["grow"]), "grow", "--help");
}

#[test]
fn files_that_cannot_be_written_are_reported_before_the_work() {
    let folder = Folder::new();
    let keys = folder.file("keys.txt", "a\nb\n").display().to_string();
    let nowhere = folder.path("no/such/folder/out").display().to_string();
    for option in ["--json", "--html"] {
        let line = error_line(&["bench", option, &nowhere]);
        assert_names(&line, "cannot write", "a folder you may write to");
    }
    let line = error_line(&["inspect", "--keys", &keys, "--svg", &nowhere]);
    assert_names(&line, "cannot write", "a folder you may write to");
}

#[test]
fn a_closed_output_ends_the_command_without_a_message() {
    let folder = Folder::new();
    let keys: String = (0..5000).map(|key| format!("{key}\n")).collect();
    let path = folder.file("keys.txt", keys).display().to_string();
    for arguments in [
        vec!["inspect", "--keys", &path],
        vec!["bench", "--quick", "--keys", &path, "--ops", "get-hit"],
        vec!["--help"],
    ] {
        let mut child = hedgerow(&arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the command ends");
        assert_eq!(text(&output.stderr), "", "{arguments:?}");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    }
}
