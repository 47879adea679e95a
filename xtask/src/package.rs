//! The package of the library has the files that are meant, and no others.

use anyhow::{Context as _, Result, ensure};

use crate::project::Project;
use crate::step::Outcome;

/// What a reader or a compiler of the package needs.
const NEEDED: [&str; 11] = [
    "CHANGELOG.md",
    "Cargo.toml",
    "DESIGN.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "docs/methods.md",
    "docs/python-differences.md",
    "docs/two-versions.svg",
    "examples/runtime.rs",
    "src/lib.rs",
];
/// Where more files may come from.
const FOLDERS: [&str; 2] = ["examples/", "src/"];
/// What cargo adds itself.
const ADDED: [&str; 3] = [".cargo_vcs_info.json", "Cargo.lock", "Cargo.toml.orig"];

pub(crate) fn check(project: &Project) -> Result<(Outcome, String)> {
    let list = ["package", "--list", "--allow-dirty", "--package", "hedgerow"];
    let output = project.cargo(&list).output().context("cannot start cargo")?;
    let message = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cargo package failed: {}", message.trim());
    let names = String::from_utf8_lossy(&output.stdout).replace('\\', "/");
    let names: Vec<&str> = names.lines().collect();
    let faults = faults(&names);
    if faults.is_empty() {
        return Ok((Outcome::Passed, format!("{} files", names.len())));
    }
    faults.iter().for_each(|fault| println!("{fault}; mend `include` in Cargo.toml"));
    Ok((Outcome::Failed, format!("{} faults", faults.len())))
}

fn faults(names: &[&str]) -> Vec<String> {
    let is_meant = |name: &str| {
        NEEDED.contains(&name)
            || ADDED.contains(&name)
            || FOLDERS.iter().any(|folder| name.starts_with(folder))
    };
    let missing = NEEDED.iter().filter(|needed| !names.contains(needed));
    let strange = names.iter().filter(|name| !is_meant(name));
    missing
        .map(|name| format!("the package lacks {name}"))
        .chain(strange.map(|name| format!("the package has {name}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_missing_or_strange_are_faults() {
        let mut names = NEEDED.to_vec();
        names.extend(["Cargo.lock", "src/store/mod.rs"]);
        assert_eq!(faults(&names), [""; 0]);
        names[0] = "perf/README.md";
        let found = faults(&names);
        assert_eq!(found, ["the package lacks CHANGELOG.md", "the package has perf/README.md"]);
    }
}
