//! The hidden command that callgrind runs: prepares one map of one set of keys at a time, and does
//! every batch on it.

use crate::bench::key_set::KeySet;
use crate::bench::keys::{Column, Keys};
use crate::bench::plan::{self, SetName};
use crate::bench::rust::maps::with_map;
use crate::failure::Failure;
use clap::Args;
use hedgerow_bench::batches::{Batch, counted_batch};
use hedgerow_bench::subjects::Subject;
use std::hash::Hash;
use std::path::PathBuf;

/// Do the batches of one map, whose instructions are counted
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// One of the maps of the Rust level
    #[arg(long)]
    map: String,
    #[arg(long)]
    size: usize,
    /// Keys, one a line: those of the map, and then others
    #[arg(long, value_name = "FILE", conflicts_with = "set")]
    keys: Option<PathBuf>,
    #[arg(long, value_name = "NAME", value_parser = plan::parse_set)]
    set: Option<SetName>,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let set = match (&options.keys, options.set) {
        (Some(path), _) => plan::given_set(path)?.set,
        (None, Some(SetName::Drawn(drawn))) => KeySet::drawn(drawn),
        (None, _) => return Err(Failure::message("--set has no set that is drawn: give --keys")),
    };
    let Keys { present, absent, .. } = set.draw(options.size);
    match (present, absent) {
        (Column::Text(present), Column::Text(absent)) => {
            let owned = |text: Vec<&str>| text.into_iter().map(str::to_owned).collect::<Vec<_>>();
            of_map(&options.map, &owned(present.strings()), &owned(absent.strings()));
        }
        (Column::Words(present), Column::Words(absent)) => of_map(&options.map, &present, &absent),
        (Column::Pairs(present), Column::Pairs(absent)) => of_map(&options.map, &present, &absent),
        (Column::Blocks(present), Column::Blocks(absent)) => {
            of_map(&options.map, &present, &absent)
        }
        _ => unreachable!("the columns of a set of keys have one form"),
    }
    Ok(())
}

/// The batches of a map: hashbrown's versions are copies, whose cost is not that of an update.
pub(super) fn batches(map: &str) -> &'static [Batch] {
    if map == "hashbrown" { &Batch::ALL[..4] } else { &Batch::ALL }
}

fn of_map<K: Clone + Eq + Hash>(map: &str, present: &[K], absent: &[K]) {
    with_map!(map, K, each(map, present, absent));
}

fn each<K: Clone + Eq + Hash, S: Subject<K>>(map: &str, present: &[K], absent: &[K]) {
    for batch in batches(map) {
        batch.run::<K, S>(present, absent, counted_batch);
    }
}
