//! The versions of Unicode whose characters can be asked for.

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
