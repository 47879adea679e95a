//! White space and the ends of lines.

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

/// Whether `str.splitlines` ends a line here.
pub(super) fn is_line_end(point: u32) -> bool {
    matches!(point, 0x0a..=0x0d | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029)
}
