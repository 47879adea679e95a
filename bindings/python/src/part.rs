//! Parts of maps, as pickle writes them.
//!
//! A pickler writes an object once, however often it comes across it. Maps that are derived from
//! each other share most of their entries, so a map is pickled as a tree of *parts*: objects that
//! stand for all its entries whose hashes begin alike. While a part lives, every map that has the
//! very same entries there is given the same one. A pickler keeps what it has written, so the parts
//! of one pickle live until it is done, and no longer.
//!
//! Where a part begins and ends follows from the hashes and the number of entries near by alone: a
//! change to a map changes the parts on one path, whatever its history.

use std::num::NonZeroU64;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use hedgerow::Version;
use pyo3::PyTraverseError;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::gc::PyVisit;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::ffi::attached::attached;
use crate::ffi::construct;
use crate::ffi::object::Object;
use crate::ffi::pairs::tuple_of;
use crate::ffi::part_list::{self, number_of};
use crate::ffi::stack::check_stack;

/// The most parts inside each other. Those of a map are inside 11 at most.
const DEEPEST: u8 = 32;

/// A part of a map.
#[pyclass(frozen, name = "_Part", module = "hedgerow._hedgerow")]
pub(crate) struct Part {
    /// A tuple: see [`Kind`].
    items: Object,
    kind: Kind,
    /// How many entries there are, in all its parts.
    count: usize,
    /// The function that makes it again, if it was made of a map.
    make: Option<Object>,
    /// The number that it is listed under, if it was made of a map. See [`part_list`].
    number: Option<u64>,
    /// The number that its tuple of keys is listed under.
    keys: Option<u64>,
    /// The handle of the version that was made of it last; 0 if none.
    version: AtomicU64,
    /// Whether that may hold what the collector tracks.
    tracked: AtomicBool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The items are keys and their values in turn.
    Entries,
    /// The items are a tuple of keys, and their values. Maps with other values under the same keys
    /// have that tuple in common.
    Keyed,
    /// The items are parts, with so many levels of parts below this one.
    Parts(u8),
}

impl Kind {
    /// The function of the module that makes such a part of its items.
    fn function(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let name = match self {
            Kind::Entries => c"_entries",
            Kind::Keyed => c"_keyed",
            Kind::Parts(_) => c"_parts",
        };
        construct::import(py, c"hedgerow._hedgerow", name)
    }
}

#[pymethods]
impl Part {
    /// For pickle: a function of the module, and the items.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        // To pickle or copy a part does the same with what it holds.
        check_stack(py, c" while taking a part apart")?;
        let make = match &slf.get().make {
            Some(make) => make.clone().into_bound(py),
            None => slf.get().kind.function(py)?,
        };
        construct::tuple(py, [make, slf.get().items.clone().into_bound(py)])
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.make.as_ref().map_or(Ok(()), |make| visit.call(make.as_py()))?;
        visit.call(self.items.as_py())
    }
}

impl Part {
    /// A part of the entries whose keys and values are the items of a tuple in turn.
    pub(crate) fn of_entries<'py>(items: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, Part>> {
        let py = items.py();
        if !items.len().is_multiple_of(2) {
            return Err(construct::error::<PyTypeError>(py, "the last key has no value"));
        }
        let count = items.len() / 2;
        Part::new(py, Object::new(items.as_any()), Kind::Entries, count)
    }

    /// A part of the entries whose keys are in a tuple, the first item, and whose values follow.
    pub(crate) fn of_keyed<'py>(items: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, Part>> {
        let py = items.py();
        let keys = match items.iter().next() {
            Some(keys) => construct::cast::<PyTuple>(keys, "a tuple of keys")?,
            None => return Err(construct::error::<PyTypeError>(py, "there are no keys")),
        };
        let count = items.len() - 1;
        if keys.len() != count {
            return Err(construct::error::<PyTypeError>(py, "there is not one value for each key"));
        }
        Part::new(py, Object::new(items.as_any()), Kind::Keyed, count)
    }

    /// A part of other parts.
    pub(crate) fn of_parts<'py>(items: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, Part>> {
        let py = items.py();
        let (mut levels, mut count) = (0, 0_usize);
        for item in items.iter() {
            let part = construct::cast::<Part>(item, "a part of a map")?;
            levels = levels.max(part.get().levels() + 1);
            count = count.saturating_add(part.get().count);
        }
        if levels > DEEPEST {
            return Err(construct::error::<PyValueError>(py, "parts nest too deep"));
        }
        Part::new(py, Object::new(items.as_any()), Kind::Parts(levels), count)
    }

    fn new(py: Python<'_>, items: Object, kind: Kind, count: usize) -> PyResult<Bound<'_, Part>> {
        Bound::new(py, Part::with(items, kind, count))
    }

    fn with(items: Object, kind: Kind, count: usize) -> Part {
        let (version, tracked) = (AtomicU64::new(0), AtomicBool::new(false));
        Part { items, kind, count, make: None, number: None, keys: None, version, tracked }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn items<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        construct::cast::<PyTuple>(self.items.clone().into_bound(py), "a tuple")
    }

    /// The version that was made of it last, and whether it may hold what the collector tracks. It
    /// may have ended.
    pub(crate) fn version(&self) -> Option<(Version, bool)> {
        let version = NonZeroU64::new(self.version.load(Relaxed)).map(Version::from_bits);
        version.map(|version| (version, self.tracked.load(Relaxed)))
    }

    /// Notes a version that was made of it, for the next part that is loaded.
    pub(crate) fn set_version(
        slf: &Bound<'_, Self>,
        version: Version,
        tracked: bool,
    ) -> PyResult<()> {
        slf.get().tracked.store(tracked, Relaxed);
        slf.get().version.store(version.to_bits().get(), Relaxed);
        Ok(part_list::set_last(slf.py(), &Object::new(slf.as_any()), &slf.get().items)?)
    }

    /// The part of which a version was made last, if it lives.
    pub(crate) fn last(py: Python<'_>) -> PyResult<Option<Bound<'_, Self>>> {
        match part_list::last(py)? {
            Some(part) => Ok(part.into_bound(py).cast_into().ok()),
            None => Ok(None),
        }
    }

    fn levels(&self) -> u8 {
        match self.kind {
            Kind::Entries | Kind::Keyed => 0,
            Kind::Parts(levels) => levels,
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        part_list::unlist(attached(), self.number, &self.items);
        if let Some(number) = self.keys {
            part_list::unlist_keys(attached(), number, &self.items);
        }
    }
}

/// An entry, and its place in the order of iteration.
pub(crate) struct Ordered {
    pub(crate) order: u32,
    pub(crate) pair: [Object; 2],
}

/// Makes parts of maps, and only one of the same items.
pub(crate) struct UniqueParts<'py> {
    py: Python<'py>,
    make_of_entries: Object,
    make_of_keyed: Object,
    make_of_parts: Object,
}

impl<'py> UniqueParts<'py> {
    pub(crate) fn new(py: Python<'py>) -> PyResult<Self> {
        Ok(UniqueParts {
            py,
            make_of_entries: Object::of(Kind::Entries.function(py)?),
            make_of_keyed: Object::of(Kind::Keyed.function(py)?),
            make_of_parts: Object::of(Kind::Parts(0).function(py)?),
        })
    }

    pub(crate) fn of_entries(&self, entries: &[Ordered]) -> PyResult<Object> {
        /// A tuple of fewer keys takes more than it saves.
        const FEWEST_KEYED: usize = 3;
        let count = entries.len();
        if count < FEWEST_KEYED {
            let items = entries.iter().flat_map(|entry| &entry.pair);
            return self.unique(&self.make_of_entries, 2 * count, items, Kind::Entries, count);
        }
        let keys = entries.iter().map(|Ordered { pair: [key, _], .. }| key);
        let keys = match part_list::find_keys(self.py, number_of(keys.clone()), keys.clone())? {
            Some(keys) => keys,
            None => tuple_of(self.py, count, keys.cloned())?,
        };
        let values = entries.iter().map(|Ordered { pair: [_, value], .. }| value);
        let items = [&keys].into_iter().chain(values);
        self.unique(&self.make_of_keyed, 1 + count, items, Kind::Keyed, count)
    }

    /// The part of other such parts, which have `count` entries.
    pub(crate) fn of_parts(&self, parts: &[Object], count: usize) -> PyResult<Object> {
        let levels = |part: &Object| {
            part.bound(self.py).cast_exact::<Part>().map_or(0, |part| part.get().levels())
        };
        let levels = parts.iter().map(levels).max().unwrap_or(0) + 1;
        self.unique(&self.make_of_parts, parts.len(), parts.iter(), Kind::Parts(levels), count)
    }

    fn unique<'a>(
        &self,
        make: &Object,
        item_count: usize,
        items: impl Iterator<Item = &'a Object> + Clone,
        kind: Kind,
        count: usize,
    ) -> PyResult<Object> {
        let py = self.py;
        let number = number_of(items.clone());
        if let Some(part) = part_list::find(py, number, item_count, items.clone())?
            && part.bound(py).cast_exact::<Part>().is_ok_and(|part| part.get().kind == kind)
        {
            return Ok(part);
        }
        let items = tuple_of(py, item_count, items.cloned())?;
        let mut part = Part::with(items.clone(), kind, count);
        (part.make, part.number) = (Some(make.clone()), Some(number));
        if kind == Kind::Keyed {
            part.keys = part_list::list_keys(py, &items)?;
        }
        let part = Object::of(Bound::new(py, part)?.into_any());
        part_list::list(py, number, &part, &items)?;
        Ok(part)
    }
}
