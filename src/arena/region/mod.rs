//! Memory for items, whose address stays once it is large. The one module with `unsafe`.
//!
//! A [`Region`] is a list that grows at its end. While it is small, it is a block of the allocator,
//! and moves when it grows. Beyond half a megabyte it moves once more, into addresses reserved for
//! all items it can ever have: the system gives memory for a page when it is first written, so
//! growing copies nothing, and a page that is no longer used can go back from anywhere. Where there
//! are no such mappings (32-bit targets, wasm32, Windows, the feature `heap`), or reserving is
//! refused (by `ulimit -v`, which 16 GiB for the words and up to 128 GiB for the entries exceed, or
//! by strict overcommit), the region stays with the allocator.
//!
//! The reads on the path of every lookup do not check bounds. That saves about half of the time of
//! a lookup in a map that fits into the cache (`perf/notes/2026-11-21-unchecked-reads.md`), and
//! nothing elsewhere; all other reads and all writes are checked.
//!
//! # Contract
//!
//! Of this module:
//!
//! 1. `base` is the address of `capacity` items, which belong to this region alone. The first
//!    `len` of them are valid.
//! 2. Zero bytes are a valid item ([`Zeroed`]), and memory of a mapping that was never written is
//!    zero.
//! 3. In a [`Row`], the word `birth` is always initialised: 0, or else all of the entry is valid.
//!
//! Of its callers, which are all in [`super`]; the references that they pass come from
//! `Words::alloc`, `Entries::alloc` or `Entries::push`, or were read from a slot that was written
//! with one:
//!
//! 4. A `NodeRef` is the first word of a block in use, or 0 (A1). An offset lies within that block.
//! 5. An `EntryRef` is the index of an occupied row (A2).
//! 6. No region shrinks under a reference (A3).
//!
//! Debug builds assert 4 and 5 on every read. The feature `checked` makes these reads checked in
//! release builds as well, at the cost of the gain. [`Store::check`](crate::Store::check) tests
//! the bounds of every reference before it reads there.
#![allow(unsafe_code, reason = "addresses that stay, and reads without bounds checks")]

mod bases;
mod block;
mod mapping;
mod read;
mod row;

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut, Index, IndexMut, Range, RangeFrom};
use std::ptr::NonNull;

use block::{Block, Memory};

pub(super) use block::Left;

use super::scratch::Refused;

pub(crate) use bases::{Bases, Place};
pub(crate) use mapping::{observe, set_huge_from};
pub(super) use read::RowsFrom;
pub(crate) use read::{FirstRows, NodeWords, Nodes, ReadRows, Rows};
pub(crate) use row::Row;

/// Types of which zero bytes are a valid value that owns nothing.
///
/// # Safety
///
/// That is so.
pub(crate) unsafe trait Zeroed {}

// SAFETY: plain numbers.
unsafe impl Zeroed for u32 {}
// SAFETY: plain numbers.
unsafe impl Zeroed for u64 {}

/// A list of items that own nothing, or are dropped by a function of the caller's.
pub(crate) struct Region<T> {
    block: Block,
    items: PhantomData<T>,
}

// SAFETY: contract 1: the items belong to the region, as those of a `Vec` do.
unsafe impl<T: Send> Send for Region<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Region<T> {}

impl<T> Region<T> {
    /// An empty region for so many items at most.
    pub(crate) fn new(most: usize) -> Self {
        const { assert!(!std::mem::needs_drop::<T>() && size_of::<T>() > 0) };
        Region::with_drop(most, |_, _| ())
    }

    /// A region whose items, so many from an address on, are dropped by `drop_items`.
    fn with_drop(most: usize, drop_items: unsafe fn(NonNull<u8>, usize)) -> Self {
        let block = Block::new::<T>(most, drop_items);
        Region { block, items: PhantomData }
    }

    /// Bytes of the pages in which memory goes back, if it can.
    pub(crate) fn page_size(&self) -> Option<usize> {
        match &self.block.memory {
            Memory::Mapped(mapping) => Some(mapping.page_size()),
            Memory::Heap(_) => None,
        }
    }

    /// Whether growing moves nothing.
    pub(crate) fn is_mapped(&self) -> bool {
        self.block.is_mapped()
    }

    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.block.len
    }

    /// Items that there is room for.
    pub(crate) fn capacity(&self) -> usize {
        self.block.capacity
    }

    /// Bytes that belong to the region, if the first so many items are used: all of a block of the
    /// allocator, or those of a mapping that are used.
    pub(crate) fn heap_bytes(&self, used: usize) -> usize {
        let items = if self.block.is_mapped() { used } else { self.block.capacity };
        items * size_of::<T>()
    }

    /// Makes room for so many items in all. The others move unless they are mapped.
    pub(crate) fn reserve(&mut self, capacity: usize) -> Result<(), Refused> {
        if capacity <= self.block.capacity {
            return Ok(());
        }
        let bytes = capacity.saturating_mul(size_of::<T>());
        let used = self.block.len * size_of::<T>();
        let size = self.block.grow(bytes, used).ok_or(Refused(bytes))?;
        self.block.capacity = size / size_of::<T>();
        Ok(())
    }

    /// Whether there can be so many items without that any moves.
    pub(crate) fn has_addresses(&self, count: usize) -> bool {
        match &self.block.memory {
            Memory::Mapped(mapping) => count.saturating_mul(size_of::<T>()) <= mapping.size(),
            Memory::Heap(_) => count <= self.block.capacity,
        }
    }

    /// Addresses for all items that there can ever be, and room for so many. There are none yet.
    pub(crate) fn reserve_mapped(&mut self, capacity: usize) -> Result<(), Refused> {
        assert!(self.block.len == 0 && !self.is_mapped(), "items do not move");
        let bytes = capacity.saturating_mul(size_of::<T>());
        let size = self.block.map(bytes).ok_or(Refused(bytes))?;
        self.block.capacity = size / size_of::<T>();
        Ok(())
    }

    /// Gives back what is reserved beyond so many items, or beyond those that there are. Does
    /// nothing where the allocator refuses.
    pub(crate) fn shrink(&mut self, capacity: usize) {
        let capacity = capacity.max(self.len());
        if capacity >= self.block.capacity {
            return;
        }
        if let Some(size) = self.block.shrink(capacity * size_of::<T>()) {
            self.block.capacity = size / size_of::<T>();
        }
    }

    /// Adds an item, for which there is room.
    #[inline]
    pub(crate) fn push(&mut self, item: T) {
        assert!(self.try_push(item).is_ok(), "the caller has made room");
    }

    /// Adds an item, if there is room.
    #[inline(always)]
    pub(crate) fn try_push(&mut self, item: T) -> Result<(), T> {
        if self.block.len >= self.block.capacity {
            return Err(item);
        }
        // SAFETY: contract 1: below `capacity`.
        unsafe { self.base().add(self.block.len).write(item) };
        self.block.len += 1;
        Ok(())
    }

    /// Takes off the last item.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<T> {
        self.block.len = self.block.len.checked_sub(1)?;
        // SAFETY: contract 1: it was below `len`, and no longer belongs to the region.
        Some(unsafe { self.base().add(self.block.len).read() })
    }

    /// Cuts off all items but the first so many.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.block.len = self.block.len.min(len);
    }

    #[inline(always)]
    fn base(&self) -> *mut T {
        self.block.base.as_ptr().cast()
    }
}

impl<T: Zeroed> Region<T> {
    /// Gives the system the memory of items whose content does not matter, in whole pages, unless
    /// they are in a block of the allocator. They become zero, or stay as they are.
    pub(crate) fn give_back(&mut self, items: Range<usize>) {
        if let Memory::Mapped(mapping) = &self.block.memory {
            mapping.give_back(items.start * size_of::<T>()..items.end * size_of::<T>());
        }
    }
}

impl<T: Zeroed + Copy> Region<T> {
    /// Makes the region so long, for which there is room. New items are zero, or what was written
    /// there before.
    pub(crate) fn set_len(&mut self, len: usize) {
        assert!(len <= self.block.capacity, "the caller has made room");
        let old = self.block.len;
        if !self.block.is_mapped() && old < len {
            // SAFETY: contract 1: there is room for these items, and zeros are valid.
            unsafe { self.base().add(old).write_bytes(0, len - old) };
        }
        self.block.len = len;
    }
}

impl<T: Copy> Region<T> {
    /// [`reserve`](Region::reserve) where others may still be reading the items: if these move,
    /// what they have left is returned, and is to be kept meanwhile.
    pub(super) fn reserve_keeping(&mut self, capacity: usize) -> Result<Option<Left>, Refused> {
        if self.is_mapped() || capacity <= self.block.capacity {
            return self.reserve(capacity).map(|()| None);
        }
        let bytes = capacity.saturating_mul(size_of::<T>());
        let used = self.block.len * size_of::<T>();
        let (size, left) = self.block.move_away(bytes, used).ok_or(Refused(bytes))?;
        self.block.capacity = size / size_of::<T>();
        Ok(Some(left))
    }

    /// Copies so many items from one place to another, which may overlap. Touches no others.
    #[inline(always)]
    pub(crate) fn copy_items(&mut self, from: usize, to: usize, count: usize) {
        let (len, last) = (self.block.len, from.max(to));
        if count > len || last > len - count {
            no_such_items(last, count);
        }
        // SAFETY: contract 1: both are within `len`.
        unsafe { self.base().add(to).copy_from(self.base().add(from), count) };
    }
}

/// One item or some of them. Nothing is assumed of the others, which another thread may be reading.
impl<T> Region<T> {
    /// How many items these are. Panics if they are not all there.
    #[inline(always)]
    fn checked(&self, items: Range<usize>) -> usize {
        let count = items.end.wrapping_sub(items.start);
        if items.start > items.end || items.end > self.block.len {
            no_such_items(items.start, count);
        }
        count
    }
}

/// Takes its numbers by value: to be formatted in place, they would have to be in memory, always.
#[cold]
#[inline(never)]
fn no_such_items(first: usize, count: usize) -> ! {
    panic!("{count} items from {first} on: no such items");
}

impl<T> Index<Range<usize>> for Region<T> {
    type Output = [T];

    #[inline(always)]
    fn index(&self, items: Range<usize>) -> &[T] {
        let count = self.checked(items.clone());
        // SAFETY: contract 1: within `len`.
        unsafe { std::slice::from_raw_parts(self.base().add(items.start), count) }
    }
}

impl<T> IndexMut<Range<usize>> for Region<T> {
    #[inline(always)]
    fn index_mut(&mut self, items: Range<usize>) -> &mut [T] {
        let count = self.checked(items.clone());
        // SAFETY: contract 1: within `len`, and `self` is borrowed for it.
        unsafe { std::slice::from_raw_parts_mut(self.base().add(items.start), count) }
    }
}

impl<T> Index<usize> for Region<T> {
    type Output = T;

    #[inline(always)]
    fn index(&self, item: usize) -> &T {
        if item >= self.block.len {
            no_such_items(item, 1);
        }
        // SAFETY: contract 1: below `len`.
        unsafe { &*self.base().add(item) }
    }
}

impl<T> IndexMut<usize> for Region<T> {
    #[inline(always)]
    fn index_mut(&mut self, item: usize) -> &mut T {
        if item >= self.block.len {
            no_such_items(item, 1);
        }
        // SAFETY: contract 1: below `len`, and `self` is borrowed for it.
        unsafe { &mut *self.base().add(item) }
    }
}

impl<T> Index<RangeFrom<usize>> for Region<T> {
    type Output = [T];

    #[inline(always)]
    fn index(&self, items: RangeFrom<usize>) -> &[T] {
        &self[items.start..self.block.len]
    }
}

impl<T> IndexMut<RangeFrom<usize>> for Region<T> {
    #[inline(always)]
    fn index_mut(&mut self, items: RangeFrom<usize>) -> &mut [T] {
        let end = self.block.len;
        &mut self[items.start..end]
    }
}

/// All items, where nobody else reads any.
impl<T> Deref for Region<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        // SAFETY: contract 1.
        unsafe { std::slice::from_raw_parts(self.base(), self.block.len) }
    }
}

impl<T> DerefMut for Region<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: contract 1, and `self` is borrowed for it.
        unsafe { std::slice::from_raw_parts_mut(self.base(), self.block.len) }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::super::layout::{Birth, Entry};
    use super::*;

    fn row(value: Rc<u32>) -> Row<u32, Rc<u32>> {
        Row::occupied(Entry { birth: Birth::of(1), hash: 0, key: *value, value })
    }

    #[test]
    fn items_stay_where_they_are_once_there_are_many() {
        let mut region = Region::new(1 << 30);
        let mut bases = Vec::new();
        for size in (0..23).map(|bits| 1usize << bits) {
            region.reserve(size).unwrap();
            let from = region.len() as u64;
            (from..size as u64).for_each(|n| region.push(n));
            if region.is_mapped() {
                bases.push(region.as_ptr().addr());
            }
        }
        assert!(region.iter().copied().eq(0..1 << 22));
        let can_map =
            cfg!(all(unix, target_pointer_width = "64")) && !cfg!(any(miri, feature = "heap"));
        assert_eq!(bases.len() > 3, can_map);
        assert!(bases.iter().all(|&base| base == bases[0]), "{bases:x?}");
    }

    #[test]
    fn what_is_given_back_is_zero_or_as_it_was() {
        let mut region = Region::<u64>::new(1 << 30);
        region.reserve(1 << 20).unwrap();
        region.set_len(1 << 20);
        assert!(region.iter().all(|&item| item == 0));
        region.fill(7);
        region.give_back(1_000..1_000_000);
        let is_outside = |at: usize| !(1_000..1_000_000).contains(&at);
        let mut gone = 0;
        for (at, &item) in region.iter().enumerate() {
            assert!(item == 7 || item == 0 && !is_outside(at), "{at}: {item}");
            gone += usize::from(item == 0);
        }
        assert_eq!(gone > 990_000, region.is_mapped());
        region.give_back(1_000_000..1 << 40);
        region.shrink(0);
        region.truncate(10);
        region.shrink(0);
        assert_eq!((&*region, region.capacity()), (&[7; 10][..], 10));
    }

    #[test]
    fn rows_drop_their_entries_once_and_those_after_one_that_panics() {
        struct Panics(Rc<u32>);
        impl Drop for Panics {
            fn drop(&mut self) {
                assert_ne!(*self.0, 3, "three");
            }
        }
        let counted = Rc::new(3);
        let mut rows = Region::of_rows(100);
        rows.reserve(100).unwrap();
        (0..100).for_each(|_| rows.push(row(counted.clone())));
        assert_eq!(Rc::strong_count(&counted), 101);
        assert!(rows[5].take().is_some() && rows[5].take().is_none() && rows[5].get().is_none());
        rows[5].put(Entry { birth: Birth::of(1), hash: 0, key: 1, value: counted.clone() });
        drop(rows[7].take());
        assert_eq!(Rc::strong_count(&counted), 100);
        drop(rows);
        assert_eq!(Rc::strong_count(&counted), 1);

        let mut rows = Region::<Row<u32, Panics>>::of_rows(10);
        rows.reserve(10).unwrap();
        for n in 0..10 {
            let value = Panics(if n == 4 { counted.clone() } else { Rc::new(0) });
            rows.push(Row::occupied(Entry { birth: Birth::of(1), hash: 0, key: n, value }));
        }
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(rows)));
        assert!(panicked.is_err());
        assert_eq!(Rc::strong_count(&counted), 1);
    }

    #[test]
    fn a_region_that_cannot_be_reserved_stays_with_the_allocator_or_is_refused() {
        let mut region = Region::<u64>::new(usize::MAX);
        region.reserve(10).unwrap();
        region.push(1);
        assert_eq!(region.reserve(usize::MAX / 8), Err(Refused(usize::MAX / 8 * 8)));
        assert_eq!(region.reserve(1 << 59), Err(Refused(1 << 62)));
        assert_eq!((&*region, region.is_mapped()), (&[1][..], false));
    }
}
