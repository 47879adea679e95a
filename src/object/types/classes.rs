//! What instances and type values know of their types without the store: their names, and the keys
//! that instances share.
//!
//! `repr` and messages need the name of a type where no [`TypeStore`](super::TypeStore) is at hand,
//! perhaps in another thread. So the store and all its instances share one table, which only grows.
//! An instance has a counted reference to it and the number of its type, which may change.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use crate::object::{HashPolicy, PyStr};

/// The first block of the table has so many rows, and each further one twice as many.
const FIRST_ROWS: u32 = 16;
const BLOCKS: usize = 28;
/// As many keys as in CPython (`SHARED_KEYS_MAX_SIZE`).
pub(super) const MAX_KEYS: usize = 30;

/// The classes of a store, by number, and the hash policy for the dicts of their instances.
pub(super) struct Classes {
    pub(super) policy: HashPolicy,
    blocks: [OnceLock<Box<[Row]>>; BLOCKS],
}

/// What is known about one class.
#[derive(Default)]
struct Row {
    class: OnceLock<Class>,
    keys: RwLock<Vec<PyStr>>,
}

/// The name of a class, and those that it got later.
struct Class {
    name: Arc<str>,
    renamed: OnceLock<Box<Class>>,
}

impl Classes {
    pub(super) fn new(policy: HashPolicy) -> Self {
        Classes { policy, blocks: [const { OnceLock::new() }; BLOCKS] }
    }

    /// The name of the class with a number.
    pub(super) fn name(&self, number: u32) -> &str {
        let class = self.row(number).and_then(|row| row.class.get());
        class.map_or("", |class| &class.last().name)
    }

    /// Names a class, for the first time or anew. Old names stay, because others may be reading
    /// them.
    pub(super) fn set_name(&self, number: u32, name: Arc<str>) {
        let (block, row) = place(number);
        let Some(rows) = self.blocks.get(block) else { return };
        let size = (FIRST_ROWS as usize) << block;
        let rows = rows.get_or_init(|| (0..size).map(|_| Row::default()).collect());
        let Some(Row { class: first, .. }) = rows.get(row) else { return };
        let class = Class { name, renamed: OnceLock::new() };
        if let Err(class) = first.set(class)
            && let Some(first) = first.get()
        {
            // Only the store writes, so nobody else adds a name meanwhile.
            let _ = first.last().renamed.set(Box::new(class));
        }
    }

    /// Adds a key that the instances of a class share, and returns its index. `None` if there are
    /// too many.
    pub(super) fn add_key(&self, number: u32, key: PyStr) -> Option<u32> {
        let mut keys = self.row(number)?.keys.write().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= MAX_KEYS {
            return None;
        }
        keys.push(key);
        Some(keys.len() as u32 - 1)
    }

    /// Calls `read` with the keys that the instances of a class share.
    pub(super) fn with_keys<T>(&self, number: u32, read: impl FnOnce(&[PyStr]) -> T) -> T {
        match self.row(number) {
            Some(row) => read(&row.keys.read().unwrap_or_else(PoisonError::into_inner)),
            None => read(&[]),
        }
    }

    fn row(&self, number: u32) -> Option<&Row> {
        let (block, row) = place(number);
        self.blocks.get(block)?.get()?.get(row)
    }
}

impl Class {
    fn last(&self) -> &Class {
        let mut class = self;
        while let Some(next) = class.renamed.get() {
            class = next;
        }
        class
    }
}

impl Drop for Class {
    /// In a loop: a class may have been renamed a million times.
    fn drop(&mut self) {
        let mut next = self.renamed.take();
        while let Some(mut class) = next {
            next = class.renamed.take();
        }
    }
}

/// The block of a number, and the row in it.
fn place(number: u32) -> (usize, usize) {
    let block = (number / FIRST_ROWS + 1).ilog2();
    let before = u64::from(FIRST_ROWS) * ((1_u64 << block) - 1);
    (block as usize, (u64::from(number) - before) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_changed() {
        let classes = Classes::new(HashPolicy::default());
        for number in 0..2_000 {
            classes.set_name(number, number.to_string().into());
        }
        for _ in 0..1_000 {
            classes.set_name(17, "other".into());
        }
        for number in 0..2_000 {
            let expected = if number == 17 { "other".to_string() } else { number.to_string() };
            assert_eq!(classes.name(number), expected);
        }
        assert_eq!(classes.name(u32::MAX), "");
    }

    #[test]
    fn a_row_belongs_to_one_number() {
        let mut next = (0, 0);
        for number in 0..100_000 {
            assert_eq!(place(number), next);
            next.1 += 1;
            if next.1 == (FIRST_ROWS as usize) << next.0 {
                next = (next.0 + 1, 0);
            }
        }
    }
}
