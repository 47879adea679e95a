//! `hash(map)`.

use hedgerow::Version;
use pyo3::prelude::*;

use crate::ffi::key::Key;
use crate::ffi::object::Object;
use crate::known_hash::KnownHash;
use crate::map::Map;
use crate::store::{self, Entries};
use crate::unshared::{UnsharedEntry, by_identity, take_unshared};

/// `hash(frozenset(map.items()))` in progress, by the steps of CPython's `frozenset_hash`. As for
/// an [`Equality`](crate::equality::Equality), the caller asks Python, from a small frame.
///
/// Where a relative's hash is known, it starts from there: an entry that was removed since is taken
/// out by the same XOR that puts one in.
pub(crate) struct Hashing {
    version: Version,
    sum: EntrySum,
    source: Source,
    /// The hash of the key of the last entry.
    key: i64,
}

enum Source {
    All(Entries),
    /// What a relative's hash and this one do not have in common.
    Changes(std::vec::IntoIter<UnsharedEntry>, Side),
}

/// Which map has the last entry.
enum Side {
    This,
    Relative,
}

/// An entry whose key and value are to be hashed, in this order.
pub(crate) struct Unhashed {
    pub(crate) key: Object,
    pub(crate) value: Object,
}

impl Hashing {
    pub(crate) fn begin(py: Python<'_>, map: &Map) -> PyResult<Self> {
        let version = map.version();
        if let Some((sum, changes)) =
            map.known_hash().and_then(|known| changes_since(py, known, version))
        {
            let source = Source::Changes(changes.into_iter(), Side::This);
            return Ok(Hashing { version, sum, source, key: 0 });
        }
        Hashing::of_all(py, version)
    }

    fn of_all(py: Python<'_>, version: Version) -> PyResult<Self> {
        let source = Source::All(Entries::new(py, version)?);
        Ok(Hashing { version, sum: EntrySum::default(), source, key: 0 })
    }

    /// The next entry.
    pub(crate) fn next(&mut self, py: Python<'_>) -> PyResult<Option<Unhashed>> {
        let pair = match &mut self.source {
            Source::All(entries) => entries.next(py)?,
            Source::Changes(changes, side) => changes.next().map(|entry| {
                *side = if entry.is_right { Side::This } else { Side::Relative };
                entry.pair
            }),
        };
        Ok(pair.map(|(key, value): (Key, Object)| Unhashed { key: key.object(), value }))
    }

    /// Notes the hash of the last entry's key.
    #[inline]
    pub(crate) fn add_key(&mut self, key: i64) {
        self.key = key;
    }

    /// Adds the last entry, by the hash of its value.
    #[inline]
    pub(crate) fn add_value(&mut self, value: i64) {
        self.sum.toggle(self.key, value);
    }

    /// Starts over without the relative, if the last entry is one that only the relative has:
    /// whatever goes wrong with it is none of this map's business. Returns whether it did.
    pub(crate) fn start_over(&mut self, py: Python<'_>) -> PyResult<bool> {
        if !matches!(self.source, Source::Changes(_, Side::Relative)) {
            return Ok(false);
        }
        *self = Hashing::of_all(py, self.version)?;
        Ok(true)
    }

    pub(crate) fn finish(&self, py: Python<'_>) -> PyResult<i64> {
        Ok(self.sum.hash(store::len(py, self.version)?))
    }
}

/// What is to be XORed to the sum of a relative whose hash is known. `None` if the relative has
/// ended, or if that is no less than the entries of this version.
fn changes_since(
    py: Python<'_>,
    known: KnownHash,
    version: Version,
) -> Option<(EntrySum, Vec<UnsharedEntry>)> {
    let sum = EntrySum::of_hash(known.hash, store::len(py, known.of).ok()?)?;
    let enough = store::len(py, version).ok()? / 2;
    let (changes, is_all) =
        take_unshared(py, known.of, version, by_identity, |_, count| count >= enough).ok()?;
    is_all.then_some((sum, changes))
}

/// The hashes of entries, combined so that their order does not matter: all of a hash but its last
/// steps, which can be undone.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct EntrySum(u64);

/// What `frozenset_hash` returns for -1, which means failure.
const FOR_MINUS_ONE: i64 = 590_923_713;
const FACTOR: u64 = 69_069;
const INVERSE: u64 = inverse(FACTOR);

impl EntrySum {
    /// The sum that gives this hash, of so many entries. `None` for the one hash that two sums can
    /// give.
    pub(crate) fn of_hash(hash: i64, count: usize) -> Option<Self> {
        if hash == FOR_MINUS_ONE {
            return None;
        }
        let mixed = (hash as u64).wrapping_sub(907_133_923).wrapping_mul(INVERSE);
        // Each round gives eleven bits more, from the highest down.
        let spread = (0..64 / 11).fold(mixed, |bits, _| mixed ^ (bits >> 11) ^ (bits >> 25));
        Some(EntrySum(spread ^ of_count(count)))
    }

    /// Adds an entry, or takes it out, by the hashes of its key and value.
    #[inline]
    pub(crate) fn toggle(&mut self, key: i64, value: i64) {
        let item = pair_hash(key, value);
        self.0 ^= ((item ^ 89_869_747) ^ (item << 16)).wrapping_mul(3_644_798_167);
    }

    /// The hash, of so many entries.
    pub(crate) fn hash(self, count: usize) -> i64 {
        let mut hash = self.0 ^ of_count(count);
        hash ^= (hash >> 11) ^ (hash >> 25);
        let hash = hash.wrapping_mul(FACTOR).wrapping_add(907_133_923) as i64;
        if hash == -1 { FOR_MINUS_ONE } else { hash }
    }
}

fn of_count(count: usize) -> u64 {
    (count as u64 + 1).wrapping_mul(1_927_868_237)
}

/// The hash of a tuple of two, by the steps of CPython's `tuple_hash`: those of xxHash.
#[inline]
fn pair_hash(key: i64, value: i64) -> u64 {
    const PRIMES: [u64; 3] =
        [11_400_714_785_074_694_791, 14_029_467_366_897_019_727, 2_870_177_450_012_600_261];
    let step = |hash: u64, item: i64| {
        let hash = hash.wrapping_add((item as u64).wrapping_mul(PRIMES[1]));
        hash.rotate_left(31).wrapping_mul(PRIMES[0])
    };
    let hash = step(step(PRIMES[2], key), value).wrapping_add(2 ^ (PRIMES[2] ^ 3_527_539));
    if hash == u64::MAX { 1_546_275_796 } else { hash }
}

/// The inverse of an odd number modulo 2^64. Each of Newton's steps doubles the bits that are
/// right, of which there are three at first.
const fn inverse(odd: u64) -> u64 {
    let mut inverse = odd;
    let mut bits = 3;
    while bits < 64 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(inverse)));
        bits *= 2;
    }
    inverse
}
