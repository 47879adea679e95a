//! The checkout of Hedgerow that the command was built in, where it is still there.

use std::env;
use std::path::{Path, PathBuf};

/// A checkout, and the folder that cargo builds into.
#[derive(Debug)]
pub(crate) struct Checkout {
    root: PathBuf,
    target: PathBuf,
}

impl Checkout {
    /// The checkout that `cargo run` was called in, or the one that the command was compiled from.
    pub(crate) fn find() -> Option<Self> {
        let running = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let compiled = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        running.into_iter().chain([compiled]).find_map(|package| Checkout::at(package.parent()?))
    }

    /// The checkout in this folder.
    fn at(root: &Path) -> Option<Self> {
        if !root.join("bindings/python/Cargo.toml").is_file() {
            return None;
        }
        // Cargo takes a relative path from the folder that it was called in.
        let given = env::var_os("CARGO_TARGET_DIR").and_then(|path| std::path::absolute(path).ok());
        let target = given.unwrap_or_else(|| root.join("target"));
        Some(Checkout { root: root.to_owned(), target })
    }

    /// The folder of the checkout.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder that cargo builds into.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_checkout_is_found_and_another_folder_is_none() {
        let checkout = Checkout::find().expect("tests run in a checkout");
        assert!(checkout.root().join("cli").is_dir());
        let folder = tempfile::tempdir().unwrap();
        assert!(Checkout::at(folder.path()).is_none());
    }
}
