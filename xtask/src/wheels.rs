//! `cargo xtask wheels`: what a package index serves, a wheel for each interpreter and the sources.
//!
//! ```text
//! tools    maturin, zig and auditwheel at their pinned versions, in an environment of their own
//! sources  maturin sdist, which has all that the package is built from
//! wheel    maturin build, with zig as the linker, so that it needs no newer C library than that of
//!          manylinux_2_17; auditwheel judges that
//! smoke    installed into a fresh environment from where no cargo is found, then tests/smoke.py
//! ```
//!
//! The features of the processor are those of `.cargo/config.toml`. A wheel asks for them when it
//! is imported; the sources, built elsewhere, need none.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;

use crate::environment::{bare_environment, interpreter, pip};
use crate::interpreters::{self, SUPPORTED};
use crate::peers;
use crate::program::output;
use crate::project::{Project, QUICK_RELEASE};
use crate::step::{Outcome, Steps, require};

const MANIFEST: &str = "bindings/python/Cargo.toml";
const TOOLS: [&str; 3] = ["maturin==1.16.0", "ziglang==0.17.1", "auditwheel==6.8.2"];
const COMPATIBILITY: &str = "manylinux_2_17";

/// For which interpreters.
#[derive(Args)]
pub(crate) struct Options {
    /// An interpreter to build for, instead of all that are supported and there
    #[arg(long = "python", value_name = "EXE")]
    interpreters: Vec<String>,
}

/// Builds and tests all of them, and prints where they are.
pub(crate) fn run(project: &Project, options: &Options) -> Result<bool> {
    let mut steps = Steps::default();
    if steps.check("tools", || tools(project)) != Outcome::Passed {
        return Ok(steps.summary());
    }
    let mut archive = None;
    steps.check("sources", || {
        let path = sources(project)?;
        let name = name(&path);
        archive = Some(path);
        Ok((Outcome::Passed, name))
    });
    let interpreters = interpreters(project, &mut steps, options)?;
    for interpreter in &interpreters {
        steps.check(&format!("wheel: {interpreter}"), || {
            let wheel = build(project, interpreter, false)?;
            install(project, interpreter, &wheel)?;
            Ok((Outcome::Passed, name(&wheel)))
        });
    }
    if let (Some(archive), Some(interpreter)) = (archive, interpreters.first()) {
        steps.check("sources, built and installed", || {
            install(project, interpreter, &archive)?;
            Ok((Outcome::Passed, String::new()))
        });
    }
    println!("\nThey are in {}", folder(project).display());
    Ok(steps.summary())
}

fn interpreters(project: &Project, steps: &mut Steps, options: &Options) -> Result<Vec<String>> {
    if !options.interpreters.is_empty() {
        return Ok(options.interpreters.clone());
    }
    steps.check("interpreters", || interpreters::bring(project, false));
    let found: Vec<String> =
        SUPPORTED.filter_map(|minor| interpreters::find(project, minor)).collect();
    ensure!(!found.is_empty(), "{}", interpreters::refusal(project, &interpreter()));
    Ok(found)
}

/// Makes the environment with the tools, unless it is there.
pub(crate) fn tools(project: &Project) -> Result<(Outcome, String)> {
    let folder = tools_folder(project);
    let stamp = folder.join("versions");
    let versions = TOOLS.join(" ");
    if fs::read_to_string(&stamp).is_ok_and(|there| there == versions) {
        return Ok((Outcome::Passed, format!("{versions} are there")));
    }
    bare_environment(project, &interpreter(), &folder)?;
    let tools = python_of(&folder);
    require(pip(project, &tools).arg("install").args(TOOLS))
        .context("pip cannot install the tools; is the package index reachable?")?;
    fs::write(&stamp, &versions)?;
    Ok((Outcome::Passed, format!("installed {versions}")))
}

/// Makes the source distribution.
pub(crate) fn sources(project: &Project) -> Result<PathBuf> {
    clear(project, ".tar.gz")?;
    require(maturin(project, "sdist")?.arg("--out").arg(folder(project)))?;
    built(project, ".tar.gz")
}

/// Makes the wheel for an interpreter, and has it judged. One that is only tested may be built
/// quickly.
pub(crate) fn build(project: &Project, interpreter: &str, quick: bool) -> Result<PathBuf> {
    let version = interpreters::version(project, interpreter);
    let minor = version.and_then(|version| interpreters::minor(&version));
    let Some(minor) = minor.filter(|minor| SUPPORTED.contains(minor)) else {
        bail!("{}", interpreters::refusal(project, interpreter));
    };
    let tag = format!("-cp3{minor}-");
    clear(project, &tag)?;
    let mut maturin = maturin(project, "build")?;
    maturin.args(["--release", "--locked", "--interpreter", interpreter]);
    maturin.arg("--out").arg(folder(project));
    // What a wheel needs must not depend on who builds it.
    maturin.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    maturin.env("CARGO_TARGET_DIR", project.target().join("wheels-build"));
    if quick {
        maturin.envs(QUICK_RELEASE);
    }
    if cfg!(target_os = "linux") {
        maturin.args(["--zig", "--compatibility", COMPATIBILITY]);
    }
    require(&mut maturin)?;
    let wheel = built(project, &tag)?;
    if cfg!(target_os = "linux") {
        audit(project, &wheel)?;
    }
    Ok(wheel)
}

/// Fails unless the wheel runs on every Linux that [`COMPATIBILITY`] stands for.
fn audit(project: &Project, wheel: &Path) -> Result<()> {
    let program = peers::python_of(&tools_folder(project)).with_file_name("auditwheel");
    let mut auditwheel = project.program(&program.to_string_lossy(), &["show"]);
    let verdict = output(auditwheel.arg(wheel))?;
    let wanted = format!("platform tag: \"{COMPATIBILITY}_{}\"", env::consts::ARCH);
    // Its lines are broken anywhere.
    let verdict = verdict.split_whitespace().collect::<Vec<_>>().join(" ");
    ensure!(verdict.contains(&wanted), "auditwheel does not say {wanted}, but: {verdict}");
    Ok(())
}

/// Installs a wheel or the sources into a fresh environment, and tests it there. A wheel gets no
/// cargo, and nothing from the index.
pub(crate) fn install(project: &Project, interpreter: &str, package: &Path) -> Result<()> {
    let environment = project.target().join("wheels-venv");
    bare_environment(project, interpreter, &environment)?;
    let python = python_of(&environment);
    let mut install = pip(project, &python);
    install.args(["install", "--no-deps"]).arg(package);
    if package.extension().is_some_and(|extension| extension == "whl") {
        let without_cargo = peers::python_of(&environment).with_file_name("");
        install.arg("--no-index").env("PATH", without_cargo).env_remove("CARGO");
    } else {
        // The files of an archive are as old as each other: cargo would take what it built of an
        // earlier archive for what it would build of this one.
        let target = project.target().join("sources-build");
        if target.exists() {
            fs::remove_dir_all(&target)?;
        }
        install.env("CARGO_TARGET_DIR", target);
    }
    require(&mut install)?;
    smoke(project, &environment)
}

/// Runs `tests/smoke.py` in an environment, from where neither the checkout nor cargo is found.
pub(crate) fn smoke(project: &Project, environment: &Path) -> Result<()> {
    let script = project.root().join("bindings/python/tests/smoke.py");
    let mut smoke = project.program(&python_of(environment), &["-I"]);
    smoke.arg(script).current_dir(environment);
    require(smoke.env("PATH", peers::python_of(environment).with_file_name("")))
}

fn maturin(project: &Project, command: &str) -> Result<Command> {
    let program = peers::python_of(&tools_folder(project)).with_file_name("maturin");
    let mut maturin = project.program(&program.to_string_lossy(), &[command]);
    maturin.args(["--manifest-path", MANIFEST]);
    // It looks for zig in the first Python of the path.
    let tools = program.parent().map(Path::to_path_buf);
    let old = env::var_os("PATH").unwrap_or_default();
    maturin.env("PATH", env::join_paths(tools.into_iter().chain(env::split_paths(&old)))?);
    Ok(maturin)
}

/// Removes what an earlier run has built.
fn clear(project: &Project, part: &str) -> Result<()> {
    for path in all(project, part) {
        fs::remove_file(path)?;
    }
    Ok(())
}

fn built(project: &Project, part: &str) -> Result<PathBuf> {
    let mut all = all(project, part);
    ensure!(all.len() == 1, "maturin made {} files with {part} in their names", all.len());
    Ok(all.remove(0))
}

fn all(project: &Project, part: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(folder(project)).into_iter().flatten().flatten();
    files.map(|file| file.path()).filter(|path| name(path).contains(part)).collect()
}

/// The name of a file.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn python_of(environment: &Path) -> String {
    peers::python_of(environment).to_string_lossy().into_owned()
}

fn tools_folder(project: &Project) -> PathBuf {
    project.target().join("wheels-tools")
}

/// Where the wheels and the sources go.
fn folder(project: &Project) -> PathBuf {
    project.target().join("wheels")
}
