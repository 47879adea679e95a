//! The one store of the interpreter, and the flag that guards it.

use hedgerow::host::{HostMemory, HostStore};
use std::cell::{Cell, UnsafeCell};

use hedgerow::{Error, Store, Version};
use pyo3::prelude::*;

use super::{Key, Object, lent};
use crate::fault::Fault;

/// The store has no hasher: hashes are Python's.
pub(crate) struct NoHash;

/// The store of the interpreter.
pub(crate) type Maps = Store<Key, Object, NoHash>;

/// A value behind a flag that is always checked: for what objects of Python change (contract 3).
pub(crate) struct Guarded<T> {
    busy: Cell<bool>,
    value: UnsafeCell<T>,
}

// SAFETY: contract 1: only the thread that holds the interpreter lock comes here.
unsafe impl<T: Send> Sync for Guarded<T> {}

impl<T> Guarded<T> {
    pub(crate) const fn new(value: T) -> Self {
        Guarded { busy: Cell::new(false), value: UnsafeCell::new(value) }
    }

    /// Borrows the value. Nothing that `work` calls may run Python code (contract 3): a breach, as
    /// well as a panic in here before, is [`Fault::Busy`].
    #[inline]
    pub(crate) fn with<R>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut T) -> R,
    ) -> Result<R, Fault> {
        self.with_inline(py, work)
    }

    /// [`with`](Guarded::with), always inlined.
    #[inline(always)]
    pub(crate) fn with_inline<R>(
        &self,
        _: Python<'_>,
        work: impl FnOnce(&mut T) -> R,
    ) -> Result<R, Fault> {
        if self.busy.replace(true) {
            return Err(Fault::Busy);
        }
        // SAFETY: the flag was down, so this is the only reference; it ends before the flag rises.
        let result = work(unsafe { &mut *self.value.get() });
        self.busy.set(false);
        Ok(result)
    }
}

impl<T> Guarded<T> {
    /// Looks at the value if it is not borrowed: for the collector's visits, which run no code.
    pub(crate) fn look<R>(&self, work: impl FnOnce(&T) -> R) -> Option<R> {
        // SAFETY: contract 1, and the flag is down. `work` is handed no way to lower it.
        (!self.busy.get()).then(|| work(unsafe { &*self.value.get() }))
    }
}

/// The proof that the thread is attached, for destructors, which are handed none (contract 1).
pub(crate) fn attached<'py>() -> Python<'py> {
    // SAFETY: contract 1.
    unsafe { Python::assume_attached() }
}

static STORE: Guarded<Option<Maps>> = Guarded::new(None);
/// References whose last one was dropped while the store was borrowed.
static LATER: Guarded<Vec<Object>> = Guarded::new(Vec::new());
/// The dead on their way out; kept for its capacity.
static DEAD: Guarded<Vec<(Key, Object)>> = Guarded::new(Vec::new());

/// A flag for the thread that holds the interpreter lock.
struct Flag(Cell<bool>);

// SAFETY: contract 1.
unsafe impl Sync for Flag {}

/// Whether there is something in `LATER`.
static IS_LATE: Flag = Flag(Cell::new(false));

/// Whether the store is borrowed.
#[inline]
pub(super) fn is_busy() -> bool {
    STORE.busy.get()
}

/// Keeps a reference until the store is no longer borrowed.
#[cold]
pub(super) fn keep_for_later(py: Python<'_>, object: Object) {
    IS_LATE.0.set(true);
    let _ = LATER.with(py, |later| later.push(object));
}

/// Makes the store. Called once, at import.
pub(crate) fn prepare(py: Python<'_>) -> Result<(), Fault> {
    STORE.with(py, |store| {
        let mut new = Store::with_hasher(NoHash);
        new.keep_dead(true);
        store.get_or_insert(new);
    })
}

/// Borrows the store to look at it, and to take references. Nothing that `work` calls may run
/// Python code (contract 3).
#[inline]
pub(crate) fn with<R>(py: Python<'_>, work: impl FnOnce(&Maps) -> R) -> Result<R, Fault> {
    borrow(py, |store| work(store))
}

/// Borrows the store for what makes something of nothing: it derives no version, writes to none
/// and ends none. Nothing that `work` calls may run Python code (contract 3). Entries that it frees
/// are dropped before this returns, and after the borrow has ended.
#[inline]
pub(crate) fn write<R>(py: Python<'_>, work: impl FnOnce(&mut Maps) -> R) -> Result<R, Fault> {
    let (result, is_dead) = borrow(py, |store| {
        let result = work(store);
        (result, store.has_dead())
    })?;
    if is_dead {
        bury(py)?;
    }
    Ok(result)
}

/// [`write()`], for what derives another version of this one, or writes to it if it is an open
/// edit; and has to do with no other version (contract 8).
#[inline]
pub(crate) fn write_to<R>(
    py: Python<'_>,
    version: Version,
    work: impl FnOnce(&mut Maps) -> R,
) -> Result<R, Fault> {
    lent::before_write(py, version)?;
    write(py, work)
}

/// Releases a version, or abandons an open edit.
pub(crate) fn end(py: Python<'_>, version: Version) -> Result<(), Fault> {
    end_leaving_dead(py, version)?;
    bury(py)
}

/// [`end()`], for who buries the dead.
pub(super) fn end_leaving_dead(py: Python<'_>, version: Version) -> Result<(), Fault> {
    lent::before_end(py, version)?;
    Ok(borrow(py, |store| match store.release(version) {
        Err(Error::WrongState { open: true, .. }) => store.abandon(version),
        done => done,
    })??)
}

#[inline]
fn borrow<R>(py: Python<'_>, work: impl FnOnce(&mut Maps) -> R) -> Result<R, Fault> {
    let result = STORE.with(py, |store| match store {
        Some(store) => Ok(work(store)),
        None => Err(Fault::Busy),
    })?;
    if IS_LATE.0.get() {
        drop_later(py)?;
    }
    result
}

/// [`with()`] for the quick ways: `None` where the store is borrowed, or `work` says so. Results
/// within results are moved about in pieces, and each move waits for the one before: that was a
/// quarter of an update.
#[inline(always)]
pub(crate) fn quickly<R>(py: Python<'_>, work: impl FnOnce(&Maps) -> Option<R>) -> Option<R> {
    borrow_quickly(py, |store| work(store))
}

/// [`write_to()`] for the quick ways, of a committed version: what that derives frees nothing.
#[inline(always)]
pub(crate) fn write_to_quickly<R>(
    py: Python<'_>,
    version: Version,
    work: impl FnOnce(&mut Maps) -> Option<R>,
) -> Option<R> {
    lent::before_write(py, version).ok()?;
    borrow_quickly(py, work)
}

/// Releases a committed version: one pair that died, if it `may_be_taken`, and whether there is
/// more. `None` if nothing was done.
#[inline(always)]
pub(super) fn end_quickly(
    py: Python<'_>,
    version: Version,
    may_be_taken: impl FnOnce(&Key, &Object) -> bool,
) -> Option<(Option<(Key, Object)>, bool)> {
    lent::before_end(py, version).ok()?;
    borrow_quickly(py, |store| {
        store.release(version).ok()?;
        Some((store.pop_dead_if(may_be_taken), store.has_dead()))
    })
}

#[inline(always)]
fn borrow_quickly<R>(py: Python<'_>, work: impl FnOnce(&mut Maps) -> Option<R>) -> Option<R> {
    if STORE.busy.replace(true) {
        return None;
    }
    // SAFETY: as in `Guarded::with`.
    let result = unsafe { &mut *STORE.value.get() }.as_mut().and_then(work);
    STORE.busy.set(false);
    if IS_LATE.0.get() {
        drop_later(py).ok()?;
    }
    result
}

/// Takes out what died, when nothing else is borrowed.
pub(super) fn take_dead(py: Python<'_>, dead: &mut Vec<(Key, Object)>) -> Result<(), Fault> {
    borrow(py, |store| store.take_dead_into(dead))
}

/// Drops the dead one by one, when nothing is borrowed. A destructor may come back here.
#[inline(never)]
pub(super) fn bury(py: Python<'_>) -> Result<(), Fault> {
    const KEPT: usize = 1 << 10;
    // Keys lie anywhere in memory: their counts are asked for so many pairs ahead.
    const AHEAD: usize = 8;
    let mut dead = DEAD.with(py, std::mem::take)?;
    take_dead(py, &mut dead)?;
    while let Some(pair) = dead.pop() {
        if let Some((key, _)) = dead.len().checked_sub(AHEAD).and_then(|at| dead.get(at)) {
            key.prefetch();
        }
        drop(pair);
    }
    DEAD.with(py, |kept| {
        if dead.capacity() <= KEPT && kept.capacity() == 0 {
            *kept = dead;
        }
    })
}

#[cold]
fn drop_later(py: Python<'_>) -> Result<(), Fault> {
    IS_LATE.0.set(false);
    // Taken before a destructor can come back here.
    drop(LATER.with(py, std::mem::take)?);
    Ok(())
}
