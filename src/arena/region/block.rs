//! The bytes of a region: a block of the allocator, or a mapping.

use std::alloc::{Layout, alloc, dealloc, realloc};
use std::ptr::NonNull;

use super::mapping::Mapping;

/// Up to so many bytes a region is a block of the allocator: moving them takes microseconds.
const HEAP_BYTES: usize = if cfg!(feature = "stress") { 1 << 12 } else { 1 << 19 };

/// The memory of a region. It does not know the type of its items: the keys of a store may hold
/// references to what is dropped before the store, as those of a `Vec` may, and those of a generic
/// type that implements `Drop` may not.
pub(super) struct Block {
    pub(super) base: NonNull<u8>,
    pub(super) len: usize,
    /// Items that there is room for.
    pub(super) capacity: usize,
    /// The most bytes that there can ever be.
    most: usize,
    /// Of an item.
    align: usize,
    drop_items: unsafe fn(NonNull<u8>, usize),
    pub(super) memory: Memory,
}

/// Memory that items have left, which stays as it is.
pub(in super::super) struct Left {
    _memory: Memory,
}

// SAFETY: contract 1: the memory belongs to this alone, and nobody uses it by this.
unsafe impl Send for Left {}
// SAFETY: as above.
unsafe impl Sync for Left {}

/// Where the items are.
pub(super) enum Memory {
    Heap(Heap),
    Mapped(Mapping),
}

impl Block {
    /// No memory yet, for so many items at most.
    pub(super) fn new<T>(most: usize, drop_items: unsafe fn(NonNull<u8>, usize)) -> Self {
        let base = NonNull::<T>::dangling().cast();
        let memory = Memory::Heap(Heap { base, layout: Layout::new::<[T; 0]>() });
        let most = most.saturating_mul(size_of::<T>());
        Block { base, len: 0, capacity: 0, most, align: align_of::<T>(), drop_items, memory }
    }

    pub(super) fn is_mapped(&self) -> bool {
        matches!(self.memory, Memory::Mapped(_))
    }

    /// Makes room for so many bytes, `used` of which are items. Returns for how many there is room.
    #[cold]
    pub(super) fn grow(&mut self, bytes: usize, used: usize) -> Option<usize> {
        if let Memory::Mapped(mapping) = &mut self.memory
            && bytes <= mapping.size()
        {
            mapping.set_used(bytes);
            return Some(bytes);
        }
        let most = self.most.max(bytes);
        let align = self.align;
        let mapping = if bytes > HEAP_BYTES { Mapping::reserve(bytes, most, align) } else { None };
        if let Some(mut mapping) = mapping {
            mapping.set_used(bytes);
            // SAFETY: contract 1: the items, and a mapping that has room for more.
            unsafe { mapping.base().copy_from_nonoverlapping(self.base, used) };
            self.base = mapping.base();
            self.memory = Memory::Mapped(mapping);
            return Some(bytes);
        }
        let Memory::Heap(heap) = &mut self.memory else { return None };
        let is_done = heap.resize(bytes);
        self.base = heap.base;
        is_done.then_some(bytes)
    }

    /// The same, but what the items were in before is returned, for those who still read there.
    pub(super) fn move_away(&mut self, bytes: usize, used: usize) -> Option<(usize, Left)> {
        let align = self.align;
        let mapping =
            if bytes > HEAP_BYTES { Mapping::reserve(bytes, self.most, align) } else { None };
        let (base, memory) = match mapping {
            Some(mut mapping) => {
                mapping.set_used(bytes);
                (mapping.base(), Memory::Mapped(mapping))
            }
            None => {
                let layout = Layout::from_size_align(0, align).ok()?;
                let mut heap = Heap { base: dangling(layout), layout };
                let is_done = heap.resize(bytes);
                (heap.base, is_done.then_some(Memory::Heap(heap))?)
            }
        };
        // SAFETY: contract 1: the items, and memory that has room for more.
        unsafe { base.copy_from_nonoverlapping(self.base, used) };
        self.base = base;
        let left = std::mem::replace(&mut self.memory, memory);
        Some((bytes, Left { _memory: left }))
    }

    /// Reserves addresses for all that there can ever be, and makes room for so many bytes. There
    /// are no items yet.
    pub(super) fn map(&mut self, bytes: usize) -> Option<usize> {
        let mut mapping = Mapping::reserve(bytes, self.most.max(bytes), self.align)?;
        mapping.set_used(bytes);
        self.base = mapping.base();
        self.memory = Memory::Mapped(mapping);
        Some(bytes)
    }

    /// Gives back what is beyond so many bytes. Returns for how many there is room, if it is less
    /// now.
    pub(super) fn shrink(&mut self, bytes: usize) -> Option<usize> {
        match &mut self.memory {
            Memory::Heap(heap) => {
                let is_done = bytes < heap.layout.size() && heap.resize(bytes);
                self.base = heap.base;
                is_done.then_some(bytes)
            }
            Memory::Mapped(mapping) => {
                mapping.give_back(bytes..mapping.size());
                mapping.set_used(bytes);
                Some(bytes)
            }
        }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: contract 1, and nothing reads the items any more.
        unsafe { (self.drop_items)(self.base, self.len) }
    }
}

/// A block of the allocator; none if its size is zero.
pub(super) struct Heap {
    base: NonNull<u8>,
    layout: Layout,
}

impl Heap {
    /// Makes the block so large. Returns whether the allocator agreed.
    fn resize(&mut self, bytes: usize) -> bool {
        let old = self.layout.size();
        let Ok(layout) = Layout::from_size_align(bytes, self.layout.align()) else { return false };
        if bytes == 0 {
            // Frees the block.
            *self = Heap { base: dangling(layout), layout };
            return true;
        }
        let base = if old == 0 {
            // SAFETY: the size is not zero.
            unsafe { alloc(layout) }
        } else {
            // SAFETY: the block was allocated with this layout, and the new size is not zero.
            unsafe { realloc(self.base.as_ptr(), self.layout, bytes) }
        };
        let Some(base) = NonNull::new(base) else { return false };
        // Not an assignment of the whole, which would free the old block again.
        (self.base, self.layout) = (base, layout);
        true
    }
}

/// An address for no bytes.
fn dangling(layout: Layout) -> NonNull<u8> {
    NonNull::new(std::ptr::without_provenance_mut(layout.align())).expect("no alignment is zero")
}

impl Drop for Heap {
    fn drop(&mut self) {
        if self.layout.size() != 0 {
            // SAFETY: the block was allocated with this layout.
            unsafe { dealloc(self.base.as_ptr(), self.layout) }
        }
    }
}
