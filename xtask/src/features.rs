//! Each set of the library's features compiles.

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

/// Every set that can be made of some names, the empty one first.
fn sets(names: &[String]) -> Vec<Vec<String>> {
    let mut sets = vec![Vec::new()];
    for name in names {
        let mut with = sets.clone();
        with.iter_mut().for_each(|set| set.push(name.clone()));
        sets.extend(with);
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_sets_as_subsets() {
        let sets = sets(&["a".to_owned(), "b".to_owned()]);
        assert_eq!(sets, [vec![], vec!["a"], vec!["b"], vec!["a", "b"]]);
    }
}
