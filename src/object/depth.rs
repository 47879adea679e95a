//! How deep hash, equality and repr may nest: an error instead of a stack overflow.

use std::cell::Cell;

use super::value::ObjectError;

/// How deep tuples and frozensets may nest, foreign objects that call back included, before
/// [`hash`](super::hash()), [`equal`](super::equal) and [`repr`](super::repr()) give
/// [`ObjectError::Recursion`]: CPython's default of `sys.getrecursionlimit()`.
pub const MAX_DEPTH: usize = 1000;

thread_local! {
    /// Per thread and not an argument: a foreign object's code that calls back has none to hand on.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// One level deeper, for as long as it lives.
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
