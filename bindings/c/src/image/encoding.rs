//! What the words of a store stand for in an image.

use hedgerow::image::Kinds;

use super::types::{Bytes, BytesFunction, IMAGE_BYTES, IMAGE_TEXT, IMAGE_WORDS, ImageOptions};
use crate::pointers::array;
use crate::status::Status;

/// Options of words that stand for themselves.
pub(crate) const WORDS: ImageOptions = ImageOptions {
    context: std::ptr::null_mut(),
    key_bytes: None,
    value_bytes: None,
    key_kind: IMAGE_WORDS,
    value_kind: IMAGE_WORDS,
};

/// How words become bytes: themselves, or what a function of the caller says.
pub(crate) struct Encoding {
    options: ImageOptions,
}

impl Encoding {
    /// Refuses kinds that do not exist, or do not go with the functions.
    pub(crate) fn of(options: ImageOptions) -> Result<Self, Status> {
        let is_right = |kind, function: BytesFunction| match kind {
            IMAGE_WORDS => function.is_none(),
            IMAGE_TEXT | IMAGE_BYTES => function.is_some(),
            _ => false,
        };
        let is_right = is_right(options.key_kind, options.key_bytes)
            && is_right(options.value_kind, options.value_bytes);
        if is_right { Ok(Encoding { options }) } else { Err(Status::Argument) }
    }

    pub(crate) fn kinds(&self) -> Kinds {
        Kinds { key: self.options.key_kind, value: self.options.value_kind }
    }

    /// Writes the bytes of a key. A function of the caller runs.
    pub(crate) fn write_key(&self, key: u64, out: &mut Vec<u8>) -> Result<(), Status> {
        self.write(self.options.key_bytes, self.options.key_kind, key, out)
    }

    /// Writes the bytes of a value. A function of the caller runs.
    pub(crate) fn write_value(&self, value: u64, out: &mut Vec<u8>) -> Result<(), Status> {
        self.write(self.options.value_bytes, self.options.value_kind, value, out)
    }

    fn write(
        &self,
        function: BytesFunction,
        kind: u32,
        word: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), Status> {
        let Some(function) = function else {
            out.try_reserve(size_of::<u64>()).map_err(|_| Status::Memory)?;
            out.extend_from_slice(&word.to_le_bytes());
            return Ok(());
        };
        let mut bytes = Bytes::NONE;
        if function(self.options.context, word, &raw mut bytes) < 0 {
            return Err(Status::Caller);
        }
        let start = out.len();
        // SAFETY: C5: what the function has written is good until it is called again.
        unsafe { array(bytes.start, bytes.length) }?.append_to(out)?;
        check_kind(kind, &out[start..])
    }
}

/// Refuses bytes that cannot be of a kind.
pub(super) fn check_kind(kind: u32, bytes: &[u8]) -> Result<(), Status> {
    let is_right = match kind {
        IMAGE_WORDS => bytes.len() == size_of::<u64>(),
        IMAGE_TEXT => std::str::from_utf8(bytes).is_ok(),
        _ => true,
    };
    if is_right { Ok(()) } else { Err(Status::Argument) }
}
