//! The pages of perf/: what commands write into them, and with what it was measured.
//!
//! ```text
//! page      the blocks of a page that commands write; prose around them is written by hand
//! heading   date, machine, versions, load and command, the same for every block
//! load      how busy the machine is, before and while something is measured
//! table     reads the tables of a page again
//! ```

mod heading;
mod load;
mod page;
mod table;

pub(crate) use self::heading::{Heading, crates};
pub(crate) use self::load::{Load, wait_until_quiet};
pub(crate) use self::page::{Block, block_of, put, split};
pub(crate) use self::table::Table;
