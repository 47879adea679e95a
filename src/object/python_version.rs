//! The versions of CPython and of Unicode whose behaviour can be asked for.

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

/// A version of the Unicode character database. `repr` escapes characters that it does not assign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Unicode {
    /// CPython 3.8.
    V12_1,
    /// CPython 3.9 and 3.10.
    V13_0,
    /// CPython 3.11.
    V14_0,
    /// CPython 3.12.
    V15_0,
    /// CPython 3.13.
    V15_1,
    /// CPython 3.14.
    V16_0,
    /// CPython 3.15.
    V17_0,
}

impl Unicode {
    /// The newest version of this crate.
    pub const LATEST: Unicode = Unicode::V17_0;

    /// The version that `unicodedata.unidata_version` names; `None` for an unknown one.
    ///
    /// ```
    /// use hedgerow::object::Unicode;
    ///
    /// assert_eq!(Unicode::from_version("14.0.0"), Some(Unicode::V14_0));
    /// assert_eq!(Unicode::from_version("3.2.0"), None);
    /// ```
    #[must_use]
    pub fn from_version(version: &str) -> Option<Self> {
        Some(match version {
            "12.1.0" => Unicode::V12_1,
            "13.0.0" => Unicode::V13_0,
            "14.0.0" => Unicode::V14_0,
            "15.0.0" => Unicode::V15_0,
            "15.1.0" => Unicode::V15_1,
            "16.0.0" => Unicode::V16_0,
            "17.0.0" => Unicode::V17_0,
            _ => return None,
        })
    }
}
