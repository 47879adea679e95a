//! Methods and functions that take arguments.
//!
//! PyO3 would make a tuple and a dict of those of any number or name, and panic where there is no
//! memory for them; and of wrong ones it would say so outside of what catches a panic. Here CPython
//! makes and says all that, or gives an exception.

use std::ptr::null_mut;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyTuple, PyType};
use pyo3::{Borrowed, PyTypeInfo, ffi};

use super::made;
use super::slots::{Raw, borrowed, instance, slowly};
use super::table::{Arguments, Method, add, add_function, check_count, fast, many, named, single};
use crate::map::{self, Map, one_argument};
use crate::mutation::MapMutation;
use crate::views::{self, MapItems, MapKeys, MapValues};
use crate::{build, collect, relatives, statistics};

/// Writes the methods over. Called once, before anybody sees the types.
pub(crate) fn prepare(py: Python<'_>) -> PyResult<()> {
    let (map, mutation) = (Map::type_object_raw(py), MapMutation::type_object_raw(py));
    let (keys, items) = (MapKeys::type_object_raw(py), MapItems::type_object_raw(py));
    // SAFETY: contract 6.
    unsafe { (*map).tp_new = Some(map_new) };
    for method in [
        &MAP_UPDATE,
        &SET_MANY,
        &GET_MANY,
        &DELETE_MANY,
        &FROM_KEYS,
        &UNION,
        &INTERSECTION,
        &DIFFERENCE,
        &DIFF,
        &MERGE,
        &DEEP_COPY,
        &MAP_CLASS_ITEM,
    ] {
        add(py, map, method)?;
    }
    add(py, mutation, &MUTATION_UPDATE)?;
    add(py, mutation, &MUTATION_EXIT)?;
    for view in [keys, items, MapValues::type_object_raw(py)] {
        add(py, view, &VIEW_CLASS_ITEM)?;
    }
    add(py, keys, &IS_DISJOINT)?;
    add(py, items, &IS_DISJOINT)
}

/// Puts functions into the module. Called whenever it is made.
pub(crate) fn add_functions(module: &Bound<'_, PyModule>) -> PyResult<()> {
    add_function(module, &ON_COLLECTION)?;
    add_function(module, &SET_LIMITS)
}

/// A method that takes one object, by the safe function behind it.
macro_rules! single {
    ($method:ident, $name:literal, $work:path, $doc:literal) => {
        static $method: Method = {
            unsafe extern "C" fn call(object: Raw, argument: Raw) -> Raw {
                // SAFETY: contract 6.
                slowly(|py| unsafe {
                    Ok($work(&instance(py, object), &borrowed(py, argument))?.into_any())
                })
            }
            single($name, call, $doc)
        };
    };
}

/// A method that takes one object or two, by the safe function behind it.
macro_rules! single_or_pair {
    ($method:ident, $name:literal, $work:path, $doc:literal $(, $of_class:ident)?) => {
        static $method: Method = {
            unsafe extern "C" fn call(
                object: Raw,
                arguments: Arguments,
                count: ffi::Py_ssize_t,
            ) -> Raw {
                // SAFETY: contract 6; `count` arguments stand there.
                slowly(|py| unsafe {
                    check_count($name, count, 1, 2)?;
                    let second = (count == 2).then(|| borrowed(py, *arguments.add(1)));
                    let first = borrowed(py, *arguments);
                    Ok($work(&instance(py, object), &first, second.as_deref())?.into_any())
                })
            }
            fast($name, call, $doc)$(.$of_class())?
        };
    };
}

single!(
    SET_MANY,
    c"set_many",
    set_many,
    c"set_many($self, col, /)\n--\n\nA map with every pair of a mapping or of an iterable of pairs."
);
single_or_pair!(
    GET_MANY,
    c"get_many",
    map::get_many,
    c"get_many($self, keys, default=None, /)\n--\n\n\
      The values of many keys, with the default for those that are missing."
);
single!(
    DELETE_MANY,
    c"delete_many",
    relatives::delete_many,
    c"delete_many($self, keys, /)\n--\n\n\
      A map without any of the keys; KeyError with the first that is missing."
);
single_or_pair!(
    FROM_KEYS,
    c"fromkeys",
    map::from_keys,
    c"fromkeys($cls, keys, value=None, /)\n--\n\n\
      A map with the keys of an iterable, all with one value.",
    of_class
);
single!(
    UNION,
    c"union",
    union,
    c"union($self, other, /)\n--\n\n\
      All keys of both maps; where both have one, the other's value."
);
single!(
    INTERSECTION,
    c"intersection",
    relatives::intersection,
    c"intersection($self, other, /)\n--\n\n\
      The entries whose keys the other mapping has, too."
);
single!(
    DIFFERENCE,
    c"difference",
    relatives::difference,
    c"difference($self, other, /)\n--\n\nThe entries whose keys the other mapping has not."
);
single!(
    DIFF,
    c"diff",
    map::diff,
    c"diff($self, other, /)\n--\n\n\
      What changed from this map to the other, as a list of tuples: (\"added\", key, value),\n\
      (\"removed\", key, value), (\"changed\", key, old, new). \
      Costs what differs between relatives."
);
static MERGE: Method = named(
    c"merge",
    map_merge,
    c"merge($self, base, theirs, conflict=None)\n--\n\n\
      This map with what `theirs` changed since `base`. Where this map changed the same key in\n\
      another way, `conflict(key, base, ours, theirs)` says what the value shall be: ABSENT \
      stands\n\
      for no value. Without it that is a MergeConflict.",
);
single!(
    DEEP_COPY,
    c"__deepcopy__",
    map::deep_copy,
    c"__deepcopy__($self, memo, /)\n--\n\n\
      As pickle would do it: a map that holds itself stays one map."
);
static MAP_CLASS_ITEM: Method = named(
    c"__class_getitem__",
    class_item,
    c"__class_getitem__($cls, item)\n--\n\nFor annotations: `Map[str, int]`.",
)
.of_class();
static VIEW_CLASS_ITEM: Method = named(
    c"__class_getitem__",
    class_item,
    c"__class_getitem__($cls, item)\n--\n\nFor annotations.",
)
.of_class();
single!(
    IS_DISJOINT,
    c"isdisjoint",
    views::is_disjoint,
    c"isdisjoint($self, other, /)\n--\n\nWhether the two have nothing in common."
);
static MAP_UPDATE: Method = named(
    c"update",
    map_update,
    c"update($self, /, *args, **kw)\n--\n\n\
      A map with every pair of a mapping or of an iterable of pairs, and every keyword.",
);
static MUTATION_UPDATE: Method = named(
    c"update",
    mutation_update,
    c"update($self, /, *args, **kw)\n--\n\n\
      Puts every pair of a mapping or of an iterable of pairs, and every keyword.",
);
static MUTATION_EXIT: Method = many(
    c"__exit__",
    mutation_exit,
    c"__exit__($self, /, *_error)\n--\n\nFinishes, whatever happened in the block.",
);
static ON_COLLECTION: Method = fast(
    c"_on_collection",
    on_collection,
    c"_on_collection(phase, info, /)\n--\n\n\
      Called by CPython at the start and end of each collection: see `gc.callbacks`.",
);
static SET_LIMITS: Method = named(
    c"_set_limits",
    set_limits,
    c"_set_limits(words=None, entries=None)\n--\n\n\
      For tests: what the store may grow to. Without a number, what its handles can address.",
);

fn set_many<'py>(map: &Bound<'py, Map>, col: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Map>> {
    build::update(map, Some(col), None)
}

fn union<'py>(map: &Bound<'py, Map>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Map>> {
    let other = build::as_map(other)?;
    relatives::union(map, &other)
}

/// What CPython has found wrong with arguments, if it has.
fn parsed(py: Python<'_>, status: std::ffi::c_int) -> PyResult<()> {
    if status == 0 { Err(made::fetch(py)) } else { Ok(()) }
}

/// # Safety
///
/// `argument` is a live object or null.
unsafe fn if_given<'a, 'py>(py: Python<'py>, argument: Raw) -> Option<Borrowed<'a, 'py, PyAny>> {
    if argument.is_null() {
        return None;
    }
    // SAFETY: by the caller's promise.
    Some(unsafe { borrowed(py, argument) }).filter(|argument| !argument.is_none())
}

unsafe extern "C" fn map_merge(map: Raw, arguments: Raw, keywords: Raw) -> Raw {
    let names = [c"base".as_ptr(), c"theirs".as_ptr(), c"conflict".as_ptr(), std::ptr::null()];
    let (mut base, mut theirs, mut conflict) = (null_mut(), null_mut(), null_mut());
    // SAFETY: contract 6; called by CPython with a tuple, and a dict or null, which outlive what is
    // borrowed from them. Two instances of `Map` and an object, as the format says.
    slowly(|py| unsafe {
        let class = Map::type_object_raw(py);
        parsed(
            py,
            ffi::PyArg_ParseTupleAndKeywords(
                arguments,
                keywords,
                c"O!O!|O:merge".as_ptr(),
                names.as_ptr().cast_mut().cast(),
                class,
                &raw mut base,
                class,
                &raw mut theirs,
                &raw mut conflict,
            ),
        )?;
        let conflict = if_given(py, conflict);
        let (base, theirs) = (instance(py, base), instance(py, theirs));
        Ok(relatives::merge(&instance(py, map), &base, &theirs, conflict.as_deref())?.into_any())
    })
}

/// `class[item]`: `types.GenericAlias(class, item)`.
unsafe extern "C" fn class_item(class: Raw, arguments: Raw, keywords: Raw) -> Raw {
    let names = [c"item".as_ptr(), std::ptr::null()];
    let mut item = null_mut();
    // SAFETY: as above; of a class method, with a class. One object, as the format says.
    slowly(|py| unsafe {
        parsed(
            py,
            ffi::PyArg_ParseTupleAndKeywords(
                arguments,
                keywords,
                c"O:__class_getitem__".as_ptr(),
                names.as_ptr().cast_mut().cast(),
                &raw mut item,
            ),
        )?;
        map::generic_alias(&instance(py, class), &borrowed(py, item))
    })
}

unsafe extern "C" fn on_collection(_: Raw, arguments: Arguments, count: ffi::Py_ssize_t) -> Raw {
    // SAFETY: `count` arguments stand there.
    slowly(|py| unsafe {
        check_count(c"_on_collection", count, 2, 2)?;
        collect::on_collection(&borrowed(py, *arguments), &borrowed(py, *arguments.add(1)))?;
        Ok(py.None().into_bound(py))
    })
}

unsafe extern "C" fn set_limits(_: Raw, arguments: Raw, keywords: Raw) -> Raw {
    let names = [c"words".as_ptr(), c"entries".as_ptr(), std::ptr::null()];
    let (mut words, mut entries) = (null_mut(), null_mut());
    // SAFETY: as above. Two objects, as the format says.
    slowly(|py| unsafe {
        parsed(
            py,
            ffi::PyArg_ParseTupleAndKeywords(
                arguments,
                keywords,
                c"|OO:_set_limits".as_ptr(),
                names.as_ptr().cast_mut().cast(),
                &raw mut words,
                &raw mut entries,
            ),
        )?;
        let limit = |given: Raw| {
            let Some(given) = if_given(py, given) else { return Ok(None) };
            let limit = ffi::PyLong_AsSize_t(given.as_ptr());
            PyErr::take(py).map_or(Ok(Some(limit)), Err)
        };
        statistics::set_limits(py, limit(words)?, limit(entries)?)?;
        Ok(py.None().into_bound(py))
    })
}

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
        Ok(PyBool::new(py, false).to_owned().into_any())
    })
}
