//! The modules of each target, found along `mod` lines from the target's root.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use serde_json::Value;
use syn::{Attribute, Expr, ExprLit, Item, ItemMod, Lit, Meta};

use super::files::Source;
use super::finding::Finding;
use super::scope::{Reach, Scope, is_for_tests};
use crate::project::Project;

/// Manifests whose targets are where files hang from: the workspace, and what it excludes.
const MANIFESTS: [&str; 2] = ["Cargo.toml", "fuzz/Cargo.toml"];

/// One target: a library, a program, a test, a bench, an example or a build script.
pub(super) struct Tree {
    /// The root is the first, and a parent stands before its children.
    modules: Vec<Module>,
}

/// A module's place in its tree.
pub(super) type ModuleId = usize;

pub(super) struct Module {
    /// None for the root.
    pub(super) parent: Option<ModuleId>,
    /// The file it is written in; a module in braces shares that of its parent.
    pub(super) file: String,
    pub(super) children: BTreeMap<String, Child>,
    /// Empty for a module that is compiled for tests only.
    pub(super) scope: Scope,
}

pub(super) struct Child {
    pub(super) id: ModuleId,
    pub(super) is_public: bool,
}

impl Tree {
    pub(super) const ROOT: ModuleId = 0;

    /// Reads the tree below one root; none without such a file.
    pub(super) fn read(root: &Path, sources: &[Source]) -> Option<Tree> {
        let rust: BTreeMap<&Path, &Source> = sources
            .iter()
            .filter(|source| source.is("rs"))
            .map(|source| (Path::new(&source.path), source))
            .collect();
        let mut reader = Reader { rust, modules: Vec::new() };
        let folder = parent(root);
        let file = FileModule { path: root.to_path_buf(), folder };
        reader.read_file(None, &file, false)?;
        Some(Tree { modules: reader.modules })
    }

    pub(super) fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id]
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = ModuleId> {
        0..self.modules.len()
    }

    /// The module and those around it, from the root on.
    pub(super) fn line_of(&self, id: ModuleId) -> Vec<ModuleId> {
        let mut line: Vec<ModuleId> =
            std::iter::successors(Some(id), |id| self.module(*id).parent).collect();
        line.reverse();
        line
    }
}

/// The source files of all targets, as paths in the project.
pub(super) fn roots(project: &Project) -> Result<Vec<PathBuf>> {
    let mut roots = Vec::new();
    for manifest in MANIFESTS {
        if project.root().join(manifest).exists() {
            roots.extend(target_roots(project, manifest)?);
        }
    }
    Ok(roots)
}

/// Reports the Rust files that no tree has: the compiler would never see them.
pub(super) fn unnamed(trees: &[Tree], sources: &[Source]) -> Vec<Finding> {
    let modules = trees.iter().flat_map(|tree| &tree.modules);
    let named: BTreeSet<&str> = modules.map(|module| module.file.as_str()).collect();
    let message = "no target and no `mod` line names this file; name it or delete it";
    sources
        .iter()
        .filter(|source| source.is("rs") && !named.contains(source.path.as_str()))
        .map(|source| Finding::fault(source, 1, message))
        .collect()
}

fn target_roots(project: &Project, manifest: &str) -> Result<Vec<PathBuf>> {
    let metadata = project.metadata(manifest)?;
    let list =
        |value: &Value, key| value.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let targets = list(&metadata, "packages").into_iter().flat_map(|one| list(&one, "targets"));
    let paths = targets.filter_map(|target| target.get("src_path")?.as_str().map(PathBuf::from));
    Ok(paths.filter_map(|path| Some(path.strip_prefix(project.root()).ok()?.to_owned())).collect())
}

struct Reader<'a> {
    rust: BTreeMap<&'a Path, &'a Source>,
    modules: Vec<Module>,
}

/// A module that has a file of its own.
struct FileModule {
    path: PathBuf,
    /// Where the files of its modules lie.
    folder: PathBuf,
}

impl Reader<'_> {
    fn read_file(
        &mut self,
        parent_id: Option<ModuleId>,
        file: &FileModule,
        for_tests: bool,
    ) -> Option<ModuleId> {
        let source = *self.rust.get(file.path.as_path())?;
        // A file that cannot be parsed is a fault of its own; here it is an empty module.
        let items = source.parsed().as_ref().map_or(&[][..], |parsed| &parsed.items);
        let id = self.add(parent_id, &source.path, items, for_tests);
        self.read_children(id, items, &parent(&file.path), &file.folder, for_tests);
        Some(id)
    }

    fn add(
        &mut self,
        parent: Option<ModuleId>,
        file: &str,
        items: &[Item],
        for_tests: bool,
    ) -> ModuleId {
        let scope = if for_tests { Scope::default() } else { Scope::of(items) };
        let children = BTreeMap::new();
        self.modules.push(Module { parent, file: file.to_owned(), children, scope });
        self.modules.len() - 1
    }

    /// Reads the modules among `items`: a `#[path]` counts from `beside`, a name from `folder`.
    fn read_children(
        &mut self,
        id: ModuleId,
        items: &[Item],
        beside: &Path,
        folder: &Path,
        for_tests: bool,
    ) {
        for item in items {
            let Item::Mod(module) = item else { continue };
            let name = module.ident.to_string();
            let below = folder.join(&name);
            let for_tests = for_tests || is_for_tests(&module.attrs);
            let child = if let Some((_, items)) = &module.content {
                let file = self.modules[id].file.clone();
                let child = self.add(Some(id), &file, items, for_tests);
                self.read_children(child, items, &below, &below, for_tests);
                Some(child)
            } else {
                let files = candidates(module, beside, folder, &name);
                files.iter().find_map(|file| self.read_file(Some(id), file, for_tests))
            };
            let is_public = Reach::of(&module.vis) == Reach::Public;
            if let Some(child) = child {
                self.modules[id].children.insert(name, Child { id: child, is_public });
            }
        }
    }
}

/// The files that a `mod` line may mean.
fn candidates(module: &ItemMod, beside: &Path, folder: &Path, name: &str) -> Vec<FileModule> {
    if let Some(path) = explicit_path(module) {
        let path = plain(&beside.join(path));
        return vec![FileModule { folder: parent(&path), path }];
    }
    let below = folder.join(name);
    vec![
        FileModule { path: folder.join(format!("{name}.rs")), folder: below.clone() },
        FileModule { path: below.join("mod.rs"), folder: below },
    ]
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
        let sources: Vec<Source> =
            files.iter().map(|(path, text)| Source::new(*path, *text)).collect();
        let trees: Vec<Tree> = Tree::read(Path::new("src/lib.rs"), &sources).into_iter().collect();
        unnamed(&trees, &sources).into_iter().map(|finding| finding.path).collect()
    }

    #[test]
    fn files_are_found_by_either_form_of_module_and_by_path() {
        let files = [
            ("src/lib.rs", "mod a; mod b; mod inner { mod c; } #[path = \"../odd.rs\"] mod d;"),
            ("src/a.rs", "mod below; #[cfg(test)] mod tests;"),
            ("src/a/below.rs", ""),
            ("src/a/tests.rs", ""),
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
