//! The one store of the interpreter, and the flag that guards it.

use std::cell::UnsafeCell;

use hedgerow::host::{HostMemory, HostStore};
use hedgerow::{Error, Store, Version};
use pyo3::prelude::*;

use super::collector;
use super::collector_graph::CollectorGraph;
use super::empty_version;
use super::fault::Fault;
use super::guarded::Guarded;
use super::key::Key;
use super::object::{Object, STORE_IS_BORROWED, drop_deferred};

/// The store has no hasher: hashes are Python's.
pub(crate) struct NoHash;

/// The type of the store.
pub(crate) type MapStore = Store<Key, Object, NoHash>;

/// A stored key and its value.
pub(crate) type Pair = (Key, Object);

struct StoreCell(UnsafeCell<Option<MapStore>>);

// SAFETY: contract 1.
unsafe impl Sync for StoreCell {}

/// Borrowed while `STORE_IS_BORROWED` is set.
static STORE: StoreCell = StoreCell(UnsafeCell::new(None));
/// The dead pairs that are being dropped: empty meanwhile, and kept for its capacity.
static DEAD: Guarded<Vec<Pair>> = Guarded::new(Vec::new());

/// Makes the store. Called once, at import.
///
/// # Errors
///
/// [`Fault::Busy`] where the store is borrowed, which would be a bug.
pub(crate) fn prepare(_: Python<'_>) -> Result<(), Fault> {
    if STORE_IS_BORROWED.0.get() {
        return Err(Fault::Busy);
    }
    let mut new = Store::with_hasher(NoHash);
    new.keep_dead(true);
    // SAFETY: the flag is down, and nothing here runs Python code.
    let store = unsafe { &mut *STORE.0.get() }.get_or_insert(new);
    empty_version::note(store.empty());
    Ok(())
}

/// Borrows the store to read it, and to take references. Nothing that `work` calls may run Python
/// code (contract 3).
#[inline]
pub(crate) fn read<R>(_: Python<'_>, work: impl FnOnce(&MapStore) -> R) -> Result<R, Fault> {
    borrow(|store| work(store))
}

/// Borrows the store for what concerns no version that exists: it derives from none, writes to none
/// and ends none (contract 8). Nothing that `work` calls may run Python code (contract 3). Entries
/// that it frees are dropped before this returns, when the borrow has ended.
#[inline]
pub(crate) fn write<R>(py: Python<'_>, work: impl FnOnce(&mut MapStore) -> R) -> Result<R, Fault> {
    let (result, has_dead) = borrow(|store| {
        let result = work(store);
        (result, store.has_dead())
    })?;
    if has_dead {
        drop_dead(py)?;
    }
    Ok(result)
}

/// [`write()`], for what derives another version from this one, or writes to it if it is an open
/// edit, and concerns no other version (contract 8).
#[inline]
pub(crate) fn write_version<R>(
    py: Python<'_>,
    version: Version,
    work: impl FnOnce(&mut MapStore) -> R,
) -> Result<R, Fault> {
    collector::before_write(py, version)?;
    write(py, work)
}

/// Releases a version, or abandons an open edit. What dies stays in the store until [`drop_dead`].
pub(crate) fn release_keeping_dead(py: Python<'_>, version: Version) -> Result<(), Fault> {
    collector::before_end(py, version)?;
    Ok(borrow(|store| match store.release(version) {
        Err(Error::WrongState { open: true, .. }) => store.abandon(version),
        done => done,
    })??)
}

/// [`read()`] for the quick paths: `None` where the store is borrowed, or where `work` says so.
/// Nested results are moved about in pieces, and each move waits for the one before, which took a
/// quarter of the time of an update.
#[inline(always)]
pub(crate) fn read_quickly<R>(
    _: Python<'_>,
    work: impl FnOnce(&MapStore) -> Option<R>,
) -> Option<R> {
    borrow_quickly(|store| work(store))
}

/// [`write_version()`] for the quick paths, of a committed version: to derive from one frees
/// nothing.
#[inline(always)]
pub(crate) fn write_version_quickly<R>(
    py: Python<'_>,
    version: Version,
    work: impl FnOnce(&mut MapStore) -> Option<R>,
) -> Option<R> {
    collector::before_write(py, version).ok()?;
    borrow_quickly(work)
}

/// Releases a committed version. Returns one pair that died, if `may_be_taken` accepts it, and
/// whether there are more; `None` if nothing was done.
#[inline(always)]
pub(crate) fn release_quickly(
    py: Python<'_>,
    version: Version,
    may_be_taken: impl FnOnce(&Key, &Object) -> bool,
) -> Option<(Option<Pair>, bool)> {
    collector::before_end(py, version).ok()?;
    borrow_quickly(|store| {
        store.release(version).ok()?;
        Some((store.pop_dead_if(may_be_taken), store.has_dead()))
    })
}

/// Drops the dead pairs one by one, when nothing is borrowed. A destructor may come back here.
#[inline(never)]
pub(crate) fn drop_dead(py: Python<'_>) -> Result<(), Fault> {
    const KEPT: usize = 1 << 10;
    // Keys lie anywhere in memory: their heads are prefetched so many pairs ahead.
    const AHEAD: usize = 8;
    let mut dead = DEAD.with(py, std::mem::take)?;
    let mut has_more = borrow(|store| {
        store.take_dead_into(&mut dead);
        store.has_dead()
    })?;
    while let Some(pair) = dead.pop() {
        if let Some((key, _)) = dead.len().checked_sub(AHEAD).and_then(|at| dead.get(at)) {
            key.prefetch();
        }
        drop(pair);
    }
    // Those for which there was no memory.
    while has_more {
        let last = borrow(HostMemory::pop_dead)?;
        has_more = last.is_some();
        drop(last);
    }
    DEAD.with(py, |kept| {
        if dead.capacity() <= KEPT && kept.capacity() == 0 {
            *kept = dead;
        }
    })
}

/// Shows the collector what these versions and open edits hold. The store's reference to an entry
/// that one of `others` holds as well is not shown. Nothing is shown where a graph is shown
/// already, where there is no memory, or while the store is borrowed. No Python code may run
/// between the choice of the versions and this.
pub(crate) fn show_to_collector(py: Python<'_>, versions: &[Version], others: &[Version]) {
    if collector::is_shown() {
        return;
    }
    if let Ok(Ok(graph)) = read(py, |store| CollectorGraph::draw(store, versions, others)) {
        collector::show(py, graph);
    }
}

#[inline]
fn borrow<R>(work: impl FnOnce(&mut MapStore) -> R) -> Result<R, Fault> {
    if STORE_IS_BORROWED.0.replace(true) {
        return Err(Fault::Busy);
    }
    // SAFETY: the flag was down, so this is the only reference. It ends before the flag is lowered
    // again.
    let result = match unsafe { &mut *STORE.0.get() } {
        Some(store) => Ok(work(store)),
        None => Err(Fault::Busy),
    };
    STORE_IS_BORROWED.0.set(false);
    drop_deferred();
    result
}

#[inline(always)]
fn borrow_quickly<R>(work: impl FnOnce(&mut MapStore) -> Option<R>) -> Option<R> {
    if STORE_IS_BORROWED.0.replace(true) {
        return None;
    }
    // SAFETY: as in `borrow`.
    let result = unsafe { &mut *STORE.0.get() }.as_mut().and_then(work);
    STORE_IS_BORROWED.0.set(false);
    drop_deferred();
    result
}
