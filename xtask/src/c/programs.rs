//! Builds and runs the programs of bindings/c/tests against a library that is installed into the
//! target folder: linked both ways, under valgrind, with gcc's sanitizers, from C++ and from Go.
//!
//! What the machine lacks is skipped, and said; in CI the Go compiler is installed by the system's
//! own package manager where that can be done.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use super::coverage;
use super::install::{self, Installed};
use super::level;
use crate::project::{Project, succeeds};
use crate::step::{Outcome, Steps};

/// C programs that are linked with either library.
const PROGRAMS: [&str; 11] = [
    "numbers",
    "callbacks",
    "probes",
    "refusals",
    "values",
    "dicts",
    "views",
    "strings",
    "objects",
    "contexts",
    "images",
];
/// Those that the README teaches with.
const EXAMPLES: [&str; 3] = ["first", "dict", "image"];
/// One that steps in front of the library's allocations, which takes the static one.
const STATIC_ONLY: &str = "memory";
const WRAPPED: &str = "-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=posix_memalign";
const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Werror", "-pedantic"];
const SANITIZERS: [&str; 2] = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
/// Any error and any block not freed fails.
const MEMCHECK: [&str; 5] = [
    "--quiet",
    "--leak-check=full",
    "--show-leak-kinds=all",
    "--errors-for-leak-kinds=all",
    "--error-exitcode=1",
];
/// Debian's package of the Go compiler.
const GO_PACKAGE: &str = "golang-go";

/// The library, and where programs go.
struct Bench<'a> {
    project: &'a Project,
    installed: Installed,
    folder: PathBuf,
    sources: PathBuf,
}

#[derive(Clone, Copy)]
enum Link {
    Shared,
    Static,
}

/// Runs these steps alone.
pub(crate) fn run(project: &Project) -> Result<bool> {
    let mut steps = Steps::default();
    add_steps(project, &mut steps);
    Ok(steps.summary())
}

/// Installs the library into the target folder, and runs everything against it.
pub(crate) fn add_steps(project: &Project, steps: &mut Steps) {
    if !succeeds(&mut project.program("cc", &["--version"])) {
        let note = "no C compiler; install gcc or clang to test the C library";
        steps.check("C library", || Ok((Outcome::Skipped, note.to_owned())));
        return;
    }
    let mut bench = None;
    steps.check("C library, installed", || {
        let folder = project.target().join("c-library");
        let installed = install::to(project, &folder.join("prefix"))?;
        fs::create_dir_all(folder.join("programs"))?;
        let sources = project.root().join("bindings/c/tests/programs");
        bench = Some(Bench { project, installed, folder: folder.join("programs"), sources });
        Ok((Outcome::Passed, String::new()))
    });
    let Some(bench) = bench else { return };
    let header = bench.installed.include.join("hedgerow.h");
    steps.check("C library, coverage", || coverage::check(&header, &bench.sources));
    steps.check("C programs, shared library", || bench.all(Link::Shared, &[], &[]));
    steps.check("C programs, static library", || {
        bench.all(Link::Static, &[], &[])?;
        bench.memory(&[], &[])
    });
    steps.check("C programs, sanitizers", || bench.sanitized());
    steps.check("C programs, valgrind", || bench.memchecked());
    steps.check("C++ program", || bench.cpp());
    steps.check("C programs of the README", || bench.readme());
    steps.check("Go module", || bench.go());
    steps.check("bench, called from C", || level::check(project));
}

impl Bench<'_> {
    /// Builds all programs and runs each, in front of which `runner` is put.
    fn all(&self, link: Link, flags: &[&str], runner: &[&str]) -> Result<(Outcome, String)> {
        for name in PROGRAMS {
            let program = self.build(name, link, flags)?;
            self.run(&program, runner)?;
        }
        Ok((Outcome::Passed, format!("{} programs", PROGRAMS.len())))
    }

    fn memory(&self, flags: &[&str], runner: &[&str]) -> Result<(Outcome, String)> {
        if !cfg!(target_os = "linux") {
            let note = "the linker cannot put a program in front of the allocator here";
            return Ok((Outcome::Passed, note.to_owned()));
        }
        let program = self.build(STATIC_ONLY, Link::Static, &[flags, &[WRAPPED]].concat())?;
        self.run(&program, runner)?;
        Ok((Outcome::Passed, format!("{} programs", PROGRAMS.len() + 1)))
    }

    fn sanitized(&self) -> Result<(Outcome, String)> {
        let probe = self.folder.join("sanitizer.c");
        fs::write(&probe, "int main(void) { return 0; }\n")?;
        let mut compile = self.project.program("cc", &SANITIZERS);
        compile.arg(&probe).arg("-o").arg(self.folder.join("sanitizer"));
        if !succeeds(&mut compile) {
            let note = "the C compiler has no sanitizers; install gcc with libasan and libubsan";
            return Ok((Outcome::Skipped, note.to_owned()));
        }
        self.all(Link::Static, &SANITIZERS, &[])
    }

    fn memchecked(&self) -> Result<(Outcome, String)> {
        if !succeeds(&mut self.project.program("valgrind", &["--version"])) {
            let note = "valgrind is not installed; memory is checked by the sanitizers alone";
            return Ok((Outcome::Skipped, note.to_owned()));
        }
        let runner = [&["valgrind"][..], &MEMCHECK].concat();
        self.all(Link::Shared, &[], &runner)?;
        self.memory(&[], &runner)
    }

    fn cpp(&self) -> Result<(Outcome, String)> {
        if !succeeds(&mut self.project.program("c++", &["--version"])) {
            let note = "no C++ compiler; install g++ or clang++ to test the header in C++";
            return Ok((Outcome::Skipped, note.to_owned()));
        }
        let program = self.folder.join("header");
        let mut compile = self.project.program("c++", &["-std=c++17"]);
        compile.args(WARNINGS).arg(self.sources.join("header.cpp")).arg("-o").arg(&program);
        self.linked(&mut compile, Link::Shared);
        must(&mut compile)?;
        self.run(&program, &[])?;
        Ok((Outcome::Passed, String::new()))
    }

    /// The programs that the README teaches with are the examples, word for word, and they print
    /// what the README says.
    fn readme(&self) -> Result<(Outcome, String)> {
        let folder = self.project.root().join("bindings/c");
        let readme = fs::read_to_string(folder.join("README.md"))?;
        for name in EXAMPLES {
            let source = folder.join("examples").join(name).with_extension("c");
            let text = fs::read_to_string(&source)?;
            ensure!(readme.contains(&text), "bindings/c/README.md does not show examples/{name}.c");
            let program = self.compile(&source, name, Link::Shared, &[])?;
            let output = Command::new(&program).current_dir(&self.folder).output()?;
            let printed = String::from_utf8_lossy(&output.stdout).into_owned();
            ensure!(output.status.success(), "examples/{name}.c failed: {printed}");
            ensure!(
                readme.contains(&printed),
                "the README does not say what it prints:\n{printed}"
            );
        }
        Ok((Outcome::Passed, format!("{} programs", EXAMPLES.len())))
    }

    fn go(&self) -> Result<(Outcome, String)> {
        if !has_go(self.project) {
            let note =
                format!("no Go compiler; install one (Debian: apt-get install {GO_PACKAGE})");
            return Ok((Outcome::Skipped, note));
        }
        let unformatted = self.go_tool("gofmt", &["-l", "."]).output()?.stdout;
        let unformatted = String::from_utf8_lossy(&unformatted).into_owned();
        ensure!(unformatted.is_empty(), "not as gofmt writes it: {unformatted}");
        must(&mut self.go_tool("go", &["vet", "./..."]))?;
        must(&mut self.go_tool("go", &["test", "-count=1", "./..."]))?;
        let readme = fs::read_to_string(self.go_folder().join("README.md"))?;
        let source = fs::read_to_string(self.go_folder().join("examples/first/main.go"))?;
        ensure!(readme.contains(&source), "bindings/go/README.md does not show examples/first");
        let run = self.go_tool("go", &["run", "./examples/first"]).output()?;
        let printed = String::from_utf8_lossy(&run.stdout).into_owned();
        ensure!(run.status.success(), "examples/first failed: {printed}");
        ensure!(readme.contains(&printed), "the README does not say what it prints:\n{printed}");
        Ok((Outcome::Passed, String::new()))
    }

    fn go_folder(&self) -> PathBuf {
        self.project.root().join("bindings/go")
    }

    /// A command of the Go tools in the folder of the Go module, with the installed library.
    fn go_tool(&self, name: &str, arguments: &[&str]) -> Command {
        let lib = self.installed.lib.display();
        let mut tool = Command::new(name);
        tool.args(arguments)
            .current_dir(self.go_folder())
            .env("CGO_ENABLED", "1")
            .env("PKG_CONFIG_PATH", self.installed.lib.join("pkgconfig"))
            .env("CGO_LDFLAGS", format!("-Wl,-rpath,{lib}"))
            .env("GOCACHE", self.folder.join("go-cache"))
            .env("GOFLAGS", "-mod=mod")
            .env("GOPROXY", "off");
        tool
    }

    fn build(&self, name: &str, link: Link, flags: &[&str]) -> Result<PathBuf> {
        self.compile(&self.sources.join(format!("{name}.c")), name, link, flags)
    }

    fn compile(&self, source: &Path, name: &str, link: Link, flags: &[&str]) -> Result<PathBuf> {
        let program = self.folder.join(name);
        let mut compile = self.project.program("cc", &["-std=c11", "-g", "-O1"]);
        compile.args(WARNINGS).args(flags).arg(source).arg("-o").arg(&program);
        self.linked(&mut compile, link);
        must(&mut compile)?;
        Ok(program)
    }

    fn linked(&self, compile: &mut Command, link: Link) {
        let Installed { include, lib, archive, system_libraries } = &self.installed;
        compile.arg("-I").arg(include);
        match link {
            Link::Shared => {
                compile.arg("-L").arg(lib).arg("-lhedgerow");
                compile.arg(format!("-Wl,-rpath,{}", lib.display()));
            }
            Link::Static => {
                compile.arg(archive).args(system_libraries.split_whitespace());
            }
        }
    }

    fn run(&self, program: &Path, runner: &[&str]) -> Result<()> {
        match runner {
            [] => must(&mut Command::new(program)),
            [runner, options @ ..] => must(Command::new(runner).args(options).arg(program)),
        }
    }
}

/// Whether there is a Go compiler. In CI, where nobody can be asked, the system's package manager
/// installs it if this user may.
fn has_go(project: &Project) -> bool {
    let is_there = || succeeds(&mut project.program("go", &["version"]));
    if !is_there() && env::var_os("CI").is_some() {
        println!("no Go compiler; trying `apt-get install {GO_PACKAGE}`");
        let apt = |arguments: &[&str]| {
            let mut command = project.program("apt-get", arguments);
            succeeds(command.env("DEBIAN_FRONTEND", "noninteractive"))
        };
        if !apt(&["install", "-y", GO_PACKAGE]) {
            let _ = apt(&["update"]) && apt(&["install", "-y", GO_PACKAGE]);
        }
    }
    is_there()
}

/// Runs a program whose words are shown where it fails.
fn must(command: &mut Command) -> Result<()> {
    let line = crate::project::typed(command);
    let output =
        command.output().map_err(|error| anyhow::anyhow!("cannot start {line}: {error}"))?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    ensure!(output.status.success(), "`{line}` failed:\n{}", text.trim());
    if !text.trim().is_empty() {
        println!("{}", text.trim());
    }
    Ok(())
}
