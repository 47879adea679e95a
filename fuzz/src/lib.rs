//! Random histories over many live versions, each beside a plain map.
//!
//! ```text
//! keys      keys whose 32-bit hashes are chosen: shared prefixes of every length, and collisions
//! history   what a fuzzer's bytes are read as: a setting of the store, then steps
//! world     plays a history, and checks the store after every step
//! calls     bytes as calls of the C library, two stores, callbacks that call back
//! object_calls  the same on its values and dicts
//! ```
//!
//! The bugs this hunts: a key lost where hashes meet, a node freed while a relative holds it, a
//! shared node written in place, a leak when a version in the middle of its family goes, and a step
//! that was refused for want of room but left something behind.
//!
//! `cargo xtask fuzz` runs it under libFuzzer. `tests/` plays histories made of random bytes, so
//! that `cargo xtask test` notices when this crate no longer fits the library.

#[expect(unsafe_code, reason = "the calls of the C library take pointers")]
mod calls;
pub mod history;
pub mod keys;
#[expect(unsafe_code, reason = "the calls of the C library take pointers")]
mod object_calls;
mod world;

pub use crate::calls::play_calls;
pub use crate::history::History;
pub use crate::object_calls::play_object_calls;

/// Plays a history to its end, and panics at the first step after which something is wrong.
pub fn play(history: &History) {
    let mut world = world::World::new(&history.setting);
    for step in &history.steps {
        world.step(step);
    }
    world.finish();
}
