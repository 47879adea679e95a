//! Dropping what a dict held, in constant stack: the trashcan of CPython's `dict_dealloc`.
//!
//! A dict in a dict in a dict... would be dropped by as many nested calls. So while values are
//! being dropped here, what that sets free is queued, and dropped by the outermost call.

use std::cell::RefCell;

use crate::object::value::Value;

thread_local! {
    /// What is yet to be dropped, while something is being dropped.
    static QUEUE: RefCell<Option<Vec<Value>>> = const { RefCell::new(None) };
}

/// Whether dropping the value may drop a dict.
pub(super) fn nests(value: &Value) -> bool {
    matches!(value, Value::Object(_) | Value::Tuple(_) | Value::FrozenSet(_))
}

/// Drops values. The caller holds no lock: destructors are code of the user.
pub(super) fn bury(dead: impl IntoIterator<Item = Value>) {
    let mut dead = dead.into_iter().filter(nests).peekable();
    if dead.peek().is_none() {
        return;
    }
    let outermost = QUEUE.try_with(|queue| match &mut *queue.borrow_mut() {
        Some(queue) => {
            queue.extend(dead);
            false
        }
        vacant => {
            *vacant = Some(dead.collect());
            true
        }
    });
    // At the very end of a thread there is no queue any more, and `dead` was dropped where it was.
    if outermost.unwrap_or(false) {
        let _digging = Digging;
        while let Some(value) = QUEUE.with_borrow_mut(|queue| queue.as_mut()?.pop()) {
            drop(value);
        }
    }
}

/// Ends a burial, also one that a destructor ended by a panic.
struct Digging;

impl Drop for Digging {
    fn drop(&mut self) {
        let left = QUEUE.with_borrow_mut(Option::take);
        drop(left);
    }
}
