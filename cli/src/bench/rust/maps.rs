//! The maps of the Rust level, by their names.

/// In the order of the table. Each has its own default: imbl counts references atomically, rpds
/// does not.
pub(crate) const MAPS: [&str; 5] = ["store", "Map", "imbl", "rpds", "hashbrown"];

/// Calls a function that is generic over the key and the subject, for the map of this name.
macro_rules! with_map {
    ($map:expr, $key:ty, $function:ident($($argument:expr),*)) => {{
        use hedgerow_bench::subjects::{Hashbrown, Hedgerow, ImblSync, OwnedMap, RpdsRc};
        match $map {
            "store" => $function::<$key, Hedgerow<$key>>($($argument),*),
            "Map" => $function::<$key, OwnedMap>($($argument),*),
            "imbl" => $function::<$key, ImblSync>($($argument),*),
            "rpds" => $function::<$key, RpdsRc>($($argument),*),
            _ => $function::<$key, Hashbrown>($($argument),*),
        }
    }};
}

pub(crate) use with_map;
