//! The header and the sources say the same.
//!
//! The bug class: a function whose arguments changed and whose header did not, which a C compiler
//! cannot see and which then reads what nobody passed; a function that the header does not know.
//!
//! `HEDGEROW_WRITE_HEADER=1 cargo test -p hedgerow-c --test header` writes the header anew.

use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The header of the sources as they are.
fn made() -> String {
    let config = cbindgen::Config::from_file(folder().join("cbindgen.toml")).expect("the settings");
    let bindings = cbindgen::Builder::new()
        .with_config(config)
        .with_src(folder().join("src/lib.rs"))
        .generate()
        .expect("cbindgen reads the sources");
    let mut text = Vec::new();
    bindings.write(&mut text);
    let text = String::from_utf8(text).expect("the sources are UTF-8");
    // What Rust calls safety is the contract at the top of the header, and statuses are HEDGEROW_OK
    // and so on: C has no other names for values than global ones.
    let text = text.replace("// # Safety\n//\n// ", "// Contract: ");
    text.replace("HEDGEROW_STATUS_", "HEDGEROW_").replace("*/\n\n\n#ifndef", "*/\n\n#ifndef")
}

#[test]
fn the_header_is_that_of_the_sources() {
    let path = folder().join("hedgerow.h");
    let made = made();
    if std::env::var_os("HEDGEROW_WRITE_HEADER").is_some() {
        fs::write(&path, &made).expect("the header can be written");
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == made,
        "hedgerow.h is out of step with the sources: run this test with HEDGEROW_WRITE_HEADER=1"
    );
}

/// The names after a word of the sources.
fn names_after(marker: &str, text: &str) -> Vec<String> {
    text.match_indices(marker)
        .map(|(at, _)| {
            let rest = &text[at + marker.len()..];
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
        })
        .collect()
}

#[test]
fn every_call_is_in_the_header_and_exported_under_its_name() {
    let header = fs::read_to_string(folder().join("hedgerow.h")).expect("the header");
    let mut calls = Vec::new();
    for entry in fs::read_dir(folder().join("src/boundary")).expect("the boundary") {
        let text = fs::read_to_string(entry.expect("a file").path()).expect("a source");
        let exported = text.matches("#[unsafe(no_mangle)]").count();
        let named = names_after("extern \"C\" fn ", &text);
        assert_eq!(exported, named.len());
        calls.extend(named);
    }
    assert!(calls.len() >= 35, "only {} calls: this test looks in the wrong place", calls.len());
    for call in calls {
        assert!(call.starts_with("hedgerow_"), "{call}");
        assert!(header.contains(&format!("{call}(")), "{call} is not in the header");
    }
}

/// `boundary` is where `unsafe` is.
#[test]
fn no_other_module_has_unsafe_code() {
    fn visit(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                visit(&path, found);
            } else if fs::read_to_string(&path).expect("a source").contains("unsafe {") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    visit(&folder().join("src"), &mut found);
    assert!(!found.is_empty());
    assert!(found.iter().all(|path| path.parent().is_some_and(|it| it.ends_with("boundary"))));
}
