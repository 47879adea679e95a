//! Memory that does not come from the allocator: what a host is told of it, and may ask for.

/// Has `observer` called whenever the memory of a store changes that is not from the allocator: a
/// large arena is in addresses of its own. The arguments are the first of these, and how many bytes
/// from there on are used or ready to be; 0 when they are given up. Pages that go back from among
/// them are not reported. Returns whether it is the first observer of
/// the process: a second one is not taken.
///
/// For hosts that account for memory, as `tracemalloc` does. It is called while a store is
/// borrowed, and may not call one.
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// static MOST: AtomicUsize = AtomicUsize::new(0);
/// hedgerow::host::observe_mappings(|_, used| {
///     MOST.fetch_max(used, Ordering::Relaxed);
/// });
/// let mut store = hedgerow::Store::new();
/// let version = store.bulk((0..200_000u64).map(|n| (n, n)))?;
/// # if cfg!(all(target_os = "linux", target_pointer_width = "64", not(feature = "heap"))) {
/// assert!(MOST.load(Ordering::Relaxed) > 200_000 * 16);
/// # }
/// # Ok::<(), hedgerow::Error>(())
/// ```
pub fn observe_mappings(observer: fn(address: usize, used: usize)) -> bool {
    crate::arena::observe(observer)
}

/// Has large arenas of the process put on huge pages where the system has them (Linux, where
/// transparent huge pages are on or are for who asks): those of which `bytes` or more are used.
/// Lookups in maps of a million entries are then up to a third faster, because they touch places
/// far apart. The price: an update that is the first to touch a huge page waits for all of it, a
/// tenth of a millisecond and now and then many, and free memory goes back in pieces of 2 MiB. Off
/// (`usize::MAX`) by default.
pub fn use_huge_pages(bytes: usize) {
    crate::arena::set_huge_from(bytes);
}
