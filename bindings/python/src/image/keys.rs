//! Hashes and equality of keys that are bytes.
//!
//! The hash of a str differs from process to process, so an image has a key of its own for it.
//! Numbers hash as Python hashes them, so that 1, 1.0 and True stay one key.

use hedgerow::image::Kinds;
use hedgerow::image::python::{
    BYTES, FALSE, FLOAT, FROZENSET, INT, TRUE, TUPLE, hash_of_units, items,
};
use pyo3::prelude::*;

use super::codec;
use crate::ffi::stack::check_stack;
use crate::store::is_equal;

/// The hash of a key that [`codec::write`] has written.
pub(super) fn hash(py: Python<'_>, key: &[u8], hash_key: [u64; 2]) -> PyResult<u64> {
    if let Some(hash) = Kinds::PYTHON.key_hash(key, hash_key) {
        return Ok(hash);
    }
    let Some((&kind, content)) = key.split_first() else {
        return Err(codec::damaged(py, "a key without bytes"));
    };
    match kind {
        FLOAT if codec::read(py, key, false)?.extract::<f64>()?.is_nan() => Ok(0),
        INT | FLOAT => Ok(codec::read(py, key, false)?.hash()? as u64),
        TUPLE | FROZENSET => {
            check_stack(py, c" while hashing a key of an image")?;
            let mut sum = 0_u64;
            let mut sequence = Vec::new();
            for item in items(content) {
                let item = item.ok_or_else(|| codec::damaged(py, "an item that is cut off"))?;
                let item = hash(py, item, hash_key)?;
                if kind == TUPLE {
                    sequence.extend_from_slice(&item.to_le_bytes());
                } else {
                    // The order of a frozenset does not count.
                    sum = sum.wrapping_add(hash_of_units(&item.to_le_bytes(), hash_key));
                }
            }
            sequence.extend_from_slice(&sum.to_le_bytes());
            sequence.push(kind);
            Ok(hash_of_units(&sequence, hash_key))
        }
        _ => Err(codec::damaged(py, "a key of a kind that is no key")),
    }
}

/// Whether two keys are equal. Only built-in types are compared.
pub(super) fn equal(py: Python<'_>, a: &[u8], b: &[u8]) -> PyResult<bool> {
    if a == b {
        return Ok(true);
    }
    match (a.first(), b.first()) {
        (Some(&a_kind), Some(&b_kind)) if may_be_equal(a_kind, b_kind) => {
            is_equal(&codec::read(py, a, false)?, &codec::read(py, b, false)?)
        }
        _ => Ok(false),
    }
}

/// Whether objects of these kinds can be equal in other bytes.
fn may_be_equal(a: u8, b: u8) -> bool {
    let is_number = |kind| matches!(kind, FALSE | TRUE | INT | FLOAT);
    is_number(a) && is_number(b) || a == b && matches!(a, TUPLE | FROZENSET)
}

/// Whether a written object can be a key: it is of a kind that is hashed here, and so are its
/// items.
pub(super) fn is_key(key: &[u8]) -> bool {
    match key.split_first() {
        Some((&(TUPLE | FROZENSET), content)) => {
            items(content).all(|item| item.is_some_and(is_key))
        }
        Some((&kind, _)) => kind <= BYTES,
        None => false,
    }
}
