//! What the opaque pointers of values and dicts point at.

use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};

use hedgerow::object::{SharedDict, Value};

use super::error::{CallError, CallResult, with_error_message};
use crate::mark::Mark;
use crate::pointers::{Buffer, Handle, Out, leak, leak_into};
use crate::room::Spare;
use crate::status::{Status, StatusResult};

const VALUE: u64 = u64::from_le_bytes(*b"hr value");
const DICT: u64 = u64::from_le_bytes(*b"hr  dict");
/// A value that is lent to a callback, and stands on the library's stack.
const LENT: u64 = u64::from_le_bytes(*b"hr  lent");

/// A Python value: None, bool, int, float, complex, str, bytes, tuple, frozenset, Ellipsis, a dict,
/// or an object of the caller.
///
/// Made by the `hedgerow_value_` calls, and by all others that hand one out. Each is freed once, by
/// `hedgerow_value_free`. Several handles may refer to one object.
///
/// Threads: any, several at once. It is freed when no other thread uses it.
// As a store, it begins with its mark.
#[cfg_attr(not(doc), repr(C))]
pub struct CValue {
    mark: Mark,
    value: Value,
}

/// Python's dict: keys are values, in insertion order.
///
/// Made by `hedgerow_dict_new` and others, freed by `hedgerow_dict_free`. Several handles may refer
/// to one dict. A dict that contains itself, also through objects, is never freed: clear it.
///
/// Threads: any, several at once; the dict is locked for single steps. A handle is freed when no
/// other thread uses it.
// As a store, it begins with its mark.
#[cfg_attr(not(doc), repr(C))]
pub struct CDict {
    mark: Mark,
    number: u64,
    dict: SharedDict,
}

/// A dict, and the number of the handle it was reached by.
pub(crate) struct NumberedDict {
    /// What iterators know the handle by.
    pub(super) number: u64,
    dict: SharedDict,
}

impl Deref for NumberedDict {
    type Target = SharedDict;

    fn deref(&self) -> &SharedDict {
        &self.dict
    }
}

impl CValue {
    fn new(value: Value) -> Self {
        CValue { mark: Mark::new(VALUE), value }
    }

    /// Lends a value to a callback, which may clone it and may not free it.
    pub(super) fn lend<T>(value: &Value, call: impl FnOnce(*const CValue) -> T) -> T {
        let lent = CValue { mark: Mark::new(LENT), value: value.clone() };
        let result = call(&raw const lent);
        lent.mark.end_always();
        result
    }
}

impl Handle for CValue {
    type Content = Value;

    fn content(&self) -> Result<Value, Status> {
        let is_live = self.mark.is(VALUE) || self.mark.is(LENT);
        if is_live { Ok(self.value.clone()) } else { Err(Status::Handle) }
    }

    fn end(&self) -> StatusResult {
        if self.mark.is(LENT) { Err(Status::Busy) } else { self.mark.end(VALUE) }
    }
}

impl Handle for CDict {
    type Content = NumberedDict;

    fn content(&self) -> Result<NumberedDict, Status> {
        let is_live = self.mark.is(DICT);
        let content = || NumberedDict { number: self.number, dict: self.dict.clone() };
        is_live.then(content).ok_or(Status::Handle)
    }

    fn end(&self) -> StatusResult {
        self.mark.end(DICT)
    }
}

/// Hands out a value, as a handle that the caller frees.
pub(super) fn give(out: &Out<*mut CValue>, value: Value) -> CallResult {
    give_in(Spare::new()?, out, value)
}

/// [`give`] in memory that is there already.
pub(super) fn give_in(spare: Spare<CValue>, out: &Out<*mut CValue>, value: Value) -> CallResult {
    out.set(handle_in(spare, value));
    Ok(Status::Ok)
}

/// A handle of a value, in memory that is there already, which the caller frees.
pub(super) fn handle_in(spare: Spare<CValue>, value: Value) -> *mut CValue {
    leak_into(spare, CValue::new(value))
}

/// Hands out a value, if there is one.
pub(super) fn give_found(out: &Out<*mut CValue>, value: Option<Value>) -> CallResult {
    match value {
        Some(value) => give(out, value),
        None => Ok(Status::Absent),
    }
}

/// Hands out a dict, as a handle that the caller frees.
pub(super) fn give_dict(out: &Out<*mut CDict>, dict: SharedDict) -> CallResult {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    out.set(leak(CDict { mark: Mark::new(DICT), number, dict })?);
    Ok(Status::Ok)
}

/// Writes 1 for true, 0 for false.
pub(super) fn give_bool(out: &Out<i32>, truth: bool) -> CallResult {
    out.set(i32::from(truth));
    Ok(Status::Ok)
}

/// The frame of a call that writes a text of something, such as its repr.
pub(super) fn write_text<T>(
    content: Result<T, Status>,
    text: Result<Buffer<u8>, Status>,
    length: Result<Out<usize>, Status>,
    text_of: impl FnOnce(&T) -> Result<String, CallError>,
) -> Status {
    with_error_message(|| {
        let (content, text, length) = (content?, text?, length?);
        Ok(text.fill_text(text_of(&content)?.as_bytes(), &length)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_go_between_threads() {
        fn is_shared<T: Send + Sync>() {}
        is_shared::<CValue>();
        is_shared::<CDict>();
    }

    #[test]
    fn a_freed_handle_refers_to_nothing_and_is_not_freed_twice() {
        let handle = CValue::new(Value::from(1));
        assert!(handle.content().is_ok());
        assert_eq!((handle.end(), handle.end()), (Ok(Status::Ok), Err(Status::Handle)));
        assert!(handle.content().is_err());
        CValue::lend(&Value::None, |_| ());
    }
}
