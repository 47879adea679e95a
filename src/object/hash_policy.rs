//! How hashes differ from one runtime to another: the algorithm for text, and what are addresses in
//! CPython.
//!
//! Numbers have one hash everywhere (see [`hash_int`](super::hash_int)). Those of str and bytes
//! depend on a [`StrHash`]. Those of None, Ellipsis and NaN are addresses in some versions of
//! CPython, so [`HashPolicy`] has fields for them.

use std::hash::{BuildHasher, RandomState};

use super::python_version::PythonVersion;
use crate::siphash::SipHash;

/// How str and bytes are hashed.
///
/// Text is hashed in its narrowest form: 1, 2 or 4 bytes for each code point, little-endian. A
/// `bytes` object is hashed as the str of the same code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StrHash {
    /// CPython 3.11 and later, with this key.
    SipHash13([u64; 2]),
    /// CPython 3.4 to 3.10, with this key.
    SipHash24([u64; 2]),
    /// Java's `String.hashCode`: a polynomial in 31 over UTF-16 units, in 32 bits. Only here may
    /// the hash of a text be -1. It does not protect against keys chosen to collide.
    Java31,
}

impl StrHash {
    /// As CPython 3.11 and later with `PYTHONHASHSEED=seed`. The key of seed 0 is zero.
    ///
    /// ```
    /// use hedgerow::object::StrHash;
    ///
    /// assert_eq!(StrHash::cpython(0).of_units1(b"a"), 4644417185603328019);
    /// ```
    #[must_use]
    pub fn cpython(seed: u32) -> Self {
        StrHash::SipHash13(key_of_seed(seed))
    }

    /// As CPython 3.4 to 3.10 with `PYTHONHASHSEED=seed`.
    #[must_use]
    pub fn cpython_before_311(seed: u32) -> Self {
        StrHash::SipHash24(key_of_seed(seed))
    }

    /// As Java.
    #[must_use]
    pub fn java() -> Self {
        StrHash::Java31
    }

    /// SipHash-1-3 under a random key, as CPython without `PYTHONHASHSEED`.
    #[must_use]
    pub fn random() -> Self {
        let state = RandomState::new();
        StrHash::SipHash13([state.hash_one(0), state.hash_one(1)])
    }

    /// The hash of a str whose code points take 1 byte each. O(n).
    #[inline]
    #[must_use]
    pub fn of_units1(&self, units: &[u8]) -> i64 {
        if units.is_empty() {
            return 0;
        }
        match *self {
            StrHash::SipHash13(key) => settle(SipHash::<1, 3>::of_bytes(key, units)),
            StrHash::SipHash24(key) => settle(SipHash::<2, 4>::of_bytes(key, units)),
            StrHash::Java31 => java(units.iter().map(|&unit| u32::from(unit))),
        }
    }

    /// The hash of a str whose code points take 2 bytes each. O(n).
    #[must_use]
    pub fn of_units2(&self, units: &[u16]) -> i64 {
        let pack = |units: &[u16]| {
            units.iter().rev().fold(0, |word, &unit| word << u16::BITS | u64::from(unit))
        };
        let (words, tail) = units.as_chunks::<4>();
        let words = words.iter().map(|units| pack(units));
        match *self {
            StrHash::SipHash13(key) => sip::<1, 3>(key, words, pack(tail), size_of_val(units)),
            StrHash::SipHash24(key) => sip::<2, 4>(key, words, pack(tail), size_of_val(units)),
            StrHash::Java31 => java(units.iter().map(|&unit| u32::from(unit))),
        }
    }

    /// The hash of a str whose code points take 4 bytes each. O(n).
    pub fn of_units4(&self, units: &[u32]) -> i64 {
        let (words, tail) = units.as_chunks::<2>();
        let words = words.iter().map(|&[low, high]| u64::from(high) << u32::BITS | u64::from(low));
        let last = tail.first().copied().map_or(0, u64::from);
        match *self {
            StrHash::SipHash13(key) => sip::<1, 3>(key, words, last, size_of_val(units)),
            StrHash::SipHash24(key) => sip::<2, 4>(key, words, last, size_of_val(units)),
            StrHash::Java31 => java(units.iter().copied()),
        }
    }

    /// The hash of code points that take `width` bytes each in their narrowest form.
    pub(super) fn of_points(&self, width: u32, points: impl Iterator<Item = u32>) -> i64 {
        match *self {
            StrHash::SipHash13(key) => sip_points::<1, 3>(key, width, points),
            StrHash::SipHash24(key) => sip_points::<2, 4>(key, width, points),
            StrHash::Java31 => java(points),
        }
    }
}

/// How values are hashed, and which CPython's words and characters they have: everything in which
/// one process, version or implementation of Python differs from another.
///
/// ```
/// use hedgerow::object::{HashPolicy, Value, hash};
///
/// let policy = HashPolicy::cpython(0);
/// assert_eq!(hash(&Value::None, &policy)?, 0xFCA8_6420);
/// assert_eq!(hash(&Value::from("Python"), &HashPolicy::java())?, -1889329924);
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashPolicy {
    /// For str and bytes.
    pub text: StrHash,
    /// `hash(None)`: an address before 3.12.
    pub none: i64,
    /// `hash(...)`: an address. The constructors set it to `none + 1`.
    pub ellipsis: i64,
    /// The hash of every NaN: 0 up to 3.9, an address since. The constructors set it to 0.
    pub nan: i64,
    /// Whose messages and Unicode version. It does not change a hash. The constructors set it to
    /// [`PythonVersion::LATEST`].
    pub python: PythonVersion,
}

/// `hash(None)` from 3.12 on.
const NONE: i64 = 0xFCA8_6420;

impl HashPolicy {
    /// As CPython 3.12 and later with `PYTHONHASHSEED=seed`. To match a process of 3.11, set
    /// [`none`](HashPolicy::none) to its `hash(None)`.
    #[must_use]
    pub fn cpython(seed: u32) -> Self {
        HashPolicy::from(StrHash::cpython(seed))
    }

    /// As CPython 3.8 to 3.10 with `PYTHONHASHSEED=seed`, except where a hash is an address.
    #[must_use]
    pub fn cpython_before_311(seed: u32) -> Self {
        HashPolicy::from(StrHash::cpython_before_311(seed))
    }

    /// Text as in Java, everything else as in CPython.
    #[must_use]
    pub fn java() -> Self {
        HashPolicy::from(StrHash::java())
    }

    /// Text under a random key.
    #[must_use]
    pub fn random() -> Self {
        HashPolicy::from(StrHash::random())
    }
}

impl From<StrHash> for HashPolicy {
    fn from(text: StrHash) -> Self {
        HashPolicy { text, none: NONE, ellipsis: NONE + 1, nan: 0, python: PythonVersion::LATEST }
    }
}

impl Default for HashPolicy {
    /// [`random`](HashPolicy::random), which is safe for keys from people you do not trust.
    fn default() -> Self {
        HashPolicy::random()
    }
}

/// The hash of a `bytes` object. O(n).
#[must_use]
pub fn hash_bytes(policy: &StrHash, bytes: &[u8]) -> i64 {
    policy.of_units1(bytes)
}

/// The key that CPython makes from a seed: 16 bytes of `lcg_urandom` in `Python/bootstrap_hash.c`.
fn key_of_seed(seed: u32) -> [u64; 2] {
    if seed == 0 {
        return [0, 0];
    }
    let mut state = seed;
    let mut word = || {
        let bytes = std::array::from_fn(|_| {
            state = state.wrapping_mul(214_013).wrapping_add(2_531_011);
            (state >> 16) as u8
        });
        u64::from_le_bytes(bytes)
    };
    [word(), word()]
}

/// CPython reserves -1 for errors.
#[inline]
fn settle(hash: u64) -> i64 {
    match hash as i64 {
        -1 => -2,
        hash => hash,
    }
}

fn sip<const C: u32, const D: u32>(
    key: [u64; 2],
    words: impl Iterator<Item = u64>,
    last: u64,
    size_bytes: usize,
) -> i64 {
    if size_bytes == 0 {
        return 0;
    }
    let mut state = SipHash::<C, D>::new(key);
    words.for_each(|word| state.word(word));
    settle(state.finish(last, size_bytes))
}

/// [`sip`] for code points that are not in one buffer.
fn sip_points<const C: u32, const D: u32>(
    key: [u64; 2],
    width: u32,
    points: impl Iterator<Item = u32>,
) -> i64 {
    let mut state = SipHash::<C, D>::new(key);
    let (mut word, mut filled_bits, mut count) = (0, 0, 0);
    for point in points {
        word |= u64::from(point) << filled_bits;
        filled_bits += 8 * width;
        count += 1;
        if filled_bits == u64::BITS {
            state.word(word);
            (word, filled_bits) = (0, 0);
        }
    }
    if count == 0 { 0 } else { settle(state.finish(word, count * width as usize)) }
}

fn java(points: impl Iterator<Item = u32>) -> i64 {
    let push = |hash: i32, unit: u32| hash.wrapping_mul(31).wrapping_add(unit as i32);
    let hash = points.fold(0, |hash, point| match point.checked_sub(0x1_0000) {
        None => push(hash, point),
        Some(above) => push(push(hash, 0xd800 + (above >> 10)), 0xdc00 + (above & 0x3ff)),
    });
    i64::from(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::PyStr;

    #[test]
    fn keys_of_seeds_are_those_of_lcg_urandom() {
        assert_eq!(key_of_seed(0), [0, 0]);
        let mut state = 42_u32;
        let mut bytes = [0; 16];
        for byte in &mut bytes {
            state = state.wrapping_mul(214_013).wrapping_add(2_531_011);
            *byte = (state >> 16 & 0xff) as u8;
        }
        let both = u128::from_le_bytes(bytes);
        assert_eq!(key_of_seed(42), [both as u64, (both >> 64) as u64]);
        assert_ne!(StrHash::random(), StrHash::random());
    }

    #[test]
    fn wide_text_hashes_as_its_bytes() {
        for policy in [StrHash::cpython(9), StrHash::cpython_before_311(9)] {
            for length in 0..20_u16 {
                let two: Vec<u16> = (0..length).map(|unit| 0x100 + unit).collect();
                let four: Vec<u32> = two.iter().map(|&unit| 0x1_0000 + u32::from(unit)).collect();
                let bytes: Vec<u8> = two.iter().flat_map(|unit| unit.to_le_bytes()).collect();
                assert_eq!(policy.of_units2(&two), policy.of_units1(&bytes));
                let bytes: Vec<u8> = four.iter().flat_map(|unit| unit.to_le_bytes()).collect();
                assert_eq!(policy.of_units4(&four), policy.of_units1(&bytes));
            }
        }
    }

    #[test]
    fn a_kept_hash_serves_only_its_policy() {
        let policies = [StrHash::cpython(1), StrHash::cpython_before_311(1), StrHash::java()];
        let text = PyStr::from("some text");
        for _ in 0..2 {
            for policy in &policies {
                assert_eq!(text.hash(policy), policy.of_units1(b"some text"));
            }
        }
    }

    #[test]
    fn only_java_hashes_to_minus_one() {
        assert_eq!(settle(u64::MAX), -2);
        // The digits of 2^32 - 1 in base 31.
        let mut rest = u32::MAX;
        let mut units = Vec::new();
        while rest > 0 {
            units.insert(0, (rest % 31) as u8);
            rest /= 31;
        }
        assert_eq!(StrHash::java().of_units1(&units), -1);
    }
}
