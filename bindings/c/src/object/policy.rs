//! How values are hashed.

use hedgerow::object::{HashPolicy, PythonVersion, StrHash};

use super::types::{CPolicy, TEXT_JAVA31, TEXT_SIPHASH13, TEXT_SIPHASH24};
use crate::pointers::{Out, out};
use crate::status::{Status, guarded};

/// Hashes as CPython 3.12 and later with `PYTHONHASHSEED=seed`. For 3.11 set `none` to `hash(None)`
/// of the process to be matched.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_policy_cpython(seed: u32, policy: *mut CPolicy) -> Status {
    // SAFETY: C3.
    write(unsafe { out(policy) }, || HashPolicy::cpython(seed))
}

/// Hashes as CPython 3.8 to 3.10 with `PYTHONHASHSEED=seed`, except for `none`, `ellipsis` and
/// `nan`, which are addresses there.
///
/// Returns OK; POINTER.
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
    write(unsafe { out(policy) }, || HashPolicy::cpython_before_311(seed))
}

/// Hashes text as Java does, and the rest as CPython. No defence against chosen keys.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_policy_java(policy: *mut CPolicy) -> Status {
    // SAFETY: C3.
    write(unsafe { out(policy) }, HashPolicy::java)
}

/// Hashes text under a random key, a new one at each call, as CPython without `PYTHONHASHSEED`. For
/// keys from people you do not trust.
///
/// Returns OK; POINTER.
///
/// # Safety
///
/// C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_policy_random(policy: *mut CPolicy) -> Status {
    // SAFETY: C3.
    write(unsafe { out(policy) }, HashPolicy::random)
}

fn write(policy: Result<Out<CPolicy>, Status>, make: impl FnOnce() -> HashPolicy) -> Status {
    guarded(|| {
        policy?.set(make().into());
        Ok(Status::Ok)
    })
}

impl From<HashPolicy> for CPolicy {
    fn from(policy: HashPolicy) -> Self {
        let (text, key) = match policy.text {
            StrHash::SipHash13(key) => (TEXT_SIPHASH13, key),
            StrHash::SipHash24(key) => (TEXT_SIPHASH24, key),
            StrHash::Java31 => (TEXT_JAVA31, [0; 2]),
        };
        let HashPolicy { none, ellipsis, nan, python, .. } = policy;
        CPolicy { text, python: python.minor(), key, none, ellipsis, nan }
    }
}

/// The policy of the caller's structure.
pub(super) fn policy_of(policy: CPolicy) -> Result<HashPolicy, Status> {
    let CPolicy { text, python, key, none, ellipsis, nan } = policy;
    let text = match (text, key) {
        (TEXT_SIPHASH13, _) => StrHash::SipHash13(key),
        (TEXT_SIPHASH24, _) => StrHash::SipHash24(key),
        (TEXT_JAVA31, [0, 0]) => StrHash::Java31,
        _ => return Err(Status::Argument),
    };
    Ok(HashPolicy { text, none, ellipsis, nan, python: version_of(python)? })
}

/// The version of the caller's number: 11 for CPython 3.11; 0 for the newest.
pub(super) fn version_of(python: u32) -> Result<PythonVersion, Status> {
    match python {
        0 => Ok(PythonVersion::LATEST),
        minor => PythonVersion::from_minor(minor).ok_or(Status::Argument),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_survive_the_round_trip() {
        let policies = [HashPolicy::cpython(7), HashPolicy::java(), HashPolicy::random()];
        for policy in policies.into_iter().chain([HashPolicy::cpython_before_311(7)]) {
            let there = CPolicy::from(policy.clone());
            assert_eq!(policy_of(there).as_ref(), Ok(&policy));
            assert_eq!(policy_of(CPolicy { python: 0, ..there }), Ok(policy));
            assert_eq!(policy_of(CPolicy { python: 8, ..there }), Err(Status::Argument));
        }
        assert_eq!(policy_of(CPolicy::default()), Err(Status::Argument));
    }
}
