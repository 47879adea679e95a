//! Examples that nobody runs stop being true. Each asserts what it shows.

#[path = "../examples/build_graph.rs"]
mod build_graph;
#[path = "../examples/contexts.rs"]
mod contexts;
#[cfg(feature = "object")]
#[path = "../examples/event_loop.rs"]
mod event_loop;
#[path = "../examples/mvcc.rs"]
mod mvcc;
#[path = "../examples/search.rs"]
mod search;
#[path = "../examples/undo.rs"]
mod undo;

#[test]
fn build_graph() {
    build_graph::main();
}

#[test]
fn contexts() {
    contexts::main();
}

#[cfg(feature = "object")]
#[test]
fn event_loop() {
    event_loop::main();
}

#[test]
fn mvcc() {
    mvcc::main();
}

#[test]
fn search() {
    search::main();
}

#[test]
fn undo() {
    undo::main();
}
