//! SipHash-1-3 and SipHash-2-4 of a whole buffer, as `Python/pyhash.c` applies them: the hash of
//! Python's strings, and of text and bytes in an image.
//!
//! The reference is Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012).

/// A hash that is being computed: `C` rounds for each word of 8 bytes, `D` at the end.
#[derive(Clone)]
pub(crate) struct SipHash<const C: u32, const D: u32> {
    v: [u64; 4],
}

impl<const C: u32, const D: u32> SipHash<C, D> {
    #[inline]
    pub(crate) fn new([k0, k1]: [u64; 2]) -> Self {
        let v = [
            k0 ^ 0x736f_6d65_7073_6575,
            k1 ^ 0x646f_7261_6e64_6f6d,
            k0 ^ 0x6c79_6765_6e65_7261,
            k1 ^ 0x7465_6462_7974_6573,
        ];
        SipHash { v }
    }

    /// The hash of one buffer.
    #[inline]
    pub(crate) fn of_bytes(key: [u64; 2], bytes: &[u8]) -> u64 {
        let mut state = Self::new(key);
        let (words, tail) = bytes.as_chunks::<8>();
        for word in words {
            state.word(u64::from_le_bytes(*word));
        }
        let last = match bytes.last_chunk() {
            // The last 8 bytes, without those that a word before has taken: all, if none is left.
            Some(last) => {
                let taken = u64::BITS - tail.len() as u32 * u8::BITS;
                u64::from_le_bytes(*last).checked_shr(taken).unwrap_or(0)
            }
            None => short_word(bytes),
        };
        state.finish(last, bytes.len())
    }

    /// Takes the next 8 bytes, little-endian.
    #[inline]
    pub(crate) fn word(&mut self, word: u64) {
        self.v[3] ^= word;
        for _ in 0..C {
            self.round();
        }
        self.v[0] ^= word;
    }

    /// Takes the last bytes, fewer than 8 and padded with zeros, and the length of the whole.
    #[inline]
    pub(crate) fn finish(mut self, tail: u64, length_bytes: usize) -> u64 {
        self.word((length_bytes as u64) << 56 | tail);
        self.v[2] ^= 0xff;
        for _ in 0..D {
            self.round();
        }
        self.v[0] ^ self.v[1] ^ self.v[2] ^ self.v[3]
    }

    #[inline]
    fn round(&mut self) {
        let [mut a, mut b, mut c, mut d] = self.v;
        a = a.wrapping_add(b);
        c = c.wrapping_add(d);
        b = b.rotate_left(13) ^ a;
        d = d.rotate_left(16) ^ c;
        a = a.rotate_left(32);
        c = c.wrapping_add(b);
        a = a.wrapping_add(d);
        b = b.rotate_left(17) ^ c;
        d = d.rotate_left(21) ^ a;
        c = c.rotate_left(32);
        self.v = [a, b, c, d];
    }
}

/// A word of fewer than 8 bytes. It takes loads that overlap, because a loop over the bytes, or a
/// jump by their number, is predicted wrongly where lengths vary.
#[inline]
fn short_word(bytes: &[u8]) -> u64 {
    let shift = |word: u64, by: usize| word << (by as u32 * u8::BITS);
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>(), bytes) {
        (Some(first), Some(last), _) => {
            let last = u64::from(u32::from_le_bytes(*last));
            u64::from(u32::from_le_bytes(*first)) | shift(last, bytes.len() - 4)
        }
        (_, _, [first, .., last]) => {
            let middle = bytes.len() / 2;
            let ends = u64::from(*first) | shift(u64::from(*last), bytes.len() - 1);
            ends | shift(u64::from(bytes[middle]), middle)
        }
        (_, _, [only]) => u64::from(*only),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::SipHash;

    /// The vector of the paper's appendix A: the bytes 0 to 14 under the key of bytes 0 to 15.
    #[test]
    fn the_papers_example() {
        let key = [0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908];
        let bytes: Vec<u8> = (0..15).collect();
        assert_eq!(SipHash::<2, 4>::of_bytes(key, &bytes), 0xa129_ca61_49be_45e5);
    }

    /// The same as the SipHash-2-4 of the standard library, for each length of the tail.
    #[test]
    #[expect(deprecated, reason = "the only SipHash with keys in the standard library")]
    fn each_length_of_tail() {
        use std::hash::{Hasher, SipHasher};
        let bytes: Vec<u8> = (0..64_u8).map(|byte| byte.wrapping_mul(37)).collect();
        for length in 0..bytes.len() {
            let mut hasher = SipHasher::new_with_keys(3, 5);
            hasher.write(&bytes[..length]);
            assert_eq!(SipHash::<2, 4>::of_bytes([3, 5], &bytes[..length]), hasher.finish());
        }
    }
}
