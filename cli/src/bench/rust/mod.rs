//! The Rust level: the engine, owned maps and their peers, all with one hasher and the same keys.
//! The maps themselves are the subjects of the package `benches/`.

mod keys;
mod locked;
pub(super) mod maps;
mod memory;
mod workload;

use super::keys::{Column, Keys};
use super::level::Level;
use super::limits::PassLimits;
use super::measurer::{Maps, Measurer, Sample};
use super::op::Op;
use crate::failure::Failure;
use hedgerow_bench::subjects::Subject;
use keys::Drawn;
use maps::{MAPS, with_map};
use std::hash::Hash;
use std::rc::Rc;
use std::time::Duration;
use workload::{Timed, Workload};

pub(crate) use memory::{Options as MemoryOptions, run as measure_memory};

/// What is called from Rust.
pub(crate) struct RustLevel;

impl Measurer for RustLevel {
    fn level(&self) -> Level {
        Level::Rust
    }

    fn known(&self) -> &'static [&'static str] {
        &MAPS
    }

    fn implementations(&self) -> Vec<&'static str> {
        MAPS.to_vec()
    }

    fn versions(&self) -> Vec<String> {
        let hedgerow = concat!("hedgerow ", env!("CARGO_PKG_VERSION"), " (store, Map)").to_owned();
        let peers = MAPS[2..].iter();
        let named = |name: &&str| Some(format!("{name} {}", locked::version(name)?));
        std::iter::once(hedgerow).chain(peers.filter_map(named)).collect()
    }

    fn missing(&self) -> Vec<(&'static str, String)> {
        let slow =
            "this is a debug build, whose figures mean nothing: cargo run --release -- bench";
        if cfg!(debug_assertions) { vec![("", slow.to_owned())] } else { Vec::new() }
    }

    fn load<'k>(
        &'k mut self,
        keys: &'k Keys,
        limits: PassLimits,
    ) -> Result<Box<dyn Maps + 'k>, Failure> {
        let Keys { present, absent, copies, .. } = keys;
        Ok(match (present, copies, absent) {
            (Column::Text(present), Column::Text(copies), Column::Text(absent)) => {
                let forms = [present.strings(), copies.strings(), absent.strings()];
                Box::new(Loaded::new(&keys.present, forms, limits))
            }
            (Column::Pairs(present), Column::Pairs(copies), Column::Pairs(absent)) => {
                let forms = [present, copies, absent].map(Vec::clone);
                Box::new(Loaded::new(&keys.present, forms, limits))
            }
            (Column::Blocks(present), Column::Blocks(copies), Column::Blocks(absent)) => {
                let forms = [present, copies, absent].map(Vec::clone);
                Box::new(Loaded::new(&keys.present, forms, limits))
            }
            (Column::Words(present), Column::Words(copies), Column::Words(absent)) => {
                let forms = [present, copies, absent].map(Vec::clone);
                Box::new(Loaded::new(&keys.present, forms, limits))
            }
            _ => unreachable!("the columns of a set of keys have one form"),
        })
    }
}

/// The maps of one set and size, each made when it is first measured.
struct Loaded<'k, K> {
    /// The keys that the maps have, for a process of its own.
    column: &'k Column,
    keys: Rc<Drawn<K>>,
    maps: Vec<(&'static str, Box<dyn Timed + 'k>)>,
}

impl<'k, K: Clone + Eq + Hash + 'k> Loaded<'k, K> {
    fn new(column: &'k Column, [present, copies, absent]: [Vec<K>; 3], limits: PassLimits) -> Self {
        let keys = Rc::new(Drawn::new(present, &copies, &absent, limits));
        Loaded { column, keys, maps: Vec::new() }
    }

    fn map(&mut self, name: &'static str) -> &mut dyn Timed {
        let position = self.maps.iter().position(|(made, _)| *made == name);
        let position = position.unwrap_or_else(|| {
            self.maps.push((name, self.make(name)));
            self.maps.len() - 1
        });
        self.maps[position].1.as_mut()
    }

    fn make(&self, name: &str) -> Box<dyn Timed + 'k> {
        let keys = Rc::clone(&self.keys);
        // Its versions are copies.
        let is_copied = name == "hashbrown";
        with_map!(name, K, timed(keys, is_copied))
    }
}

fn timed<'k, K, S>(keys: Rc<Drawn<K>>, is_copied: bool) -> Box<dyn Timed + 'k>
where
    K: Clone + Eq + Hash + 'k,
    S: Subject<K, Version: 'k> + 'k,
{
    Box::new(if is_copied { Workload::<K, S>::copied(keys) } else { Workload::new(keys) })
}

impl<'k, K: Clone + Eq + Hash + 'k> Maps for Loaded<'k, K> {
    fn measure(
        &mut self,
        implementation: &'static str,
        op: Op,
        budget: Duration,
    ) -> Result<Option<Sample>, Failure> {
        let best = workload::best_pass(self.map(implementation), op, budget);
        Ok(best.map(|ns| Sample { ns, loop_ns: 0.0 }))
    }

    fn bytes_per_entry(&mut self, implementation: &'static str) -> Result<Option<f64>, Failure> {
        memory::bytes_per_entry(implementation, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::super::key_set::{Drawn, KeySet};
    use super::*;

    #[test]
    fn keys_of_every_kind_are_timed_with_every_map() {
        for drawn in Drawn::ALL {
            let keys = KeySet::drawn(drawn).draw(20);
            let mut rust = RustLevel;
            let mut maps = rust.load(&keys, PassLimits::QUICK).unwrap();
            for name in MAPS {
                for op in [Op::GetHit, Op::GetMiss, Op::Contains] {
                    let sample = maps.measure(name, op, Duration::ZERO).unwrap();
                    assert!(sample.is_some_and(|sample| sample.ns > 0.0), "{drawn:?} {name} {op}");
                }
            }
        }
    }
}
