//! Names of types as error messages print them.

use std::borrow::Cow;

use super::python_version::PythonVersion;

/// The first bytes of a name, as the format `%.50s` of the newest CPython prints them: without a
/// character that would be cut.
pub(super) fn clip(name: &str, bytes: usize) -> Cow<'_, str> {
    clip_for(PythonVersion::LATEST, name, bytes)
}

/// [`clip`] of this CPython. Up to 3.13 a character that is cut becomes U+FFFD.
pub(super) fn clip_for(python: PythonVersion, name: &str, bytes: usize) -> Cow<'_, str> {
    if name.len() <= bytes {
        return Cow::Borrowed(name);
    }
    let whole = (0..=bytes).rev().find(|&end| name.is_char_boundary(end)).unwrap_or_default();
    if whole < bytes && python < PythonVersion::V3_14 {
        return Cow::Owned(format!("{}\u{fffd}", &name[..whole]));
    }
    Cow::Borrowed(&name[..whole])
}
