//! `hash(map)`.

use hedgerow::Version;
use pyo3::prelude::*;

use crate::ffi::object::Object;
use crate::ffi::pairs::pair;
use crate::store::{self, Entries};

/// `hash(frozenset(map.items()))` in progress, by the steps of CPython's `frozenset_hash`. As for
/// an [`Equality`](crate::equality::Equality), the caller asks Python, from a small frame.
pub(crate) struct Hashing {
    version: Version,
    entries: Entries,
    hash: u64,
}

impl Hashing {
    pub(crate) fn begin(py: Python<'_>, version: Version) -> PyResult<Self> {
        Ok(Hashing { version, entries: Entries::new(py, version)?, hash: 0 })
    }

    /// The next pair, whose hash is wanted.
    pub(crate) fn next(&mut self, py: Python<'_>) -> PyResult<Option<Object>> {
        match self.entries.next(py)? {
            Some((key, value)) => Ok(Some(pair(py, key.object(), value)?)),
            None => Ok(None),
        }
    }

    /// Adds the hash of the last pair.
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
