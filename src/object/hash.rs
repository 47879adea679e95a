//! `hash(value)`, CPython's to the bit.
//!
//! Numbers are hashed as the language reference says ("Hashing of numeric types"), tuples as
//! `tuple_hash` of `Objects/tupleobject.c` does (3.8 and later, after xxHash), frozensets as
//! `frozenset_hash` of `Objects/setobject.c`. For the rest see [`HashPolicy`].

use super::depth::Level;
use super::hash_policy::HashPolicy;
use super::number::{hash_bigint, hash_complex, hash_float, hash_int};
use super::value::{ObjectError, Value};

/// `hash(value)`. It is -1 only if [`StrHash::Java31`](super::StrHash::Java31) or an
/// [`Object`](super::Object) says so.
///
/// O(n) for ints beyond 64 bits, for tuples, and for text and frozensets that were not hashed
/// under this policy before. O(1) for the rest, except an [`Object`](super::Object), which takes
/// what its type takes.
///
/// # Errors
///
/// [`ObjectError::Type`] for what cannot be hashed, [`ObjectError::Recursion`], and what user code
/// raises.
#[inline]
pub fn hash(value: &Value, policy: &HashPolicy) -> Result<i64, ObjectError> {
    match value {
        Value::Int(int) => Ok(hash_int(*int)),
        Value::Str(text) => Ok(text.hash(&policy.text)),
        _ => hash_other(value, policy),
    }
}

fn hash_other(value: &Value, policy: &HashPolicy) -> Result<i64, ObjectError> {
    match value {
        Value::Int(int) => Ok(hash_int(*int)),
        Value::Str(text) => Ok(text.hash(&policy.text)),
        Value::Bool(bool) => Ok(i64::from(*bool)),
        Value::Float(float) => Ok(hash_float(*float, policy)),
        Value::None => Ok(policy.none),
        Value::Ellipsis => Ok(policy.ellipsis),
        Value::Bytes(bytes) => Ok(bytes.hash(&policy.text)),
        Value::BigInt(int) => Ok(hash_bigint(int)),
        Value::Complex(complex) => Ok(hash_complex(complex, policy)),
        Value::Tuple(tuple) => hash_tuple(tuple.items(), policy),
        Value::FrozenSet(set) => set.hash(policy),
        Value::Object(object) => {
            let _level = Level::enter()?;
            object.hash(value)
        }
    }
}

fn hash_tuple(items: &[Value], policy: &HashPolicy) -> Result<i64, ObjectError> {
    const PRIME_1: u64 = 11_400_714_785_074_694_791;
    const PRIME_2: u64 = 14_029_467_366_897_019_727;
    const PRIME_5: u64 = 2_870_177_450_012_600_261;
    let _level = Level::enter()?;
    let mut sum = PRIME_5;
    for item in items {
        let lane = hash(item, policy)? as u64;
        sum = sum.wrapping_add(lane.wrapping_mul(PRIME_2)).rotate_left(31).wrapping_mul(PRIME_1);
    }
    sum = sum.wrapping_add(items.len() as u64 ^ (PRIME_5 ^ 3_527_539));
    Ok(match sum as i64 {
        -1 => 1_546_275_796,
        hash => hash,
    })
}
