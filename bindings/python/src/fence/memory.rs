//! The package's memory: large blocks from the system on huge pages, the rest from the C heap.
//!
//! A lookup among a million keys touches four places far apart, and each is a page that the
//! processor has to find first. On huge pages it finds them at once. The C library's own blocks
//! would not do: they begin anywhere, and move when they grow.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

#[global_allocator]
static ALLOCATOR: Blocks = Blocks;

struct Blocks;

/// Whether there is much to be given back.
static IS_DUE: AtomicBool = AtomicBool::new(false);

/// Has free memory given back at the next full collection, as CPython does with its free lists.
pub(crate) fn give_back_later() {
    IS_DUE.store(true, Relaxed);
}

/// Called at the end of a full collection.
pub(crate) fn give_back_if_due() {
    if IS_DUE.swap(false, Relaxed) {
        give_back();
    }
}

/// Gives free memory inside the C heap back. glibc raises the size from which it maps blocks of
/// their own with every large block that is freed, and so keeps the scratch of a large build: a
/// third of what the map itself takes.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn give_back() {
    // SAFETY: a function of the C library that may be called at any time.
    unsafe { libc::malloc_trim(0) };
}

/// Other C libraries give back what is free of their own accord.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_back() {}

// SAFETY: a block is large or not by its layout alone, and so goes back where it came from.
unsafe impl GlobalAlloc for Blocks {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those of `System`.
        if large::is_large(layout) {
            large::map(layout.size())
        } else {
            unsafe { System.alloc(layout) }
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if large::is_large(layout) {
            return large::map(layout.size());
        }
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above; a large block came from `map`.
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
            match (large::is_large(layout), large::is_large(new)) {
                (false, false) => return System.realloc(block, layout, size),
                (true, true) if let Some(block) = large::resize(block, layout.size(), size) => {
                    return block;
                }
                _ => {}
            }
            let moved = self.alloc(new);
            if !moved.is_null() {
                block.copy_to_nonoverlapping(moved, size.min(layout.size()));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

/// Blocks of their own, on huge pages.
///
/// Each has addresses up to the next power of two, so that it grows where it is until it doubles;
/// memory is taken as it is touched. Then its pages move to a place twice as large, uncopied.
#[cfg(target_os = "linux")]
mod large {
    use std::alloc::Layout;
    use std::ptr;

    /// Bytes from which on a block is large: a fraction of a huge page at its end is not much then.
    const LARGE: usize = 8 << 20;
    /// Bytes of a huge page.
    const HUGE: usize = 2 << 20;
    const PAGE: usize = 4 << 10;

    #[inline(always)]
    pub(super) fn is_large(layout: Layout) -> bool {
        layout.size() >= LARGE && layout.align() <= HUGE
    }

    /// Bytes of addresses that a block of this size has.
    fn reach(size: usize) -> usize {
        size.next_power_of_two()
    }

    /// A new block of zeroes; null if the system refuses.
    #[cold]
    pub(super) fn map(size: usize) -> *mut u8 {
        let (reach, flags) =
            (reach(size), libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE);
        let Some(all) = reach.checked_add(HUGE) else { return ptr::null_mut() };
        // SAFETY: new addresses of the system's choice, of which those before and behind the block,
        // which begins where a huge page does, go back.
        unsafe {
            let start =
                libc::mmap(ptr::null_mut(), all, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0);
            if start == libc::MAP_FAILED {
                return ptr::null_mut();
            }
            let before = start.align_offset(HUGE);
            let block = start.byte_add(before);
            if before > 0 {
                libc::munmap(start, before);
            }
            if before < HUGE {
                libc::munmap(block.byte_add(reach), HUGE - before);
            }
            // A system without huge pages refuses, which does no harm.
            libc::madvise(block, reach, libc::MADV_HUGEPAGE);
            block.cast()
        }
    }

    /// # Safety
    ///
    /// A block that [`map`] or [`resize`] gave for this size.
    #[cold]
    pub(super) unsafe fn unmap(block: *mut u8, size: usize) {
        // SAFETY: by the caller's promise.
        unsafe { libc::munmap(block.cast(), reach(size)) };
    }

    /// The block in another size, its contents where they were or moved with their pages; `None`
    /// if they have to be copied.
    ///
    /// # Safety
    ///
    /// As [`unmap`], of `old` bytes; `new` is large.
    #[cold]
    pub(super) unsafe fn resize(block: *mut u8, old: usize, new: usize) -> Option<*mut u8> {
        // SAFETY: within the block's addresses, or those of a new block over which its pages are
        // moved; both are known to be the caller's alone.
        unsafe {
            if reach(new) < reach(old) {
                return None;
            }
            if reach(new) == reach(old) {
                let (kept, end) = (new.next_multiple_of(PAGE), old.next_multiple_of(PAGE));
                if kept < end {
                    libc::madvise(block.add(kept).cast(), end - kept, libc::MADV_DONTNEED);
                }
                return Some(block);
            }
            let wider = map(new);
            if wider.is_null() {
                return None;
            }
            let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
            let size = reach(old);
            let moved = libc::mremap(block.cast(), size, size, flags, wider.cast::<libc::c_void>());
            if moved == libc::MAP_FAILED {
                unmap(wider, new);
                return None;
            }
            Some(wider)
        }
    }
}

/// Elsewhere the system's allocator has all blocks.
#[cfg(not(target_os = "linux"))]
mod large {
    use std::alloc::Layout;

    pub(super) fn is_large(_: Layout) -> bool {
        false
    }

    pub(super) fn map(_: usize) -> *mut u8 {
        std::ptr::null_mut()
    }

    pub(super) unsafe fn unmap(_: *mut u8, _: usize) {}

    pub(super) unsafe fn resize(_: *mut u8, _: usize, _: usize) -> Option<*mut u8> {
        None
    }
}
