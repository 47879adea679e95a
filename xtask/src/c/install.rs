//! `cargo xtask install-c --prefix DIR`: what a C program needs, under one folder.
//!
//! ```text
//! include/hedgerow.h
//! lib/libhedgerow.a
//! lib/libhedgerow.so -> libhedgerow.so.0 -> libhedgerow.so.0.1.0
//! lib/pkgconfig/hedgerow.pc
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use clap::Args;

use crate::project::{Project, typed};

const PACKAGE: &str = "hedgerow-c";
/// The number in the library's file name that says which programs it serves. `build.rs` of the
/// package writes it into the library.
const ABI: &str = "0";

/// Where to.
#[derive(Args)]
pub(crate) struct Options {
    /// The folder that gets include, lib and lib/pkgconfig
    #[arg(long, value_name = "DIR")]
    prefix: PathBuf,
}

/// Builds and installs; says how to link.
pub(crate) fn run(project: &Project, options: &Options) -> Result<bool> {
    let prefix = std::path::absolute(&options.prefix)?;
    let installed = to(project, &prefix)?;
    println!("installed the C library under {}", prefix.display());
    let pkgconfig = prefix.join("lib").join("pkgconfig");
    println!("compile with:  PKG_CONFIG_PATH={} \\", pkgconfig.display());
    println!("               cc program.c $(pkg-config --cflags --libs hedgerow)");
    println!("without pkg-config, statically:  cc program.c -I{} \\", installed.include.display());
    println!("               {} {}", installed.archive.display(), installed.system_libraries);
    Ok(true)
}

/// An installed library.
pub(crate) struct Installed {
    pub(crate) include: PathBuf,
    pub(crate) lib: PathBuf,
    pub(crate) archive: PathBuf,
    /// What a program links besides the archive.
    pub(crate) system_libraries: String,
}

/// Builds the library and puts everything under `prefix`.
pub(crate) fn to(project: &Project, prefix: &Path) -> Result<Installed> {
    let system_libraries = build(project)?;
    let installed = Installed {
        include: prefix.join("include"),
        lib: prefix.join("lib"),
        archive: prefix.join("lib").join("libhedgerow.a"),
        system_libraries,
    };
    let pkgconfig = installed.lib.join("pkgconfig");
    for folder in [&installed.include, &pkgconfig] {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make {}; choose another prefix", folder.display()))?;
    }
    let built = project.target().join("release");
    let header = project.root().join("bindings/c/hedgerow.h");
    copy(&header, &installed.include.join("hedgerow.h"))?;
    copy(&built.join("libhedgerow_c.a"), &installed.archive)?;
    shared(&built, &installed.lib)?;
    let text = pkg_config_file(prefix, &installed.system_libraries);
    let path = pkgconfig.join("hedgerow.pc");
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(installed)
}

/// Builds both libraries, optimised, and returns what the static one has to be linked with.
fn build(project: &Project) -> Result<String> {
    // Named on the command line, and without the rlib, or cargo would not optimise across crates.
    let kinds = ["--lib", "--crate-type", "cdylib,staticlib"];
    let mut cargo = project.cargo(&["rustc", "--package", PACKAGE, "--release"]);
    cargo.args(kinds).args(["--", "--print", "native-static-libs"]);
    println!("== {}", typed(&cargo));
    let output = cargo.output().context("cannot start cargo")?;
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "the C library does not build:\n{}", message.trim());
    let libraries = message.lines().find_map(|line| line.split_once("native-static-libs: "));
    let libraries = libraries.map(|(_, libraries)| libraries.trim().to_owned());
    libraries.context("rustc did not say what the static library is linked with")
}

#[cfg(target_os = "macos")]
fn shared(built: &Path, lib: &Path) -> Result<()> {
    copy(&built.join("libhedgerow_c.dylib"), &lib.join(format!("libhedgerow.{ABI}.dylib")))?;
    link(&format!("libhedgerow.{ABI}.dylib"), &lib.join("libhedgerow.dylib"))
}

#[cfg(all(unix, not(target_os = "macos")))]
fn shared(built: &Path, lib: &Path) -> Result<()> {
    let versioned = format!("libhedgerow.so.{}", env!("CARGO_PKG_VERSION"));
    let numbered = format!("libhedgerow.so.{ABI}");
    copy(&built.join("libhedgerow_c.so"), &lib.join(&versioned))?;
    if versioned != numbered {
        link(&versioned, &lib.join(&numbered))?;
    }
    link(&numbered, &lib.join("libhedgerow.so"))
}

#[cfg(not(unix))]
fn shared(_: &Path, _: &Path) -> Result<()> {
    anyhow::bail!("the shared library is installed on Unix alone so far; link hedgerow_c.lib")
}

#[cfg(unix)]
fn link(target: &str, path: &Path) -> Result<()> {
    if path.symlink_metadata().is_ok() {
        fs::remove_file(path)?;
    }
    std::os::unix::fs::symlink(target, path)
        .with_context(|| format!("cannot link {}", path.display()))
}

/// Copies a file. One that is there is removed first: a program that runs keeps the old one.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_file(to)?;
    }
    fs::copy(from, to)
        .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(())
}

fn pkg_config_file(prefix: &Path, system_libraries: &str) -> String {
    format!(
        "prefix={}\n\
         includedir=${{prefix}}/include\n\
         libdir=${{prefix}}/lib\n\
         \n\
         Name: hedgerow\n\
         Description: Many immutable versions of a hash map in one arena\n\
         Version: {}\n\
         Cflags: -I${{includedir}}\n\
         Libs: -L${{libdir}} -lhedgerow\n\
         Libs.private: {system_libraries}\n",
        prefix.display(),
        env!("CARGO_PKG_VERSION"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pkg_config_file_says_where_and_what() {
        let text = pkg_config_file(Path::new("/opt/x"), "-lm -lc");
        assert!(text.starts_with("prefix=/opt/x\nincludedir=${prefix}/include\n"));
        assert!(text.contains("\nLibs: -L${libdir} -lhedgerow\nLibs.private: -lm -lc\n"));
    }
}
