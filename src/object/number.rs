//! Numbers: int, bool, float and complex are equal, and have the same hash, if they are the same
//! number.
//!
//! The hash is the number modulo the prime 2^61 - 1, with the sign of the number (language
//! reference, "Hashing of numeric types"; `_Py_HashDouble` of `Python/pyhash.c`, `long_hash` of
//! `Objects/longobject.c`). Modulo that prime, doubling is a rotation of 61 bits.

use num_bigint::{BigInt, Sign};
use num_traits::FromPrimitive;

use super::hash_policy::HashPolicy;

const MODULUS_BITS: u32 = 61;
const MODULUS: u64 = (1 << MODULUS_BITS) - 1;
const INFINITY_HASH: i64 = 314_159;
const IMAGINARY: i64 = 1_000_003;

/// Python's `complex`.
#[derive(Clone, Copy, Debug)]
pub struct Complex {
    /// The real part.
    pub real: f64,
    /// The imaginary part.
    pub imag: f64,
}

/// `hash(int)`.
///
/// ```
/// use hedgerow::object::hash_int;
///
/// assert_eq!([hash_int(-1), hash_int(-2), hash_int((1 << 61) - 1)], [-2, -2, 0]);
/// ```
#[inline]
#[must_use]
pub fn hash_int(int: i64) -> i64 {
    let magnitude = reduce(int.unsigned_abs()) as i64;
    signed(if int < 0 { -magnitude } else { magnitude })
}

/// `hash(float)`. A whole float has the hash of the int. The hash of NaN is the policy's.
///
/// ```
/// use hedgerow::object::{HashPolicy, hash_float};
///
/// let policy = HashPolicy::cpython(0);
/// assert_eq!(hash_float(-1.0, &policy), -2);
/// assert_eq!(hash_float(0.5, &policy), 1 << 60);
/// assert_eq!(hash_float(f64::INFINITY, &policy), 314159);
/// ```
#[must_use]
pub fn hash_float(float: f64, policy: &HashPolicy) -> i64 {
    if float.is_nan() { policy.nan } else { hash_finite_or_infinite(float) }
}

pub(super) fn hash_bigint(int: &BigInt) -> i64 {
    let digits = int.iter_u64_digits();
    let magnitude = digits
        .rev()
        .fold(0, |sum, digit| reduce(rotate(sum, u64::BITS % MODULUS_BITS) + reduce(digit)))
        as i64;
    signed(if int.sign() == Sign::Minus { -magnitude } else { magnitude })
}

pub(super) fn hash_complex(complex: &Complex, policy: &HashPolicy) -> i64 {
    let real = hash_float(complex.real, policy);
    let imag = hash_float(complex.imag, policy);
    signed(real.wrapping_add(imag.wrapping_mul(IMAGINARY)))
}

/// Compares exactly: the nearest float to an int may be another number.
pub(super) fn int_is_float(int: i64, float: f64) -> bool {
    int as f64 == float && float as i128 == i128::from(int)
}

pub(super) fn big_is_float(int: &BigInt, float: f64) -> bool {
    // The exponent first: it is cheap, and mostly decides.
    let bits_of_whole_part = ((float.to_bits() >> 52) & 0x7ff).saturating_sub(1022);
    float.is_finite()
        && int.bits() == bits_of_whole_part
        && float.fract() == 0.0
        && BigInt::from_f64(float).is_some_and(|float| float == *int)
}

fn hash_finite_or_infinite(float: f64) -> i64 {
    let hash = if float.is_infinite() {
        INFINITY_HASH
    } else {
        let (mantissa, exponent) = decode(float.abs());
        rotate(mantissa, exponent.rem_euclid(MODULUS_BITS as i32) as u32) as i64
    };
    signed(if float < 0.0 { -hash } else { hash })
}

/// A float that is not negative as `mantissa * 2^exponent`, with a mantissa of 53 bits.
fn decode(float: f64) -> (u64, i32) {
    let bits = float.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match (bits >> 52) as i32 {
        0 => (fraction, -1074),
        exponent => (fraction | 1 << 52, exponent - 1075),
    }
}

/// A number modulo [`MODULUS`].
#[inline]
fn reduce(number: u64) -> u64 {
    let sum = (number & MODULUS) + (number >> MODULUS_BITS);
    if sum >= MODULUS { sum - MODULUS } else { sum }
}

/// A residue times `2^count`, with `count < 61`.
fn rotate(residue: u64, count: u32) -> u64 {
    (residue << count) & MODULUS | residue >> (MODULUS_BITS - count)
}

/// CPython reserves -1 for errors.
#[inline]
fn signed(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// By definition: the residue of the magnitude, with the sign.
        #[test]
        fn ints_hash_to_their_residue(high in any::<i128>(), shift in 0..128u32, by in 0..200u32) {
            let int = BigInt::from(high >> shift) << by;
            let residue = BigInt::from(int.magnitude().clone()) % MODULUS;
            let residue = i64::try_from(&residue).unwrap();
            let expected = signed(if int.sign() == Sign::Minus { -residue } else { residue });
            prop_assert_eq!(hash_bigint(&int), expected);
            if let Ok(small) = i64::try_from(&int) {
                prop_assert_eq!(hash_int(small), expected);
            }
        }

        /// A float is a fraction of ints, and hashes as that.
        #[test]
        fn floats_hash_to_their_fraction(bits in any::<u64>()) {
            let float = f64::from_bits(bits);
            prop_assume!(float.is_finite());
            let (mantissa, exponent) = decode(float.abs());
            let modulus = BigInt::from(MODULUS);
            // By Fermat, dividing by 2 is multiplying by 2^(modulus - 2).
            let half = BigInt::from(2).modpow(&(&modulus - 2), &modulus);
            let base = if exponent < 0 { half } else { BigInt::from(2) };
            let scale = base.modpow(&BigInt::from(exponent.unsigned_abs()), &modulus);
            let residue = i64::try_from(&(BigInt::from(mantissa) * scale % modulus)).unwrap();
            let expected = signed(if float < 0.0 { -residue } else { residue });
            prop_assert_eq!(hash_float(float, &HashPolicy::cpython(0)), expected);
        }

        #[test]
        fn comparing_is_exact(int in any::<i64>(), shift in 0..63u32, big in -3..4i64) {
            let int = int >> shift;
            let float = int as f64;
            prop_assert_eq!(int_is_float(int, float), BigInt::from(int) == whole(float));
            let large = BigInt::from(int) * (BigInt::from(1_u64) << (shift * 5)) + big;
            let float = large.to_string().parse::<f64>().unwrap();
            prop_assert_eq!(big_is_float(&large, float), large == whole(float));
        }
    }

    fn whole(float: f64) -> BigInt {
        format!("{float:.0}").parse().unwrap()
    }
}
