//! The versions of CPython whose behaviour can be asked for.

use super::unicode_version::Unicode;

/// A version of CPython: whose error messages and Unicode version to use.
///
/// ```
/// use hedgerow::object::{HashPolicy, PythonVersion, Unicode};
///
/// let policy = HashPolicy { python: PythonVersion::V3_11, ..HashPolicy::cpython(0) };
/// assert_eq!(policy.python.unicode(), Unicode::V14_0);
/// assert!(policy.python < PythonVersion::LATEST);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PythonVersion {
    /// CPython 3.11.
    V3_11,
    /// CPython 3.12.
    V3_12,
    /// CPython 3.13.
    V3_13,
    /// CPython 3.14.
    V3_14,
    /// CPython 3.15.
    V3_15,
}

impl PythonVersion {
    /// The newest version of this crate.
    pub const LATEST: PythonVersion = PythonVersion::V3_15;

    /// The version of `sys.version_info[:2] == (3, minor)`; `None` for one that this crate does
    /// not know.
    ///
    /// ```
    /// use hedgerow::object::PythonVersion;
    ///
    /// assert_eq!(PythonVersion::from_minor(12), Some(PythonVersion::V3_12));
    /// assert_eq!(PythonVersion::from_minor(8), None);
    /// ```
    #[must_use]
    pub fn from_minor(minor: u32) -> Option<Self> {
        Some(match minor {
            11 => PythonVersion::V3_11,
            12 => PythonVersion::V3_12,
            13 => PythonVersion::V3_13,
            14 => PythonVersion::V3_14,
            15 => PythonVersion::V3_15,
            _ => return None,
        })
    }

    /// The second part of the version: 11 for CPython 3.11.
    #[must_use]
    pub fn minor(self) -> u32 {
        match self {
            PythonVersion::V3_11 => 11,
            PythonVersion::V3_12 => 12,
            PythonVersion::V3_13 => 13,
            PythonVersion::V3_14 => 14,
            PythonVersion::V3_15 => 15,
        }
    }

    /// The Unicode version of this CPython.
    #[must_use]
    pub fn unicode(self) -> Unicode {
        match self {
            PythonVersion::V3_11 => Unicode::V14_0,
            PythonVersion::V3_12 => Unicode::V15_0,
            PythonVersion::V3_13 => Unicode::V15_1,
            PythonVersion::V3_14 => Unicode::V16_0,
            PythonVersion::V3_15 => Unicode::V17_0,
        }
    }
}
