//! No circle of imports among the files of a folder.
//!
//! Files that use each other can only be understood together. Each module that has modules in files
//! of their own is looked at by itself: the nodes are that module's file, and each of those modules
//! with everything in it. What counts as a use is told in `uses`; a re-export is none. So a parent
//! may re-export its children while they use what it defines, and it may use its children while
//! they use each other through it; it may not use a child that uses what it defines.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Finding;
use super::tree::{ModuleId, Tree};
use super::uses::Use;

/// A use that may close a circle, and why. A module of several files is named by its folder, with
/// a slash at its end.
struct Exception {
    from: &'static str,
    to: &'static str,
    reason: &'static str,
}

/// Every circle that is meant.
const EXCEPTIONS: &[Exception] = &[];

/// Uses between the nodes of one module, each with the first place where it stands.
type Graph<'a> = BTreeMap<(String, String), &'a Use>;

/// The circles found, and which exceptions were needed.
pub(super) struct Circles {
    exceptions: &'static [Exception],
    needed: BTreeSet<usize>,
    findings: BTreeSet<Finding>,
}

impl Circles {
    pub(super) fn new() -> Self {
        Self::with(EXCEPTIONS)
    }

    fn with(exceptions: &'static [Exception]) -> Self {
        Circles { exceptions, needed: BTreeSet::new(), findings: BTreeSet::new() }
    }

    /// Looks at one tree. Files that are in several trees are reported once.
    pub(super) fn look(&mut self, tree: &Tree, uses: &[Use]) {
        for (owner, mut graph) in graphs(tree, uses) {
            for (index, exception) in self.exceptions.iter().enumerate() {
                let edge = (exception.from.to_owned(), exception.to.to_owned());
                let is_other = |other: &&Exception| !std::ptr::eq(*other, exception);
                let others = self.exceptions.iter().filter(is_other);
                let others: BTreeSet<(String, String)> =
                    others.map(|other| (other.from.to_owned(), other.to.to_owned())).collect();
                let is_left = |edge: &&(String, String)| !others.contains(*edge);
                let left: Vec<&(String, String)> = graph.keys().filter(is_left).collect();
                if left.contains(&&edge) && reached(&left, &edge.1).contains(edge.0.as_str()) {
                    self.needed.insert(index);
                }
            }
            for Exception { from, to, .. } in self.exceptions {
                graph.remove(&((*from).to_owned(), (*to).to_owned()));
            }
            self.findings.extend(circles(tree, owner, &graph));
        }
    }

    /// All circles, and the exceptions that no circle needs.
    pub(super) fn findings(self) -> Vec<Finding> {
        let unneeded = self.exceptions.iter().enumerate().filter_map(|(index, exception)| {
            let Exception { from, to, reason } = exception;
            let message = if reason.is_empty() {
                format!("the exception {from} -> {to} has no reason; say why it is meant")
            } else if !self.needed.contains(&index) {
                format!("no circle needs the exception {from} -> {to}; take it out")
            } else {
                return None;
            };
            Some(Finding::fault_at(file!(), 1, message))
        });
        let unneeded: Vec<Finding> = unneeded.collect();
        self.findings.into_iter().chain(unneeded).collect()
    }
}

/// The uses in a tree, by the innermost module that both ends are in.
fn graphs<'a>(tree: &Tree, uses: &'a [Use]) -> BTreeMap<ModuleId, Graph<'a>> {
    let mut graphs: BTreeMap<ModuleId, Graph<'a>> = BTreeMap::new();
    for found in uses.iter().filter(|found| !found.is_re_export) {
        let from = tree.line_of(in_file(tree, found.from));
        let to = tree.line_of(in_file(tree, found.to));
        let shared = from.iter().zip(&to).take_while(|(from, to)| from == to).count();
        let owner = from[shared - 1];
        let node = |line: &[ModuleId]| match line.get(shared) {
            Some(child) => name(tree, *child),
            None => tree.module(owner).file.clone(),
        };
        let edge = (node(&from), node(&to));
        if edge.0 != edge.1 {
            graphs.entry(owner).or_default().entry(edge).or_insert(found);
        }
    }
    graphs
}

/// The module that a module in braces is written in, or the module itself.
fn in_file(tree: &Tree, mut id: ModuleId) -> ModuleId {
    while let Some(parent) = tree.module(id).parent
        && tree.module(parent).file == tree.module(id).file
    {
        id = parent;
    }
    id
}

/// A module with everything in it: its folder when it is a `mod.rs`, its file otherwise.
fn name(tree: &Tree, id: ModuleId) -> String {
    let file = &tree.module(id).file;
    let folder = file.strip_suffix("mod.rs").filter(|folder| folder.ends_with('/'));
    folder.unwrap_or(file).to_owned()
}

/// One finding for each set of nodes that all use each other, directly or not.
fn circles(tree: &Tree, owner: ModuleId, graph: &Graph<'_>) -> Vec<Finding> {
    let edges: Vec<&(String, String)> = graph.keys().collect();
    let nodes: BTreeSet<&str> = edges.iter().map(|(from, _)| from.as_str()).collect();
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        nodes.iter().map(|node| (*node, reached(&edges, node))).collect();
    let is_between = |a: &str, b: &str| {
        reached.get(a).is_some_and(|nodes| nodes.contains(b))
            && reached.get(b).is_some_and(|nodes| nodes.contains(a))
    };
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut findings = Vec::new();
    for node in nodes.iter().filter(|node| is_between(node, node)) {
        if told.contains(node) {
            continue;
        }
        let circle: BTreeSet<&str> =
            nodes.iter().copied().filter(|other| is_between(node, other)).collect();
        let inside = graph.iter().filter(|((from, to), _)| {
            circle.contains(from.as_str()) && circle.contains(to.as_str())
        });
        findings.push(report(tree, owner, circle.len(), inside));
        told.extend(circle);
    }
    findings
}

/// The nodes that a node uses, directly or not.
fn reached<'a>(edges: &[&'a (String, String)], start: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(node) = open.pop() {
        for (_, to) in edges.iter().filter(|(from, _)| from == node) {
            if reached.insert(to.as_str()) {
                open.push(to);
            }
        }
    }
    reached
}

fn report<'a>(
    tree: &Tree,
    owner: ModuleId,
    count: usize,
    uses: impl Iterator<Item = (&'a (String, String), &'a &'a Use)>,
) -> Finding {
    let owner = &tree.module(owner).file;
    let mut message = format!(
        "circle of imports among {count} modules of {owner}; move what they share below them, or \
         state the reason in {}",
        file!()
    );
    let mut first = None;
    for ((from, to), found) in uses {
        let file = tree.module(found.from).file.as_str();
        first.get_or_insert((file, found.line));
        message += &format!("\n    {from} -> {to} ({file}:{}: {})", found.line, found.path);
    }
    let (file, line) = first.unwrap_or((owner, 1));
    Finding::fault_at(file, line, message)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::files::Source;
    use super::super::uses;
    use super::*;

    fn findings(files: &[(&str, &str)], exceptions: &'static [Exception]) -> Vec<String> {
        let sources: Vec<Source> =
            files.iter().map(|(path, text)| Source::new(*path, *text)).collect();
        let tree = Tree::read(Path::new("lib.rs"), &sources).unwrap();
        let mut circles = Circles::with(exceptions);
        circles.look(&tree, &uses::of(&tree));
        circles.findings().into_iter().map(|finding| finding.message).collect()
    }

    /// How many circles there are.
    fn count(files: &[(&str, &str)]) -> usize {
        findings(files, &[]).len()
    }

    #[test]
    fn siblings_that_use_each_other_are_a_circle() {
        let two = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::B;"),
            ("b.rs", "fn f() { super::a::f() }"),
        ];
        let found = findings(&two, &[]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("a.rs -> b.rs (a.rs:1: crate::b::B)"), "{found:?}");
        assert!(found[0].contains("b.rs -> a.rs (b.rs:1: super::a::f)"), "{found:?}");
        let three = [
            ("lib.rs", "mod a; mod b; mod c; mod d;"),
            ("a.rs", "use crate::b::B;"),
            ("b.rs", "use crate::c::C;"),
            ("c.rs", "use crate::a::A; use crate::d::D;"),
            ("d.rs", ""),
        ];
        assert!(findings(&three, &[])[0].contains("among 3 modules"));
        let line = [("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b::B;"), ("b.rs", "")];
        assert_eq!(count(&line), 0);
    }

    #[test]
    fn what_a_parent_defines_and_what_it_re_exports_are_two_things() {
        let re_exports = [
            ("lib.rs", "mod a; pub use a::A; pub struct L;"),
            ("a.rs", "use super::L; pub struct A;"),
        ];
        assert_eq!(count(&re_exports), 0);
        let uses = [
            ("lib.rs", "mod a; use a::A; pub struct L(A);"),
            ("a.rs", "use super::L; pub struct A;"),
        ];
        assert_eq!(count(&uses), 1);
        let uses_a_re_export = [
            ("lib.rs", "mod a; pub use a::A; pub struct L(A);"),
            ("a.rs", "use super::L; pub struct A;"),
        ];
        assert_eq!(count(&uses_a_re_export), 1);
        // By way of the parent, but of the sibling.
        let sibling = [
            ("lib.rs", "mod a; mod b; pub use a::A; use b::B; pub struct L(B);"),
            ("a.rs", "pub struct A;"),
            ("b.rs", "use super::A; pub struct B;"),
        ];
        assert_eq!(count(&sibling), 0);
    }

    #[test]
    fn a_folder_is_one_module_to_its_siblings() {
        let files = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::B;"),
            ("b/mod.rs", "mod deep; pub struct B;"),
            ("b/deep.rs", "use crate::a::A;"),
        ];
        let found = findings(&files, &[]);
        assert!(found[0].contains("b/ -> a.rs (b/deep.rs:1: crate::a::A)"), "{found:?}");
        // In braces, modules of one file may use each other.
        let braces = [("lib.rs", "mod a { use super::b::B; } mod b { use super::a::A; }")];
        assert_eq!(count(&braces), 0);
    }

    #[test]
    fn an_exception_has_a_reason_and_a_circle() {
        const TWO: [(&str, &str); 3] = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::B;"),
            ("b.rs", "use crate::a::A;"),
        ];
        const MEANT: &[Exception] = &[Exception { from: "a.rs", to: "b.rs", reason: "recursive" }];
        assert_eq!(findings(&TWO, MEANT), [""; 0]);
        let found = findings(&[("lib.rs", "mod a;"), ("a.rs", "")], MEANT);
        assert!(found.len() == 1 && found[0].contains("no circle needs"), "{found:?}");
        const BARE: &[Exception] = &[Exception { from: "a.rs", to: "b.rs", reason: "" }];
        assert!(findings(&TWO, BARE)[0].contains("has no reason"));
    }
}
