//! Dropping values in constant stack, however deep they nest.
//!
//! By default Rust drops a tuple in a tuple, or a dict in a dict, by one nested call for each
//! level. Here a loop drops tuples and frozensets. Dicts are behind [`Object`](super::Object),
//! where a loop cannot see their values. So while values are being dropped, the values of dicts
//! that die go into a queue, which the outermost call drops. CPython's `dict_dealloc` uses the
//! trashcan for that.

use std::cell::RefCell;
use std::sync::Arc;

use super::value::{FrozenSet, Tuple, Value};

thread_local! {
    /// What is still to be dropped, while something is being dropped.
    static QUEUE: RefCell<Option<Vec<Value>>> = const { RefCell::new(None) };
}

/// Whether dropping the value may drop a dict.
pub(super) fn may_hold_dict(value: &Value) -> bool {
    matches!(value, Value::Object(_) | Value::Tuple(_) | Value::FrozenSet(_))
}

/// Drops values. The caller holds no lock: destructors are user code.
pub(super) fn drop_dead(dead: impl IntoIterator<Item = Value>) {
    let mut dead = dead.into_iter().filter(may_hold_dict).peekable();
    if dead.peek().is_none() {
        return;
    }
    let _deferred = Deferred::begin();
    for value in dead {
        // Where the queue is refused memory, or gone at the very end of a thread, by a nested call.
        drop(enqueue(value));
    }
}

/// Until this is dropped, what this thread gives to [`drop_dead`] waits in the queue. So what drops
/// values while it holds a lock runs no user code.
pub(super) struct Deferred {
    is_outermost: bool,
}

impl Deferred {
    #[inline]
    pub(super) fn begin() -> Self {
        let outermost = QUEUE.try_with(|queue| {
            let mut queue = queue.borrow_mut();
            let is_outermost = queue.is_none();
            queue.get_or_insert_default();
            is_outermost
        });
        Deferred { is_outermost: outermost.unwrap_or(false) }
    }
}

impl Drop for Deferred {
    #[inline]
    fn drop(&mut self) {
        if self.is_outermost {
            let _ends = QueueEnd;
            while let Some(value) = QUEUE.with_borrow_mut(|queue| queue.as_mut()?.pop()) {
                drop(value);
            }
        }
    }
}

/// Puts a value into the queue, or returns it.
fn enqueue(value: Value) -> Option<Value> {
    let mut value = Some(value);
    let _ = QUEUE.try_with(|queue| {
        if let Some(queue) = &mut *queue.borrow_mut()
            && queue.try_reserve(1).is_ok()
        {
            queue.extend(value.take());
        }
    });
    value
}

/// Takes the queue away when the outermost call ends, also by a panic in a destructor.
struct QueueEnd;

impl Drop for QueueEnd {
    fn drop(&mut self) {
        let left = QUEUE.with_borrow_mut(Option::take);
        drop(left);
    }
}

impl Drop for Tuple {
    fn drop(&mut self) {
        if self.items.iter().any(is_container) {
            drop_flat(std::mem::take(&mut self.items).into_vec());
        }
    }
}

impl Drop for FrozenSet {
    fn drop(&mut self) {
        if self.iter().any(is_container) {
            let mut list = Vec::new();
            // Where that is refused, the items are dropped by nested calls.
            if list.try_reserve_exact(self.len()).is_ok() {
                list.extend(self.table.take_items());
                drop_flat(list);
            }
        }
    }
}

/// Whether dropping the value may drop further values of this crate.
fn is_container(value: &Value) -> bool {
    matches!(value, Value::Tuple(_) | Value::FrozenSet(_))
}

/// Drops values one after the other. A container that dies adds its items to the list, or drops
/// them by nested calls where a longer list is refused.
fn drop_flat(mut values: Vec<Value>) {
    while let Some(value) = values.pop() {
        match value {
            Value::Tuple(tuple) => {
                if let Some(mut tuple) = Arc::into_inner(tuple)
                    && values.try_reserve(tuple.items.len()).is_ok()
                {
                    values.append(&mut std::mem::take(&mut tuple.items).into_vec());
                }
            }
            Value::FrozenSet(set) => {
                if let Some(mut set) = Arc::into_inner(set)
                    && values.try_reserve(set.len()).is_ok()
                {
                    values.extend(set.table.take_items());
                }
            }
            _ => {}
        }
    }
}
