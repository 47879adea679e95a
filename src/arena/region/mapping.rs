//! Addresses that are reserved, of which the system gives memory where it is first written.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What is told of mappings: an address, and how many bytes from there on are used.
type Observer = fn(usize, usize);

static OBSERVER: OnceLock<Observer> = OnceLock::new();

/// See [`crate::host::observe_mappings`].
pub(crate) fn observe(observer: Observer) -> bool {
    OBSERVER.set(observer).is_ok()
}

/// Mappings of which so many bytes are used, or more, are on huge pages.
static HUGE_FROM: AtomicUsize = AtomicUsize::new(usize::MAX);

/// See [`crate::host::use_huge_pages`].
pub(crate) fn set_huge_from(bytes: usize) {
    HUGE_FROM.store(bytes, Ordering::Relaxed);
}

pub(super) use system::Mapping;

#[cfg(all(unix, target_pointer_width = "64", not(miri), not(feature = "heap")))]
mod system {
    use std::ops::Range;
    use std::ptr::NonNull;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[cfg(target_os = "linux")]
    use memmap2::Advice;
    use memmap2::{MmapOptions, MmapRaw, UncheckedAdvice};

    /// The most bytes that are reserved for one region, unless it is larger already: 47 bits of
    /// addresses hold a thousand of these.
    const MOST: usize = 1 << 37;

    /// Bytes of a huge page, on most processors.
    const HUGE_PAGE: usize = 2 << 20;

    pub(in super::super) struct Mapping {
        map: MmapRaw,
        base: NonNull<u8>,
        is_huge: bool,
    }

    impl Drop for Mapping {
        fn drop(&mut self) {
            report(self.base, 0);
        }
    }

    impl Mapping {
        /// Reserves addresses for `most` bytes, or for fewer where that is a great deal, but for
        /// twice `bytes`. `None` if the system refuses, or does not align them so.
        pub(in super::super) fn reserve(bytes: usize, most: usize, align: usize) -> Option<Self> {
            if align > page_size() {
                return None;
            }
            // The system aligns what is of whole huge pages to those.
            let size = most.min(MOST.max(bytes.saturating_mul(2)));
            let size = size.checked_next_multiple_of(HUGE_PAGE)?;
            let map = MmapOptions::new().len(size).no_reserve_swap().map_anon().ok()?;
            let map = MmapRaw::from(map);
            let base = NonNull::new(map.as_mut_ptr())?;
            Some(Mapping { map, base, is_huge: false })
        }

        pub(in super::super) fn base(&self) -> NonNull<u8> {
            self.base
        }

        pub(in super::super) fn size(&self) -> usize {
            self.map.len()
        }

        /// Bytes of a page. To take one of the usual size out of a huge one costs microseconds, and
        /// breaks it.
        pub(in super::super) fn page_size(&self) -> usize {
            if self.is_huge { HUGE_PAGE } else { page_size() }
        }

        /// Notes that so many bytes are used, or are about to be.
        pub(in super::super) fn set_used(&mut self, bytes: usize) {
            #[cfg(target_os = "linux")]
            if bytes >= super::HUGE_FROM.load(Ordering::Relaxed) && !self.is_huge {
                self.is_huge = self.map.advise(Advice::HugePage).is_ok();
            }
            report(self.base, bytes);
        }

        /// Gives whole pages within these bytes back to the system. They read as zero afterwards,
        /// or keep what they have.
        pub(in super::super) fn give_back(&self, bytes: Range<usize>) {
            let page = self.page_size();
            let end = bytes.end.min(self.size()) / page * page;
            let start = bytes.start.next_multiple_of(page);
            if start < end {
                let advice = UncheckedAdvice::DontNeed;
                // SAFETY: the content of the pages does not matter to the caller, and zeros are
                // valid (contract 2). If the system refuses, they stay as they are.
                let _ = unsafe { self.map.unchecked_advise_range(advice, start, end - start) };
            }
        }
    }

    /// Tells the observer how many bytes from an address on are used.
    fn report(base: NonNull<u8>, used: usize) {
        if let Some(observer) = super::OBSERVER.get() {
            observer(base.as_ptr().addr(), used);
        }
    }

    /// Bytes of a page of the system.
    fn page_size() -> usize {
        static SIZE: AtomicUsize = AtomicUsize::new(0);
        let known = SIZE.load(Ordering::Relaxed);
        if known != 0 {
            return known;
        }
        // SAFETY: the call has no conditions.
        let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        let size = usize::try_from(size).unwrap_or(1 << 16);
        SIZE.store(size, Ordering::Relaxed);
        size
    }
}

#[cfg(not(all(unix, target_pointer_width = "64", not(miri), not(feature = "heap"))))]
mod system {
    use std::ops::Range;
    use std::ptr::NonNull;

    /// There are none.
    pub(in super::super) enum Mapping {}

    impl Mapping {
        pub(in super::super) fn reserve(_: usize, _most: usize, _align: usize) -> Option<Self> {
            None
        }

        pub(in super::super) fn base(&self) -> NonNull<u8> {
            match *self {}
        }

        pub(in super::super) fn size(&self) -> usize {
            match *self {}
        }

        pub(in super::super) fn page_size(&self) -> usize {
            match *self {}
        }

        pub(in super::super) fn set_used(&mut self, _bytes: usize) {
            match *self {}
        }

        pub(in super::super) fn give_back(&self, _bytes: Range<usize>) {
            match *self {}
        }
    }
}
