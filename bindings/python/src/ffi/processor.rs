//! Whether the processor has the instructions that this library was compiled with.
//!
//! Without this check an older processor would end the process at the first instruction that it
//! does not know. The check comes before everything else, and uses no such instruction: it reads
//! one word, tests bits of it, and writes text.

use std::ffi::CStr;

use pyo3::ffi;

/// An extension of x86-64, whether this library was compiled with it, and its bit of what the
/// processor answers (`ECX` of leaf 1).
type Extension = (&'static str, bool, u32);

/// What x86-64-v2 adds. The compiler may be told of others, but only by those who build for their
/// own processor.
const EXTENSIONS: [Extension; 6] = [
    ("SSE3", cfg!(target_feature = "sse3"), 0),
    ("SSSE3", cfg!(target_feature = "ssse3"), 9),
    ("CMPXCHG16B", cfg!(target_feature = "cmpxchg16b"), 13),
    ("SSE4.1", cfg!(target_feature = "sse4.1"), 19),
    ("SSE4.2", cfg!(target_feature = "sse4.2"), 20),
    ("POPCNT", cfg!(target_feature = "popcnt"), 23),
];

/// Names of extensions, apart by spaces, that the processor is taken not to have: for tests.
const DISABLED: &CStr = c"HEDGEROW_DISABLE_CPU_FEATURES";

/// Sets an `ImportError` if the processor lacks an extension that the library was compiled with.
/// Returns whether it has all.
///
/// # Safety
///
/// Called attached to the interpreter.
pub(crate) unsafe fn is_sufficient() -> bool {
    let missing = missing(EXTENSIONS, answer(), disabled());
    if missing.is_empty() {
        return true;
    }
    let mut words = format!(
        "this build of hedgerow needs a processor with {}, which this one lacks; build it for this \
         one with `pip install --force-reinstall --no-binary hedgerow hedgerow`, which needs cargo",
        missing.join(", "),
    );
    words.push('\0');
    // SAFETY: attached (1), by this function's contract; the text ends with a zero.
    unsafe { ffi::PyErr_SetString(ffi::PyExc_ImportError, words.as_ptr().cast()) };
    false
}

/// The names of extensions that were compiled with and are not there.
fn missing(extensions: [Extension; 6], answer: u32, disabled: &[u8]) -> Vec<&'static str> {
    let is_there = |name: &str, bit: u32| {
        answer >> bit & 1 == 1
            && disabled.split(|&byte| byte == b' ').all(|it| it != name.as_bytes())
    };
    let missing =
        extensions.into_iter().filter(|&(name, needed, bit)| needed && !is_there(name, bit));
    missing.map(|(name, ..)| name).collect()
}

fn disabled() -> &'static [u8] {
    // SAFETY: attached (1), so no Python code changes the environment meanwhile. The text is read
    // only before anything else can run.
    unsafe {
        let text = libc::getenv(DISABLED.as_ptr());
        if text.is_null() { b"" } else { CStr::from_ptr(text).to_bytes() }
    }
}

#[cfg(target_arch = "x86_64")]
fn answer() -> u32 {
    // Not `is_x86_feature_detected!`, which is true for what the compiler was told to use.
    #[allow(unused_unsafe, reason = "safe since Rust 1.94")]
    // SAFETY: every x86-64 processor has this instruction.
    unsafe {
        std::arch::x86_64::__cpuid(1).ecx
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn answer() -> u32 {
    // None of the extensions was compiled with.
    0
}
