//! Values that only one borrower may have at a time, behind a flag that is always checked.

use std::cell::{Cell, UnsafeCell};

use pyo3::prelude::*;

use super::fault::Fault;

/// A value behind a flag (contract 3).
pub(crate) struct Guarded<T> {
    is_borrowed: Cell<bool>,
    value: UnsafeCell<T>,
}

// SAFETY: contract 1: only the thread that holds the interpreter lock comes here.
unsafe impl<T: Send> Sync for Guarded<T> {}

impl<T> Guarded<T> {
    #[inline(always)]
    pub(crate) const fn new(value: T) -> Self {
        Guarded { is_borrowed: Cell::new(false), value: UnsafeCell::new(value) }
    }

    /// Borrows the value. Nothing that `work` calls may run Python code (contract 3).
    ///
    /// # Errors
    ///
    /// [`Fault::Busy`] where the value is borrowed already, or `work` panicked in an earlier call.
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
        if self.is_borrowed.replace(true) {
            return Err(Fault::Busy);
        }
        // SAFETY: the flag was down, so this is the only reference. It ends before the flag is
        // lowered again.
        let result = work(unsafe { &mut *self.value.get() });
        self.is_borrowed.set(false);
        Ok(result)
    }

    /// Reads the value if it is not borrowed: for the collector's visits, which run no Python code.
    pub(crate) fn read<R>(&self, work: impl FnOnce(&T) -> R) -> Option<R> {
        // SAFETY: contract 1, and the flag is down. `work` runs no Python code, so nothing borrows
        // the value meanwhile.
        (!self.is_borrowed.get()).then(|| work(unsafe { &*self.value.get() }))
    }
}

/// A flag that belongs to the thread that holds the interpreter lock.
pub(super) struct Flag(pub(super) Cell<bool>);

// SAFETY: contract 1.
unsafe impl Sync for Flag {}

impl Flag {
    pub(super) const fn new() -> Self {
        Flag(Cell::new(false))
    }
}
