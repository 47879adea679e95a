//! Many lookups at once by hashes of the caller's own.

use crate::trie;

use super::{INTERLEAVE_FROM, View};

impl<'a, K, V, S> View<'a, K, V, S> {
    /// [`get_many`](View::get_many) for callers with 32-bit hashes of their own: hands `found` the
    /// index of each hash, in ascending order, with the entry whose key `is_key` accepts.
    ///
    /// `is_key` is handed the index of the hash and a stored key of that hash.
    ///
    /// ```
    /// let mut store = hedgerow::Store::new();
    /// let squares = store.bulk((0..100u64).map(|n| (n, n * n)))?;
    /// let wanted = [7, 1000, 12];
    /// let hashes = wanted.map(|key| store.hash_of(&key));
    /// let mut values = Vec::new();
    /// let view = store.at(squares)?;
    /// let push = |_, entry: Option<(&u64, &u64)>| values.push(entry.map(|(_, value)| *value));
    /// view.get_many_hashed(&hashes, |index, key| *key == wanted[index], push);
    /// assert_eq!(values, [Some(49), None, Some(144)]);
    /// # Ok::<(), hedgerow::Error>(())
    /// ```
    pub fn get_many_hashed(
        &self,
        hashes: &[u32],
        mut is_key: impl FnMut(usize, &K) -> bool,
        mut found: impl FnMut(usize, Option<(&'a K, &'a V)>),
    ) {
        if self.len() < INTERLEAVE_FROM {
            for (index, &hash) in hashes.iter().enumerate() {
                found(index, self.get_hashed(hash, |key| is_key(index, key)));
            }
            return;
        }
        let mut first = 0;
        for group in hashes.chunks(trie::LANES) {
            let is_key = |lane: usize, key: &K| is_key(first + lane, key);
            let entries = trie::find_many(self.reader, self.root, group, is_key);
            for (lane, entry) in entries[..group.len()].iter().enumerate() {
                found(first + lane, entry.map(|entry| (&entry.key, &entry.value)));
            }
            first += group.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::INTERLEAVE_FROM;
    use crate::store::Store;

    #[test]
    fn interleaved_walks_find_what_single_ones_do() {
        let mut store = Store::with_seed(1);
        let size = INTERLEAVE_FROM as u64;
        let version = store.bulk((0..size).map(|n| (n, n + 1))).unwrap();
        let view = store.at(version).unwrap();
        let keys: Vec<u64> = (0..1_003).map(|n| n * 1_741 % (2 * size)).collect();
        let hashes: Vec<u32> = keys.iter().map(|key| store.hash_of(key)).collect();
        let mut next = 0;
        view.get_many_hashed(
            &hashes,
            |index, key| *key == keys[index],
            |index, entry| {
                assert_eq!((index, entry.map(|e| e.1)), (next, view.get(&keys[next])));
                next += 1;
            },
        );
        assert_eq!(next, keys.len());
    }
}
