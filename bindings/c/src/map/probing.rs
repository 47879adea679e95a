//! Looking up, storing and removing in steps, for callers that compare keys by themselves.

use hedgerow::Version;
use hedgerow::host::HostStore;

use super::Handle;
use crate::status::Status;
use crate::types::{CProbe, Pair};

impl Handle {
    /// A probe at the first key of this hash.
    pub(crate) fn probe(&self, version: Version, hash: u64) -> Result<CProbe, Status> {
        let hash = self.hash(hash)?;
        Ok(CProbe::seal(self.read()?.probe(version, hash)?))
    }

    /// What a probe stands at.
    pub(crate) fn candidate(&self, probe: CProbe) -> Result<Pair, Status> {
        let (key, value) = self.look(&probe.open()?)?.ok_or(Status::Absent)?;
        Ok(Pair { key, value })
    }

    /// Writes where a probe stands.
    pub(crate) fn insert_at(&self, probe: CProbe, key: u64, value: u64) -> Result<Version, Status> {
        let made = self.write()?.insert_at(probe.open()?, key, value)?;
        self.retain(key, value);
        Ok(made)
    }

    /// Removes what a probe stands at.
    pub(crate) fn remove_at(&self, probe: CProbe) -> Result<Version, Status> {
        Ok(self.write()?.remove_at(probe.open()?)?)
    }
}

/// The probe at the next candidate.
pub(crate) fn advanced(probe: CProbe) -> Result<CProbe, Status> {
    let mut probe = probe.open()?;
    probe.advance();
    Ok(CProbe::seal(probe))
}
