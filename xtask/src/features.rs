//! Each two of the library's features compile together, and all.

use anyhow::{Context as _, Result};

use crate::project::Project;
use crate::step::{Outcome, require};

const PACKAGE: &str = "hedgerow";

/// Checks the library once for each set; warnings are a matter of the lints.
pub(crate) fn check(project: &Project) -> Result<(Outcome, String)> {
    let sets = sets(&features(project)?);
    for set in &sets {
        let check = ["check", "--package", PACKAGE, "--no-default-features", "--features"];
        require(project.cargo(&check).arg(set.join(",")))?;
    }
    Ok((Outcome::Passed, format!("{} sets of features", sets.len())))
}

/// The features of the library by name, without those it has by default.
fn features(project: &Project) -> Result<Vec<String>> {
    let metadata = project.metadata("Cargo.toml")?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let mut library = packages.filter(|package| package["name"] == PACKAGE);
    let features = library.next().and_then(|package| package["features"].as_object());
    let features = features.with_context(|| format!("no package {PACKAGE}"))?;
    Ok(features.keys().filter(|name| *name != "default").cloned().collect())
}

/// No names, each, each two, and all: what fails in a set of three fails in one of these, unless
/// code asks for three at once.
fn sets(names: &[String]) -> Vec<Vec<String>> {
    let mut sets = vec![Vec::new()];
    for (index, name) in names.iter().enumerate() {
        sets.push(vec![name.clone()]);
        sets.extend(names[..index].iter().map(|other| vec![other.clone(), name.clone()]));
    }
    if names.len() > 2 {
        sets.push(names.to_vec());
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_two_names_are_in_a_set() {
        let names = ["a", "b", "c"].map(str::to_owned);
        let sets: Vec<String> = sets(&names).iter().map(|set| set.concat()).collect();
        assert_eq!(sets, ["", "a", "b", "ab", "c", "ac", "bc", "abc"]);
    }
}
