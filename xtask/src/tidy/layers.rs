//! Layers: what the modules of a folder may use of the other modules of their crate.
//!
//! ```text
//! object    public items only, as any other crate, and `siphash`
//! image     maps as bytes
//! map       maps that own their entries
//! host      plumbing for bindings
//! store     many versions, and the errors of all layers
//! siphash   a hash of bytes
//! trie      one persistent hash trie
//! arena     words and entries
//! ```
//!
//! A layer uses only those under it. `object`, the bindings, the command, the benches and the fuzz
//! targets use public items only. For other crates the compiler sees to that; for `object` this
//! rule does, as far as paths go: a `pub(crate)` method has none.
//!
//! A rule looks at each path as it is written, so a layer names what is under it where that stands
//! (`crate::arena::Words`), not through a re-export above it (`crate::Words`).

use super::files::Source;
use super::finding::Finding;
use super::tree::{ModuleId, Tree};
use super::uses::Use;

/// A folder of modules, or a single file.
struct Layer {
    place: &'static str,
    may_use: Allowed,
}

enum Allowed {
    /// Itself and these.
    Only(&'static [&'static str]),
    /// Itself, what the crate shows to everyone, and these.
    PublicAnd(&'static [&'static str]),
}

/// Every layer there is. A file of `src/` but `lib.rs` belongs to one.
const LAYERS: &[Layer] = &[
    Layer { place: "src/arena/", may_use: Allowed::Only(&[]) },
    Layer { place: "src/trie/", may_use: Allowed::Only(&["src/arena/"]) },
    Layer { place: "src/store/", may_use: Allowed::Only(&["src/arena/", "src/trie/"]) },
    Layer {
        place: "src/host/",
        may_use: Allowed::Only(&["src/arena/", "src/trie/", "src/store/"]),
    },
    Layer { place: "src/map/", may_use: Allowed::Only(&["src/arena/", "src/trie/", "src/store/"]) },
    Layer { place: "src/siphash.rs", may_use: Allowed::Only(&[]) },
    Layer {
        place: "src/image/",
        may_use: Allowed::Only(&["src/trie/", "src/store/", "src/map/", "src/siphash.rs"]),
    },
    Layer { place: "src/object/", may_use: Allowed::PublicAnd(&["src/siphash.rs"]) },
    Layer { place: "bindings/python/src/ffi/", may_use: Allowed::Only(&[]) },
];

/// Where every file but the crate's root is in a layer.
const LAYERED: &str = "src/";
const LAYERED_ROOT: &str = "src/lib.rs";

/// Checks one tree.
pub(super) fn check(tree: &Tree, uses: &[Use]) -> Vec<Finding> {
    uses.iter().filter_map(|found| check_use(LAYERS, tree, found)).collect()
}

/// Checks that the table and the files agree.
pub(super) fn check_table(sources: &[Source]) -> Vec<Finding> {
    check_files(LAYERS, sources)
}

fn check_files(layers: &[Layer], sources: &[Source]) -> Vec<Finding> {
    let rust: Vec<&Source> = sources.iter().filter(|source| source.is("rs")).collect();
    let unlisted = rust.iter().filter(|source| {
        source.path.starts_with(LAYERED)
            && source.path != LAYERED_ROOT
            && layer_of(layers, &source.path).is_none()
    });
    let message = format!("this file is in no layer; list its folder in LAYERS of {}", file!());
    let unlisted = unlisted.map(|source| Finding::fault(source, 1, message.clone()));
    let is_empty = |layer: &&Layer| !rust.iter().any(|source| source.path.starts_with(layer.place));
    let empty = layers.iter().filter(is_empty).map(|layer| {
        let message = format!("no file is in {}; name the layer's place in LAYERS", layer.place);
        Finding::fault_at(file!(), 1, message)
    });
    unlisted.chain(empty).collect()
}

fn layer_of<'a>(layers: &'a [Layer], file: &str) -> Option<&'a Layer> {
    layers.iter().find(|layer| file.starts_with(layer.place))
}

fn check_use(layers: &[Layer], tree: &Tree, found: &Use) -> Option<Finding> {
    let file = |id: ModuleId| tree.module(id).file.as_str();
    let Layer { place, may_use } = layer_of(layers, file(found.from))?;
    let fault = |message| Some(Finding::fault_at(file(found.from), found.line, message));
    let path = &found.path;
    if found.above.is_some_and(|above| !file(above).starts_with(place)) {
        return fault(format!("{path}: `super` leads out of {place}; begin with `crate::`"));
    }
    let named = file(found.via);
    if named.starts_with(place) {
        return None;
    }
    match may_use {
        Allowed::Only(below) | Allowed::PublicAnd(below)
            if below.iter().any(|place| named.starts_with(place)) =>
        {
            None
        }
        Allowed::Only(below) => {
            let below = if below.is_empty() { "itself only".to_owned() } else { below.join(", ") };
            fault(format!("{path} is in {named}, but {place} may use {below}; move one of the two"))
        }
        Allowed::PublicAnd(_) if found.is_public => None,
        Allowed::PublicAnd(_) => {
            let root = file(Tree::ROOT);
            fault(format!("{path} is not public; name what {root} shows to other crates"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::uses;
    use super::*;

    const LAYERS: &[Layer] = &[
        Layer { place: "src/arena/", may_use: Allowed::Only(&[]) },
        Layer { place: "src/trie/", may_use: Allowed::Only(&["src/arena/"]) },
        Layer { place: "src/error.rs", may_use: Allowed::Only(&[]) },
        Layer {
            place: "src/store/",
            may_use: Allowed::Only(&["src/arena/", "src/trie/", "src/error.rs"]),
        },
        Layer {
            place: "src/map/",
            may_use: Allowed::Only(&["src/arena/", "src/trie/", "src/store/"]),
        },
        Layer { place: "src/object/", may_use: Allowed::PublicAnd(&["src/arena/"]) },
    ];

    const LIB: &str = "mod arena; mod error; pub mod object; mod store; mod trie; \
                       pub use error::Error; pub use store::Store;";

    /// The lines at fault in one file beside a small library.
    fn faults(path: &str, text: &str) -> Vec<usize> {
        let mut files = vec![
            ("src/lib.rs", LIB),
            ("src/arena/mod.rs", "mod words; pub(crate) struct Arena;"),
            ("src/arena/words.rs", "pub(crate) struct Words;"),
            ("src/error.rs", "pub enum Error { Stale }"),
            ("src/object/mod.rs", "mod value; pub struct Value;"),
            ("src/object/value.rs", ""),
            ("src/store/mod.rs", "mod version; pub struct Store;"),
            ("src/store/version.rs", ""),
            ("src/trie/mod.rs", "mod bits; mod node; pub struct Trie;"),
            ("src/trie/bits.rs", ""),
            ("src/trie/node.rs", "pub(crate) struct Head;"),
        ];
        files.retain(|(known, _)| *known != path);
        files.push((path, text));
        let sources: Vec<Source> =
            files.iter().map(|(path, text)| Source::new(*path, *text)).collect();
        let tree = Tree::read(Path::new("src/lib.rs"), &sources).unwrap();
        let check = |found| check_use(LAYERS, &tree, found);
        let findings: Vec<Finding> = uses::of(&tree).iter().filter_map(check).collect();
        assert!(findings.iter().all(|finding| finding.path == path), "{findings:?}");
        findings.into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_layer_uses_only_those_below_it() {
        let bits = |text| faults("src/trie/bits.rs", text);
        assert_eq!(bits("use crate::arena::Arena;\nuse super::node::Head;"), [0; 0]);
        assert_eq!(bits("use crate::arena::{Arena, store};"), [0; 0]);
        assert_eq!(bits("use crate::{arena::Arena,\nstore::{Store, X}, trie::Trie};"), [2, 2]);
        assert_eq!(bits("\nfn f() { crate :: store::Store::new() } // crate::object"), [2]);
        // Through the root, even what is below may not be named.
        assert_eq!(bits("use crate::Error;\nuse crate::Store;"), [1, 2]);
        assert_eq!(faults("src/arena/words.rs", "use crate::trie::Trie;"), [1]);
        assert_eq!(faults("src/store/version.rs", "use crate::{error, trie, arena};"), [0; 0]);
        assert_eq!(faults("src/store/version.rs", "use crate::object::Value;"), [1]);
        let text = "//! See [`crate::store`].\nconst S: &str = \"crate::store\";";
        assert_eq!(bits(text), [0; 0]);
        let text = "use crate::arena;\n#[cfg(test)]\nmod tests {\n    use crate::store;\n}\n\
                    use crate::store;";
        assert_eq!(bits(text), [6]);
    }

    #[test]
    fn super_stays_in_the_folder_of_its_layer() {
        assert_eq!(faults("src/trie/bits.rs", "use super::super::arena::Arena;"), [1]);
        assert_eq!(faults("src/trie/bits.rs", "use super::Trie;"), [0; 0]);
        let modules = "mod bits; mod node; pub struct Trie;";
        assert_eq!(faults("src/trie/mod.rs", &format!("{modules}\nuse super::arena::Arena;")), [2]);
    }

    #[test]
    fn object_uses_public_items_only() {
        let value = |text| faults("src/object/value.rs", text);
        assert_eq!(value("use crate::{Store, Error::Stale};\nuse super::Value;"), [0; 0]);
        assert_eq!(value("use crate::store::Store;"), [1]);
        assert_eq!(value("fn f() {}\nfn g(x: crate::error::Error) {}"), [2]);
        assert_eq!(value("use crate::trie;"), [1]);
        // And what its layer names beside them.
        assert_eq!(value("use crate::arena::words::Words;"), [0; 0]);
    }

    #[test]
    fn every_file_has_a_layer_and_every_layer_a_file() {
        let file_of = |layer: &Layer| match layer.place.ends_with('/') {
            true => Source::new(format!("{}mod.rs", layer.place), ""),
            false => Source::new(layer.place, ""),
        };
        let mut sources: Vec<Source> = LAYERS.iter().map(file_of).collect();
        sources.extend(["src/lib.rs", "cli/src/main.rs"].map(|path| Source::new(path, "")));
        assert_eq!(check_files(LAYERS, &sources), []);
        sources.push(Source::new("src/new/mod.rs", ""));
        sources.remove(0);
        let paths: Vec<String> =
            check_files(LAYERS, &sources).into_iter().map(|found| found.path).collect();
        assert_eq!(paths, ["src/new/mod.rs", file!()]);
    }
}
