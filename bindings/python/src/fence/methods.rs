//! Methods that take arguments of any number or name. PyO3 would make a tuple and a dict of these
//! itself, and panic where there is no memory for them; CPython makes both, or an exception.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};
use pyo3::{Borrowed, PyTypeInfo, ffi};

use super::slots::{Method, Raw, add, borrowed, instance, slowly};
use crate::build;
use crate::map::{Map, one_argument};
use crate::mutation::MapMutation;

/// Writes the methods over. Called once, before anybody sees the types.
pub(crate) fn prepare(py: Python<'_>) -> PyResult<()> {
    let (map, mutation) = (Map::type_object_raw(py), MapMutation::type_object_raw(py));
    // SAFETY: contract 6.
    unsafe { (*map).tp_new = Some(map_new) };
    add(py, map, &MAP_UPDATE)?;
    add(py, mutation, &MUTATION_UPDATE)?;
    add(py, mutation, &MUTATION_EXIT)
}

static MAP_UPDATE: Method = Method(ffi::PyMethodDef {
    ml_name: c"update".as_ptr(),
    ml_meth: ffi::PyMethodDefPointer { PyCFunctionWithKeywords: map_update },
    ml_flags: ffi::METH_VARARGS | ffi::METH_KEYWORDS,
    ml_doc: c"update($self, /, *args, **kw)\n--\n\n\
              A map with every pair of a mapping or of an iterable of pairs, and every keyword."
        .as_ptr(),
});
static MUTATION_UPDATE: Method = Method(ffi::PyMethodDef {
    ml_name: c"update".as_ptr(),
    ml_meth: ffi::PyMethodDefPointer { PyCFunctionWithKeywords: mutation_update },
    ml_flags: ffi::METH_VARARGS | ffi::METH_KEYWORDS,
    ml_doc: c"update($self, /, *args, **kw)\n--\n\n\
              Puts every pair of a mapping or of an iterable of pairs, and every keyword."
        .as_ptr(),
});
static MUTATION_EXIT: Method = Method(ffi::PyMethodDef {
    ml_name: c"__exit__".as_ptr(),
    ml_meth: ffi::PyMethodDefPointer { PyCFunction: mutation_exit },
    ml_flags: ffi::METH_VARARGS,
    ml_doc: c"__exit__($self, /, *_error)\n--\n\nFinishes, whatever happened in the block."
        .as_ptr(),
});

/// # Safety
///
/// `arguments` is a live tuple, and `keywords` a live dict or null.
unsafe fn given<'a, 'py>(
    py: Python<'py>,
    arguments: Raw,
    keywords: Raw,
) -> (Borrowed<'a, 'py, PyTuple>, Option<Borrowed<'a, 'py, PyDict>>) {
    // SAFETY: by the caller's promise.
    unsafe {
        let keywords = (!keywords.is_null()).then(|| borrowed(py, keywords).cast_unchecked());
        (borrowed(py, arguments).cast_unchecked(), keywords)
    }
}

/// `Map.__new__`, and that of subclasses.
unsafe extern "C" fn map_new(class: *mut ffi::PyTypeObject, arguments: Raw, keywords: Raw) -> Raw {
    // SAFETY: called by CPython with `Map` or a subclass, a tuple, and a dict or null.
    slowly(|py| unsafe {
        let (arguments, keywords) = given(py, arguments, keywords);
        let class: Borrowed<'_, '_, PyType> = borrowed(py, class.cast()).cast_unchecked();
        let col = one_argument("hedgerow.Map", &arguments)?;
        Ok(build::construct(&class, col.as_ref(), keywords.as_deref())?.into_any())
    })
}

unsafe extern "C" fn map_update(map: Raw, arguments: Raw, keywords: Raw) -> Raw {
    // SAFETY: contract 6; called by CPython with a tuple, and a dict or null.
    slowly(|py| unsafe {
        let (arguments, keywords) = given(py, arguments, keywords);
        let col = one_argument("update", &arguments)?;
        Ok(build::update(&instance(py, map), col.as_ref(), keywords.as_deref())?.into_any())
    })
}

unsafe extern "C" fn mutation_update(mutation: Raw, arguments: Raw, keywords: Raw) -> Raw {
    // SAFETY: as above.
    slowly(|py| unsafe {
        let (arguments, keywords) = given(py, arguments, keywords);
        MapMutation::update(&instance(py, mutation), &arguments, keywords.as_deref())?;
        Ok(py.None().into_bound(py))
    })
}

unsafe extern "C" fn mutation_exit(mutation: Raw, _: Raw) -> Raw {
    // SAFETY: contract 6.
    slowly(|py| unsafe {
        MapMutation::finish(&instance(py, mutation))?;
        Ok(pyo3::types::PyBool::new(py, false).to_owned().into_any())
    })
}
