//! The methods of `Map` for many keys, and for other maps. CPython checks their arguments.

use std::ffi::c_ulong;
use std::ptr::null_mut;

use pyo3::prelude::*;
use pyo3::{PyTypeInfo, ffi};

use super::arguments::{at_most_one, check_parsed, if_given, tuple_and_dict};
use super::class_item::CLASS_ITEM;
use crate::ffi::attached::attached;
use crate::ffi::call::{Raw, borrowed, call_safely, instance, object_or_null};
use crate::ffi::method::{self, Arguments, Method, check_count};
use crate::iterator::{Kind, MapIterator};
use crate::map::{self, Map};
use crate::views::{MapItems, MapKeys, MapValues};
use crate::{build, combine, copy};

/// `_Py_TPFLAGS_MATCH_SELF`: in `case Map(x)`, as in `case dict(x)`, `x` is the whole.
const MATCH_SELF: c_ulong = 1 << 22;

/// Sets the slots and methods. Called once, before anybody sees the type.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    let map = Map::type_object_raw(py);
    // SAFETY: contract 6.
    unsafe {
        (*map).tp_iter = Some(map_iter);
        (*map).tp_flags |= MATCH_SELF;
    }
    for method in [
        &KEYS,
        &VALUES,
        &ITEMS,
        &DISCARD,
        &UPDATE,
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
        &CLASS_ITEM,
    ] {
        method::add(py, map, method)?;
    }
    Ok(())
}

/// A method with one argument, by the safe function behind it.
macro_rules! one_argument {
    ($method:ident, $name:literal, $work:path, $doc:literal) => {
        static $method: Method = {
            unsafe extern "C" fn call(object: Raw, argument: Raw) -> Raw {
                // SAFETY: contract 6.
                call_safely(|py| unsafe {
                    Ok($work(&instance(py, object), &borrowed(py, argument))?.into_any())
                })
            }
            method::one_argument($name, call, $doc)
        };
    };
}

/// A method with one or two arguments, by the safe function behind it.
macro_rules! one_or_two_arguments {
    ($method:ident, $name:literal, $work:path, $doc:literal $(, $of_class:ident)?) => {
        static $method: Method = {
            unsafe extern "C" fn call(
                object: Raw,
                arguments: Arguments,
                count: ffi::Py_ssize_t,
            ) -> Raw {
                // SAFETY: contract 6; there are `count` arguments.
                call_safely(|py| unsafe {
                    check_count($name, count, 1, 2)?;
                    let second = (count == 2).then(|| borrowed(py, *arguments.add(1)));
                    let first = borrowed(py, *arguments);
                    Ok($work(&instance(py, object), &first, second.as_deref())?.into_any())
                })
            }
            method::fast($name, call, $doc)$(.$of_class())?
        };
    };
}

one_argument!(
    DISCARD,
    c"discard",
    map::discard,
    c"discard($self, key, /)\n--\n\nA map without the key; this very one if there is none."
);
one_argument!(
    SET_MANY,
    c"set_many",
    set_many,
    c"set_many($self, col, /)\n--\n\nA map with every pair of a mapping or of an iterable of pairs."
);
one_or_two_arguments!(
    GET_MANY,
    c"get_many",
    map::get_many,
    c"get_many($self, keys, default=None, /)\n--\n\n\
      The values of many keys, with the default for those that are missing."
);
one_argument!(
    DELETE_MANY,
    c"delete_many",
    combine::delete_many,
    c"delete_many($self, keys, /)\n--\n\n\
      A map without any of the keys; KeyError with the first that is missing."
);
one_or_two_arguments!(
    FROM_KEYS,
    c"fromkeys",
    build::from_keys,
    c"fromkeys($cls, keys, value=None, /)\n--\n\n\
      A map with the keys of an iterable, all with one value.",
    of_class
);
one_argument!(
    UNION,
    c"union",
    union,
    c"union($self, other, /)\n--\n\n\
      All keys of both maps; where both have one, the other's value."
);
one_argument!(
    INTERSECTION,
    c"intersection",
    combine::intersection,
    c"intersection($self, other, /)\n--\n\n\
      The entries whose keys the other mapping has, too."
);
one_argument!(
    DIFFERENCE,
    c"difference",
    combine::difference,
    c"difference($self, other, /)\n--\n\nThe entries whose keys the other mapping has not."
);
one_argument!(
    DIFF,
    c"diff",
    combine::diff,
    c"diff($self, other, /)\n--\n\n\
      What changed from this map to the other, as a list of tuples: (\"added\", key, value),\n\
      (\"removed\", key, value), (\"changed\", key, old, new). \
      Costs what differs between relatives."
);
static MERGE: Method = method::keywords(
    c"merge",
    map_merge,
    c"merge($self, base, theirs, conflict=None)\n--\n\n\
      This map with what `theirs` changed since `base`. Where this map changed the same key in\n\
      another way, `conflict(key, base, ours, theirs)` says what the value shall be: ABSENT \
      stands\n\
      for no value. Without it that is a MergeConflict.",
);
one_argument!(
    DEEP_COPY,
    c"__deepcopy__",
    copy::deep_copy,
    c"__deepcopy__($self, memo, /)\n--\n\n\
      As pickle would do it: a map that holds itself stays one map."
);
static UPDATE: Method = method::keywords(
    c"update",
    map_update,
    c"update($self, /, *args, **kw)\n--\n\n\
      A map with every pair of a mapping or of an iterable of pairs, and every keyword.",
);
static KEYS: Method =
    method::no_arguments(c"keys", map_keys, c"keys($self, /)\n--\n\nA set-like view of the keys.");
static VALUES: Method =
    method::no_arguments(c"values", map_values, c"values($self, /)\n--\n\nA view of the values.");
static ITEMS: Method = method::no_arguments(
    c"items",
    map_items,
    c"items($self, /)\n--\n\nA set-like view of the pairs of key and value.",
);

unsafe extern "C" fn map_iter(map: Raw) -> Raw {
    // SAFETY: contract 6.
    object_or_null(unsafe { MapIterator::over::<Map>(&instance(attached(), map), Kind::Keys) })
}

unsafe extern "C" fn map_keys(map: Raw, _: Raw) -> Raw {
    // SAFETY: contract 6.
    object_or_null(unsafe { MapKeys::of(&instance(attached(), map)) })
}

unsafe extern "C" fn map_values(map: Raw, _: Raw) -> Raw {
    // SAFETY: contract 6.
    object_or_null(unsafe { MapValues::of(&instance(attached(), map)) })
}

unsafe extern "C" fn map_items(map: Raw, _: Raw) -> Raw {
    // SAFETY: contract 6.
    object_or_null(unsafe { MapItems::of(&instance(attached(), map)) })
}

fn set_many<'py>(map: &Bound<'py, Map>, col: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Map>> {
    combine::update(map, Some(col), None)
}

fn union<'py>(map: &Bound<'py, Map>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Map>> {
    let other = build::as_map(other)?;
    combine::union(map, &other)
}

unsafe extern "C" fn map_merge(map: Raw, arguments: Raw, keywords: Raw) -> Raw {
    let names = [c"base".as_ptr(), c"theirs".as_ptr(), c"conflict".as_ptr(), std::ptr::null()];
    let (mut base, mut theirs, mut conflict) = (null_mut(), null_mut(), null_mut());
    // SAFETY: contract 6; called by CPython with a tuple, and a dict or null, which outlive what is
    // borrowed from them. The format asks for two or three objects.
    call_safely(|py| unsafe {
        check_parsed(
            py,
            ffi::PyArg_ParseTupleAndKeywords(
                arguments,
                keywords,
                c"OO|O:merge".as_ptr(),
                names.as_ptr().cast_mut().cast(),
                &raw mut base,
                &raw mut theirs,
                &raw mut conflict,
            ),
        )?;
        let conflict = if_given(py, conflict);
        let (base, theirs) = (borrowed(py, base), borrowed(py, theirs));
        Ok(combine::merge(&instance(py, map), &base, &theirs, conflict.as_deref())?.into_any())
    })
}

unsafe extern "C" fn map_update(map: Raw, arguments: Raw, keywords: Raw) -> Raw {
    // SAFETY: contract 6; called by CPython with a tuple, and a dict or null.
    call_safely(|py| unsafe {
        let (arguments, keywords) = tuple_and_dict(py, arguments, keywords);
        let col = at_most_one("update", &arguments)?;
        Ok(combine::update(&instance(py, map), col.as_ref(), keywords.as_deref())?.into_any())
    })
}
