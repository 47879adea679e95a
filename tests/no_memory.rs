//! Where the allocator refuses, an operation is refused or takes a slower way.
//!
//! The bug class: a list, a table or a text that grows as `Vec` does, and ends the process where
//! the allocator refuses; a version that is half written then; a release that leaves something. So
//! every public operation is tried with its first allocation refused, with its second, and so on.

#[path = "no_memory/allocator.rs"]
mod allocator;
#[path = "no_memory/host_operations.rs"]
mod host_operations;
#[cfg(feature = "object")]
#[path = "no_memory/object_operations.rs"]
mod object_operations;
#[path = "no_memory/prepared.rs"]
mod prepared;
#[path = "no_memory/series.rs"]
mod series;
#[path = "no_memory/store_operations.rs"]
mod store_operations;
mod support;
#[path = "no_memory/world.rs"]
mod world;

#[global_allocator]
static ALLOCATOR: allocator::Refusing = allocator::Refusing;

#[test]
fn every_operation_of_a_store_is_refused_or_done() {
    // With stress every step compacts, which takes too long.
    if cfg!(feature = "stress") {
        return;
    }
    let operations: Vec<_> =
        store_operations::operations().chain(host_operations::operations()).collect();
    series::try_all("every_operation_of_a_store_is_refused_or_done", &operations);
}

#[cfg(feature = "object")]
#[test]
fn every_operation_of_a_dict_is_refused_or_done() {
    series::try_all(
        "every_operation_of_a_dict_is_refused_or_done",
        &object_operations::operations(),
    );
}
