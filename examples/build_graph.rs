//! A build graph that is edited while threads evaluate it. Each of them has a snapshot, which is a
//! clone: no lock is held, and no edit is seen.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::thread;

use hedgerow::Map;

/// How a file comes about.
#[derive(Clone, Hash)]
enum File {
    /// Somebody wrote it.
    Source(String),
    /// A command makes it of other files.
    Made { command: &'static str, inputs: Vec<String> },
}

/// Files by their names.
type Graph = Map<String, File>;

/// What each file was made of, as a hash: it changes if a file that it depends on changes.
type Fingerprints = HashMap<String, u64>;

/// Finds the fingerprint of a file and of all that it depends on.
fn fingerprint(graph: &Graph, name: &str, known: &mut Fingerprints) -> u64 {
    if let Some(&fingerprint) = known.get(name) {
        return fingerprint;
    }
    let mut hasher = DefaultHasher::new();
    match graph.get(name) {
        Some(File::Source(text)) => text.hash(&mut hasher),
        Some(File::Made { command, inputs }) => {
            command.hash(&mut hasher);
            for input in inputs {
                fingerprint(graph, input, known).hash(&mut hasher);
            }
        }
        None => "missing".hash(&mut hasher),
    }
    known.insert(name.into(), hasher.finish());
    hasher.finish()
}

/// A program of a hundred objects, each with a source, and all with one header.
fn program() -> Graph {
    let object = |n: usize| format!("{n}.o");
    let made = |command, inputs| File::Made { command, inputs };
    let mut graph = Graph::new();
    graph.insert("all.h".into(), File::Source("int version;".into()));
    for n in 0..100 {
        let source = format!("{n}.c");
        graph.insert(object(n), made("cc", vec![source.clone(), "all.h".into()]));
        graph.insert(source, File::Source(format!("int f{n}();")));
    }
    graph.insert("program".into(), made("ld", (0..100).map(object).collect()));
    graph
}

pub(crate) fn main() {
    let mut graph = program();
    let evaluate = |graph: Graph| {
        let mut known = Fingerprints::new();
        fingerprint(&graph, "program", &mut known);
        known
    };
    let edits = ["all.h", "7.c", "11.c", "11.c", "unused.h"];
    let builds: Vec<Fingerprints> = thread::scope(|scope| {
        let start = |snapshot: Graph| scope.spawn(move || evaluate(snapshot));
        let mut workers = vec![start(graph.clone())];
        for (time, name) in edits.into_iter().enumerate() {
            graph.insert(name.into(), File::Source(format!("edited at {time}")));
            workers.push(start(graph.clone()));
        }
        graph.clear();
        workers.into_iter().map(|worker| worker.join().expect("it finds fingerprints")).collect()
    });

    // What each edit makes necessary: the header everything, a source what it is made into.
    let to_build = |build: &[Fingerprints]| {
        build[1].iter().filter(|(name, hash)| build[0].get(*name) != Some(hash)).count()
    };
    let counts: Vec<usize> = builds.windows(2).map(to_build).collect();
    assert_eq!(counts, [102, 3, 3, 3, 0]);
    println!("files that each edit changes: {counts:?}");
}
