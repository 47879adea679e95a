//! White space and the ends of lines.

use crate::object::str::Cut;

/// `chr(point).isspace()`: bidirectional type WS, B or S, or category Zs. It is the same in all
/// versions of Unicode that CPython 3.8 to 3.15 have.
pub(super) fn is_space(point: u32) -> bool {
    matches!(
        point,
        0x09..=0x0d
            | 0x1c..=0x20
            | 0x85
            | 0xa0
            | 0x1680
            | 0x2000..=0x200a
            | 0x2028
            | 0x2029
            | 0x202f
            | 0x205f
            | 0x3000
    )
}

/// Units that are tested in their own width and without a branch, so that the compiler can test
/// many of them by one vector instruction.
pub(super) trait White: Cut {
    /// [`is_space`].
    fn is_space(self) -> bool;

    /// Whether `str.splitlines` ends a line here.
    fn is_line_end(self) -> bool;
}

impl White for u8 {
    #[inline]
    fn is_space(self) -> bool {
        (self.wrapping_sub(0x09) < 5)
            | (self.wrapping_sub(0x1c) < 5)
            | (self == 0x85)
            | (self == 0xa0)
    }

    #[inline]
    fn is_line_end(self) -> bool {
        (self.wrapping_sub(0x0a) < 4) | (self.wrapping_sub(0x1c) < 3) | (self == 0x85)
    }
}

macro_rules! wide_white {
    ($unit:ty) => {
        impl White for $unit {
            #[inline]
            fn is_space(self) -> bool {
                (self.wrapping_sub(0x09) < 5)
                    | (self.wrapping_sub(0x1c) < 5)
                    | (self == 0x85)
                    | (self == 0xa0)
                    | (self == 0x1680)
                    | (self.wrapping_sub(0x2000) < 11)
                    | (self & !1 == 0x2028)
                    | (self == 0x202f)
                    | (self == 0x205f)
                    | (self == 0x3000)
            }

            #[inline]
            fn is_line_end(self) -> bool {
                (self.wrapping_sub(0x0a) < 4)
                    | (self.wrapping_sub(0x1c) < 3)
                    | (self == 0x85)
                    | (self & !1 == 0x2028)
            }
        }
    };
}

wide_white!(u16);
wide_white!(u32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_each_width_are_white_alike() {
        for point in (0..0x1_1000).chain([0x10_ffff, 0x2_0020, 0x1_000a]) {
            let space = is_space(point);
            let end = matches!(point, 0x0a..=0x0d | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029);
            assert_eq!((point.is_space(), point.is_line_end()), (space, end), "{point:#x}");
            if let Ok(unit) = u16::try_from(point) {
                assert_eq!((unit.is_space(), unit.is_line_end()), (space, end), "{point:#x}");
            }
            if let Ok(unit) = u8::try_from(point) {
                assert_eq!((unit.is_space(), unit.is_line_end()), (space, end), "{point:#x}");
            }
        }
    }
}
