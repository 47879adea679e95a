//! Python's `bytes`.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::hash_cache::HashCache;
use super::hash_policy::{StrHash, hash_bytes};
use super::str::quote_bytes;

/// An immutable `bytes` object: a counted reference of 8 bytes, which remembers its hash.
#[derive(Clone)]
pub struct PyBytes(Arc<Inner>);

struct Inner {
    bytes: Box<[u8]>,
    cache: HashCache,
}

impl PyBytes {
    /// The hash, computed once for the policy that asks first. As in CPython it is that of the
    /// `str` with the same code points.
    #[must_use]
    pub fn hash(&self, policy: &StrHash) -> i64 {
        self.0.cache.get_or(policy, || hash_bytes(policy, &self.0.bytes))
    }

    /// Whether both are the same object: Python's `is`.
    #[must_use]
    pub fn is(&self, other: &PyBytes) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl From<&[u8]> for PyBytes {
    fn from(bytes: &[u8]) -> Self {
        PyBytes::from(bytes.to_vec())
    }
}

impl From<Vec<u8>> for PyBytes {
    fn from(bytes: Vec<u8>) -> Self {
        PyBytes(Arc::new(Inner { bytes: bytes.into(), cache: HashCache::default() }))
    }
}

impl Deref for PyBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0.bytes
    }
}

impl PartialEq for PyBytes {
    fn eq(&self, other: &PyBytes) -> bool {
        self.is(other) || self.0.bytes == other.0.bytes
    }
}

impl Eq for PyBytes {}

impl fmt::Debug for PyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        quote_bytes(&mut text, self);
        f.write_str(&text)
    }
}
