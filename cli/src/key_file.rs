//! `--keys FILE`: one key a line, each once. `--values FILE`: one value for each of them.

use crate::failure::Failure;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

/// The keys in the order of the file. An error names the line that is wrong.
pub(crate) fn read(path: &Path) -> Result<Vec<String>, Failure> {
    let text = read_text(path, "key")?;
    let keys = parse(&text).map_err(|(fault, remedy)| unusable(path, &fault, remedy))?;
    Ok(keys.into_iter().map(str::to_owned).collect())
}

/// A value for each of so many keys. Lines may be empty, and equal.
pub(crate) fn read_values(path: &Path, keys: usize) -> Result<Vec<String>, Failure> {
    let text = read_text(path, "value")?;
    let values: Vec<String> = without_mark(&text).lines().map(str::to_owned).collect();
    if values.len() == keys {
        return Ok(values);
    }
    let fault = format!("has {} lines for {keys} keys", values.len());
    Err(unusable(path, &fault, "write the value of each key on the line of the same number"))
}

/// The text of a file that has a key or value on each line.
fn read_text(path: &Path, what: &str) -> Result<String, Failure> {
    let bytes = fs::read(path).map_err(|error| {
        let remedy = format!("give --{what}s a file you may read");
        unusable(path, &format!("cannot be read ({error})"), &remedy)
    })?;
    String::from_utf8(bytes).map_err(|_| {
        unusable(path, "is not UTF-8 text", &format!("save it as UTF-8, one {what} a line"))
    })
}

/// Keys that are not among the first `present`: the rest of the file, and when that runs out, keys
/// with a suffix.
pub(crate) fn absent(keys: &[String], present: usize, wanted: usize) -> Vec<String> {
    let mut absent: Vec<String> = keys[present..].iter().take(wanted).cloned().collect();
    let missing = wanted - absent.len();
    if missing > 0 {
        let taken: HashSet<&str> = keys.iter().map(String::as_str).collect();
        // One suffix for all: different keys stay different.
        let is_free = |suffix: &String| {
            keys[..missing].iter().all(|key| !taken.contains(format!("{key}{suffix}").as_str()))
        };
        let suffix = (1..).map(|length| "~".repeat(length)).find(is_free).unwrap_or_default();
        absent.extend(keys[..missing].iter().map(|key| format!("{key}{suffix}")));
    }
    absent
}

fn unusable(path: &Path, fault: &str, remedy: &str) -> Failure {
    Failure::message(format!("{} {fault}: {remedy}", path.display()))
}

/// The text without the mark that some editors begin UTF-8 with.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn parse(text: &str) -> Result<Vec<&str>, (String, &'static str)> {
    let text = without_mark(text);
    let mut first_line_of = HashMap::new();
    let mut keys = Vec::new();
    for (index, key) in text.lines().enumerate() {
        let line = index + 1;
        if key.is_empty() {
            return Err((format!("has a blank line {line}"), "remove it; each line is one key"));
        }
        if let Some(first) = first_line_of.insert(key, line) {
            let fault = format!("has the key {key:?} on lines {first} and {line}");
            return Err((fault, "keep one; `sort -u` does it for all"));
        }
        keys.push(key);
    }
    if keys.is_empty() {
        return Err(("is empty".to_owned(), "write one key a line into it"));
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_their_order_and_lose_their_line_ends() {
        assert_eq!(parse("b\r\na\nc").unwrap(), ["b", "a", "c"]);
        assert_eq!(parse("\u{feff}one\n").unwrap(), ["one"]);
    }

    #[test]
    fn absent_keys_come_from_the_file_first_and_are_never_present() {
        let keys = ["a", "a~", "b"].map(str::to_owned);
        assert_eq!(absent(&keys, 1, 2), ["a~", "b"]);
        assert_eq!(absent(&keys, 2, 2), ["b", "a~~"]);
        assert_eq!(absent(&keys, 3, 1), ["a~~"]);
    }

    #[test]
    fn spaces_are_part_of_the_key() {
        assert_eq!(parse(" a\na\n").unwrap(), [" a", "a"]);
    }

    #[test]
    fn errors_name_their_lines() {
        assert_eq!(parse("").unwrap_err().0, "is empty");
        assert_eq!(parse("a\n\nb\n").unwrap_err().0, "has a blank line 2");
        assert_eq!(parse("a\nb\na\n").unwrap_err().0, "has the key \"a\" on lines 1 and 3");
    }
}
