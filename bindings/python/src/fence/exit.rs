//! Threads that the end of the interpreter finds in the middle of an operation.
//!
//! While the interpreter ends, a daemon thread that asks for the interpreter lock is not to come
//! back. From 3.14 on CPython lets it hang. Before, it calls `pthread_exit`, and glibc unwinds the
//! thread's stack: each frame is asked, from the innermost out, what it has to clean up. Rust's
//! frames would drop references without the lock, or end the process, as they take no foreign
//! exception.
//!
//! How a frame answers is up to its *personality*, a function that all Rust frames of this library
//! share and that the compiler refers to through one pointer. [`prepare`] puts our own there, which
//! lets such a thread hang, as later versions do, at the first frame of this library that may
//! have something to clean up. Frames further in have nothing, or are CPython's, which have nothing
//! either. All are still whole: an unwinder leaves the stack as it is until a frame cleans up.
//!
//! So every call into Python is covered, also those that PyO3 makes, and none costs anything: the
//! pointer is read when a stack is unwound. What else unwinds (a panic) goes to Rust's own
//! personality. A thread that hangs keeps the locks that it holds, as one does that was ended.

/// Lets threads hang where this version of CPython would unwind them. Called at import; to call it
/// again does nothing.
#[cfg(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    not(Py_3_14)
))]
pub(crate) use forced::prepare;

/// Nobody unwinds threads here: not CPython from 3.14 on, nor other C libraries.
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
    // defines that place, under a name that nobody outside can see. The name is not promised, so
    // it is referred to weakly: under another one there would be null here, and no hanging.
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
        /// Where that place is.
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
        // SAFETY: a pointer of this library, aligned as one, read by unwinders alone, which take
        // either function. It lies among data that may be written; were it among what the linker
        // has the system protect, this would first undo that for its page.
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
        // SAFETY: the question may be asked without the interpreter lock, and `pause` always.
        // Rust's own personality was here before this one, and is handed what this one was.
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
