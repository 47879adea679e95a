//! A file that `--json` has written, as what a run is compared with.

use crate::bench::level::Level;
use crate::bench::op::Op;
use crate::bench::plan::{self, SetName};
use crate::bench::row::Row;
use crate::failure::Failure;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What options may leave open, which is an empty list.
pub(crate) struct Open<'a> {
    pub(crate) sets: &'a mut Vec<SetName>,
    pub(crate) sizes: &'a mut Vec<usize>,
    pub(crate) levels: &'a mut Vec<Level>,
    pub(crate) implementations: &'a mut Vec<String>,
}

/// The rows of a file, and its name.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) rows: Vec<Row>,
    lines: BTreeSet<(Level, Op, String, usize)>,
}

impl File {
    /// Reads a file. The option is for the message if it cannot be used.
    pub(crate) fn read(option: &str, path: &Path) -> Result<File, Failure> {
        let unusable = |fault: &str, remedy: &str| {
            Failure::message(format!("{} {fault}: {remedy}", path.display()))
        };
        let text = fs::read_to_string(path).map_err(|error| {
            let remedy = format!("give {option} a file that `hedgerow bench --json` has written");
            unusable(&format!("cannot be read ({error})"), &remedy)
        })?;
        let rows = parse(&text).map_err(|(fault, remedy)| unusable(&fault, remedy))?;
        let name = path.file_name().unwrap_or(path.as_os_str());
        Ok(File::new(name.to_string_lossy().into_owned(), rows))
    }

    /// Rows that have a name, such as those that were measured just now.
    pub(crate) fn new(name: String, rows: Vec<Row>) -> File {
        let line = |row: &Row| (row.level, row.op, row.keys.clone(), row.n);
        let lines = rows.iter().map(line).collect();
        File { name, rows, lines }
    }

    /// Whether any implementation has a figure in this line of the table.
    pub(crate) fn has_line(&self, level: Level, op: Op, keys: &str, n: usize) -> bool {
        self.lines.contains(&(level, op, keys.to_owned(), n))
    }

    /// Chooses what the file has, where it is open. `given` is the name of the
    /// user's own keys.
    pub(crate) fn choose(&self, given: Option<&str>, open: Open<'_>) -> Result<(), Failure> {
        let names: BTreeSet<&str> = self.rows.iter().map(|row| row.keys.as_str()).collect();
        if let Some(given) = given
            && !names.contains(given)
        {
            let known = Vec::from_iter(names).join(", ");
            return Err(Failure::message(format!(
                "{} has no rows of keys named {given}: it has {known}",
                self.name
            )));
        }
        if given.is_none() && open.sets.is_empty() {
            for name in names {
                open.sets.push(plan::parse_set(name).map_err(|_| {
                    Failure::message(format!(
                        "{} has rows of keys named {name}, which are no set: give the file of that \
                         name with --keys",
                        self.name
                    ))
                })?);
            }
        }
        let rows = || self.rows.iter().filter(|row| given.is_none_or(|given| row.keys == given));
        if open.sizes.is_empty() {
            *open.sizes = rows().map(|row| row.n).collect::<BTreeSet<_>>().into_iter().collect();
        }
        if open.levels.is_empty() {
            *open.levels =
                rows().map(|row| row.level).collect::<BTreeSet<_>>().into_iter().collect();
        }
        if open.implementations.is_empty() {
            let names: BTreeSet<&String> = rows().map(|row| &row.implementation).collect();
            *open.implementations = names.into_iter().cloned().collect();
        }
        Ok(())
    }
}

fn parse(text: &str) -> Result<Vec<Row>, (String, &'static str)> {
    const WRITE: &str = "write one with `hedgerow bench --json FILE`";
    let values: Vec<Value> = serde_json::from_str(text)
        .map_err(|error| (format!("is not a list of rows as JSON ({error})"), WRITE))?;
    if values.is_empty() {
        return Err(("has no rows".to_owned(), WRITE));
    }
    let is_old = |row: &Value| row.get("ns_per_op").is_some() && row.get("rounds").is_none();
    if values.iter().any(is_old) {
        let remedy = "write it again with this version and the code of then, as the spread of the \
                      rounds is needed";
        return Err(("is of an older version, without `rounds`".to_owned(), remedy));
    }
    let mut rows = Vec::new();
    for (index, value) in values.into_iter().enumerate() {
        let fault = |why: &str| (format!("has a bad row {} ({why})", index + 1), WRITE);
        let row: Row = serde_json::from_value(value).map_err(|error| fault(&error.to_string()))?;
        let figures = row.rounds.iter().chain(&row.ns_per_op).chain(&row.bytes_per_entry);
        if row.figure().is_none() || !figures.clone().all(|ns| ns.is_finite() && *ns > 0.0) {
            return Err(fault("a figure that is no number above 0"));
        }
        if row.ns_per_op.is_some() && row.rounds.is_empty() {
            return Err(fault("no rounds"));
        }
        rows.push(row);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = r#"{"level":"rust","impl":"store","op":"get-hit","keys":"ints","n":10,
        "ns_per_op":2.0,"rounds":[2.0,2.0,3.0],"bytes_per_entry":null}"#;

    #[test]
    fn a_file_is_a_list_of_rows() {
        let file = File::new("old.json".to_owned(), parse(&format!("[{ROW}]")).unwrap());
        assert!(file.has_line(Level::Rust, Op::GetHit, "ints", 10));
        assert!(!file.has_line(Level::Rust, Op::GetHit, "ints", 11));
    }

    #[test]
    fn what_cannot_be_compared_is_named() {
        let older = r#"[{"impl":"hamt","op":"build","keys":"ints","n":1,"ns_per_op":2.0}]"#;
        let cases = [
            ("{}".to_owned(), "not a list"),
            ("[]".to_owned(), "no rows"),
            (older.to_owned(), "without `rounds`"),
            (format!("[{ROW},{}]", ROW.replace("rust", "java")), "bad row 2"),
            (format!("[{}]", ROW.replace("get-hit", "gett")), "bad row 1"),
            (format!("[{}]", ROW.replace("3.0", "-3.0")), "no number above 0"),
            (format!("[{}]", ROW.replace("2.0,2.0,3.0", "")), "no rounds"),
            (format!("[{}]", ROW.replace(":2.0", ":null")), "no number above 0"),
        ];
        for (text, fault) in cases {
            let (found, remedy) = parse(&text).unwrap_err();
            assert!(found.contains(fault) && !remedy.is_empty(), "{found}: {remedy}");
        }
    }
}
