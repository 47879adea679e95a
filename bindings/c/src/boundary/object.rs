//! Objects of the caller's as values.

use super::guarded;
use super::handle::{free, made, told, type_of, value_of};
use super::pointers::{array, out, value};
use crate::object::text_of;
use crate::object::{ObjectType, TypeHandle, TypeOptions, ValueHandle, object_of, object_word};
use crate::status::Status;

/// Makes a type of objects. `size` is `sizeof(hedgerow_type_options)`.
///
/// Answers OK; POINTER, ARGUMENT, SIZE, UNICODE_DECODE_ERROR (the name is no UTF-8).
///
/// # Safety
///
/// C3, C4, C5.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_type_new(
    options: *const TypeOptions,
    size: usize,
    handle: *mut *mut TypeHandle,
) -> Status {
    told(|| {
        if size != size_of::<TypeOptions>() {
            return Err(Status::Size.into());
        }
        // SAFETY: C3, and C5 for the functions among the options.
        let (options, handle) = unsafe { (value(options)?, out(handle)?) };
        let TypeOptions { name, name_length, hash, eq, repr, drop } = options;
        // SAFETY: C4.
        let name = text_of(unsafe { array(name.cast::<u8>(), name_length) }?.copied())?;
        let class = ObjectType { name, hash, eq, repr, drop };
        handle.set(Box::into_raw(Box::new(TypeHandle::new(class))));
        Ok(Status::Ok)
    })
}

/// Ends the handle of a type. Its objects stay. Null is allowed, and nothing is done.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C1, and the handle is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_type_free(of: *mut TypeHandle) -> Status {
    // SAFETY: C1.
    guarded(|| unsafe { free(of) })
}

/// Makes an object of a word. Each call makes another object, also of one word: to refer to the
/// same, clone the value. The word is the library's until the type's `drop` is told of it; a call
/// that is refused did not take it.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_object(
    of: *const TypeHandle,
    word: u64,
    object: *mut *mut ValueHandle,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (class, object) = unsafe { (type_of(of)?, out(object)?) };
        made(&object, object_of(class, word))
    })
}

/// The word of an object, if it is one of this type.
///
/// Answers OK; POINTER, TYPE_ERROR.
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_value_to_object(
    object: *const ValueHandle,
    of: *const TypeHandle,
    word: *mut u64,
) -> Status {
    told(|| {
        // SAFETY: C1, C3.
        let (object, class, word) = unsafe { (value_of(object)?, type_of(of)?, out(word)?) };
        word.set(object_word(&object, &class)?);
        Ok(Status::Ok)
    })
}
