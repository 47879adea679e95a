//! The house rules that a compiler does not know.
//!
//! The bug class: a layer that reaches up (the trie asks the store for a version, the arena knows
//! what a hash is), after which neither can be understood alone; an `unsafe` outside the one module
//! that is read with care; a source file that nothing compiles. Layers are listed in `lib.rs`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every Rust file under a folder, with its text.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// A text without its comments and string literals, and without spaces, so that what is left is
/// code whatever its layout.
fn code(text: &str) -> String {
    let mut code = String::new();
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default();
        let outside_strings = line.split('"').step_by(2);
        outside_strings.for_each(|part| code.extend(part.chars().filter(|c| *c != ' ')));
        code.push('\n');
    }
    code
}

/// A text without its module of unit tests: those may look at the crate from above.
fn without_tests(text: &str) -> String {
    let mut is_test = false;
    let mut kept = String::new();
    for line in text.lines() {
        is_test |= line == "mod tests {";
        if !is_test {
            kept.push_str(line);
            kept.push('\n');
        }
        // The first brace in the first column is the module's.
        is_test &= line != "}";
    }
    kept
}

/// The modules at the root of the crate that a piece of code names.
fn named(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let word = |text: &str| -> String {
        text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => drop(found.insert(word(rest))),
            // `crate::{a::b, c::{d, e}}`: names at depth 0 only.
            Some(group) => {
                let mut depth = 0;
                let mut starts = true;
                for (at, c) in group.char_indices() {
                    if depth == 0 && starts && (c.is_alphabetic() || c == '_') {
                        found.insert(word(&group[at..]));
                    }
                    starts = c == ',' || c == '\n' && starts;
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

/// `super` that leads out of the folder of a layer: two of them, or one in its `mod.rs`.
fn leaves_its_folder(path: &Path, code: &str) -> bool {
    let is_mod = path.file_name().is_some_and(|name| name == "mod.rs");
    code.contains("super::super")
        || is_mod && code.contains("super::") && !code.contains("in super")
}

#[test]
fn a_layer_uses_only_those_below_it() {
    let layers =
        [("arena", &[][..]), ("trie", &["arena"][..]), ("store", &["arena", "trie", "error"])];
    for (layer, below) in layers {
        let files = files(&source().join(layer));
        assert!(files.len() >= 3, "{layer} has moved: this test looks at nothing");
        for (path, text) in files {
            let code = code(&without_tests(&text));
            for name in named(&code) {
                let is_below = name == layer || below.contains(&name.as_str());
                assert!(is_below, "{}: {layer} uses crate::{name}", path.display());
            }
            assert!(!leaves_its_folder(&path, &code), "{}: super leads out", path.display());
        }
    }
}

#[test]
fn unsafe_stands_in_the_fenced_module_only() {
    let mut fenced = 0;
    for (path, text) in files(&source()) {
        let code = code(&text);
        let is_unsafe = code.contains("unsafe{")
            || ["unsafefn", "unsafeimpl", "unsafetrait", "unsafeextern", "allow(unsafe_code"]
                .iter()
                .any(|sign| code.contains(sign));
        let is_fenced = path.ends_with("arena/peek.rs");
        assert!(is_fenced || !is_unsafe, "{}: unsafe outside the fence", path.display());
        fenced += usize::from(is_fenced && is_unsafe);
    }
    assert!(fenced <= 1);
}

/// Follows the `mod` lines from `lib.rs`; a file that none of them names is dead.
#[test]
fn every_file_is_named_by_a_mod_line() {
    let mut named = BTreeSet::from([source().join("lib.rs")]);
    let mut unread = vec![source().join("lib.rs")];
    while let Some(path) = unread.pop() {
        let text = fs::read_to_string(&path).unwrap();
        let is_root = path.ends_with("lib.rs") || path.ends_with("mod.rs");
        let folder = if is_root { path.parent().unwrap().into() } else { path.with_extension("") };
        for line in text.lines().map(str::trim) {
            let line = line.trim_start_matches("pub ").trim_start_matches("pub(crate) ");
            let Some(name) = line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';'))
            else {
                continue;
            };
            let candidates = [folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs")];
            let file = candidates.into_iter().find(|file| file.exists()).unwrap();
            named.insert(file.clone());
            unread.push(file);
        }
    }
    let present: BTreeSet<PathBuf> = files(&source()).into_iter().map(|(path, _)| path).collect();
    assert_eq!(present, named);
}

#[test]
fn lines_fit_into_100_columns_and_files_into_500_lines() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for (path, text) in files(&source()).into_iter().chain(files(&tests)) {
        for (number, line) in text.lines().enumerate() {
            let width = line.chars().count();
            assert!(width <= 100, "{}:{}: {width} columns", path.display(), number + 1);
        }
        let lines = text.lines().count();
        assert!(lines <= 500, "{}: {lines} lines", path.display());
    }
}

/// The scanner itself: what it must see, and what it must not.
#[test]
fn the_scanner_sees_what_the_compiler_sees() {
    let names = |text: &str| named(&code(text)).into_iter().collect::<Vec<_>>();
    assert_eq!(names("use crate::store::{Version, trie::X};"), ["store"]);
    assert_eq!(
        names("use crate::{arena::{Arena, store}, error, trie};"),
        ["arena", "error", "trie"]
    );
    assert_eq!(names("use crate::{\n    arena::Words,\n    trie::fold,\n};"), ["arena", "trie"]);
    assert_eq!(names("let x = crate :: store::X; // crate::trie"), ["store"]);
    assert_eq!(names("//! See [`crate::store`].\nlet s = \"crate::trie\";"), [""; 0]);
    let tested = "use crate::arena;\nmod tests {\n    use crate::store;\n}\nuse crate::trie;";
    assert_eq!(names(&without_tests(tested)), ["arena", "trie"]);
    let mod_rs = Path::new("src/trie/mod.rs");
    assert!(leaves_its_folder(mod_rs, &code("use super::store::Version;")));
    assert!(leaves_its_folder(Path::new("src/trie/bits.rs"), &code("super::super::store()")));
    assert!(!leaves_its_folder(Path::new("src/trie/bits.rs"), &code("use super::node::Head;")));
}
