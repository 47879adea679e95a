//! The sizes of blocks of words.

use super::layout::BRANCH_WORDS;

/// Blocks of up to [`FINE_WORDS`] words come in every even size, because most nodes are that small.
/// Blocks of up to [`BRANCH_WORDS`] words come in multiples of four, so that an edit can put most
/// new slots into the block that is there. Larger ones (collision nodes only) come in four sizes
/// per doubling.
const FINE_WORDS: usize = 8;
const FINE_CLASSES: usize = FINE_WORDS / 2;
pub(super) const CLASSES: usize = FINE_CLASSES + (BRANCH_WORDS - FINE_WORDS) / 4;

/// The size class of a block for `size` words, or [`CLASSES`] if it is larger than those.
#[inline(always)]
pub(super) fn class_of(size: usize) -> usize {
    /// For each size.
    const OF_SIZE: [u8; BRANCH_WORDS + 1] = {
        let mut classes = [0; BRANCH_WORDS + 1];
        let mut size = 1;
        while size <= BRANCH_WORDS {
            classes[size] = if size <= FINE_WORDS {
                size.div_ceil(2) - 1
            } else {
                size.div_ceil(4) + FINE_CLASSES - FINE_WORDS / 4 - 1
            } as u8;
            size += 1;
        }
        classes
    };
    OF_SIZE.get(size).map_or(CLASSES, |&class| usize::from(class))
}

/// The words a block for `size` words takes.
#[inline]
pub(crate) fn block_size(size: usize) -> usize {
    if size <= FINE_WORDS {
        return size.next_multiple_of(2);
    }
    if size <= BRANCH_WORDS {
        return size.next_multiple_of(4);
    }
    // 37..=40 is the first large size: [32, 64) in steps of 8, [64, 128) in steps of 16, ...
    let octave = (size - 1).ilog2();
    size.next_multiple_of(1 << (octave - 2))
}

/// The words of a block of this class.
pub(super) fn size_of_class(class: usize) -> usize {
    if class < FINE_CLASSES {
        (class + 1) * 2
    } else {
        (class + 1 + FINE_WORDS / 4 - FINE_CLASSES) * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_dense_ascending_and_never_too_small() {
        let mut last = (0, 2);
        for size in 1..20_000 {
            let (class, rounded) = (class_of(size), block_size(size));
            assert!(rounded >= size && rounded <= size + size / 4 + 2, "{size} -> {rounded}");
            let is_next = class == last.0 + 1 || class == CLASSES && last.0 == CLASSES;
            assert!((class, rounded) == last || is_next && rounded > last.1, "{size}");
            assert!(class == CLASSES || size_of_class(class) == rounded);
            last = (class, rounded);
        }
    }
}
