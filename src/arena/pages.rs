//! Which memory goes back to the system.
//!
//! Small stores and those that breathe keep what they have: each arena keeps [`KEPT_BYTES`] of what
//! is free. Of what is beyond that, a page goes back as soon as all of it is free. Later its memory
//! is given anew where it is first written.

use std::ops::Range;

/// Free bytes that each arena keeps.
pub(super) const KEPT_BYTES: usize =
    if cfg!(any(test, feature = "stress")) { 1 << 12 } else { 1 << 22 };

/// Free items, with those around them in the same pages if they are all free, too; `None` if that
/// is no whole page. `is_free` is asked of these.
pub(super) fn free_pages(
    items: Range<usize>,
    item_bytes: usize,
    page: usize,
    is_free: impl Fn(Range<usize>) -> bool,
) -> Option<Range<usize>> {
    let first = items.start * item_bytes / page * page / item_bytes;
    let end = (items.end * item_bytes).next_multiple_of(page).div_ceil(item_bytes);
    if are_around(items.clone(), first..end, is_free) {
        return Some(first..end);
    }
    // Pages within a long run go back whatever is around it.
    (items.len() * item_bytes >= page).then_some(items)
}

/// Whether all of `whole` but for `items` are free. Looks at both sides in turn, the nearest first:
/// where pages are large, one of them mostly ends it soon.
fn are_around(
    items: Range<usize>,
    whole: Range<usize>,
    is_free: impl Fn(Range<usize>) -> bool,
) -> bool {
    let (mut start, mut end) = (items.start, items.end);
    let mut step = 1;
    while start > whole.start || end < whole.end {
        let further = whole.start.max(start.saturating_sub(step))..whole.end.min(end + step);
        if !is_free(further.start..start) || !is_free(end..further.end) {
            return false;
        }
        (start, end) = (further.start, further.end);
        step *= 2;
    }
    true
}

/// About how many of so many items, which are free in large pieces, have no memory.
pub(super) fn given_back(free: usize, item_bytes: usize) -> usize {
    free - free.min(KEPT_BYTES / item_bytes)
}

/// What was used at the end of a region and is not any more.
#[derive(Default)]
pub(super) struct Cut {
    /// Items beyond this one have no memory.
    end: usize,
}

impl Cut {
    /// Notes that the items from `to` on are no longer used, nor those from `from` on before.
    /// Returns those whose memory is to go back, if these are more than are kept.
    pub(super) fn note(
        &mut self,
        from: usize,
        to: usize,
        item_bytes: usize,
    ) -> Option<Range<usize>> {
        self.end = self.end.max(from);
        if (self.end - to) * item_bytes <= KEPT_BYTES {
            return None;
        }
        Some(to..std::mem::replace(&mut self.end, to))
    }
}
