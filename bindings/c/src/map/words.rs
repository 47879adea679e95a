//! Probes and iterators in the caller's memory: the engine's words, and a check word.

use hedgerow::host::{Cursor, Probe};

use super::types::{CIter, CProbe};
use crate::check_word::check_word;
use crate::status::Status;

const PROBE: u64 = 0x7c0f_fee1_5a1d_e70b;
const ITER: u64 = 0x1b87_3593_cc9e_2d51;

impl CProbe {
    pub(super) fn seal(probe: Probe) -> Self {
        let [a, b, c, d, e] = probe.to_words();
        CProbe { opaque: [a, b, c, d, e, check_word(PROBE, &[a, b, c, d, e])] }
    }

    pub(super) fn open(self) -> Result<Probe, Status> {
        let [a, b, c, d, e, sum] = self.opaque;
        let is_whole = sum == check_word(PROBE, &[a, b, c, d, e]);
        is_whole.then(|| Probe::from_words([a, b, c, d, e])).flatten().ok_or(Status::Scribbled)
    }
}

impl CIter {
    pub(super) fn seal(cursor: Cursor) -> Self {
        let [a, b, c, d] = cursor.to_words();
        CIter { opaque: [a, b, c, d, 0, check_word(ITER, &[a, b, c, d, 0])] }
    }

    pub(super) fn open(self) -> Result<Cursor, Status> {
        let [a, b, c, d, e, sum] = self.opaque;
        let is_whole = sum == check_word(ITER, &[a, b, c, d, e]);
        is_whole.then(|| Cursor::from_words([a, b, c, d])).flatten().ok_or(Status::Scribbled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hedgerow::host::HostStore;

    #[test]
    fn any_flipped_bit_is_noticed() {
        let mut store = hedgerow::Store::with_seed(1);
        let version = store.bulk((0..40_u64).map(|n| (n, n))).unwrap();
        let probe = CProbe::seal(store.probe(version, store.hash_of(&7)).unwrap());
        let mut cursor = store.cursor(version).unwrap();
        store.advance(&mut cursor).unwrap();
        let iter = CIter::seal(cursor);
        assert_eq!(probe.open().map(CProbe::seal), Ok(probe));
        assert_eq!(iter.open().map(CIter::seal), Ok(iter));
        for bit in 0..6 * 64 {
            let (mut probe, mut iter) = (probe, iter);
            probe.opaque[bit / 64] ^= 1 << (bit % 64);
            iter.opaque[bit / 64] ^= 1 << (bit % 64);
            assert!(probe.open().is_err() && iter.open().is_err(), "bit {bit}");
        }
        assert!(CProbe { opaque: iter.opaque }.open().is_err());
        assert!(CProbe::default().open().is_err() && CIter::default().open().is_err());
    }
}
