//! Dropping values in constant stack, however deep they nest.
//!
//! By default Rust drops a tuple in a tuple, or a dict in a dict, by one nested call for each
//! level. Here a loop drops tuples and frozensets. Dicts are behind [`Object`](super::Object),
//! where a loop cannot see their values. So while values are being dropped, the values of dicts
//! that die go into a queue, which the outermost call drops. CPython's `dict_dealloc` uses the
//! trashcan for that.

use std::cell::RefCell;
use std::mem;
use std::sync::Arc;

use super::value::{FrozenSet, Tuple, Value};

thread_local! {
    /// What is still to be dropped, while something is being dropped.
    static QUEUE: RefCell<Queue> = const {
        RefCell::new(Queue { is_open: false, first: None, others: Vec::new() })
    };
}

struct Queue {
    is_open: bool,
    /// Most often there is one, which takes no memory.
    first: Option<Value>,
    others: Vec<Value>,
}

impl Queue {
    /// Puts a value there, or returns it: if the queue is closed, or memory is refused.
    #[inline]
    fn push(&mut self, value: Value) -> Option<Value> {
        if !self.is_open {
            return Some(value);
        }
        if self.first.is_none() {
            self.first = Some(value);
            return None;
        }
        if self.others.try_reserve(1).is_err() {
            return Some(value);
        }
        self.others.push(value);
        None
    }

    /// Takes a value out, or closes the queue if there is none.
    #[inline]
    fn pop_or_close(&mut self) -> Option<Value> {
        let popped = self.others.pop().or_else(|| self.first.take());
        if popped.is_none() {
            self.is_open = false;
            self.others = Vec::new();
        }
        popped
    }
}

/// Whether dropping the value may drop a dict.
#[inline]
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

/// [`drop_dead`] of one value.
#[inline]
pub(super) fn drop_one_dead(value: Value) {
    if may_hold_dict(&value)
        && let Some(value) = enqueue(value)
    {
        // It is the outermost one.
        let _deferred = Deferred::begin();
        drop(value);
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
        let was_open = QUEUE.try_with(|queue| mem::replace(&mut queue.borrow_mut().is_open, true));
        Deferred { is_outermost: !was_open.unwrap_or(true) }
    }
}

impl Drop for Deferred {
    #[inline]
    fn drop(&mut self) {
        if self.is_outermost {
            let ends = QueueEnd;
            while let Some(value) = QUEUE.with_borrow_mut(Queue::pop_or_close) {
                drop(value);
            }
            mem::forget(ends);
        }
    }
}

/// Puts a value into the queue, or returns it.
#[inline]
fn enqueue(value: Value) -> Option<Value> {
    let mut value = Some(value);
    let _ = QUEUE.try_with(|queue| {
        if let Some(taken) = value.take() {
            value = queue.borrow_mut().push(taken);
        }
    });
    value
}

/// Closes the queue when a destructor panics in the outermost call.
struct QueueEnd;

impl Drop for QueueEnd {
    fn drop(&mut self) {
        let (first, others) = QUEUE.with_borrow_mut(|queue| {
            queue.is_open = false;
            (queue.first.take(), mem::take(&mut queue.others))
        });
        drop((first, others));
    }
}

impl Drop for Tuple {
    fn drop(&mut self) {
        if self.items.iter().any(is_container) {
            drop_flat(mem::take(&mut self.items).into_vec());
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
                    values.append(&mut mem::take(&mut tuple.items).into_vec());
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
