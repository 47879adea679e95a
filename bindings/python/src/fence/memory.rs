//! Memory back to the system.

/// Gives free memory inside the C heap back. glibc raises the size from which it maps blocks of
/// their own with every large block that is freed, and so keeps the scratch of a large build: a
/// third of what the map itself takes.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn give_back() {
    unsafe extern "C" {
        fn malloc_trim(keep: usize) -> std::ffi::c_int;
    }
    // SAFETY: a function of the C library that may be called at any time.
    unsafe { malloc_trim(0) };
}

/// Other C libraries give back what is free of their own accord.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_back() {}
