//! Daemon threads that are in the middle of an operation when the interpreter ends.
//!
//! While the interpreter ends, a daemon thread that asks for the interpreter lock must not return.
//! From 3.14 on CPython lets it hang. Before, CPython calls `pthread_exit`, and glibc unwinds the
//! thread's stack: from the innermost frame outwards, it asks each what to clean up. Rust's frames
//! would drop references without the lock, or abort, because they accept no foreign exception.
//!
//! An unwinder asks a frame through its *personality*, a function that all Rust frames of this
//! library share and that the compiler refers to through one pointer. [`prepare`] puts a
//! personality of our own there, which lets such a thread hang, as later versions do, at the first
//! frame of this library that may have something to clean up. Frames further in have nothing to
//! clean up. All frames are still whole: an unwinder leaves the stack as it is until a frame cleans
//! up.
//!
//! This covers every call into Python, also those of PyO3, and costs nothing: the pointer is only
//! read when a stack is unwound. Panics go to Rust's own personality. A thread that hangs keeps the
//! locks that it holds, as one does that is ended by `pthread_exit`.

/// Lets threads hang where this version of CPython would unwind them. Called at import. Calling it
/// again does nothing.
#[cfg(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    not(Py_3_14)
))]
pub(crate) use forced::prepare;

/// Nothing to do: CPython from 3.14 on unwinds no threads, nor do other C libraries.
#[cfg(not(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    not(Py_3_14)
)))]
pub(crate) fn prepare() {}

#[cfg(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    not(Py_3_14)
))]
mod forced {
    use std::ffi::{c_int, c_void};
    use std::mem::transmute;
    use std::sync::atomic::{AtomicPtr, Ordering};

    #[cfg(Py_3_13)]
    use pyo3::ffi::Py_IsFinalizing as is_finalizing;

    /// A personality, by the C++ ABI for Itanium, which all of Linux follows but 32-bit ARM:
    /// version, actions, class of the exception, the exception, and the frame.
    type Personality = unsafe extern "C" fn(c_int, c_int, u64, *mut c_void, *mut c_void) -> c_int;

    /// The action of an unwinding that cannot be caught (`_UA_FORCE_UNWIND`).
    const FORCED: c_int = 8;

    // Where the descriptions of all frames of this library find their personality: the compiler
    // defines that place, under a hidden name. The name is not promised, so the reference to it is
    // weak: with another name there would be null here, and no thread would hang.
    std::arch::global_asm!(
        ".weak DW.ref.rust_eh_personality",
        ".hidden DW.ref.rust_eh_personality",
        ".pushsection .data.rel.ro.hedgerow_personality, \"aw\"",
        ".balign 8",
        ".globl hedgerow_personality_place",
        ".hidden hedgerow_personality_place",
        "hedgerow_personality_place:",
        ".quad DW.ref.rust_eh_personality",
        ".popsection",
    );

    unsafe extern "C" {
        /// The address of that place.
        #[link_name = "hedgerow_personality_place"]
        static PERSONALITY: *mut AtomicPtr<c_void>;

        #[cfg(not(Py_3_13))]
        #[link_name = "_Py_IsFinalizing"]
        fn is_finalizing() -> c_int;
    }

    /// Rust's own personality.
    static RUSTS: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());

    pub(crate) fn prepare() {
        let ours = personality as Personality as *mut c_void;
        // SAFETY: an aligned pointer of this library, which only unwinders read. They accept either
        // function. It lies among data that may be written. Where the linker has the system protect
        // it, `mprotect` first undoes that for its page.
        unsafe {
            let Some(place) = PERSONALITY.as_ref() else { return };
            let rusts = place.load(Ordering::Relaxed);
            if rusts == ours {
                return;
            }
            let page_size = libc::sysconf(libc::_SC_PAGESIZE).max(1) as usize;
            let page = PERSONALITY.cast::<c_void>().map_addr(|address| address & !(page_size - 1));
            let access = libc::PROT_READ | libc::PROT_WRITE;
            if libc::mprotect(page, page_size, access) == 0 {
                RUSTS.store(rusts, Ordering::Release);
                place.store(ours, Ordering::Release);
            }
        }
    }

    /// The personality of this library's frames.
    ///
    /// # Safety
    ///
    /// For unwinders alone.
    unsafe extern "C" fn personality(
        version: c_int,
        actions: c_int,
        class: u64,
        exception: *mut c_void,
        frame: *mut c_void,
    ) -> c_int {
        // SAFETY: `is_finalizing` needs no interpreter lock, and `pause` can always be called.
        // Rust's own personality was here before this one, and gets the same arguments.
        unsafe {
            if actions & FORCED != 0 && is_finalizing() != 0 {
                loop {
                    libc::pause();
                }
            }
            let rusts = RUSTS.load(Ordering::Acquire);
            transmute::<*mut c_void, Personality>(rusts)(version, actions, class, exception, frame)
        }
    }
}
