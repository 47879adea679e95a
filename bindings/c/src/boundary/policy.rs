//! How text is hashed.

use hedgerow::object::HashPolicy;

use super::guarded;
use super::pointers::out;
use crate::object::CPolicy;
use crate::status::Status;

/// Writes a policy.
///
/// # Safety
///
/// C3.
unsafe fn write(policy: *mut CPolicy, make: impl FnOnce() -> HashPolicy) -> Status {
    guarded(|| {
        // SAFETY: C3.
        unsafe { out(policy) }?.set(make().into());
        Ok(Status::Ok)
    })
}

/// Hashes as CPython 3.12 and later with `PYTHONHASHSEED=seed`. For 3.11 set `none` to the
/// `hash(None)` of the process that is to be matched.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_policy_cpython(seed: u32, policy: *mut CPolicy) -> Status {
    // SAFETY: C3.
    unsafe { write(policy, || HashPolicy::cpython(seed)) }
}

/// Hashes as CPython 3.8 to 3.10 with `PYTHONHASHSEED=seed`, but for `none`, `ellipsis` and `nan`,
/// which are addresses there.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_policy_cpython_before_311(
    seed: u32,
    policy: *mut CPolicy,
) -> Status {
    // SAFETY: C3.
    unsafe { write(policy, || HashPolicy::cpython_before_311(seed)) }
}

/// Text is hashed as Java does, the rest as by CPython. No defence against chosen keys.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_policy_java(policy: *mut CPolicy) -> Status {
    // SAFETY: C3.
    unsafe { write(policy, HashPolicy::java) }
}

/// Text is hashed under a random key, another one at each call: as CPython without
/// `PYTHONHASHSEED`. Right where keys come from people you do not trust.
///
/// Answers OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_policy_random(policy: *mut CPolicy) -> Status {
    // SAFETY: C3.
    unsafe { write(policy, HashPolicy::random) }
}
