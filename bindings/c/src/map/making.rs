//! Versions from many pairs, open edits, and the end of versions.

use hedgerow::Version;
use hedgerow::host::{Batch, HostStore};

use super::{Handle, on_view};
use crate::status::Status;
use crate::types::Item;

impl Handle {
    /// The empty version.
    pub(crate) fn empty(&self) -> Result<Version, Status> {
        Ok(self.read()?.empty())
    }

    /// How many entries a version or open edit has.
    #[inline]
    pub(crate) fn len(&self, version: Version) -> Result<u64, Status> {
        on_view(&*self.read()?, version, |view| view.len() as u64)
    }

    /// A version of all the items; of equal keys the last stays.
    pub(crate) fn build(&self, items: Vec<Item>) -> Result<Version, Status> {
        let mut hashed = Vec::with_capacity(items.len());
        for Item { hash, key, value } in items {
            hashed.push((self.hash(hash)?, key, value));
        }
        let batch = Batch::new(hashed, |a, b| self.keys_equal(*a, *b))?;
        let made = self.write()?.bulk_batch(batch)?;
        self.retain_all(made)?;
        Ok(made)
    }

    /// Tells of all the entries of a version that was made at once.
    pub(super) fn retain_all(&self, made: Version) -> Result<(), Status> {
        if self.options.retain.is_some() {
            let pairs: Vec<(u64, u64)> =
                self.read()?.at(made)?.iter().map(|(key, value)| (*key, *value)).collect();
            pairs.into_iter().for_each(|(key, value)| self.retain(key, value));
        }
        Ok(())
    }

    pub(crate) fn open(&self, base: Version) -> Result<Version, Status> {
        Ok(self.write()?.open(base)?)
    }

    pub(crate) fn commit(&self, edit: Version) -> Result<Version, Status> {
        Ok(self.write()?.commit(edit)?)
    }

    pub(crate) fn abandon(&self, edit: Version) -> Result<(), Status> {
        Ok(self.write()?.abandon(edit)?)
    }

    #[inline]
    pub(crate) fn release(&self, version: Version) -> Result<(), Status> {
        Ok(self.write()?.release(version)?)
    }

    pub(crate) fn forget(&self, version: Version) -> Result<(), Status> {
        Ok(self.write()?.forget(version)?)
    }

    /// The tree as text.
    pub(crate) fn dump(&self, version: Version) -> Result<String, Status> {
        on_view(&*self.read()?, version, |view| view.dump().to_string())
    }
}
