//! How many operations are in one batch.

/// Operations in one batch, but of whole maps.
pub(crate) const OPERATIONS: usize = 1_000;

/// The first keys of a list, as many as there are operations in a batch.
pub(crate) fn first<K>(mut keys: Vec<K>) -> Vec<K> {
    keys.truncate(OPERATIONS);
    keys
}
