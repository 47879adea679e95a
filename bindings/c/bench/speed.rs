//! Time of get and insert through the Rust API: the same trace as `speed.c`.
//!
//! Keys are their own hashes, as in C. Prints the same lines as the C program, and on standard
//! error the same sum of all values that were found.

use std::hash::{BuildHasherDefault, Hasher};
use std::hint::black_box;
use std::time::{Duration, Instant};

use hedgerow::{Error, Store, Version};

const OPERATIONS: u64 = 1_000_000;
const ROUNDS: u64 = 7;

/// A hasher that uses a number as its hash.
#[derive(Default)]
struct Itself(u64);

impl Hasher for Itself {
    fn write(&mut self, bytes: &[u8]) {
        unreachable!("keys write one u64, not {} bytes", bytes.len());
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

type Numbers = Store<u64, u64, BuildHasherDefault<Itself>>;

/// SplitMix64's finaliser.
fn spread(counter: u64) -> u64 {
    let mut word = counter.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

fn build(store: &mut Numbers, size: u64) -> Result<Version, Error> {
    let mut edit = store.edit(store.empty())?;
    for counter in 0..size {
        edit.insert(spread(counter), counter)?;
    }
    Ok(edit.commit())
}

fn measure(size: u64) -> Result<(), Error> {
    let mut store = Numbers::with_hasher(BuildHasherDefault::default());
    let mut version = build(&mut store, size)?;
    let trace: Vec<u64> = (0..OPERATIONS).map(|step| spread(spread(step) % size)).collect();
    let mut best = [Duration::MAX; 2];
    let mut sum = 0_u64;
    for round in 0..ROUNDS {
        let start = Instant::now();
        for key in &trace {
            sum = sum.wrapping_add(*store.at(black_box(version))?.get(key).unwrap_or(&0));
        }
        best[0] = best[0].min(start.elapsed());
        let start = Instant::now();
        for (step, key) in (0..).zip(&trace) {
            let next = store.insert(version, *key, (round + 1) * OPERATIONS + step)?;
            store.release(version)?;
            version = next;
        }
        best[1] = best[1].min(start.elapsed());
    }
    for (operation, time) in ["get", "insert"].into_iter().zip(best) {
        println!("{operation} {size} {:.1}", time.as_nanos() as f64 / OPERATIONS as f64);
    }
    eprintln!("sum {sum}");
    Ok(())
}

fn main() -> Result<(), Error> {
    measure(1_000)?;
    measure(1_000_000)
}
