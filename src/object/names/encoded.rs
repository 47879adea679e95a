//! The encoding of names: UTF-8 in which a surrogate takes three bytes, as Python's "surrogatepass"
//! writes it. Also how names appear in messages.

use std::fmt::Write;

use crate::object::{Text, Utf16};

/// The size of the buffer on the stack: enough for names that people write.
const STACK_BYTES: usize = 128;

/// An encoded text. A short one is not allocated.
pub(super) struct EncodedName {
    stack: [u8; STACK_BYTES],
    length: usize,
    /// The whole text, once it is longer than the buffer on the stack.
    heap: Vec<u8>,
}

impl EncodedName {
    /// Encodes a text code point by code point.
    pub(super) fn of(text: &impl Text) -> Self {
        let mut encoded = EncodedName { stack: [0; STACK_BYTES], length: 0, heap: Vec::new() };
        for point in text.code_points() {
            encoded.push(point);
        }
        encoded
    }

    /// Encodes UTF-16. Faster than [`of`](EncodedName::of) if the text is ASCII.
    pub(super) fn of_utf16(text: Utf16<'_>) -> Self {
        let Utf16(units) = text;
        if units.len() > STACK_BYTES || units.iter().any(|&unit| unit >= 0x80) {
            return EncodedName::of(&text);
        }
        let mut stack = [0; STACK_BYTES];
        for (byte, &unit) in stack.iter_mut().zip(units) {
            *byte = unit as u8;
        }
        EncodedName { stack, length: units.len(), heap: Vec::new() }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        if self.heap.is_empty() { &self.stack[..self.length] } else { &self.heap }
    }

    fn push(&mut self, point: u32) {
        let low = |shift: u32| 0x80 | (point >> shift) as u8 & 0x3f;
        match point {
            0..0x80 => self.extend(&[point as u8]),
            0x80..0x800 => self.extend(&[0xc0 | (point >> 6) as u8, low(0)]),
            0x800..0x1_0000 => self.extend(&[0xe0 | (point >> 12) as u8, low(6), low(0)]),
            _ => self.extend(&[0xf0 | (point >> 18) as u8, low(12), low(6), low(0)]),
        }
    }

    fn extend(&mut self, bytes: &[u8]) {
        if self.heap.is_empty() {
            if let Some(room) = self.stack.get_mut(self.length..self.length + bytes.len()) {
                room.copy_from_slice(bytes);
                self.length += bytes.len();
                return;
            }
            self.heap.extend_from_slice(&self.stack[..self.length]);
        }
        self.heap.extend_from_slice(bytes);
    }
}

/// The code points of an encoded text.
pub(super) fn code_points(encoded: &[u8]) -> impl Iterator<Item = u32> {
    let mut rest = encoded.iter().copied();
    std::iter::from_fn(move || {
        let first = u32::from(rest.next()?);
        let (mut point, following) = match first {
            0..0x80 => (first, 0),
            0x80..0xe0 => (first & 0x1f, 1),
            0xe0..0xf0 => (first & 0x0f, 2),
            _ => (first & 0x07, 3),
        };
        for byte in rest.by_ref().take(following) {
            point = point << 6 | u32::from(byte & 0x3f);
        }
        Some(point)
    })
}

/// A text in which lone surrogates are escaped as in Python.
pub(in crate::object) fn escape(points: impl Iterator<Item = u32>) -> String {
    let mut text = String::new();
    for point in points {
        match char::from_u32(point) {
            Some(character) => text.push(character),
            // Writing to a String does not fail.
            None => _ = write!(text, "\\u{point:04x}"),
        }
    }
    text
}
