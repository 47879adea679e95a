//! Iterators of dicts in the caller's memory: their words, and one that checks the others.

use hedgerow::object::{DictCursor, Merge};

use super::types::{CDictIter, MERGE_IF_ABSENT, MERGE_REPLACE, MERGE_UNIQUE};
use crate::map::check_word;
use crate::status::Status;

const DICT_ITER: u64 = 0x5be0_cd19_137e_2179;

impl CDictIter {
    /// A walk over the dict of the handle with this number.
    pub(crate) fn seal(number: u64, cursor: &DictCursor) -> Self {
        let [a, b, c, d, e] = cursor.to_words();
        let mut opaque = [number, a, b, c, d, e, 0, 0];
        let [words @ .., sum] = &mut opaque;
        *sum = check_word(DICT_ITER, words);
        CDictIter { opaque }
    }

    pub(crate) fn open(self, number: u64) -> Result<DictCursor, Status> {
        let [words @ .., sum] = self.opaque;
        let [of, a, b, c, d, e, _] = words;
        let is_whole = sum == check_word(DICT_ITER, &words);
        let cursor = is_whole.then(|| DictCursor::from_words([a, b, c, d, e])).flatten();
        let cursor = cursor.ok_or(Status::Scribbled)?;
        if of == number { Ok(cursor) } else { Err(Status::Foreign) }
    }
}

/// The way to merge of a number of the caller's.
pub(crate) fn merge_of(number: u32) -> Result<Merge, Status> {
    match number {
        MERGE_REPLACE => Ok(Merge::Replace),
        MERGE_IF_ABSENT => Ok(Merge::IfAbsent),
        MERGE_UNIQUE => Ok(Merge::Unique),
        _ => Err(Status::Argument),
    }
}

#[cfg(test)]
mod tests {
    use hedgerow::object::{HashPolicy, SharedDict};

    use super::*;

    #[test]
    fn any_flipped_bit_is_seen_and_so_is_another_dict() {
        let dict = SharedDict::new(HashPolicy::cpython(0));
        let iter = CDictIter::seal(7, &dict.cursor());
        assert_eq!(iter.open(7).map(|cursor| CDictIter::seal(7, &cursor)), Ok(iter));
        assert_eq!(iter.open(8).err(), Some(Status::Foreign));
        for bit in 0..8 * 64 {
            let mut iter = iter;
            iter.opaque[bit / 64] ^= 1 << (bit % 64);
            assert_eq!(iter.open(7).err(), Some(Status::Scribbled), "bit {bit}");
        }
        assert!(CDictIter::default().open(0).is_err());
    }
}
