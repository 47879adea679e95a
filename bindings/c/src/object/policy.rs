//! How text is hashed, between the caller's structure and the object layer's.

use hedgerow::object::{HashPolicy, StrHash};

use super::types::{CPolicy, TEXT_JAVA31, TEXT_SIPHASH13, TEXT_SIPHASH24};
use crate::status::Status;

impl From<HashPolicy> for CPolicy {
    fn from(policy: HashPolicy) -> Self {
        let (text, key) = match policy.text {
            StrHash::SipHash13(key) => (TEXT_SIPHASH13, key),
            StrHash::SipHash24(key) => (TEXT_SIPHASH24, key),
            StrHash::Java31 => (TEXT_JAVA31, [0; 2]),
        };
        let HashPolicy { none, ellipsis, nan, .. } = policy;
        CPolicy { text, reserved: 0, key, none, ellipsis, nan }
    }
}

/// The policy that a structure of the caller's means.
pub(crate) fn policy_of(policy: CPolicy) -> Result<HashPolicy, Status> {
    let CPolicy { text, reserved, key, none, ellipsis, nan } = policy;
    let text = match (text, key) {
        (TEXT_SIPHASH13, _) => StrHash::SipHash13(key),
        (TEXT_SIPHASH24, _) => StrHash::SipHash24(key),
        (TEXT_JAVA31, [0, 0]) => StrHash::Java31,
        _ => return Err(Status::Argument),
    };
    if reserved != 0 {
        return Err(Status::Argument);
    }
    Ok(HashPolicy { text, none, ellipsis, nan })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_go_there_and_back() {
        let policies = [HashPolicy::cpython(7), HashPolicy::java(), HashPolicy::random()];
        for policy in policies.into_iter().chain([HashPolicy::cpython_before_311(7)]) {
            let there = CPolicy::from(policy.clone());
            assert_eq!(policy_of(there), Ok(policy));
            assert_eq!(policy_of(CPolicy { reserved: 1, ..there }), Err(Status::Argument));
        }
        assert_eq!(policy_of(CPolicy::default()), Err(Status::Argument));
    }
}
