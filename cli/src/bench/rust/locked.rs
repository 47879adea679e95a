//! The versions of the peers that the command was built with, from the lock file.

const LOCK: &str = include_str!("../../../../Cargo.lock");

/// The version of a package that `benches/` depends on.
pub(super) fn version(package: &str) -> Option<&'static str> {
    let dependencies = section("hedgerow-bench")?;
    // Cargo names the version where there are several of one name.
    let quoted = dependencies.lines().map(|line| line.trim().trim_matches([',', '"']));
    let several = quoted.filter_map(|name| name.strip_prefix(package)?.strip_prefix(' ')).next();
    several.or_else(|| value(section(package)?, "version"))
}

/// The lines about a package.
fn section(package: &str) -> Option<&'static str> {
    let named = |section: &&str| value(section, "name") == Some(package);
    LOCK.split("[[package]]").find(named)
}

fn value<'a>(section: &'a str, field: &str) -> Option<&'a str> {
    let line = section.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(" = "))?;
    Some(line.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peers_have_the_versions_that_the_benches_ask_for() {
        assert!(version("imbl").unwrap().starts_with("7."));
        assert!(version("rpds").unwrap().starts_with("1."));
        assert!(version("hashbrown").unwrap().starts_with("0.17."));
        assert_eq!(version("no-such-package"), None);
    }
}
