//! Text from and to the caller's memory.

use super::pointers::{Array, Buffer, Out};
use crate::status::{Answer, Status};

/// Writes text with a 0 at its end. `length` is told how long it is, without the 0, also where the
/// buffer is too short, and then nothing else is written.
pub(super) fn write_text(content: &[u8], text: &Buffer<u8>, length: &Out<usize>) -> Answer {
    length.set(content.len());
    if content.len() >= text.len() {
        return Err(Status::Short);
    }
    for (index, &byte) in content.iter().chain(&[0]).enumerate() {
        text.set(index, byte);
    }
    Ok(Status::Ok)
}

/// Runs `body` on a copy of an array, which nobody else can write: on the stack, if it has no more
/// than `SHORT` elements.
pub(super) fn with_copy<T: Copy + Default, R, const SHORT: usize>(
    array: &Array<T>,
    body: impl FnOnce(&[T]) -> R,
) -> R {
    if array.len() > SHORT {
        return body(&array.copied());
    }
    let mut short = [T::default(); SHORT];
    let short = &mut short[..array.len()];
    for (index, element) in short.iter_mut().enumerate() {
        *element = array.get(index);
    }
    body(short)
}
