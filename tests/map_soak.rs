//! One writer and three readers for a long time, and snapshots that any of them drops anywhere.
//!
//! The bug classes: memory that is never given back, or only when all snapshots have gone; a
//! version, node or entry that is lost once in a million operations; a map whose versions grow
//! stale in the queue. Memory stays flat, and at the end the arena holds what its one map reaches.
//!
//! The short form counts operations, and so does the same everywhere. The long one takes as long as
//! `cargo xtask soak --minutes N` says.

mod support;

#[path = "map/checksums.rs"]
mod checksums;
#[path = "map_soak/memory.rs"]
mod memory;
#[path = "map/tokens.rs"]
mod tokens;

use std::sync::atomic::{AtomicIsize, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use checksums::{check, set};
use memory::Samples;
use support::Dice;
use tokens::TokenMap;

/// Snapshots that any thread may take, check, and drop.
type Pool = Mutex<Vec<TokenMap>>;

const READERS: usize = 3;
/// The pool and each reader hold about as many snapshots.
const HELD: usize = 24;

/// What a soak does, and for how long.
struct Soak {
    /// Keys are below this.
    keys: u64,
    /// Writes between two samples of the memory.
    sample: u64,
    goes_on: Box<dyn Fn(u64) -> bool>,
    /// Whether the memory of the whole process stays flat, too: sanitizers keep what is freed.
    samples_process: bool,
}

#[derive(Default)]
struct Counts {
    checked: AtomicU64,
    dropped: AtomicU64,
}

#[test]
fn a_short_soak_leaves_nothing_behind() {
    let writes = if cfg!(miri) { 300 } else { 60_000 };
    let keys = if cfg!(miri) { 30 } else { 500 };
    let goes_on = Box::new(move |step| step < writes);
    soak(&Soak { keys, sample: writes / 200, goes_on, samples_process: false });
}

#[test]
#[ignore = "takes minutes; `cargo xtask soak` runs it"]
fn a_long_soak_leaves_nothing_behind() {
    let seconds = std::env::var("HEDGEROW_SOAK_SECONDS").ok().and_then(|text| text.parse().ok());
    let time = Duration::from_secs(seconds.unwrap_or(600));
    let start = Instant::now();
    // The clock is looked at now and then.
    let goes_on = move |step: u64| !step.is_multiple_of(1_024) || start.elapsed() < time;
    let goes_on = Box::new(goes_on);
    soak(&Soak { keys: 5_000, sample: 20_000, goes_on, samples_process: true });
}

/// Writes, while readers check and drop; then looks at what is left.
fn soak(soak: &Soak) {
    let alive = Arc::new(AtomicIsize::new(0));
    let (pool, counts) = (Pool::default(), Counts::default());
    let mut map = TokenMap::new();
    let mut samples = Samples::default();
    let writes = thread::scope(|scope| {
        let reader = |seed| {
            // The writer waits where readers are behind, so that they keep up.
            let (sender, receiver) = mpsc::sync_channel(8);
            let (pool, counts) = (&pool, &counts);
            scope.spawn(move || read(receiver, pool, counts, seed));
            sender
        };
        let readers: Vec<_> = (0..READERS as u64).map(reader).collect();
        write(soak, &mut map, (&pool, &readers), &mut samples, &alive)
    });
    drop(pool);
    let left = map.stats();
    assert_eq!((left.live_versions, left.dead_versions), (1, 0));
    assert_eq!((left.live_entries, alive.load(Ordering::SeqCst)), (map.len(), map.len() as isize));
    map.check().expect("the map is alone in its arena").expect("the arena is whole");
    check(&map);
    let [checked, dropped] = [&counts.checked, &counts.dropped].map(|n| n.load(Ordering::Relaxed));
    println!("{writes} writes, {checked} snapshots checked, {dropped} dropped by readers");
    println!("{samples}");
    samples.assert_flat();
    assert!(cfg!(miri) || dropped > writes / 1_000, "the readers held snapshots");
    drop(map);
    assert_eq!(alive.load(Ordering::SeqCst), 0);
}

/// Changes the map, and gives snapshots away. Returns how many changes there were.
fn write(
    soak: &Soak,
    map: &mut TokenMap,
    (pool, readers): (&Pool, &[mpsc::SyncSender<TokenMap>]),
    samples: &mut Samples,
    alive: &Arc<AtomicIsize>,
) -> u64 {
    let mut dice = Dice(11);
    let mut step = 0;
    while (soak.goes_on)(step) {
        let key = dice.roll() % soak.keys;
        set(map, key, (dice.below(3) != 0).then_some(step), alive);
        match dice.below(2_000) {
            0..20 => {
                let sent = readers[dice.below(READERS)].send(map.clone());
                assert!(sent.is_ok(), "the reader has not panicked");
            }
            20..40 => exchange(pool, map.clone(), &mut dice),
            // Dropped at once, or after some more changes.
            40..80 => drop(map.clone()),
            80..90 => {
                let before = map.clone();
                (0..5).for_each(|key| set(map, key, Some(step), alive));
                check(&before);
            }
            // Goes back to what it was.
            90 => *map = take(pool, &mut dice).unwrap_or_default(),
            _ => {}
        }
        if step.is_multiple_of(soak.sample) {
            samples.add(map.stats().heap_bytes, soak.samples_process);
        }
        step += 1;
    }
    step
}

/// Checks snapshots and drops them here, or puts them where another thread does.
fn read(receiver: mpsc::Receiver<TokenMap>, pool: &Pool, counts: &Counts, seed: u64) {
    let mut dice = Dice(seed);
    let mut held: Vec<TokenMap> = Vec::new();
    for snapshot in receiver {
        held.push(snapshot);
        check(&held[dice.below(held.len())]);
        counts.checked.fetch_add(1, Ordering::Relaxed);
        let most = dice.below(HELD);
        while held.len() > most {
            let ended = held.swap_remove(dice.below(held.len()));
            match dice.below(4) {
                0 => exchange(pool, ended, &mut dice),
                1 => held.extend(take(pool, &mut dice).filter(|_| most > 0)),
                _ => drop(ended),
            }
            counts.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn take(pool: &Pool, dice: &mut Dice) -> Option<TokenMap> {
    let mut pool = pool.lock().unwrap();
    let len = pool.len();
    (len > 0).then(|| pool.swap_remove(dice.below(len)))
}

/// Puts a snapshot into the pool. If that is full, others go, outside the lock.
fn exchange(pool: &Pool, snapshot: TokenMap, dice: &mut Dice) {
    let mut locked = pool.lock().unwrap();
    locked.push(snapshot);
    let mut ended = Vec::new();
    if locked.len() > HELD {
        let from = dice.below(HELD);
        ended.extend(locked.drain(from..));
    }
    drop(locked);
    drop(ended);
}
