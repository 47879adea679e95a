//! The header and the sources say the same.
//!
//! The bug class: a function whose arguments changed but not in the header, which a C compiler
//! cannot see; a function that the header does not declare.
//!
//! `HEDGEROW_WRITE_HEADER=1 cargo test -p hedgerow-c --test header` writes the header anew.

use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The header that the sources make.
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

/// All Rust files under a folder, with their paths in it.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else {
            let text = fs::read_to_string(&path).expect("a source");
            found.push((path, text));
        }
    }
    found
}

/// The names that follow a marker in the sources.
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
    for (path, text) in sources(&folder().join("src")) {
        // `lib.rs` names the attribute where it states the rules.
        if path.ends_with("src/lib.rs") {
            continue;
        }
        let exported = text.matches("#[unsafe(no_mangle)]").count();
        let named = names_after("extern \"C\" fn ", &text);
        assert_eq!(exported, named.len(), "{}", path.display());
        calls.extend(named);
    }
    assert!(calls.len() >= 35, "only {} calls: this test looks in the wrong place", calls.len());
    for call in calls {
        assert!(call.starts_with("hedgerow_"), "{call}");
        assert!(header.contains(&format!("{call}(")), "{call} is not in the header");
    }
}

/// Code without comments, unit tests and white space.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.flat_map(|line| line.chars().filter(|c| !c.is_whitespace())).collect()
}

/// The first thing in code that breaks the rules of `lib.rs` for files other than `pointers.rs`:
/// exported functions are unsafe, and their unsafe blocks only call functions of `pointers`.
fn unsafe_beyond_the_rules(code: &str) -> Option<&str> {
    const CALLS: [&str; 14] = [
        "array",
        "buffer",
        "content",
        "content_or_null",
        "contents",
        "free",
        "in_out",
        "kept",
        "mapped",
        "out",
        "out_or_null",
        "read",
        "shared",
        "take",
    ];
    code.split("unsafe").skip(1).find(|rest| {
        let is_attribute = rest.starts_with("(no_mangle)]") || rest.starts_with("_code,");
        let is_exported = rest.starts_with("extern\"C\"fnhedgerow_");
        let block = rest.strip_prefix('{').and_then(|rest| rest.split('}').next());
        let is_only_calls = block.is_some_and(|block| {
            let block = block.replace(".cast::<u8>()", "");
            let mut names = block.match_indices('(').map(|(at, _)| {
                let is_name = |c: char| c.is_alphanumeric() || "_.:>".contains(c);
                let start = block[..at].rfind(|c| !is_name(c)).map_or(0, |last| last + 1);
                &block[start..at]
            });
            // The parenthesis of a tuple follows no name.
            !block.contains('*') && names.all(|name| name.is_empty() || CALLS.contains(&name))
        });
        !is_attribute && !is_exported && !is_only_calls
    })
}

#[test]
fn unsafe_code_stands_where_the_rules_allow_it() {
    let mut blocks = 0;
    for (path, text) in sources(&folder().join("src")) {
        if path.ends_with("src/pointers.rs") {
            continue;
        }
        let code = code(&text);
        let broken = unsafe_beyond_the_rules(&code).map(|rest| &rest[..rest.len().min(80)]);
        assert_eq!(broken, None, "{}", path.display());
        blocks += code.matches("unsafe{").count();
    }
    assert!(blocks >= 35, "only {blocks} blocks: this test looks in the wrong place");
}

#[test]
fn the_rules_about_unsafe_code_are_checked() {
    let is_allowed = |text: &str| unsafe_beyond_the_rules(&code(text)).is_none();
    assert!(is_allowed("let (a, b) = unsafe { (out(a)?, buffer(text.cast::<u8>(), n)?) };"));
    assert!(is_allowed(
        "#[unsafe(no_mangle)]\npub unsafe extern \"C\" fn hedgerow_x(a: *mut u8) {}"
    ));
    for text in [
        "unsafe { *pointer = 1 }",
        "unsafe { pointer.read() }",
        "unsafe { out(pointer.add(1)) }",
        "unsafe { Box::from_raw(out) }",
        "unsafe { transmute::<A, B>(out) }",
        "unsafe fn f() {}",
        "unsafe impl Send for A {}",
    ] {
        assert!(!is_allowed(text), "{text}");
    }
}
