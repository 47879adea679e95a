//! `unsafe` stands in the files that are read with care for it, and nowhere else.

use std::iter::Peekable;

use proc_macro2::{TokenStream, TokenTree, token_stream};

use super::files::Source;
use super::finding::Finding;

/// The files, or folders with a slash at their end, that may have `unsafe`.
const MAY_BE_UNSAFE: &[&str] = &[
    "src/arena/region/",
    "src/map/shared/",
    // An allocator, and the calls of the C library.
    "tests/no_memory/allocator.rs",
    "bindings/python/src/ffi/",
    "bindings/python/src/slots/",
    // In these, the test `header` tells further what may be unsafe.
    "bindings/c/src/",
    "bindings/c/tests/threads.rs",
    "bindings/c/tests/no_memory",
    "fuzz/src/calls.rs",
    "fuzz/src/object_calls.rs",
];

const KEYWORD: &str = "unsafe";
const LINT: &str = "unsafe_code";

pub(super) fn check(source: &Source) -> Vec<Finding> {
    let is_allowed = MAY_BE_UNSAFE.iter().any(|place| source.path.starts_with(place));
    if !source.is("rs") || is_allowed {
        return Vec::new();
    }
    let mut lines = Vec::new();
    // A file that cannot be parsed is a fault of its own.
    scan(source.tokens().unwrap_or_default(), &mut lines);
    let Some(first) = lines.first() else { return Vec::new() };
    let count = lines.len();
    let message = format!(
        "unsafe where it is not allowed ({count} times in this file); do without, or move it to a \
         file that MAY_BE_UNSAFE of {} names",
        file!()
    );
    vec![Finding::fault(source, *first, message)]
}

/// Reports the places of the table where no file is.
pub(super) fn check_table(sources: &[Source]) -> Vec<Finding> {
    let is_empty = |place: &&&str| !sources.iter().any(|source| source.path.starts_with(**place));
    let report = |place: &&str| {
        let message =
            format!("no file is in {place}; name another place in MAY_BE_UNSAFE or take it out");
        Finding::fault_at(file!(), 1, message)
    };
    MAY_BE_UNSAFE.iter().filter(is_empty).map(report).collect()
}

/// Collects the lines that have `unsafe`, or that allow it.
fn scan(tokens: TokenStream, lines: &mut Vec<usize>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == KEYWORD || word == LINT => {
                lines.push(word.span().start().line);
            }
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                let attribute = tokens.next_if(|next| matches!(next, TokenTree::Group(_)));
                // What a `mod` line allows, it allows in a file that is looked at by itself.
                if !is_before_mod_line(&mut tokens)
                    && let Some(TokenTree::Group(group)) = attribute
                {
                    scan(group.stream(), lines);
                }
            }
            TokenTree::Group(group) => scan(group.stream(), lines),
            _ => {}
        }
    }
}

fn is_before_mod_line(tokens: &mut Peekable<token_stream::IntoIter>) -> bool {
    let rest = tokens.clone();
    let mut words = rest.skip_while(|token| match token {
        TokenTree::Ident(word) => word == "pub",
        TokenTree::Group(group) => group.delimiter() == proc_macro2::Delimiter::Parenthesis,
        _ => false,
    });
    let is_mod = matches!(words.next(), Some(TokenTree::Ident(word)) if word == "mod");
    is_mod && matches!(words.nth(1), Some(TokenTree::Punct(mark)) if mark.as_char() == ';')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Source::new(path, text)).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn every_form_of_unsafe_is_seen() {
        for text in [
            "fn f() { unsafe { g() } }",
            "unsafe fn f() {}",
            "unsafe impl Send for S {}",
            "unsafe trait T {}",
            "unsafe extern \"C\" { fn f(); }",
            "#[unsafe(no_mangle)] fn f() {}",
            "#![allow(unsafe_code, reason = \"\")]",
            "#[expect(unsafe_code)] fn f() {}",
            "#[expect(unsafe_code)] mod a { fn f() {} }",
            "fn f() { m!(unsafe { g() }) }",
            "#[cfg(test)] mod tests { fn f() { unsafe { g() } } }",
        ] {
            assert_eq!(lines("src/store/mod.rs", &format!("\n{text}")), [2], "{text}");
            assert_eq!(lines("src/arena/region/", text), [0; 0], "{text}");
        }
        let text = "#[expect(unsafe_code)] pub(crate) mod a;";
        assert_eq!(lines("src/lib.rs", text), [0; 0]);
        assert_eq!(
            lines("src/lib.rs", "// unsafe\n/// unsafe\nconst S: &str = \"unsafe\";"),
            [0; 0]
        );
        assert_eq!(lines("README.md", "unsafe"), [0; 0]);
        // A file is reported once.
        assert_eq!(lines("src/lib.rs", "unsafe fn f() {}\nunsafe fn g() {}"), [1]);
    }

    #[test]
    fn a_place_without_a_file_is_a_fault() {
        let file_in = |place: &&str| Source::new(format!("{place}a.rs"), "");
        let mut sources: Vec<Source> = MAY_BE_UNSAFE.iter().map(file_in).collect();
        assert_eq!(check_table(&sources), []);
        sources.pop();
        assert_eq!(check_table(&sources).len(), 1);
    }
}
