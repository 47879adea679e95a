//! No Rust file lies around that no target and no `mod` line names: the compiler would never see
//! it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use syn::{Attribute, Expr, ExprLit, Item, ItemMod, Lit, Meta};

use super::Finding;
use super::files::Source;
use crate::project::Project;

/// Manifests whose targets are where files hang from: the workspace, and what it excludes.
const MANIFESTS: [&str; 2] = ["Cargo.toml", "fuzz/Cargo.toml"];

pub(super) fn check(project: &Project, sources: &[Source]) -> Result<Vec<Finding>> {
    let mut roots = Vec::new();
    for manifest in MANIFESTS {
        if project.root().join(manifest).exists() {
            roots.extend(target_roots(project, manifest)?);
        }
    }
    Ok(unnamed(&roots, sources))
}

/// The source files of all targets, as paths in the project.
fn target_roots(project: &Project, manifest: &str) -> Result<Vec<PathBuf>> {
    let metadata = ["metadata", "--no-deps", "--format-version", "1", "--manifest-path", manifest];
    let output = project.cargo(&metadata).output().context("cannot start cargo")?;
    let message = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cargo metadata of {manifest} failed: {}", message.trim());
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let list =
        |value: &Value, key| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let targets = list(&metadata, "packages").into_iter().flat_map(|one| list(&one, "targets"));
    let paths = targets.filter_map(|target| target.get("src_path")?.as_str().map(PathBuf::from));
    Ok(paths.filter_map(|path| Some(path.strip_prefix(project.root()).ok()?.to_owned())).collect())
}

/// Follows `mod` lines from the roots, and reports the Rust files never reached.
fn unnamed(roots: &[PathBuf], sources: &[Source]) -> Vec<Finding> {
    let rust: BTreeMap<&Path, &Source> = sources
        .iter()
        .filter(|source| source.is("rs"))
        .map(|source| (Path::new(&source.path), source))
        .collect();
    let mut reached: BTreeSet<PathBuf> = BTreeSet::new();
    // A root's modules lie beside it; another file's lie in the folder of its name.
    let mut open: Vec<(PathBuf, PathBuf)> =
        roots.iter().map(|path| (path.clone(), parent(path))).collect();
    while let Some((path, folder)) = open.pop() {
        let Some(source) = rust.get(path.as_path()) else { continue };
        if !reached.insert(path.clone()) {
            continue;
        }
        // A file that cannot be parsed is the business of the rule about functions.
        if let Ok(file) = syn::parse_file(&source.text) {
            let mut named = Vec::new();
            name_files(&file.items, &parent(&path), &folder, &mut named);
            open.extend(named);
        }
    }
    rust.into_iter()
        .filter(|(path, _)| !reached.contains(*path))
        .map(|(_, source)| Finding::fault(source, 1, "no target and no `mod` line names this file"))
        .collect()
}

/// The files that `mod` lines among `items` may mean, each with the folder of its own modules.
fn name_files(items: &[Item], beside: &Path, folder: &Path, named: &mut Vec<(PathBuf, PathBuf)>) {
    for item in items {
        let Item::Mod(module) = item else { continue };
        let name = module.ident.to_string();
        if let Some((_, items)) = &module.content {
            name_files(items, &folder.join(&name), &folder.join(&name), named);
        } else if let Some(path) = explicit_path(module) {
            let path = plain(&beside.join(path));
            named.push((path.clone(), parent(&path)));
        } else {
            named.push((folder.join(format!("{name}.rs")), folder.join(&name)));
            named.push((folder.join(&name).join("mod.rs"), folder.join(&name)));
        }
    }
}

/// The string of a `#[path = "..."]`.
fn explicit_path(module: &ItemMod) -> Option<String> {
    let path_of = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(path), .. }) => Some(path.value()),
            _ => None,
        },
        _ => None,
    };
    module.attrs.iter().find_map(path_of)
}

fn parent(path: &Path) -> PathBuf {
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The path without its `..`, which a `#[path]` may have.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead(files: &[(&str, &str)]) -> Vec<String> {
        let source = |(path, text): &(&str, &str)| Source {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        let sources: Vec<Source> = files.iter().map(source).collect();
        let findings = unnamed(&[PathBuf::from("src/lib.rs")], &sources);
        findings.into_iter().map(|finding| finding.path).collect()
    }

    #[test]
    fn files_are_found_by_either_form_of_module_and_by_path() {
        let files = [
            ("src/lib.rs", "mod a; mod b; mod inner { mod c; } #[path = \"../odd.rs\"] mod d;"),
            ("src/a.rs", "mod below;"),
            ("src/a/below.rs", ""),
            ("src/b/mod.rs", "mod below;"),
            ("src/b/below.rs", ""),
            ("src/inner/c.rs", ""),
            ("odd.rs", ""),
            ("README.md", ""),
        ];
        assert_eq!(dead(&files), [""; 0]);
    }

    #[test]
    fn a_file_nobody_names_is_a_fault() {
        let files = [("src/lib.rs", "// mod gone;"), ("src/gone.rs", "mod more;"), ("x.rs", "")];
        assert_eq!(dead(&files), ["src/gone.rs", "x.rs"]);
    }
}
