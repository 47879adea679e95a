//! `hash(map)`, and that of a set.

use hedgerow::Version;
use pyo3::prelude::*;

use crate::ffi::object::Object;
use crate::ffi::pairs::pair;
use crate::iterator::Kind;
use crate::store::{self, Entries};

/// `hash(frozenset(map.items()))` or `hash(frozenset(set))` in progress, by the steps of CPython's
/// `frozenset_hash`. As for an [`Equality`](crate::equality::Equality), the caller asks Python,
/// from a small frame.
pub(crate) struct Hashing {
    version: Version,
    kind: Kind,
    entries: Entries,
    hash: u64,
}

impl Hashing {
    pub(crate) fn begin(py: Python<'_>, version: Version, kind: Kind) -> PyResult<Self> {
        Ok(Hashing { version, kind, entries: Entries::new(py, version)?, hash: 0 })
    }

    /// The next pair or element, whose hash is wanted.
    pub(crate) fn next(&mut self, py: Python<'_>) -> PyResult<Option<Object>> {
        match self.entries.next(py)? {
            Some((key, value)) if self.kind == Kind::Items => {
                Ok(Some(pair(py, key.object(), value)?))
            }
            Some((key, _)) => Ok(Some(key.object())),
            None => Ok(None),
        }
    }

    /// Adds the hash of the last pair or element.
    #[inline]
    pub(crate) fn add(&mut self, item: i64) {
        let item = item as u64;
        self.hash ^= ((item ^ 89_869_747) ^ (item << 16)).wrapping_mul(3_644_798_167);
    }

    pub(crate) fn finish(&self, py: Python<'_>) -> PyResult<i64> {
        let count = store::len(py, self.version)? as u64;
        let mut hash = self.hash ^ (count + 1).wrapping_mul(1_927_868_237);
        hash ^= (hash >> 11) ^ (hash >> 25);
        hash = hash.wrapping_mul(69_069).wrapping_add(907_133_923);
        Ok(if hash == u64::MAX { 590_923_713 } else { hash as i64 })
    }
}
