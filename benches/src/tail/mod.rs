//! The time of every single operation, in histories of many versions.
//!
//! ```text
//! ids         keys, and a shuffled order, that need no memory
//! log         the time of each operation: a histogram, and the slowest steps
//! maps        the maps, behind one trait
//! array       the same reads and writes without a map
//! histories   what is done to a map
//! process     resident bytes and page faults of this process
//! figures     what a process measured, and what several runs say together
//! driver      a process for each case
//! page        the figures as Markdown
//! ```
//!
//! A mean hides a pause. Here each operation is timed by itself, every map goes through the same
//! histories, and each history of a map has a process of its own, so that resident bytes and page
//! faults are its own as well. `benches/tail.rs` is the harness.

mod array;
mod driver;
mod figures;
mod histories;
mod ids;
mod log;
mod maps;
mod page;
mod process;

pub use self::array::Array;
pub use self::driver::{Plan, measure};
pub use self::figures::{Case, Figures};
pub use self::histories::History;
pub use self::log::{Log, Operation};
pub use self::maps::{Change, Hedgerow, Imbl, Map, MapKind, Rpds};

pub(crate) use self::figures::median;
pub(crate) use self::page::{grouped, microseconds};
