//! Images in files: read whole, and the keys and values in them as text.

mod numbers;
mod objects;

use crate::failure::Failure;
use hedgerow::image::{ImageError, Kinds, RawImage, Record};
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) use numbers::{LINES, TEXT};
pub(crate) use objects::{object_of_number, object_of_text};

/// An image, and the file it was read from.
pub(crate) struct ImageFile {
    path: PathBuf,
    image: RawImage<Vec<u8>>,
}

impl ImageFile {
    /// Reads a file. An error names it, and what is wrong.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let bytes = fs::read(path).map_err(|error| {
            let path = path.display();
            Failure::message(format!("{path} cannot be read ({error}): name a file you may read"))
        })?;
        let image = RawImage::open(bytes).map_err(|error| at(path, &error))?;
        Ok(ImageFile { path: path.to_owned(), image })
    }

    /// The image.
    pub(crate) fn raw(&self) -> &RawImage<Vec<u8>> {
        &self.image
    }

    /// The path of the file, for messages.
    pub(crate) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// A result of the image; an error names the file.
    pub(crate) fn checked<T>(&self, result: Result<T, ImageError>) -> Result<T, Failure> {
        result.map_err(|error| at(&self.path, &error))
    }

    /// The value of a key that a user typed, as text.
    pub(crate) fn get(&self, key: &str) -> Result<Option<String>, Failure> {
        let kinds = self.image.kinds();
        let forms = if kinds == Kinds::PYTHON {
            [Some(object_of_text(key)), object_of_number(key)]
        } else {
            let form = numbers::parse(kinds.key, key).map_err(|remedy| {
                Failure::message(format!("{} is an image of {kinds}: {remedy}", self.name()))
            })?;
            [Some(form), None]
        };
        for form in forms.into_iter().flatten() {
            if let Some(record) = self.find(&form)? {
                return self.plain_text(kinds.value, record.value).map(Some);
            }
        }
        Ok(None)
    }

    /// The record of a key's bytes.
    fn find(&self, key: &[u8]) -> Result<Option<Record<'_>>, Failure> {
        let hash = self.image.kinds().key_hash(key, self.image.hash_key());
        let hash = hash.ok_or_else(|| {
            let kinds = self.image.kinds();
            let line = format!("{} is an image of {kinds}: only its own program", self.name());
            Failure::message(line + " can look keys up; `image info` and `image verify` read it")
        })?;
        self.checked(self.image.find(hash, |found| found == key))
    }

    /// A value alone on its line: text as it is.
    fn plain_text(&self, kind: u32, bytes: &[u8]) -> Result<String, Failure> {
        match std::str::from_utf8(bytes) {
            Ok(text) if kind == TEXT => Ok(text.to_owned()),
            _ => Ok(shown(kind, bytes)),
        }
    }
}

/// A key or value as text beside others: text in quotes, bytes and plain data in hex.
pub(crate) fn shown(kind: u32, bytes: &[u8]) -> String {
    let text =
        if kind == Kinds::PYTHON.key { objects::repr(bytes) } else { numbers::text(kind, bytes) };
    text.unwrap_or_else(|| format!("<damaged: {}>", numbers::hex(bytes)))
}

fn at(path: &Path, error: &ImageError) -> Failure {
    Failure::message(format!("{}: {error}", path.display()))
}
