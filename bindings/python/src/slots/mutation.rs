//! The slots and methods of mutations of maps; some serve those of sets as well.

use std::ffi::{c_int, c_void};

use pyo3::basic::CompareOp;
use pyo3::exceptions::PyTypeError;
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString};
use pyo3::{PyTraverseError, PyTypeInfo, ffi};

use super::arguments::{at_most_one, tuple_and_dict};
use super::{equality, repr};
use crate::ffi::attached::attached;
use crate::ffi::call::{Raw, borrowed, call_safely, instance};
use crate::ffi::collector;
use crate::ffi::construct;
use crate::ffi::instance::{check_contents, clear_weak_references, contents, contents_ptr};
use crate::ffi::method::{self, Arguments, Method, check_count};
use crate::ffi::tracking::Visit;
use crate::ffi::trashcan::end_nested;
use crate::map::{Map, new_map};
use crate::mutation::{MapMutation, Mutation};
use crate::repr::Form;
use crate::store;

/// Sets the slots and methods. Called once, before anybody sees the type.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    prepare_class::<MapMutation>(py)?;
    let class = MapMutation::type_object_raw(py);
    for method in [&GET, &SET, &POP, &DISCARD, &UPDATE, &EXIT] {
        method::add(py, class, method)?;
    }
    // SAFETY: contract 6. PyO3 has given the type sequence slots.
    unsafe {
        // Otherwise Python would iterate it by index.
        (*(*class).tp_as_sequence).sq_item = None;
        (*(*class).tp_as_sequence).sq_ass_item = None;
    }
    Ok(())
}

/// Sets the slots that mutations of maps and of sets have in common.
pub(super) fn prepare_class<T: Mutation>(py: Python<'_>) -> PyResult<()> {
    let mutation = T::of(&new_map(py, None, Map::empty(py)?)?)?;
    check_contents(&mutation, mutation.get())?;
    // PyO3 made it, and ends it.
    drop(mutation);
    let class = T::type_object_raw(py);
    // SAFETY: contract 6.
    unsafe {
        (*class).tp_traverse = Some(traverse);
        (*class).tp_clear = Some(clear);
        (*class).tp_dealloc = Some(dealloc);
    }
    Ok(())
}

static GET: Method = method::fast(
    c"get",
    mutation_get,
    c"get($self, key, default=None, /)\n--\n\nThe value of the key, or the default.",
);
static SET: Method = method::fast(
    c"set",
    mutation_set,
    c"set($self, key, val, /)\n--\n\nPuts the value under the key.",
);
static POP: Method = method::fast(
    c"pop",
    mutation_pop,
    c"pop($self, key, default=<unrepresentable>, /)\n--\n\n\
      Removes the key, and returns its value; the default, if one is given, where there is none.",
);
static DISCARD: Method = method::one_argument(
    c"discard",
    mutation_discard,
    c"discard($self, key, /)\n--\n\nRemoves the key, if it is there.",
);
static UPDATE: Method = method::keywords(
    c"update",
    mutation_update,
    c"update($self, /, *args, **kw)\n--\n\n\
      Puts every pair of a mapping or of an iterable of pairs, and every keyword.",
);
static EXIT: Method = exit::<MapMutation>();

/// `__exit__` of a class of mutations.
pub(super) const fn exit<T: Mutation>() -> Method {
    unsafe extern "C" fn call<T: Mutation>(mutation: Raw, _: Raw) -> Raw {
        // SAFETY: contract 6.
        call_safely(|py| unsafe {
            T::finish(&instance(py, mutation))?;
            Ok(PyBool::new(py, false).to_owned().into_any())
        })
    }
    method::tuple(
        c"__exit__",
        call::<T>,
        c"__exit__($self, /, *_error)\n--\n\nFinishes, whatever happened in the block.",
    )
}

unsafe extern "C" fn traverse(mutation: Raw, visit: ffi::visitproc, arg: *mut c_void) -> c_int {
    // SAFETY: contract 6: a live mutation, which owns its type; called by the collector.
    let (this, visit) = unsafe { (contents::<MapMutation>(mutation), Visit::new(visit, arg)) };
    let visited = (|| {
        // SAFETY: as above; live objects.
        unsafe {
            visit.show(ffi::Py_TYPE(mutation).cast())?;
            if let Some(class) = this.class() {
                visit.show(class.as_ptr())?;
            }
        }
        this.version(attached()).map_or(Ok(()), |version| collector::traverse(version, &visit))
    })();
    visited.err().unwrap_or(0)
}

unsafe extern "C" fn clear(mutation: Raw) -> c_int {
    // SAFETY: called by the collector with a live mutation.
    unsafe { contents::<MapMutation>(mutation) }.clear(attached());
    0
}

unsafe extern "C" fn dealloc(mutation: Raw) {
    // SAFETY: the last reference is gone, and nobody can subclass the class. The order is that of
    // CPython's own types.
    unsafe {
        ffi::PyObject_GC_UnTrack(mutation.cast());
        clear_weak_references(mutation);
        end_nested(mutation, dealloc, || {
            let class = ffi::Py_TYPE(mutation);
            contents_ptr::<MapMutation>(mutation).drop_in_place();
            ffi::PyObject_GC_Del(mutation.cast());
            ffi::Py_DECREF(class.cast());
        });
    }
}

unsafe extern "C" fn mutation_get(
    mutation: Raw,
    arguments: Arguments,
    count: ffi::Py_ssize_t,
) -> Raw {
    // SAFETY: contract 6; there are `count` arguments.
    call_safely(|py| unsafe {
        check_count(c"get", count, 1, 2)?;
        let default = if count == 2 { *arguments.add(1) } else { ffi::Py_None() };
        let found = MapMutation::get(&instance(py, mutation), &borrowed(py, *arguments))?;
        Ok(match found {
            Some(value) => value.into_bound(py),
            None => borrowed(py, default).to_owned(),
        })
    })
}

unsafe extern "C" fn mutation_set(
    mutation: Raw,
    arguments: Arguments,
    count: ffi::Py_ssize_t,
) -> Raw {
    // SAFETY: contract 6; there are `count` arguments.
    call_safely(|py| unsafe {
        check_count(c"set", count, 2, 2)?;
        let (key, value) = (borrowed(py, *arguments), borrowed(py, *arguments.add(1)));
        MapMutation::insert(&instance(py, mutation), &key, &value)?;
        Ok(py.None().into_bound(py))
    })
}

unsafe extern "C" fn mutation_pop(
    mutation: Raw,
    arguments: Arguments,
    count: ffi::Py_ssize_t,
) -> Raw {
    // SAFETY: contract 6; there are `count` arguments.
    call_safely(|py| unsafe {
        check_count(c"pop", count, 1, 2)?;
        let default = (count == 2).then(|| borrowed(py, *arguments.add(1)).to_owned());
        MapMutation::pop(&instance(py, mutation), &borrowed(py, *arguments), default)
    })
}

unsafe extern "C" fn mutation_discard(mutation: Raw, key: Raw) -> Raw {
    // SAFETY: contract 6.
    call_safely(|py| unsafe {
        MapMutation::remove(&instance(py, mutation), &borrowed(py, key))?;
        Ok(py.None().into_bound(py))
    })
}

unsafe extern "C" fn mutation_update(mutation: Raw, arguments: Raw, keywords: Raw) -> Raw {
    // SAFETY: contract 6; called by CPython with a tuple, and a dict or null.
    call_safely(|py| unsafe {
        let mutation = instance(py, mutation);
        let (arguments, keywords) = tuple_and_dict(py, arguments, keywords);
        let _ = MapMutation::open_version(&mutation)?;
        let col = at_most_one("update", &arguments)?;
        MapMutation::update(&mutation, col.as_ref(), keywords.as_deref())?;
        Ok(py.None().into_bound(py))
    })
}

#[pymethods]
impl MapMutation {
    fn __len__(slf: &Bound<'_, Self>) -> PyResult<usize> {
        let py = slf.py();
        Ok(store::len(py, slf.get().version(py)?)?)
    }

    fn __contains__(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(Self::get(slf, key)?.is_some())
    }

    fn __getitem__<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match Self::get(slf, key)? {
            Some(value) => Ok(value.into_bound(slf.py())),
            None => Err(construct::key_error(key)),
        }
    }

    fn __setitem__(
        slf: &Bound<'_, Self>,
        key: &Bound<'_, PyAny>,
        val: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        Self::insert(slf, key, val)
    }

    fn __delitem__(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<()> {
        if Self::remove(slf, key)? { Ok(()) } else { Err(construct::key_error(key)) }
    }

    /// A map of what this holds now; from then on it can only be read. Each call gives another map.
    #[pyo3(name = "finish")]
    fn py_finish<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, Map>> {
        Self::finish(slf)
    }

    /// The mutation itself.
    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __richcmp__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        op: CompareOp,
    ) -> PyResult<Bound<'py, PyAny>> {
        equality::compare_mutations(slf, other, op)
    }

    /// Raises TypeError: a mutation cannot be pickled or copied.
    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        Err(construct::error::<PyTypeError>(slf.py(), "can't pickle MapMutation objects"))
    }

    fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyString>> {
        repr::repr(slf, slf.get().version(slf.py())?, Form::Map)
    }

    #[allow(clippy::unused_self, reason = "makes PyO3 set the flag; `prepare` replaces the slot")]
    fn __traverse__(&self, _visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        Ok(())
    }
}
