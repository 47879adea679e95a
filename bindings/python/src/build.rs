//! Building maps: the constructor, `update`, and what else writes many keys at once.

use std::convert::Infallible;

use hedgerow::Version;
use hedgerow::host::{Batch, HostStore};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PySequence, PyString, PyTuple, PyType};

use crate::compare::is_unchanged;
use crate::fault::Fault;
use crate::fence::cell;
use crate::fence::instance::new_map;
use crate::fence::object::may_be_tracked;
use crate::fence::pairs::DictPairs;
use crate::fence::{Key, Object, Verdict, Wanted, made};
use crate::map::{Map, derive};
use crate::mutation::MapMutation;
use crate::store::{self, Walk};

/// `Map(col, **kw)`.
pub(crate) fn construct<'py>(
    class: &Bound<'py, PyType>,
    col: Option<&Bound<'py, PyAny>>,
    kw: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, Map>> {
    let py = class.py();
    let kw = kw.filter(|kw| !kw.is_empty());
    let (mut version, mut tracked) = version_or_empty(py, col)?;
    if let Some(kw) = kw {
        let grown = Growing::over(py, version, tracked).and_then(|mut edit| {
            edit.put_all(kw)?;
            edit.finish()
        });
        // Whatever came of it: names of a subclass of str may raise where they are hashed.
        store::release(py, version)?;
        (version, tracked) = grown?;
    }
    let map = Map::new(version, tracked);
    if let Some(source) = col.and_then(|col| col.cast::<Map>().ok())
        && let (None, Some(hash)) = (kw, source.get().cached_hash())
    {
        map.cache_hash(hash);
    }
    new_map(py, Some(class), map)
}

/// `Map()` or `Map(col)`, of `Map` itself.
pub(crate) fn construct_plain<'py>(
    py: Python<'py>,
    col: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, Map>> {
    let (version, tracked) = version_or_empty(py, col)?;
    let map = Map::new(version, tracked);
    if let Some(source) = col.and_then(|col| col.cast::<Map>().ok())
        && let Some(hash) = source.get().cached_hash()
    {
        map.cache_hash(hash);
    }
    new_map(py, None, map)
}

fn version_or_empty<'py>(
    py: Python<'py>,
    col: Option<&Bound<'py, PyAny>>,
) -> PyResult<(Version, bool)> {
    match col {
        None => Ok((store::empty(py)?, false)),
        Some(col) if col.is_instance_of::<MapMutation>() => {
            Err(made::error::<PyTypeError>(py, "cannot create Maps from MapMutations"))
        }
        Some(col) => version_of(col),
    }
}

/// A version of its own with what a collection holds, and whether that may hold tracked objects.
pub(crate) fn version_of(col: &Bound<'_, PyAny>) -> PyResult<(Version, bool)> {
    let py = col.py();
    if let Ok(map) = col.cast::<Map>() {
        let map = map.get();
        return Ok((store::share(py, map.version())?, map.may_hold_tracked()));
    }
    if let Ok(dict) = col.cast_exact::<PyDict>() {
        return version_of_dict(dict);
    }
    let mut edit = Growing::over(py, store::empty(py)?, false)?;
    edit.put_all(col)?;
    edit.finish()
}

/// A dict's keys differ, so all of it is built at once.
fn version_of_dict(dict: &Bound<'_, PyDict>) -> PyResult<(Version, bool)> {
    let py = dict.py();
    let same = |a: &Key, b: &Key| {
        let given = a.wanted(py, 0);
        match given.judge(b) {
            Verdict::Ask => store::same(&given.object(), b.object().bound(py).as_any()),
            verdict => Ok::<bool, PyErr>(verdict == Verdict::Same),
        }
    };
    if let Some(quick) = batch_of_dict(dict) {
        let (batch, tracked) = quick;
        return Ok((version_of_batch(py, batch)?, tracked));
    }
    // Hashing runs Python code, which may change the dict: hash what it holds now.
    let pairs = made::items(dict)?;
    let mut tracked = false;
    let mut hashed = Vec::with_capacity(pairs.len());
    for pair in pairs.iter() {
        let (key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair.extract()?;
        let wanted = Wanted::new(key.as_borrowed())?;
        tracked = tracked || may_be_tracked(&key) || may_be_tracked(&value);
        hashed.push((wanted.hash, wanted.key(), Object::of(value)));
    }
    Ok((version_of_batch(py, Batch::new(hashed, same)?)?, tracked))
}

/// What a dict holds, if none of its keys takes Python code to be hashed and compared.
fn batch_of_dict(dict: &Bound<'_, PyDict>) -> Option<(Batch<Key, Object>, bool)> {
    let mut pairs = DictPairs::new(dict);
    let same =
        |a: &Key, b: &Key| Ok::<bool, Infallible>(a.wanted(dict.py(), 0).judge(b) == Verdict::Same);
    let Ok(batch) = Batch::new(pairs.by_ref(), same);
    pairs.was_complete().then(|| (batch, pairs.may_hold_tracked()))
}

/// `Map(dict)`, of `Map` itself, where that takes no Python code.
#[inline]
pub(crate) fn construct_quickly<'py>(dict: &Bound<'py, PyDict>) -> Option<Bound<'py, Map>> {
    let py = dict.py();
    let (batch, tracked) = batch_of_dict(dict)?;
    let version = version_of_batch(py, batch).ok()?;
    new_map(py, None, Map::new(version, tracked)).ok()
}

fn version_of_batch(py: Python<'_>, batch: Batch<Key, Object>) -> Result<Version, Fault> {
    cell::write(py, |store| store.bulk_batch(batch))?.map_err(Fault::from)
}

/// `update(col, **kw)` of a map.
pub(crate) fn update<'py>(
    map: &Bound<'py, Map>,
    col: Option<&Bound<'py, PyAny>>,
    kw: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, Map>> {
    let kw = kw.filter(|kw| !kw.is_empty());
    if col.is_none() && kw.is_none() {
        return Ok(map.clone());
    }
    let mut edit = Growing::from(map)?;
    if let Some(col) = col {
        edit.put_all(col)?;
    }
    if let Some(kw) = kw {
        edit.put_all(kw)?;
    }
    edit.finish_from(map)
}

/// An open edit that ends with the scope, unless it is finished.
pub(crate) struct Growing<'py> {
    py: Python<'py>,
    edit: Option<Version>,
    tracked: bool,
}

impl<'py> Growing<'py> {
    pub(crate) fn over(py: Python<'py>, base: Version, tracked: bool) -> PyResult<Self> {
        let edit = cell::write_to(py, base, |store| store.open(base))?.map_err(Fault::Store)?;
        Ok(Growing { py, edit: Some(edit), tracked })
    }

    pub(crate) fn from(map: &Bound<'py, Map>) -> PyResult<Self> {
        Growing::over(map.py(), map.get().version(), map.get().may_hold_tracked())
    }

    pub(crate) fn version(&self) -> PyResult<Version> {
        Ok(self.edit.ok_or(Fault::Finished)?)
    }

    pub(crate) fn put(
        &mut self,
        key: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<()> {
        self.tracked = self.tracked || may_be_tracked(key) || may_be_tracked(value);
        store::put(self.py, self.version()?, Wanted::new(key.as_borrowed())?, value)?;
        Ok(())
    }

    pub(crate) fn put_all(&mut self, col: &Bound<'py, PyAny>) -> PyResult<()> {
        for_each_pair(col, &mut |key, value| self.put(key, value))
    }

    /// Removes a key; says whether it was there.
    pub(crate) fn cut(&mut self, key: &Bound<'py, PyAny>) -> PyResult<bool> {
        Ok(store::cut(self.py, self.version()?, Wanted::new(key.as_borrowed())?)?.is_some())
    }

    /// The map of what was made of this one: itself, if it still holds the very same.
    pub(crate) fn finish_from(self, map: &Bound<'py, Map>) -> PyResult<Bound<'py, Map>> {
        if is_unchanged(self.py, map.get().version(), self.version()?)? {
            return Ok(map.clone());
        }
        let (version, tracked) = self.finish()?;
        derive(map, version, tracked)
    }

    pub(crate) fn finish(mut self) -> PyResult<(Version, bool)> {
        let edit = self.version()?;
        let version =
            cell::write_to(self.py, edit, |store| store.commit(edit))?.map_err(Fault::Store)?;
        self.edit = None;
        Ok((version, self.tracked))
    }
}

impl Drop for Growing<'_> {
    fn drop(&mut self) {
        if let Some(edit) = self.edit.take()
            && let Err(fault) = store::release(self.py, edit)
        {
            PyErr::from(fault).write_unraisable(self.py, None);
        }
    }
}

type EachPair<'a, 'py> = &'a mut dyn FnMut(&Bound<'py, PyAny>, &Bound<'py, PyAny>) -> PyResult<()>;

/// Hands over the pairs of a collection: a map, a dict, anything with `items()` or `keys()`, or an
/// iterable of pairs.
pub(crate) fn for_each_pair<'py>(col: &Bound<'py, PyAny>, each: EachPair<'_, 'py>) -> PyResult<()> {
    let py = col.py();
    if let Ok(map) = col.cast::<Map>() {
        let mut walk = Walk::new(py, map.get().version())?;
        while let Some((key, value)) = walk.next(py)? {
            each(&key.into_bound(py), &value.into_bound(py))?;
        }
        return Ok(());
    }
    if let Ok(dict) = col.cast_exact::<PyDict>() {
        return each_of_list(&made::items(dict)?, each);
    }
    if let Some(items) = made::attribute_if_any(col, c"items")? {
        return each_of_iterable(&items.call0()?, each);
    }
    if let Some(keys) = made::attribute_if_any(col, c"keys")? {
        for key in keys.call0()?.try_iter()? {
            let key = key?;
            each(&key, &col.get_item(&key)?)?;
        }
        return Ok(());
    }
    each_of_iterable(col, each)
}

fn each_of_list<'py>(items: &Bound<'py, PyList>, each: EachPair<'_, 'py>) -> PyResult<()> {
    for pair in items.iter() {
        let pair = pair.cast_into::<PyTuple>()?;
        each(&pair.get_item(0)?, &pair.get_item(1)?)?;
    }
    Ok(())
}

fn each_of_iterable<'py>(col: &Bound<'py, PyAny>, each: EachPair<'_, 'py>) -> PyResult<()> {
    for (number, element) in col.try_iter()?.enumerate() {
        let element = element?;
        let pair = sequence(&element, number)?;
        let length = pair.len()?;
        if length != 2 {
            let words =
                format!("map update sequence element #{number} has length {length}; 2 is required");
            return Err(made::error::<PyValueError>(col.py(), &words));
        }
        each(&pair.get_item(0)?, &pair.get_item(1)?)?;
    }
    Ok(())
}

/// An element as a sequence: what is none is iterated.
fn sequence<'py>(element: &Bound<'py, PyAny>, number: usize) -> PyResult<Bound<'py, PySequence>> {
    let py = element.py();
    if element.is_instance_of::<PyTuple>() || element.is_instance_of::<PyList>() {
        return Ok(element.clone().cast_into::<PySequence>()?);
    }
    let iterated = element.try_iter().map_err(|error| {
        if error.is_instance_of::<PyTypeError>(py) {
            let words =
                format!("cannot convert map update sequence element #{number} to a sequence");
            made::error::<PyTypeError>(py, &words)
        } else {
            error
        }
    })?;
    Ok(made::list_of(iterated.as_any())?.cast_into::<PySequence>()?)
}

/// Whether an object is a mapping: something `|` and the like take.
pub(crate) fn is_mapping(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    if object.is_instance_of::<Map>() || object.is_instance_of::<PyDict>() {
        return Ok(true);
    }
    static MAPPING: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let py = object.py();
    let mapping = MAPPING.get_or_try_init(py, || {
        made::import_class(py, c"collections.abc", c"Mapping").map(Bound::unbind)
    })?;
    object.is_instance(mapping.bind(py))
}

/// A map for the other side of an operation: itself, or one made from it.
pub(crate) fn as_map<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Map>> {
    if let Ok(map) = object.cast::<Map>() {
        return Ok(map.clone());
    }
    if !is_mapping(object)? {
        let name: Bound<'_, PyString> = object.get_type().name()?;
        let words = format!("expected a mapping, not '{}'", name.to_str()?);
        return Err(made::error::<PyTypeError>(object.py(), &words));
    }
    let (version, tracked) = version_of(object)?;
    new_map(object.py(), None, Map::new(version, tracked))
}
