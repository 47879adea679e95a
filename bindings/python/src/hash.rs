//! `hash(map)`, and that of a set.

use hedgerow::Version;
use pyo3::prelude::*;

use crate::entry_sum::{EntrySum, pair_hash};
use crate::ffi::key::Key;
use crate::ffi::object::Object;
use crate::iterator::Kind;
use crate::known_hash::KnownHash;
use crate::map::Map;
use crate::store::{self, Entries};
use crate::unshared::{UnsharedEntry, by_identity, take_unshared};

/// `hash(frozenset(map.items()))` or `hash(frozenset(set))` in progress, by the steps of CPython's
/// `frozenset_hash`. As for an [`Equality`](crate::equality::Equality), the caller asks Python,
/// from a small frame.
///
/// Where a relative's hash is known, it starts from there: an entry that was removed since is taken
/// out by the same XOR that puts one in.
pub(crate) struct Hashing {
    version: Version,
    kind: Kind,
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

/// An entry whose key and value are to be hashed, in this order; an element has no value.
pub(crate) struct Unhashed {
    pub(crate) key: Object,
    pub(crate) value: Option<Object>,
}

impl Hashing {
    pub(crate) fn begin(py: Python<'_>, map: &Map, kind: Kind) -> PyResult<Self> {
        let version = map.version();
        if let Some((sum, changes)) =
            map.known_hash().and_then(|known| changes_since(py, known, version))
        {
            let source = Source::Changes(changes.into_iter(), Side::This);
            return Ok(Hashing { version, kind, sum, source, key: 0 });
        }
        Hashing::of_all(py, version, kind)
    }

    fn of_all(py: Python<'_>, version: Version, kind: Kind) -> PyResult<Self> {
        let source = Source::All(Entries::new(py, version)?);
        Ok(Hashing { version, kind, sum: EntrySum::default(), source, key: 0 })
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
        let has_value = self.kind == Kind::Items;
        Ok(pair.map(|(key, value): (Key, Object)| Unhashed {
            key: key.object(),
            value: has_value.then_some(value),
        }))
    }

    /// Notes the hash of the last entry's key.
    #[inline]
    pub(crate) fn add_key(&mut self, key: i64) {
        self.key = key;
    }

    /// Adds the last entry, by the hash of its value.
    #[inline]
    pub(crate) fn add_value(&mut self, value: i64) {
        self.sum.toggle(pair_hash(self.key, value));
    }

    /// Adds the last element, by its hash.
    #[inline]
    pub(crate) fn add_element(&mut self, element: i64) {
        self.sum.toggle(element);
    }

    /// Starts over without the relative, if the last entry is one that only the relative has:
    /// whatever goes wrong with it is none of this map's business. Returns whether it did.
    pub(crate) fn start_over(&mut self, py: Python<'_>) -> PyResult<bool> {
        if !matches!(self.source, Source::Changes(_, Side::Relative)) {
            return Ok(false);
        }
        *self = Hashing::of_all(py, self.version, self.kind)?;
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
