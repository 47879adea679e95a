//! An open edit that is abandoned unless it is finished.

use hedgerow::Version;
use hedgerow::host::HostStore;
use pyo3::prelude::*;

use crate::entries::for_each_pair;
use crate::ffi::fault::Fault;
use crate::ffi::key::HashedKey;
use crate::ffi::store_cell;
use crate::ffi::tracking::may_be_tracked;
use crate::map::{Collection, derive};
use crate::store;
use crate::unshared::is_unchanged;
use crate::update;

/// An open edit, which the store abandons when this is dropped.
pub(crate) struct Edit<'py> {
    py: Python<'py>,
    edit: Option<Version>,
    tracked: bool,
}

impl<'py> Edit<'py> {
    /// Opens an edit on a version. `tracked` says whether that may hold what the collector tracks.
    pub(crate) fn open(py: Python<'py>, base: Version, tracked: bool) -> PyResult<Self> {
        let edit =
            store_cell::write_version(py, base, |store| store.open(base))?.map_err(Fault::Store)?;
        Ok(Edit { py, edit: Some(edit), tracked })
    }

    /// Opens an edit on the version of a map or set.
    pub(crate) fn of<T: Collection>(map: &Bound<'py, T>) -> PyResult<Self> {
        let this = map.get().as_map();
        Edit::open(map.py(), this.version(), this.may_hold_tracked())
    }

    pub(crate) fn version(&self) -> PyResult<Version> {
        Ok(self.edit.ok_or(Fault::Finished)?)
    }

    pub(crate) fn insert(
        &mut self,
        key: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<()> {
        self.tracked = self.tracked || may_be_tracked(key) || may_be_tracked(value);
        let _ = update::insert(self.py, self.version()?, HashedKey::new(key)?, value)?;
        Ok(())
    }

    pub(crate) fn insert_all(&mut self, col: &Bound<'py, PyAny>) -> PyResult<()> {
        for_each_pair(col, &mut |key, value| self.insert(key, value))
    }

    /// Removes a key. Returns whether it was there.
    pub(crate) fn remove(&mut self, key: &Bound<'py, PyAny>) -> PyResult<bool> {
        Ok(update::remove(self.py, self.version()?, HashedKey::new(key)?)?.is_some())
    }

    /// Commits the edit of a map or set, and returns one of the same class: the one it was opened
    /// on, if that holds the same.
    pub(crate) fn finish_map<T: Collection>(self, map: &Bound<'py, T>) -> PyResult<Bound<'py, T>> {
        if is_unchanged(self.py, map.get().as_map().version(), self.version()?)? {
            return Ok(map.clone());
        }
        self.finish_like(map)
    }

    /// [`finish_map`](Edit::finish_map) of an edit that holds entries of the map or set and no
    /// others, and was not opened on it: as many are the same.
    pub(crate) fn finish_part_of<T: Collection>(
        self,
        map: &Bound<'py, T>,
    ) -> PyResult<Bound<'py, T>> {
        if store::len(self.py, self.version()?)? == map.get().as_map().count(self.py)? {
            return Ok(map.clone());
        }
        self.finish_like(map)
    }

    /// Commits the edit, and returns a new map or set of the class of another.
    pub(crate) fn finish_like<T: Collection>(
        self,
        like: &Bound<'py, T>,
    ) -> PyResult<Bound<'py, T>> {
        let (version, tracked) = self.finish()?;
        derive(like, version, tracked)
    }

    /// Commits the edit. Returns the version, and whether it may hold what the collector tracks.
    pub(crate) fn finish(mut self) -> PyResult<(Version, bool)> {
        let edit = self.version()?;
        let version = store_cell::write_version(self.py, edit, |store| store.commit(edit))?
            .map_err(Fault::Store)?;
        self.edit = None;
        Ok((version, self.tracked))
    }
}

impl Drop for Edit<'_> {
    fn drop(&mut self) {
        if let Some(edit) = self.edit.take() {
            store::release(self.py, edit);
        }
    }
}
