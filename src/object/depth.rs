//! The limit of nesting for hash, equality and repr: an error instead of a stack overflow.

use std::cell::Cell;

use super::value::ObjectError;

/// How deep [`hash`](super::hash()), [`equal`](super::equal) and [`repr`](super::repr()) go into
/// tuples, frozensets, dicts and objects before they fail with [`ObjectError::Recursion`]. The
/// default of CPython's `sys.getrecursionlimit()`.
pub const MAX_DEPTH: usize = 1000;

thread_local! {
    /// Not an argument, because user code that calls back has none to pass on.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// One level of nesting, for as long as it lives.
pub(super) struct Level(());

impl Level {
    #[inline]
    pub(super) fn enter() -> Result<Level, ObjectError> {
        DEPTH.with(|depth| {
            if depth.get() >= MAX_DEPTH {
                return Err(ObjectError::Recursion);
            }
            depth.set(depth.get() + 1);
            Ok(Level(()))
        })
    }
}

impl Drop for Level {
    #[inline]
    fn drop(&mut self) {
        DEPTH.with(|depth| depth.set(depth.get() - 1));
    }
}
