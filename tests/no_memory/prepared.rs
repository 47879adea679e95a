//! Operations on a world, and what comes before them.

use hedgerow::Version;
use hedgerow::host::{HostMemory, HostStore};

use super::series::Operation;
use super::world::{Act, World};

/// What makes a world as an operation needs it.
pub(super) type Prepare = fn(&mut World);

/// The operations of a table. Those that end versions may not fail.
pub(super) fn all_of(
    table: &'static [(&str, Prepare, Act)],
    may_fail: bool,
) -> impl Iterator<Item = Operation> {
    table.iter().map(move |&(name, prepare, act)| {
        let attempt = Box::new(move |what| {
            let mut world = World::new();
            prepare(&mut world);
            world.attempt(what, act, may_fail)
        });
        Operation { name, attempt }
    })
}

pub(super) fn nothing(_: &mut World) {}

/// Full arenas, so that the next update grows them.
pub(super) fn full(world: &mut World) {
    assert!(world.store.compact().done);
}

pub(super) fn kept(world: &mut World) {
    world.store.keep_dead(true);
}

pub(super) fn opened(world: &mut World) {
    world.open = Some(world.store.open(world.base).unwrap());
}

/// An open edit whose base is released, while relatives of that live.
pub(super) fn opened_alone(world: &mut World) {
    opened(world);
    world.store.release(world.base).unwrap();
    world.gone.push(world.base);
}

/// It stays in the store, and is released with all others.
pub(super) fn drop_version(_: Version) {}
