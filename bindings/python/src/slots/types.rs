//! Changes to the types that PyO3 has made.

use std::ffi::{CStr, c_void};

use pyo3::prelude::*;
use pyo3::types::PyString;
use pyo3::{Borrowed, PyTypeInfo, ffi};

use crate::image::{Delta, Image, ImageIterator};
use crate::iterator::MapIterator;
use crate::map::Map;
use crate::mutation::MapMutation;
use crate::part::Part;
use crate::set::Set;
use crate::set_mutation::SetMutation;
use crate::views::{MapItems, MapKeys, MapValues};

/// Makes a type's special method call the slot that replaced PyO3's: subclasses take their slots
/// from there.
pub(super) fn wrap_slot(
    py: Python<'_>,
    class: *mut ffi::PyTypeObject,
    name: &CStr,
    slot: *mut c_void,
) -> PyResult<()> {
    // SAFETY: a type that nobody has seen yet. A descriptor of that kind is laid out as CPython's
    // header says, and calls a function with the signature of the slot.
    unsafe {
        let class: Borrowed<'_, '_, PyAny> = Borrowed::from_ptr(py, class.cast());
        let method = class.getattr(PyString::new(py, &name.to_string_lossy()))?;
        if ffi::Py_TYPE(method.as_ptr()) == &raw mut ffi::PyWrapperDescr_Type {
            (*method.as_ptr().cast::<ffi::PyWrapperDescrObject>()).d_wrapped = slot;
        }
    }
    Ok(())
}

/// Makes the types immutable, once all slots and methods are set.
pub(super) fn make_immutable(py: Python<'_>) -> PyResult<()> {
    for class in [
        Map::type_object_raw(py),
        MapMutation::type_object_raw(py),
        MapIterator::type_object_raw(py),
        MapKeys::type_object_raw(py),
        MapValues::type_object_raw(py),
        MapItems::type_object_raw(py),
        Part::type_object_raw(py),
        Set::type_object_raw(py),
        SetMutation::type_object_raw(py),
        Image::type_object_raw(py),
        ImageIterator::type_object_raw(py),
        Delta::type_object_raw(py),
    ] {
        // SAFETY: a ready type. Python cannot set its attributes from here on.
        unsafe {
            (*class).tp_flags |= ffi::Py_TPFLAGS_IMMUTABLETYPE;
            ffi::PyType_Modified(class);
        }
    }
    Ok(())
}
