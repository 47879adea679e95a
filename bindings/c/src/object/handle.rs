//! What the opaque pointers of values, dicts and types point at.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hedgerow::object::{SharedDict, Value};

use super::foreign::ObjectType;
use crate::status::Status;

const VALUE: u64 = u64::from_le_bytes(*b"hr value");
const DICT: u64 = u64::from_le_bytes(*b"hr  dict");
const TYPE: u64 = u64::from_le_bytes(*b"hr  type");
/// A value that is lent to a function of the caller's, and stands on the library's stack.
const LENT: u64 = u64::from_le_bytes(*b"hr  lent");
/// What was freed, for as long as nobody else takes the memory.
const FREED: u64 = u64::from_le_bytes(*b"freed...");

/// A Python value: None, bool, int, float, complex, str, bytes, tuple, frozenset, Ellipsis, a dict,
/// or an object of the caller's.
///
/// Made by the `hedgerow_value_` calls and by all that hand one out; each is freed once, by
/// `hedgerow_value_free`. Several handles may be of one object.
///
/// Threads: any, several at once. It is freed when no other thread uses it.
pub struct ValueHandle {
    mark: Mark,
    value: Value,
}

/// Python's dict: keys are values, in the order of insertion.
///
/// Made by `hedgerow_dict_new` and others, ended by `hedgerow_dict_free`. Several handles may be of
/// one dict. A dict that holds itself, also by way of objects, is never freed by itself: clear it.
///
/// Threads: any, several at once: the dict is locked for single steps. A handle is freed when no
/// other thread uses it.
pub struct DictHandle {
    mark: Mark,
    /// What its iterators know it by.
    number: u64,
    dict: SharedDict,
}

/// A type of the caller's objects: their functions, and the name in messages.
///
/// Made by `hedgerow_type_new`, ended by `hedgerow_type_free`; the functions are used for as long
/// as there are objects of the type.
///
/// Threads: any, several at once. It is freed when no other thread uses it.
pub struct TypeHandle {
    mark: Mark,
    class: Arc<ObjectType>,
}

/// Tells a live handle from other memory as well as can be told.
struct Mark(AtomicU64);

impl Mark {
    const fn new(word: u64) -> Self {
        Mark(AtomicU64::new(word))
    }

    fn is(&self, word: u64) -> bool {
        self.0.load(Ordering::Relaxed) == word
    }

    fn end(&self, word: u64) -> Result<(), Status> {
        let ended = self.0.compare_exchange(word, FREED, Ordering::Relaxed, Ordering::Relaxed);
        ended.map(drop).map_err(|_| Status::Handle)
    }
}

/// A handle, as the boundary finds it behind a pointer.
pub(crate) trait Held {
    /// What it holds, to be used without it.
    type Held;

    /// A copy of what a live handle holds: one reference more.
    fn held(&self) -> Result<Self::Held, Status>;

    /// Marks a handle that is about to be freed.
    fn end(&self) -> Result<(), Status>;
}

impl ValueHandle {
    pub(crate) fn new(value: Value) -> Self {
        ValueHandle { mark: Mark::new(VALUE), value }
    }

    /// Lends a value to a function of the caller's, which may clone it and may not free it.
    pub(super) fn lend<T>(value: &Value, call: impl FnOnce(*const ValueHandle) -> T) -> T {
        let lent = ValueHandle { mark: Mark::new(LENT), value: value.clone() };
        let answer = call(&raw const lent);
        lent.mark.0.store(FREED, Ordering::Relaxed);
        answer
    }
}

impl Held for ValueHandle {
    type Held = Value;

    fn held(&self) -> Result<Value, Status> {
        let is_live = self.mark.is(VALUE) || self.mark.is(LENT);
        if is_live { Ok(self.value.clone()) } else { Err(Status::Handle) }
    }

    fn end(&self) -> Result<(), Status> {
        if self.mark.is(LENT) { Err(Status::Busy) } else { self.mark.end(VALUE) }
    }
}

impl DictHandle {
    pub(crate) fn new(dict: SharedDict) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        DictHandle { mark: Mark::new(DICT), number, dict }
    }
}

impl Held for DictHandle {
    type Held = (SharedDict, u64);

    fn held(&self) -> Result<(SharedDict, u64), Status> {
        let is_live = self.mark.is(DICT);
        is_live.then(|| (self.dict.clone(), self.number)).ok_or(Status::Handle)
    }

    fn end(&self) -> Result<(), Status> {
        self.mark.end(DICT)
    }
}

impl TypeHandle {
    pub(crate) fn new(class: ObjectType) -> Self {
        TypeHandle { mark: Mark::new(TYPE), class: Arc::new(class) }
    }
}

impl Held for TypeHandle {
    type Held = Arc<ObjectType>;

    fn held(&self) -> Result<Arc<ObjectType>, Status> {
        self.mark.is(TYPE).then(|| self.class.clone()).ok_or(Status::Handle)
    }

    fn end(&self) -> Result<(), Status> {
        self.mark.end(TYPE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_go_between_threads() {
        fn is_shared<T: Send + Sync>() {}
        is_shared::<ValueHandle>();
        is_shared::<DictHandle>();
        is_shared::<TypeHandle>();
    }

    #[test]
    fn an_ended_handle_holds_nothing_and_does_not_end_twice() {
        let handle = ValueHandle::new(Value::from(1));
        assert!(handle.held().is_ok());
        assert_eq!((handle.end(), handle.end()), (Ok(()), Err(Status::Handle)));
        assert!(handle.held().is_err());
        ValueHandle::lend(&Value::None, |_| ());
    }
}
