//! What one module defines, imports and names.
//!
//! Comments, strings and whatever is compiled for tests only are left out. The arguments of a macro
//! are no syntax tree, so paths in them are found by their shape: words with `::` between them.

use std::collections::BTreeMap;

use proc_macro2::{Spacing, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{
    Attribute, Field, ImplItem, Item, ItemMod, ItemUse, Macro, Meta, Path, UseTree, VisRestricted,
    Visibility,
};

/// The names of one module, without those of the modules in it.
#[derive(Default)]
pub(super) struct Scope {
    /// What it defines itself, and whether that is `pub`.
    pub(super) items: BTreeMap<String, bool>,
    pub(super) imports: Vec<Import>,
    /// Paths outside of `use`: in types, expressions, patterns and macros.
    pub(super) paths: Vec<Named>,
}

/// One leaf of a `use` tree.
pub(super) struct Import {
    pub(super) named: Named,
    /// The name it gets here; none for `*` and `_`.
    pub(super) name: Option<String>,
    pub(super) is_glob: bool,
    pub(super) reach: Reach,
}

/// A path as it is written.
pub(super) struct Named {
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
}

/// Who else may name an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// It has no `pub`.
    Private,
    /// `pub(crate)` and the like.
    Restricted,
    Public,
}

impl Reach {
    pub(super) fn of(visibility: &Visibility) -> Self {
        match visibility {
            Visibility::Public(_) => Reach::Public,
            Visibility::Restricted(_) => Reach::Restricted,
            Visibility::Inherited => Reach::Private,
        }
    }
}

impl Scope {
    pub(super) fn of(items: &[Item]) -> Self {
        let mut scope = Scope::default();
        for item in items {
            if let Some((name, visibility)) = definition(item) {
                let is_public = Reach::of(visibility) == Reach::Public;
                *scope.items.entry(name).or_default() |= is_public;
            }
            scope.visit_item(item);
        }
        scope
    }

    fn import(&mut self, item: &ItemUse) {
        let line = item.use_token.span.start().line;
        let start = if item.leading_colon.is_some() { vec![String::new()] } else { Vec::new() };
        self.import_tree(&item.tree, start, Reach::of(&item.vis), line);
    }

    fn import_tree(&mut self, tree: &UseTree, mut path: Vec<String>, reach: Reach, line: usize) {
        let (name, is_glob) = match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                return self.import_tree(&part.tree, path, reach, line);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import_tree(tree, path.clone(), reach, first_line(tree).unwrap_or(line));
                }
                return;
            }
            UseTree::Glob(_) => (None, true),
            UseTree::Name(leaf) => {
                // `a::{self}` is `a`.
                if path.is_empty() || leaf.ident != "self" {
                    path.push(leaf.ident.to_string());
                }
                (path.last().cloned(), false)
            }
            UseTree::Rename(leaf) => {
                if path.is_empty() || leaf.ident != "self" {
                    path.push(leaf.ident.to_string());
                }
                (Some(leaf.rename.to_string()).filter(|name| name != "_"), false)
            }
        };
        self.imports.push(Import { named: Named { segments: path, line }, name, is_glob, reach });
    }

    /// Finds paths among tokens. A field after a dot and a macro's own `$name` are none.
    fn scan(&mut self, tokens: TokenStream) {
        let mut before = Before::Other;
        // The path that the tokens so far may go on with.
        let mut open: Option<Named> = None;
        for token in tokens {
            match token {
                TokenTree::Ident(word) => match (&mut open, before) {
                    (Some(path), Before::Colons) => path.segments.push(word.to_string()),
                    // The path goes on from something else: `$name`, `<T as Trait>`.
                    (None, Before::Colons) | (_, Before::Dot) => {}
                    (_, Before::Dollar) if word != "crate" => {}
                    _ => {
                        self.paths.extend(open.take());
                        let line = word.span().start().line;
                        open = Some(Named { segments: vec![word.to_string()], line });
                    }
                },
                TokenTree::Group(group) => {
                    self.paths.extend(open.take());
                    self.scan(group.stream());
                }
                TokenTree::Punct(mark) => {
                    let is_second = before == Before::Colon;
                    before = match mark.as_char() {
                        ':' if is_second => Before::Colons,
                        ':' if mark.spacing() == Spacing::Joint => Before::Colon,
                        '.' => Before::Dot,
                        '$' => Before::Dollar,
                        _ => Before::Other,
                    };
                    if !matches!(before, Before::Colon | Before::Colons) {
                        self.paths.extend(open.take());
                    }
                    continue;
                }
                TokenTree::Literal(_) => self.paths.extend(open.take()),
            }
            before = Before::Other;
        }
        self.paths.extend(open);
    }
}

/// The mark before a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Colon,
    Colons,
    Dot,
    Dollar,
    Other,
}

impl<'ast> Visit<'ast> for Scope {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes = match item {
            ImplItem::Const(item) => &item.attrs,
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Type(item) => &item.attrs,
            ImplItem::Macro(item) => &item.attrs,
            _ => &Vec::new(),
        };
        if !is_for_tests(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_field(&mut self, field: &'ast Field) {
        if !is_for_tests(&field.attrs) {
            visit::visit_field(self, field);
        }
    }

    /// A module in the module has a scope of its own.
    fn visit_item_mod(&mut self, _: &'ast ItemMod) {}

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.import(item);
    }

    /// Who may see a thing is no use of theirs.
    fn visit_vis_restricted(&mut self, _: &'ast VisRestricted) {}

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.scan(list.tokens.clone());
        }
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.visit_path(&call.path);
        self.scan(call.tokens.clone());
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let start = path.leading_colon.as_ref().map(|_| String::new());
        let words = path.segments.iter().map(|segment| segment.ident.to_string());
        let segments = start.into_iter().chain(words).collect();
        let line = path.segments.first().map_or(1, |first| first.ident.span().start().line);
        self.paths.push(Named { segments, line });
        visit::visit_path(self, path);
    }
}

/// The line of a tree's first word; none for `*` and `{`.
fn first_line(tree: &UseTree) -> Option<usize> {
    let word = match tree {
        UseTree::Path(part) => &part.ident,
        UseTree::Name(leaf) => &leaf.ident,
        UseTree::Rename(leaf) => &leaf.ident,
        UseTree::Glob(_) | UseTree::Group(_) => return None,
    };
    Some(word.span().start().line)
}

/// The name that an item has for others, and who they are. A `use` is an import instead, and an
/// `impl` has none.
fn definition(item: &Item) -> Option<(String, &Visibility)> {
    let (name, visibility) = match item {
        Item::Const(item) => (&item.ident, &item.vis),
        Item::Enum(item) => (&item.ident, &item.vis),
        Item::Fn(item) => (&item.sig.ident, &item.vis),
        Item::Static(item) => (&item.ident, &item.vis),
        Item::Struct(item) => (&item.ident, &item.vis),
        Item::Trait(item) => (&item.ident, &item.vis),
        Item::TraitAlias(item) => (&item.ident, &item.vis),
        Item::Type(item) => (&item.ident, &item.vis),
        Item::Union(item) => (&item.ident, &item.vis),
        Item::Macro(item) => (item.ident.as_ref()?, &Visibility::Inherited),
        _ => return None,
    };
    Some((name.to_string(), visibility)).filter(|_| !is_for_tests(attributes(item)))
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Whether a `#[cfg(...)]` asks for `test` or `doctest`; one that asks for `not(test)` does not.
pub(super) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => asks_for_test(list.tokens.clone()),
        _ => false,
    })
}

fn asks_for_test(tokens: TokenStream) -> bool {
    let mut is_negated = false;
    for token in tokens {
        match token {
            TokenTree::Ident(word) if word == "test" || word == "doctest" => return true,
            TokenTree::Ident(word) => is_negated = word == "not",
            TokenTree::Group(group) if !is_negated && asks_for_test(group.stream()) => return true,
            _ => is_negated = false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(text: &str) -> Scope {
        Scope::of(&syn::parse_file(text).unwrap().items)
    }

    fn joined(named: &Named) -> String {
        named.segments.join("::")
    }

    /// Imports as `path as name`.
    fn imports(text: &str) -> Vec<String> {
        let show = |import: &Import| {
            let name = import.name.as_deref().unwrap_or(if import.is_glob { "*" } else { "_" });
            format!("{} as {name}", joined(&import.named))
        };
        scope(text).imports.iter().map(show).collect()
    }

    fn paths(text: &str) -> Vec<String> {
        scope(text).paths.iter().map(joined).collect()
    }

    #[test]
    fn every_leaf_of_a_use_tree_is_an_import() {
        assert_eq!(
            imports("use crate::{a::{self, B}, c::D as E, f::*};\nuse super::G as _;"),
            [
                "crate::a as a",
                "crate::a::B as B",
                "crate::c::D as E",
                "crate::f as *",
                "super::G as _"
            ]
        );
        assert_eq!(imports("fn f() { use super::x; }"), ["super::x as x"]);
        let lines = scope("use crate::{\n    a,\n    b,\n};").imports;
        assert_eq!(lines.iter().map(|import| import.named.line).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn paths_are_found_in_types_expressions_patterns_and_macros() {
        let text = "fn f(a: crate::x::A) { if let super::B(c) = y::c() {} }";
        assert_eq!(paths(text), ["crate::x::A", "super::B", "y::c"]);
        let text = "fn f() { m!(a.field, $crate :: z::Z { q: super::q() }, $own::K); }";
        let found = paths(text);
        assert_eq!(found, ["m", "a", "crate::z::Z", "q", "super::q"]);
        assert_eq!(paths("macro_rules! m { () => { crate::y::Y }; }")[1..], ["crate::y::Y"]);
        assert_eq!(paths("#[derive(crate::D)] struct S(A);"), ["crate::D", "A"]);
    }

    #[test]
    fn comments_strings_visibilities_and_tests_are_left_out() {
        let text = "//! [`crate::a`]\n/// crate::b\npub(in crate::c) const S: u8 = 0; // crate::d";
        assert_eq!(paths(text), ["u8"]);
        assert_eq!(paths("fn f() { m!(\"crate::a\"); }"), ["m"]);
        let text = "#[cfg(test)] mod tests { use crate::a; } #[cfg(all(test, unix))] use crate::b;";
        assert_eq!(imports(text), [""; 0]);
        assert_eq!(imports("#[cfg(not(test))] use crate::b;"), ["crate::b as b"]);
        assert_eq!(paths("struct S; impl S { #[cfg(test)] fn f() { crate::a() } }"), ["S"]);
        assert_eq!(imports("mod inner { use super::a; }"), [""; 0]);
    }

    #[test]
    fn definitions_know_whether_they_are_public() {
        let scope = scope("pub struct A; pub(crate) fn b() {} enum C {} #[cfg(test)] fn d() {}");
        let items: Vec<(&str, bool)> =
            scope.items.iter().map(|(name, is_public)| (name.as_str(), *is_public)).collect();
        assert_eq!(items, [("A", true), ("C", false), ("b", false)]);
    }
}
