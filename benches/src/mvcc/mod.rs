//! One writer that commits, and two readers, each in a thread of its own.
//!
//! ```text
//! maps     the maps, behind one trait
//! round    what the three threads do, and what they count
//! page     the counts of all rounds as Markdown
//! ```
//!
//! The newest version is in an `RwLock`. To commit is to change the writer's map and to put a clone
//! of it there; to read is to clone what is there, and to let the lock go. So no reader waits for
//! more than a clone, and the writer waits for no reader. `benches/mvcc.rs` is the harness.

mod maps;
mod page;
mod round;

pub use self::maps::{Fixed, Imbl, Map, Owned, Rpds};
pub use self::page::markdown;
pub use self::round::{Round, round};
