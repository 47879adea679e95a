//! Memory, limits, and the end of a store.

use hedgerow::host::{HostMemory, HostStore};
use hedgerow::{Error, Limits as EngineLimits};

use super::{FREED, Handle};
use crate::status::{Answer, Status};
use crate::types::{Compaction, Limits, Pair, Stats};

impl Handle {
    pub(crate) fn stats(&self) -> Result<Stats, Status> {
        let stats = self.read()?.stats();
        Ok(Stats {
            live_versions: stats.live_versions as u64,
            dead_versions: stats.dead_versions as u64,
            forgotten_versions: stats.forgotten_versions as u64,
            live_words: stats.live_words as u64,
            free_words: stats.free_words as u64,
            live_entries: stats.live_entries as u64,
            free_entries: stats.free_entries as u64,
            heap_bytes: stats.heap_bytes as u64,
            compactions: stats.compactions,
        })
    }

    pub(crate) fn limits(&self) -> Result<Limits, Status> {
        let limits = self.read()?.limits();
        Ok(Limits {
            words: limits.words as u64,
            entries: limits.entries as u64,
            versions: limits.versions as u64,
            stamps: limits.stamps as u64,
        })
    }

    pub(crate) fn set_limits(&self, limits: Limits) -> Result<(), Status> {
        // What is beyond the machine's numbers is beyond its memory.
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        self.write()?.set_limits(EngineLimits {
            words: count(limits.words),
            entries: count(limits.entries),
            versions: count(limits.versions),
            stamps: count(limits.stamps),
        });
        Ok(())
    }

    pub(crate) fn set_auto_compact(&self, on: bool) -> Result<(), Status> {
        self.write()?.set_auto_compact(on);
        Ok(())
    }

    pub(crate) fn compact(&self) -> Result<Compaction, Status> {
        let done = self.write()?.compact();
        if !done.done {
            return Err(Status::Memory);
        }
        Ok(Compaction {
            bytes_before: done.bytes_before as u64,
            bytes_after: done.bytes_after as u64,
            entries_freed: done.entries_freed as u64,
        })
    }

    pub(crate) fn check(&self) -> Answer {
        self.read()?.check().map(|()| Status::Ok).map_err(|_| Status::Corrupt)
    }

    /// Up to `count` dead pairs, the rest of which stay.
    pub(crate) fn drain(
        &self,
        count: usize,
        mut take: impl FnMut(usize, Pair),
    ) -> Result<usize, Status> {
        if self.options.drop.is_some() {
            // Each is handed back in one way: what waits here for a moment is that function's.
            return Ok(0);
        }
        let mut waiting = self.waiting.try_borrow_mut().map_err(|_| Status::Busy)?;
        self.write()?.take_dead_into(&mut waiting);
        let taken = count.min(waiting.len());
        let kept = waiting.len() - taken;
        for (index, (key, value)) in waiting.drain(kept..).enumerate() {
            take(index, Pair { key, value });
        }
        Ok(taken)
    }

    /// Ends all versions and hands everything back; the store is good for nothing afterwards.
    pub(crate) fn close(&self) -> Answer {
        if self.calls.get() > 0 || self.is_closing.get() {
            return Err(Status::Busy);
        }
        self.is_closing.set(true);
        if self.options.drop.is_some() {
            self.end_all();
            self.bury();
        }
        self.mark.set(FREED);
        Ok(Status::Ok)
    }

    fn end_all(&self) {
        let Ok(mut engine) = self.engine.try_borrow_mut() else { return };
        for version in engine.families().into_iter().flatten() {
            if let Err(Error::WrongState { .. }) = engine.release(version) {
                // An open edit; it was listed as alive just now.
                let _ = engine.abandon(version);
            }
        }
        if engine.stats().forgotten_versions > 0 {
            engine.compact();
        }
    }
}
