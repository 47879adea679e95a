//! Walking the entries of a version, and those of everything.

use hedgerow::Version;
use hedgerow::host::{HostMemory, HostStore};

use super::Handle;
use crate::status::{Answer, Status};
use crate::types::{CIter, Pair};

impl Handle {
    /// A walk over a version or an open edit.
    pub(crate) fn iterate(&self, version: Version) -> Result<CIter, Status> {
        Ok(CIter::seal(self.read()?.cursor(version)?))
    }

    /// The next entries of a walk, `count` at most, handed to `visit` with their numbers.
    pub(crate) fn next(
        &self,
        iter: CIter,
        count: usize,
        mut visit: impl FnMut(usize, Pair),
    ) -> Result<(CIter, usize), Status> {
        let mut cursor = iter.open()?;
        let mut index = 0;
        let visited = self.read()?.advance_by(&mut cursor, count, |&key, &value| {
            visit(index, Pair { key, value });
            index += 1;
        })?;
        Ok((CIter::seal(cursor), visited))
    }

    /// Hands `visit` every entry that the given versions hold, or all live ones, with the number of
    /// those that do. `visit` must not write to the store; it stops the visit by anything but 0.
    pub(crate) fn visit(
        &self,
        versions: Option<Vec<Version>>,
        mut visit: impl FnMut(u64, u64, u32) -> i32,
    ) -> Answer {
        let engine = self.read()?;
        let versions = match versions {
            Some(versions) => versions,
            None => engine.families().into_iter().flatten().collect(),
        };
        self.visits.set(self.visits.get() + 1);
        let mut answer = 0;
        let end = engine.count_holders(&versions, |&key, &value, holders| {
            if answer == 0 {
                answer = self.calling(|| visit(key, value, holders));
            }
        });
        self.visits.set(self.visits.get() - 1);
        end?;
        if answer < 0 { Err(Status::Caller) } else { Ok(Status::Ok) }
    }
}
