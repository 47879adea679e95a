//! The places of the units that pass a test, such as separators and white space.
//!
//! The test is asked for 64 units together, which the compiler turns into vector instructions, and
//! its answers become the bits of a word. So there is no branch for each unit: how far it is to the
//! next place cannot be guessed where they are as close together as spaces between words.

/// How many units are asked about together.
const GROUP: usize = u64::BITS as usize;

/// The indices of the units that pass a test, in order.
pub(super) struct Marks<'a, T, F, S> {
    units: &'a [T],
    test: F,
    skip: S,
    /// Where the next group starts.
    next: usize,
    /// The places of the group before that are not given out yet.
    bits: u64,
}

impl<'a, T: Copy, F: Fn(T) -> bool, S: Fn(&[T]) -> Option<usize>> Marks<'a, T, F, S> {
    /// `skip` says how many units at the start of some need no test, or that none does.
    pub(super) fn new(units: &'a [T], test: F, skip: S) -> Self {
        Marks { units, test, skip, next: 0, bits: 0 }
    }
}

impl<T: Copy, F: Fn(T) -> bool, S: Fn(&[T]) -> Option<usize>> Iterator for Marks<'_, T, F, S> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            let rest = self.units.get(self.next..).filter(|rest| !rest.is_empty())?;
            let skipped = (self.skip)(rest)?;
            self.bits = bits(&rest[skipped..], &self.test);
            self.next += skipped + GROUP;
        }
        let place = self.next - GROUP + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(place)
    }
}

/// Where runs of units that pass a test start and end, in turn. The last run may have no end.
pub(super) struct Edges<'a, T, F> {
    units: &'a [T],
    test: F,
    next: usize,
    bits: u64,
    /// 1 if the last unit of the group before passes.
    last: u64,
}

impl<'a, T: Copy, F: Fn(T) -> bool> Edges<'a, T, F> {
    pub(super) fn new(units: &'a [T], test: F) -> Self {
        Edges { units, test, next: 0, bits: 0, last: 0 }
    }
}

impl<T: Copy, F: Fn(T) -> bool> Iterator for Edges<'_, T, F> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            let rest = self.units.get(self.next..).filter(|rest| !rest.is_empty())?;
            let passing = bits(rest, &self.test);
            // Where a unit differs from the one before.
            self.bits = passing ^ (passing << 1 | self.last);
            self.last = passing >> (GROUP - 1);
            self.next += GROUP;
        }
        let place = self.next - GROUP + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(place)
    }
}

/// A bit for each of the first 64 units: whether it passes.
#[inline]
fn bits<T: Copy>(units: &[T], test: &impl Fn(T) -> bool) -> u64 {
    let mut flags = [0; GROUP];
    match units.first_chunk::<GROUP>() {
        Some(group) => mark(&mut flags, group, test),
        None => mark(&mut flags, units, test),
    }
    let (words, _) = flags.as_chunks::<8>();
    words.iter().rev().fold(0, |bits, word| bits << 8 | gather(u64::from_le_bytes(*word)))
}

#[inline]
fn mark<T: Copy>(flags: &mut [u8; GROUP], units: &[T], test: &impl Fn(T) -> bool) {
    flags.iter_mut().zip(units).for_each(|(flag, &unit)| *flag = u8::from(test(unit)));
}

/// The lowest bits of eight bytes as the bits of one byte. In the product, bit `8 i` comes to
/// `56 + i`, and no two bits come to one place.
#[inline]
fn gather(bytes: u64) -> u64 {
    bytes.wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_of_a_byte_are_gathered() {
        for bits in 0..=u8::MAX {
            let bytes = std::array::from_fn(|index| bits >> index & 1);
            assert_eq!(gather(u64::from_le_bytes(bytes)), u64::from(bits));
        }
    }

    #[test]
    fn marks_and_edges_are_those_of_a_loop() {
        let mut state = 1_u32;
        for length in (0..200).chain([1000]) {
            let units: Vec<u16> = (0..length)
                .map(|_| {
                    state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
                    (state >> 16) as u16 % 5
                })
                .collect();
            for limit in 0..5 {
                let passes = |unit: u16| unit < limit;
                let marks: Vec<usize> = Marks::new(&units, passes, |_| Some(0)).collect();
                assert!(marks.iter().copied().eq((0..length).filter(|&i| passes(units[i]))));
                let skip = |units: &[u16]| units.iter().position(|&unit| passes(unit));
                assert!(Marks::new(&units, passes, skip).eq(marks));
                let edges: Vec<usize> = Edges::new(&units, passes).collect();
                let before = |index: usize| index > 0 && passes(units[index - 1]);
                let differs = |&index: &usize| passes(units[index]) != before(index);
                // What is behind the end passes no test, and a whole group shows it.
                assert!(edges.into_iter().filter(|&i| i < length).eq((0..length).filter(differs)));
            }
        }
    }
}
