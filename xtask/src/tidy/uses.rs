//! Which module uses which: the paths of a module, followed to the module that defines the name.
//!
//! A path counts wherever it stands: in a `use`, or in the code as `crate::`, `super::`, `self::`,
//! through a child module, or by a name that a `use` brought in. It is followed through every
//! `use` on its way, so `super::Name` is a use of the sibling that defines `Name` when the parent
//! only re-exports it, and a use of the parent when the parent defines it. A `pub use` of a
//! module's own child is no use of the child; code of the module that names the re-export is.
//! Names that lead out of the crate are not followed, and a method call names no module.

use super::scope::{Import, Named, Reach};
use super::tree::{ModuleId, Tree};

/// Longer chains of `use` than this do not exist, except in a circle.
const MOST_STEPS: usize = 32;

/// One module uses another.
pub(super) struct Use {
    pub(super) from: ModuleId,
    /// The last module that the path names as it is written.
    pub(super) via: ModuleId,
    /// The module that defines what the path names.
    pub(super) to: ModuleId,
    /// Whether every name of the path is `pub` where it stands.
    pub(super) is_public: bool,
    /// For a path that begins with `super`, the module that its last `super` is.
    pub(super) above: Option<ModuleId>,
    /// Whether it only passes on what a module below defines.
    pub(super) is_re_export: bool,
    pub(super) line: usize,
    pub(super) path: String,
}

/// Where a path leads.
#[derive(Clone, Copy)]
struct Place {
    via: ModuleId,
    to: ModuleId,
    is_public: bool,
    /// It is a module, not something in it.
    is_module: bool,
}

/// All uses in a tree whose path names a module of the same crate, those of itself included.
pub(super) fn of(tree: &Tree) -> Vec<Use> {
    let mut uses = Vec::new();
    for from in tree.ids() {
        let scope = &tree.module(from).scope;
        for import in &scope.imports {
            let Some(place) = import_place(tree, from, import, 0) else { continue };
            let is_below = tree.line_of(place.to).contains(&from);
            let is_re_export = import.reach != Reach::Private && is_below;
            uses.push(Use { is_re_export, ..written(tree, from, &import.named, place) });
        }
        for path in &scope.paths {
            let Some(place) = path_place(tree, from, &path.segments, 0) else { continue };
            // A lone name is a variable or a field, whatever module has the same name.
            if !(place.is_module && path.segments.len() == 1) {
                uses.push(written(tree, from, path, place));
            }
        }
    }
    uses
}

fn written(tree: &Tree, from: ModuleId, named: &Named, place: Place) -> Use {
    let supers = named.segments.iter().take_while(|segment| *segment == "super").count();
    let above = (supers > 0).then(|| ancestor(tree, from, supers)).flatten();
    Use {
        from,
        via: place.via,
        to: place.to,
        is_public: place.is_public,
        above,
        is_re_export: false,
        line: named.line,
        path: named.segments.join("::"),
    }
}

fn import_place(tree: &Tree, from: ModuleId, import: &Import, steps: usize) -> Option<Place> {
    path_place(tree, from, &import.named.segments, steps)
}

/// Follows a path that is written in `from`; none when it leads out of the crate.
fn path_place(tree: &Tree, from: ModuleId, path: &[String], steps: usize) -> Option<Place> {
    let (first, rest) = path.split_first()?;
    let supers = path.iter().take_while(|segment| *segment == "super").count();
    match first.as_str() {
        "crate" => find_named(tree, Tree::ROOT, rest, steps),
        "self" if rest.first().is_some_and(|next| next == "super") => {
            path_place(tree, from, rest, steps)
        }
        "self" => find_named(tree, from, rest, steps),
        "super" => find_named(tree, ancestor(tree, from, supers)?, &path[supers..], steps),
        _ => find(tree, from, path, steps),
    }
}

fn ancestor(tree: &Tree, from: ModuleId, steps: usize) -> Option<ModuleId> {
    (0..steps).try_fold(from, |id, _| tree.module(id).parent)
}

/// Looks for a path in a module that the path itself names. A name that no item has here was made
/// by a macro of the module, so the module counts as its place.
fn find_named(tree: &Tree, module: ModuleId, path: &[String], steps: usize) -> Option<Place> {
    let itself = Place { via: module, to: module, is_public: true, is_module: path.is_empty() };
    find(tree, module, path, steps).or(Some(itself))
}

/// Looks for a path among the names of a module.
fn find(tree: &Tree, id: ModuleId, path: &[String], steps: usize) -> Option<Place> {
    let (first, rest) = path.split_first()?;
    if steps > MOST_STEPS {
        return None;
    }
    let module = tree.module(id);
    let child = || {
        let child = module.children.get(first)?;
        let place = find_named(tree, child.id, rest, steps + 1)?;
        Some(Place { is_public: place.is_public && child.is_public, ..place })
    };
    let item = || {
        let is_public = *module.scope.items.get(first)?;
        Some(Place { via: id, to: id, is_public, is_module: false })
    };
    let import = || {
        let mut named = module.scope.imports.iter();
        let import = named.find(|import| import.name.as_ref() == Some(first))?;
        let is_public = import.reach == Reach::Public;
        // What comes from another crate is this module's to pass on.
        let outside = Place { via: id, to: id, is_public, is_module: false };
        let place = import_place(tree, id, import, steps + 1);
        let place = place.filter(|place| place.to != id || place.is_module);
        let Some(place) = place else { return Some(outside) };
        if place.is_module && !rest.is_empty() {
            let inside = find_named(tree, place.to, rest, steps + 1)?;
            return Some(Place { is_public: is_public && inside.is_public, ..inside });
        }
        Some(Place { via: id, is_public, ..place })
    };
    let glob = || {
        let mut globs = module.scope.imports.iter().filter(|import| import.is_glob);
        globs.find_map(|glob| {
            let place = import_place(tree, id, glob, steps + 1).filter(|place| place.is_module)?;
            let inside = find(tree, place.to, path, steps + 1)?;
            let is_public = glob.reach == Reach::Public && inside.is_public;
            Some(Place { via: id, is_public, ..inside })
        })
    };
    // A module and a function may have one name; before `::` it is the module.
    if rest.is_empty() {
        item().or_else(import).or_else(child).or_else(glob)
    } else {
        child().or_else(import).or_else(item).or_else(glob)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::files::Source;
    use super::*;

    /// Uses between different files, as `from -> to`; `=>` for a mere re-export.
    fn uses(files: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<Source> =
            files.iter().map(|(path, text)| Source::new(*path, *text)).collect();
        let tree = Tree::read(Path::new("lib.rs"), &sources).unwrap();
        let file = |id| tree.module(id).file.trim_end_matches(".rs");
        let mut found: Vec<String> = of(&tree)
            .iter()
            .filter(|found| file(found.from) != file(found.to))
            .map(|found| {
                let arrow = if found.is_re_export { "=>" } else { "->" };
                format!("{} {arrow} {}", file(found.from), file(found.to))
            })
            .collect();
        found.sort();
        found.dedup();
        found
    }

    #[test]
    fn every_form_of_path_is_followed() {
        let with = |text| uses(&[("lib.rs", "mod a; mod b;"), ("a.rs", text), ("b.rs", "")]);
        for text in [
            "use crate::b::B;",
            "use super::b::{B, C};",
            "use crate::{b};",
            "use crate::b::*;",
            "fn f(b: crate::b::B) {}",
            "fn f() { m!(super::b::B) }",
            "mod inner { use super::super::b::B; }",
            "fn f() { use crate::b::B; }",
        ] {
            assert_eq!(with(text), ["a -> b"], "{text}");
        }
        for text in ["use b::B;", "fn f() { b.c() }", "// crate::b", "use self::b::B;"] {
            assert_eq!(with(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_name_is_followed_to_where_it_is_defined() {
        let sibling = [
            ("lib.rs", "mod a; mod b; pub use b::B;"),
            ("a.rs", "use super::B;"),
            ("b.rs", "pub struct B;"),
        ];
        assert_eq!(uses(&sibling), ["a -> b", "lib => b"]);
        let parent = [("lib.rs", "mod a; struct L;"), ("a.rs", "use super::L;")];
        assert_eq!(uses(&parent), ["a -> lib"]);
        let glob = [
            ("lib.rs", "mod a; mod b; pub use b::*;"),
            ("a.rs", "use crate::B;"),
            ("b.rs", "pub struct B;"),
        ];
        assert_eq!(uses(&glob), ["a -> b", "lib => b"]);
        // One name for a module and a function in it.
        let twice = [
            ("lib.rs", "mod a; mod b; pub use b::b;"),
            ("a.rs", "use super::b;"),
            ("b.rs", "pub fn b() {}"),
        ];
        assert_eq!(uses(&twice), ["a -> b", "lib => b"]);
    }

    #[test]
    fn a_parent_that_names_what_it_re_exports_uses_it() {
        let with = |text| uses(&[("lib.rs", text), ("b.rs", "pub struct B;")]);
        assert_eq!(with("mod b; pub use b::B;"), ["lib => b"]);
        assert_eq!(with("mod b; pub use b::B; struct L(B);"), ["lib -> b", "lib => b"]);
        assert_eq!(with("mod b; use b::B;"), ["lib -> b"]);
        assert_eq!(with("mod b; struct L(b::B);"), ["lib -> b"]);
    }

    #[test]
    fn a_path_is_public_when_each_of_its_names_is() {
        let sources = [
            Source::new("lib.rs", "mod a; pub mod b; mod c; pub use c::C; use c::D;"),
            Source::new("a.rs", "use crate::{b::B, b::P, C, D, c::C as E};"),
            Source::new("b.rs", "pub struct B; pub(crate) struct P;"),
            Source::new("c.rs", "pub struct C; pub struct D;"),
        ];
        let tree = Tree::read(Path::new("lib.rs"), &sources).unwrap();
        let found = of(&tree);
        let of_a = found.iter().filter(|found| tree.module(found.from).file == "a.rs");
        let public: Vec<(&str, bool)> =
            of_a.map(|found| (found.path.as_str(), found.is_public)).collect();
        assert_eq!(
            public,
            [
                ("crate::b::B", true),
                ("crate::b::P", false),
                ("crate::C", true),
                ("crate::D", false),
                ("crate::c::C", false),
            ]
        );
    }
}
