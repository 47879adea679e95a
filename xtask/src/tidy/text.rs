//! Rules about a file's lines and its name.

use std::path::Path;

use super::files::Source;
use super::finding::Finding;

const COLUMNS: usize = 100;
const LINES_WISHED: usize = 400;
const LINES_ALLOWED: usize = 1_000;
/// In the engine and its tests.
const LINES_ALLOWED_ENGINE: usize = 500;
const ENGINE: [&str; 2] = ["src/", "tests/"];
/// Pages that are read from one end to the other.
const PAGES: [(&str, usize); 2] = [("README.md", 150), ("DESIGN.md", 450)];
/// Files written by hand, line by line. Prose and tables wrap as their readers like.
const CODE: [&str; 6] = ["rs", "py", "c", "h", "go", "sh"];
/// What stands at the top of a file that is made of others.
const MADE: &str = "do not edit";
/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "helpers", "helper", "common", "misc"];
/// Folders that only one machine has. The slash is added below, or this file would break its own
/// rule.
const MACHINE_FOLDERS: [&str; 3] = ["root", "tmp", "home"];

pub(super) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    check_name(source, &mut findings);
    check_length(source, &mut findings);
    for (index, line) in source.text.lines().enumerate() {
        check_line(source, index + 1, line, &mut findings);
    }
    findings
}

fn check_name(source: &Source, findings: &mut Vec<Finding>) {
    let path = Path::new(&source.path);
    let folders = path.parent().into_iter().flat_map(Path::iter);
    for name in folders.chain(path.file_stem()) {
        if EMPTY_NAMES.iter().any(|empty| name.eq_ignore_ascii_case(empty)) {
            let name = name.to_string_lossy();
            findings.push(Finding::fault(source, 1, format!("{name}: name it for what it holds")));
        }
    }
}

fn check_length(source: &Source, findings: &mut Vec<Finding>) {
    let lines = source.text.lines().count();
    if let Some((_, most)) = PAGES.iter().find(|(path, most)| source.path == *path && lines > *most)
    {
        let message = format!("{lines} lines; {most} are the most: move a part to its reader");
        findings.push(Finding::fault(source, 1, message));
    }
    if is_engine(source) && lines > LINES_ALLOWED_ENGINE {
        let message = format!("{lines} lines; {LINES_ALLOWED_ENGINE} are the most here: split it");
        findings.push(Finding::fault(source, 1, message));
        return;
    }
    // Text that is made of other files is split there, if at all.
    if !is_code(source) || source.text.lines().take(5).any(|line| line.contains(MADE)) {
        return;
    }
    if lines > LINES_ALLOWED {
        let message = format!("{lines} lines; {LINES_ALLOWED} are the most: split the file");
        findings.push(Finding::fault(source, 1, message));
    } else if lines > LINES_WISHED {
        let message =
            format!("{lines} lines; files read best up to {LINES_WISHED}: consider to split it");
        findings.push(Finding::advice(source, 1, message));
    }
}

fn check_line(source: &Source, number: usize, line: &str, findings: &mut Vec<Finding>) {
    let columns = line.chars().count();
    // An address cannot be broken into two lines; the engine has none that long.
    let may_be_long = line.contains("://") && !is_engine(source);
    if is_code(source) && columns > COLUMNS && !may_be_long {
        let message = format!("{columns} columns; {COLUMNS} are the most: break the line");
        findings.push(Finding::fault(source, number, message));
    }
    if let Some(folder) = machine_folder(line) {
        let message =
            format!("a path under /{folder} is of one machine; say where it is from here");
        findings.push(Finding::fault(source, number, message));
    }
}

fn is_engine(source: &Source) -> bool {
    source.is("rs") && ENGINE.iter().any(|folder| source.path.starts_with(folder))
}

fn is_code(source: &Source) -> bool {
    CODE.iter().any(|extension| source.is(extension))
}

/// The first absolute path into a machine's own folder, if the line has one.
fn machine_folder(line: &str) -> Option<&'static str> {
    let names_path = |folder: &str| {
        let path = format!("/{folder}");
        line.match_indices(&path).any(|(start, _)| {
            let before = line[..start].chars().next_back();
            let after = line[start + path.len()..].chars().next();
            // In the middle of a longer path, of an address or of a word it is something else.
            let starts = before.is_none_or(|before| !is_part_of_path(before));
            let ends = after.is_none_or(|after| after == '/' || !is_part_of_path(after));
            starts && ends
        })
    };
    MACHINE_FOLDERS.into_iter().find(|folder| names_path(folder))
}

fn is_part_of_path(character: char) -> bool {
    character.is_alphanumeric() || "_-./}>".contains(character)
}

#[cfg(test)]
mod tests {
    use super::super::finding::Weight;
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<(Weight, usize)> {
        check(&Source::new(path, text))
            .into_iter()
            .map(|finding| (finding.weight, finding.line))
            .collect()
    }

    #[test]
    fn long_lines_are_faults_in_code_alone() {
        let text = format!("ok\n{}\n", "x".repeat(101));
        assert_eq!(findings("src/lib.rs", &text), [(Weight::Fault, 2)]);
        assert_eq!(findings("README.md", &text), []);
        let address = format!("// https://example.org/{}\n", "x".repeat(101));
        assert_eq!(findings("cli/src/main.rs", &address), []);
        assert_eq!(findings("src/lib.rs", &address), [(Weight::Fault, 1)]);
    }

    #[test]
    fn long_files_are_advice_and_then_faults() {
        assert_eq!(findings("a.rs", &"\n".repeat(400)), []);
        assert_eq!(findings("a.rs", &"\n".repeat(401)), [(Weight::Advice, 1)]);
        assert_eq!(findings("a.rs", &"\n".repeat(1_001)), [(Weight::Fault, 1)]);
        for path in ["src/a.rs", "tests/a.rs"] {
            assert_eq!(findings(path, &"\n".repeat(500)), [(Weight::Advice, 1)]);
            assert_eq!(findings(path, &"\n".repeat(501)), [(Weight::Fault, 1)]);
        }
    }

    #[test]
    fn pages_have_lengths_of_their_own() {
        for (path, most) in PAGES {
            assert_eq!(findings(path, &"\n".repeat(most)), []);
            assert_eq!(findings(path, &"\n".repeat(most + 1)), [(Weight::Fault, 1)]);
        }
        assert_eq!(findings("cli/README.md", &"\n".repeat(151)), []);
    }

    #[test]
    fn empty_names_are_faults_of_files_and_folders() {
        for path in ["src/utils.rs", "tests/common/mod.rs", "Misc.py"] {
            assert_eq!(findings(path, ""), [(Weight::Fault, 1)], "{path}");
        }
        assert_eq!(findings("src/commonness.rs", ""), []);
    }

    #[test]
    fn machine_paths_are_found_and_look_alikes_are_not() {
        for folder in MACHINE_FOLDERS {
            assert_eq!(machine_folder(&format!("let x = \"/{folder}/x\";")), Some(folder));
            assert_eq!(machine_folder(&format!("in /{folder}")), Some(folder));
            assert_eq!(machine_folder(&format!("https://example.org/{folder}/x")), None);
            assert_eq!(machine_folder(&format!("the /{folder}s of trees")), None);
            assert_eq!(machine_folder(&format!("target/{folder}/x")), None);
        }
    }
}
