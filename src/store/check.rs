//! The checker of the whole store: every tree, the version table, what is free, and runs.

use crate::arena::Arena;
use crate::trie::{self, EntryWalk, Reached};

use super::Store;
use super::error::Corruption;
use super::table::{NO_RUN, VersionRow};

impl<K, V, S> Store<K, V, S> {
    /// Walks all versions and tests every invariant of the store: that words and entries allocated
    /// are those that live versions reach, that every key stands where its hash leads, and so on.
    /// O(everything): for tests and debugging.
    ///
    /// # Errors
    ///
    /// What is wrong: a bug of this crate.
    pub fn check(&self) -> Result<(), Corruption> {
        self.check_all().map_err(|what| Corruption { what })
    }

    fn check_all(&self) -> Result<(), String> {
        self.table.check()?;
        let mut reached = Reached::default();
        for index in self.table.holders() {
            let row = self.table.get(index);
            let len = trie::check_tree(&self.arena, row.root, row.stamp, &mut reached)?;
            if len != row.len as usize {
                return Err(format!("version row {index}: {len} entries, not {}", row.len));
            }
            check_run(&self.arena, row).map_err(|what| format!("version row {index}: {what}"))?;
        }
        self.arena.entries.check()?;
        let words = &self.arena.words;
        words.check()?;
        let is_free = |&(node, size): &(_, usize)| words.overlaps_free(node, size);
        if let Some((node, _)) = reached.blocks().find(is_free) {
            return Err(format!("{node} is in use, and noted as free (A1)"));
        }
        let allocated = (words.live_words(), self.arena.live_entries());
        let reachable = (reached.words(), reached.entries.len());
        let leak = !self.holds_garbage() && allocated != reachable;
        if leak || allocated.0 < reachable.0 || allocated.1 < reachable.1 {
            return Err(format!(
                "(words, entries) allocated {allocated:?}, reachable {reachable:?}"
            ));
        }
        Ok(())
    }
}

/// Tests that a version's run is what the tree says.
fn check_run<K, V>(arena: &Arena<K, V>, row: &VersionRow) -> Result<(), String> {
    if row.run == NO_RUN {
        return Ok(());
    }
    let mut walk = EntryWalk::new(arena.words.nodes(), row.root);
    let expected = row.run..row.run + row.len;
    let found = std::iter::from_fn(|| walk.next_entry()).map(|entry| entry.0);
    if found.eq(expected) { Ok(()) } else { Err(format!("its entries are no run at {}", row.run)) }
}
