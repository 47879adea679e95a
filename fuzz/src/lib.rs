//! Random histories over many live versions, each beside a plain map.
//!
//! ```text
//! keys           keys with chosen 32-bit hashes: shared prefixes of every length, and collisions
//! history        how a fuzzer's bytes are read: a setting of the store, then steps
//! world          plays a history, and checks the store after every step
//! calls          bytes as calls of the C library, on stores whose callbacks call back
//! object_calls   the same on its values and dicts
//! image          changes of the bytes of an image, which is then read
//! ```
//!
//! The bugs this looks for: a key lost where hashes collide, a node freed while another version
//! holds it, a shared node written in place, a leak when a version in the middle of its family is
//! released, and a step that was refused for lack of room but left something behind.
//!
//! `cargo xtask fuzz` runs it under libFuzzer. `tests/` plays random bytes, so that
//! `cargo xtask test` notices when this crate no longer fits the library.

#[expect(unsafe_code, reason = "the calls of the C library take pointers")]
mod calls;
pub mod history;
mod image;
pub mod keys;
#[expect(unsafe_code, reason = "the calls of the C library take pointers")]
mod object_calls;
mod world;

pub use crate::calls::play_calls;
pub use crate::history::History;
pub use crate::image::play_image;
pub use crate::object_calls::play_object_calls;

/// Plays a whole history. Panics at the first step after which something is wrong.
pub fn play(history: &History) {
    let mut world = world::World::new(&history.setting);
    for step in &history.steps {
        world.step(step);
    }
    world.finish();
}
