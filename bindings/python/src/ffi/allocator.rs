//! The package's allocator: large blocks from the system, the rest from the C heap.
//!
//! The C heap keeps what was freed, copies blocks that grow, and uses pages of the usual size. The
//! scratch memory of a large build would stay, a third of what the map takes. And a lookup among a
//! million keys touches four places far apart, each with a TLB miss unless they are on huge pages.

use std::alloc::{GlobalAlloc, Layout, System};

use super::tracemalloc;

pub(crate) use large::give_back;

/// A block with so many bytes of addresses or more is on huge pages: the last one, which it may
/// fill in part only, is not much of it then.
pub(crate) const VERY_LARGE: usize = 16 << 20;

#[global_allocator]
static ALLOCATOR: Blocks = Blocks;

struct Blocks;

// SAFETY: a block is large or not by its layout alone, and so goes back where it came from.
unsafe impl GlobalAlloc for Blocks {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let block = if large::is_large(layout) {
            large::map(layout.size())
        } else {
            // SAFETY: the caller's promises are those of `System`.
            unsafe { System.alloc(layout) }
        };
        tracemalloc::report_new(block, layout.size());
        block
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let block = if large::is_large(layout) {
            large::map_zeroed(layout.size())
        } else {
            // SAFETY: as above.
            unsafe { System.alloc_zeroed(layout) }
        };
        tracemalloc::report_new(block, layout.size());
        block
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        tracemalloc::report_freed(block);
        // SAFETY: as above; a large block came from `map` or `resize`.
        unsafe {
            if large::is_large(layout) {
                large::unmap(block, layout.size());
            } else {
                System.dealloc(block, layout);
            }
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above; the new size is valid for the alignment, as the caller promises.
        unsafe {
            let new = Layout::from_size_align_unchecked(size, layout.align());
            let resized = match (large::is_large(layout), large::is_large(new)) {
                (false, false) => System.realloc(block, layout, size),
                (true, true) if let Some(block) = large::resize(block, layout.size(), size) => {
                    block
                }
                _ => return self.move_block(block, layout, new),
            };
            // A block that could not be resized is still there.
            if !resized.is_null() {
                if resized != block {
                    tracemalloc::report_freed(block);
                }
                tracemalloc::report_new(resized, size);
            }
            resized
        }
    }
}

impl Blocks {
    /// Copies a block to a new one, and frees it; null if there is no memory.
    ///
    /// # Safety
    ///
    /// As [`GlobalAlloc::realloc`].
    unsafe fn move_block(&self, block: *mut u8, old: Layout, new: Layout) -> *mut u8 {
        // SAFETY: by the caller's promise.
        unsafe {
            let moved = self.alloc(new);
            if !moved.is_null() {
                block.copy_to_nonoverlapping(moved, old.size().min(new.size()));
                self.dealloc(block, old);
            }
            moved
        }
    }
}

/// Blocks that the system maps.
///
/// Each has addresses up to the next power of two, so that it grows in place until it doubles.
/// Memory is taken as it is touched. At the next power of two the pages move, uncopied, to a place
/// twice as large.
///
/// A few freed blocks are kept for reuse: scratch memory comes and goes, and new pages from the
/// system would take longer than the work that needs them. They go back to the system with every
/// full collection, as CPython's own free lists do.
#[cfg(target_os = "linux")]
mod large {
    use std::alloc::Layout;
    use std::ptr;
    use std::sync::Mutex;

    use super::VERY_LARGE;

    /// A block of so many bytes or more is large.
    const LARGE: usize = 64 << 10;
    /// Freed blocks of at most so many bytes of addresses are kept.
    const KEPT: usize = 4 << 20;
    /// So many freed blocks are kept at most.
    const KEPT_BLOCKS: usize = 6;
    /// Bytes of a huge page, on most processors.
    const HUGE: usize = 2 << 20;
    /// Bytes of a page, on most processors; what is given back begins at a multiple of it.
    const PAGE: usize = 4 << 10;

    #[inline(always)]
    pub(super) fn is_large(layout: Layout) -> bool {
        layout.size() >= LARGE && layout.align() <= PAGE
    }

    /// How many bytes of addresses a block of this size has.
    fn reach(size: usize) -> usize {
        size.next_power_of_two()
    }

    /// Maps new addresses, which read as zero; null if the system refuses.
    fn addresses(bytes: usize) -> *mut libc::c_void {
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: maps new addresses only.
        let start = unsafe { libc::mmap(ptr::null_mut(), bytes, access, kind, -1, 0) };
        if start == libc::MAP_FAILED { ptr::null_mut() } else { start }
    }

    /// Kept blocks, each with its reach; 0 where there is none.
    static FREE: Mutex<[(usize, usize); KEPT_BLOCKS]> = Mutex::new([(0, 0); KEPT_BLOCKS]);

    /// Keeps a block, if there is room.
    fn keep(block: *mut u8, reach: usize) -> bool {
        // An allocator must not wait.
        let Ok(mut free) = FREE.try_lock() else { return false };
        let room = free.iter_mut().find(|(_, reach)| *reach == 0);
        let Some(room) = room.filter(|_| reach <= KEPT) else { return false };
        *room = (block.expose_provenance(), reach);
        true
    }

    /// Takes a kept block.
    fn take(reach: usize) -> Option<*mut u8> {
        let mut free = FREE.try_lock().ok()?;
        let (block, _) = std::mem::take(free.iter_mut().find(|(_, kept)| *kept == reach)?);
        Some(ptr::with_exposed_provenance_mut(block))
    }

    /// Gives the kept blocks back to the system.
    pub(crate) fn give_back() {
        // In the child of a fork there may be nobody left to unlock the list.
        let Ok(mut free) = FREE.try_lock() else { return };
        let free = std::mem::take(&mut *free);
        for (block, reach) in free.into_iter().filter(|(_, reach)| *reach != 0) {
            // SAFETY: nobody has the block, and it was taken off the list.
            unsafe { libc::munmap(ptr::with_exposed_provenance_mut(block), reach) };
        }
    }

    /// A block of arbitrary contents; null if the system refuses.
    #[inline(never)]
    pub(super) fn map(size: usize) -> *mut u8 {
        take(reach(size)).unwrap_or_else(|| map_zeroed(size))
    }

    /// A new block of zeroes; null if the system refuses.
    #[inline(never)]
    pub(super) fn map_zeroed(size: usize) -> *mut u8 {
        let reach = reach(size);
        if reach < VERY_LARGE {
            return addresses(reach).cast();
        }
        // A huge page begins at a multiple of its size. What lies before and behind goes back.
        let Some(all) = reach.checked_add(HUGE) else { return ptr::null_mut() };
        let start = addresses(all);
        if start.is_null() {
            return ptr::null_mut();
        }
        let before = start.align_offset(HUGE);
        // SAFETY: `before < HUGE`, so the block lies within the addresses.
        unsafe {
            let block = start.byte_add(before);
            if before > 0 {
                libc::munmap(start, before);
            }
            libc::munmap(block.byte_add(reach), HUGE - before);
            // A system without huge pages refuses, which is harmless.
            libc::madvise(block, reach, libc::MADV_HUGEPAGE);
            block.cast()
        }
    }

    /// # Safety
    ///
    /// A block that [`map`] or [`resize`] gave for this size.
    #[inline(never)]
    pub(super) unsafe fn unmap(block: *mut u8, size: usize) {
        if !keep(block, reach(size)) {
            // SAFETY: by the caller's promise.
            unsafe { libc::munmap(block.cast(), reach(size)) };
        }
    }

    /// Resizes a block: in place, or by moving its pages. `None` if it has to be copied.
    ///
    /// # Safety
    ///
    /// As [`unmap`], of `old` bytes; `new` is large.
    #[inline(never)]
    pub(super) unsafe fn resize(block: *mut u8, old: usize, new: usize) -> Option<*mut u8> {
        let (from, to) = (reach(old), reach(new));
        // SAFETY: within the block's addresses, which are the caller's alone.
        unsafe {
            if to <= from {
                // In place, so that it cannot be refused: giving memory back must not fail.
                let (kept, end) = (new.next_multiple_of(PAGE), old.next_multiple_of(PAGE).min(to));
                if kept < end {
                    libc::madvise(block.add(kept).cast(), end - kept, libc::MADV_DONTNEED);
                }
                if to < from {
                    libc::munmap(block.add(to).cast(), from - to);
                }
                return Some(block);
            }
            // The block is one mapping: Linux before 6.17 does not move two at once. The system
            // chooses the new place: after a refusal nobody would know whose a given place is.
            let moved = libc::mremap(block.cast(), from, to, libc::MREMAP_MAYMOVE);
            if moved == libc::MAP_FAILED {
                return None;
            }
            if to >= VERY_LARGE {
                libc::madvise(moved, to, libc::MADV_HUGEPAGE);
            }
            Some(moved.cast())
        }
    }
}

/// On other systems all blocks come from the C heap.
#[cfg(not(target_os = "linux"))]
mod large {
    use std::alloc::Layout;

    pub(super) fn is_large(_: Layout) -> bool {
        false
    }

    pub(super) fn map(_: usize) -> *mut u8 {
        std::ptr::null_mut()
    }

    pub(super) fn map_zeroed(_: usize) -> *mut u8 {
        std::ptr::null_mut()
    }

    pub(crate) fn give_back() {}

    pub(super) unsafe fn unmap(_: *mut u8, _: usize) {}

    pub(super) unsafe fn resize(_: *mut u8, _: usize, _: usize) -> Option<*mut u8> {
        None
    }
}
