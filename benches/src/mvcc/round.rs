//! What the three threads do, and what they count.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::Map;
use crate::keys::hits;

/// Lookups in one snapshot.
const LOOKUPS: usize = 100;
/// Times are told apart if they differ by a thousandth, up to a minute.
const DIGITS: u8 = 3;
const LONGEST_NANOSECONDS: u64 = 60_000_000_000;

/// What one map did in one round.
pub struct Round {
    /// The name of the map.
    pub name: &'static str,
    /// How long the threads worked.
    pub time: Duration,
    /// The time of each commit, in nanoseconds.
    pub commits: Histogram<u64>,
    /// Snapshots that were read from end to end.
    pub scans: u64,
    /// Keys that were looked up.
    pub lookups: u64,
}

/// What the threads share.
struct Stage<M> {
    newest: RwLock<M>,
    keys: Vec<u64>,
    start: Barrier,
    is_over: AtomicBool,
}

/// Lets one writer and two readers work for some time on a map of `size` entries.
#[must_use]
pub fn round<M: Map>(size: usize, time: Duration) -> Round {
    let map = M::new(size);
    let stage = Stage {
        newest: RwLock::new(map.clone()),
        keys: hits(size),
        start: Barrier::new(3),
        is_over: AtomicBool::new(false),
    };
    thread::scope(|scope| {
        let scanner = scope.spawn(|| stage.scan());
        let reader = scope.spawn(|| stage.look_up());
        let (time, commits) = stage.commit(map, time);
        let count = |thread: thread::ScopedJoinHandle<'_, u64>| thread.join().expect("it counts");
        Round { name: M::NAME, time, commits, scans: count(scanner), lookups: count(reader) }
    })
}

impl<M: Map> Stage<M> {
    fn snapshot(&self) -> M {
        self.newest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces one value after another, each in a commit of its own. A commit ends when the
    /// version that was the newest is dropped.
    fn commit(&self, mut map: M, time: Duration) -> (Duration, Histogram<u64>) {
        let commits = Histogram::new_with_bounds(1, LONGEST_NANOSECONDS, DIGITS);
        let mut commits = commits.expect("bounds and digits that a histogram can have");
        self.start.wait();
        let start = Instant::now();
        let mut now = start;
        for (value, &key) in (1..).zip(self.keys.iter().cycle()) {
            map.set(key, value);
            let next = map.clone();
            let newest = self.newest.write();
            let old = mem::replace(&mut *newest.unwrap_or_else(PoisonError::into_inner), next);
            drop(old);
            let end = Instant::now();
            commits.saturating_record(end.duration_since(now).as_nanos() as u64);
            now = end;
            if now.duration_since(start) >= time {
                break;
            }
        }
        self.is_over.store(true, Ordering::Relaxed);
        (now.duration_since(start), commits)
    }

    /// Counts snapshots that are read from end to end.
    fn scan(&self) -> u64 {
        self.start.wait();
        let (mut count, mut sum) = (0, 0);
        loop {
            let newer = self.snapshot().sum();
            assert!(newer >= sum, "each commit makes a value larger");
            (count, sum) = (count + 1, newer);
            if self.is_over.load(Ordering::Relaxed) {
                return count;
            }
        }
    }

    /// Counts keys that are looked up, a few in each snapshot.
    fn look_up(&self) -> u64 {
        self.start.wait();
        let (mut count, mut newest) = (0, 0);
        for keys in self.keys.chunks_exact(LOOKUPS).cycle() {
            let snapshot = self.snapshot();
            newest = keys.iter().map(|key| snapshot.get(*key)).fold(newest, u64::max);
            count += LOOKUPS as u64;
            if self.is_over.load(Ordering::Relaxed) {
                break;
            }
        }
        std::hint::black_box(newest);
        count
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Fixed, Imbl, Owned, Rpds};
    use super::*;

    fn all_threads_work<M: Map>() {
        let round = round::<M>(2_000, Duration::from_millis(50));
        assert!(
            !round.commits.is_empty() && round.scans > 0 && round.lookups > 0,
            "{}",
            round.name
        );
        assert!(round.time >= Duration::from_millis(50));
    }

    #[test]
    fn all_threads_work_on_each_map() {
        all_threads_work::<Owned>();
        all_threads_work::<Imbl>();
        all_threads_work::<Rpds>();
        all_threads_work::<Fixed>();
    }
}
