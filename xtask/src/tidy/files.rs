//! The project's text files.

use std::cell::OnceCell;
use std::fs;
use std::path::Path;

use anyhow::ensure;
use proc_macro2::TokenStream;

use crate::project::Project;

/// A text file of the project.
pub(super) struct Source {
    /// Its path in the project, with `/` on every system.
    pub(super) path: String,
    pub(super) text: String,
    tokens: OnceCell<syn::Result<TokenStream>>,
    parsed: OnceCell<syn::Result<syn::File>>,
}

impl Source {
    pub(super) fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let (tokens, parsed) = (OnceCell::new(), OnceCell::new());
        Source { path: path.into(), text: text.into(), tokens, parsed }
    }

    /// Whether its name ends with a dot and this.
    pub(super) fn is(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|known| known == extension)
    }

    /// The file as the tokens of Rust, read once for all rules.
    pub(super) fn tokens(&self) -> syn::Result<TokenStream> {
        self.tokens.get_or_init(|| Ok(self.text.parse()?)).clone()
    }

    /// The file as the syntax tree of Rust, parsed once for all rules.
    pub(super) fn parsed(&self) -> &syn::Result<syn::File> {
        self.parsed.get_or_init(|| syn::parse2(self.tokens()?))
    }
}

/// All files that git tracks or would add, except binary ones and those deleted on disk.
pub(super) fn list(project: &Project) -> anyhow::Result<Vec<Source>> {
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = project.program("git", &list).output();
    let output = output.ok().filter(|output| output.status.success());
    ensure!(output.is_some(), "`git ls-files` failed; style is checked in a git checkout");
    let names = output.map(|output| output.stdout).unwrap_or_default();
    let names = String::from_utf8_lossy(&names).into_owned();
    let mut paths: Vec<&str> = names.split('\0').filter(|path| !path.is_empty()).collect();
    paths.sort_unstable();
    paths.dedup();
    let read =
        |path: &str| Some(Source::new(path, fs::read_to_string(project.root().join(path)).ok()?));
    Ok(paths.into_iter().filter_map(read).collect())
}
