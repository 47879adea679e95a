//! What the Python level needs, made in the target folder: Hedgerow's package, built for the Python
//! that was found, and the peers from PyPI that this Python lacks. Nothing is installed into it.
//!
//! ```text
//! target/bench/cpython-313/package/  Hedgerow's; before everything else on Python's path
//! target/bench/cpython-313/peers/    what pip was asked for; after everything else
//! target/bench/cpython-313/venv/     for its pip, where the Python has none
//! ```

use super::super::checkout::Checkout;
use super::super::process::{cargo, run};
use super::pip;
use crate::output::Output;
use crate::python::Description;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What was made, and what was not.
#[derive(Debug, Default)]
pub(crate) struct Provided {
    /// Comes first on Python's path.
    first: Option<PathBuf>,
    /// Comes last.
    last: Option<PathBuf>,
    /// Implementations that could not be made, and why, with the remedy.
    pub(crate) reasons: Vec<(&'static str, String)>,
}

impl Provided {
    /// The value of PYTHONPATH: around what the user has there.
    pub(crate) fn path(&self) -> Option<OsString> {
        let own = env::var_os("PYTHONPATH").unwrap_or_default();
        let own = env::split_paths(&own).filter(|path| !path.as_os_str().is_empty());
        let all = self.first.iter().cloned().chain(own).chain(self.last.iter().cloned());
        env::join_paths(all).ok().filter(|path| !path.is_empty())
    }
}

/// What is to be made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// Names of implementations; all, if it is empty.
    pub(crate) implementations: &'a [String],
    /// Whether only what an earlier run has made is taken.
    pub(crate) is_offline: bool,
}

impl Wanted<'_> {
    fn has(&self, name: &str) -> bool {
        self.implementations.is_empty() || self.implementations.iter().any(|asked| asked == name)
    }
}

/// Makes what is missing of what is wanted.
pub(crate) fn provide(python: &Description, wanted: Wanted<'_>, output: &Output) -> Provided {
    let mut provided = Provided::default();
    let is_offline = wanted.is_offline;
    let Some(checkout) = Checkout::find() else {
        let remedy = "run this command in a checkout of Hedgerow";
        for (name, is_missing) in missing(python) {
            if is_missing {
                provided
                    .reasons
                    .push((name, format!("there is no checkout to put it in: {remedy}")));
            }
        }
        return provided;
    };
    let folder = checkout.target().join("bench").join(&python.tag);
    let package = folder.join("package");
    if !is_offline
        && wanted.has("hedgerow.Map")
        && let Err(reason) = build(&checkout, python, &package, output)
    {
        provided.reasons.push(("hedgerow.Map", reason));
    }
    provided.first = package.join("hedgerow").exists().then_some(package);
    let peers = folder.join("peers");
    if !is_offline {
        for (name, is_missing) in missing(python) {
            let Some(project) = pip::project_of(name).filter(|_| is_missing) else { continue };
            if peers.join(name).exists() || !wanted.has(name) {
                continue;
            }
            output.set_status(format!("getting {project}"));
            if let Err(reason) = pip::install(python, project, &folder, &peers) {
                provided.reasons.push((name, reason));
            }
        }
    }
    provided.last = peers.exists().then_some(peers);
    provided
}

/// The implementations that can be made, and whether this Python lacks them.
fn missing(python: &Description) -> [(&'static str, bool); 4] {
    [
        ("hedgerow.Map", python.package.is_none()),
        ("immutables", python.immutables.is_none()),
        ("rpds", python.rpds.is_none()),
        ("frozendict", python.frozendict.is_none()),
    ]
}

/// Builds the package for this Python, and lays it out as an installed one.
fn build(
    checkout: &Checkout,
    python: &Description,
    folder: &Path,
    output: &Output,
) -> Result<(), String> {
    let what = format!("hedgerow.Map for {} {}", python.implementation, python.version);
    output.set_status(format!("building {what}"));
    let mut command = cargo(checkout, &["build", "--release", "--package", "hedgerow-python"]);
    command
        .env("PYO3_PYTHON", &python.executable)
        // As maturin does: nothing is linked with a libpython, which may not be there.
        .env("PYO3_BUILD_EXTENSION_MODULE", "1");
    let shown = |line: &str| output.set_status(format!("building {what}: {}", line.trim()));
    run(&mut command, shown).map_err(|cause| {
        format!(
            "cargo could not build it ({cause}): install Rust, or see what `PYO3_PYTHON={} cargo \
             build --release -p hedgerow-python` says",
            python.executable
        )
    })?;
    lay_out(checkout, folder).map_err(|error| {
        format!("it could not be copied ({error}): free space in the target folder")
    })
}

/// Copies the Python files and the library into the folder, and says which version that is: the
/// package asks for it.
fn lay_out(checkout: &Checkout, folder: &Path) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let package = folder.join("hedgerow");
    copy_folder(&checkout.root().join("bindings/python/python/hedgerow"), &package)?;
    let library = format!("{}_hedgerow{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let module = if cfg!(windows) { "_hedgerow.pyd" } else { "_hedgerow.so" };
    fs::copy(checkout.target().join("release").join(library), package.join(module))?;
    let version = env!("CARGO_PKG_VERSION");
    let facts = folder.join(format!("hedgerow-{version}.dist-info"));
    fs::create_dir(&facts)?;
    let metadata = format!("Metadata-Version: 2.1\nName: hedgerow\nVersion: {version}\n");
    fs::write(facts.join("METADATA"), metadata)
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_is_around_the_users_own_path() {
        let provided = Provided {
            first: Some("/made/package".into()),
            last: Some("/made/peers".into()),
            reasons: Vec::new(),
        };
        let path = provided.path().expect("a path");
        let parts: Vec<PathBuf> = env::split_paths(&path).collect();
        assert_eq!(parts.first().unwrap(), Path::new("/made/package"));
        assert_eq!(parts.last().unwrap(), Path::new("/made/peers"));
    }

    #[test]
    fn a_folder_is_copied_with_what_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("from");
        fs::create_dir_all(from.join("inner")).unwrap();
        fs::write(from.join("inner/a.py"), "pass").unwrap();
        let to = folder.path().join("to");
        copy_folder(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(to.join("inner/a.py")).unwrap(), "pass");
    }
}
