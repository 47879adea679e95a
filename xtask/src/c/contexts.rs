//! `cargo xtask contexts`: context variables in Rust, in C and in CPython: the instructions and the
//! time of each operation, as the tables of perf/context.md.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use serde_json::Value;

use super::install;
use crate::peers;
use crate::perf::Heading;
use crate::program::{output, pinned};
use crate::project::{Project, succeeds};
use crate::step::require;

/// How often the programs take turns. A machine that is busy for a while is then busy for all.
const TURNS: usize = 5;
/// What more than so many operations costs, callgrind counts: what twice as many take.
const COUNTED: u64 = 20_000;
const OPERATIONS: [(&str, &str); 6] = [
    ("get", "get (Rust: `get_ref`; C: the word of the object)"),
    ("get_value", "get as a `Value` in Rust"),
    ("get_handle", "get in C, as a handle, and free that"),
    ("set_reset", "set and reset"),
    ("copy_run", "copy the current context, enter the copy, leave it"),
    ("task", "the same, and there set one variable and get two"),
];
/// Says in JSON how a program is linked with an interpreter, whose libraries may be elsewhere than
/// it was configured for, with a loader of their own.
const CONFIGURATION: &str = r#"
import json, os, platform, sys, sysconfig
get = lambda name: sysconfig.get_config_var(name) or ""
root, include = sys.base_prefix, sysconfig.get_path("include")
lib = os.path.join(root, "lib")
folders = [lib, os.path.join(lib, get("MULTIARCH")), get("LIBDIR"), get("LIBPL")]
library = next((path for folder in folders for name in (get("LDLIBRARY"), get("LIBRARY"))
                if os.path.isfile(path := os.path.join(folder, name))), None)
words = [f"-I{include}", f"-I{os.path.dirname(include)}", library or ""]
if library and library.endswith(".a"):
    words += f"{get('LINKFORSHARED')} {get('LIBS')} {get('SYSLIBS')}".split()
elif library:
    loader = os.path.join(os.path.dirname(library), "ld-linux-x86-64.so.2")
    words += ["-Wl,--disable-new-dtags", f"-Wl,-rpath,{os.path.dirname(library)}"]
    if root != "/usr" and os.path.exists(loader):
        words += [f"-Wl,--dynamic-linker={loader}", "-Wl,--allow-shlib-undefined"]
print(json.dumps({"version": platform.python_version(), "root": root, "library": library,
                  "words": words}))
"#;

/// What to compare with.
#[derive(Args)]
pub(crate) struct Options {
    /// CPython's interpreters, `HEDGEROW_PYTHON` or python3 by default
    #[arg(long, value_name = "PYTHON", num_args = 1..)]
    python: Vec<String>,
    /// Time alone, where there is no valgrind
    #[arg(long)]
    no_count: bool,
}

/// One of the programs that do the same.
struct Program {
    name: String,
    path: PathBuf,
    /// CPython's root, which it does not find from a program elsewhere.
    root: Option<String>,
}

/// A figure of each operation.
type Figures = BTreeMap<String, f64>;

/// Builds, counts and times; prints the tables.
pub(crate) fn run(project: &Project, options: &Options) -> Result<bool> {
    let mut programs = vec![rust(project)?, c(project)?];
    for interpreter in interpreters(options) {
        match python(project, &interpreter) {
            Ok(program) => programs.push(program),
            Err(error) => println!("skipped {interpreter}: {error:#}"),
        }
    }
    println!("{}", Heading::new(project, "`cargo xtask contexts`").markdown());
    let names: Vec<&str> = programs.iter().map(|program| program.name.as_str()).collect();
    if !options.no_count {
        ensure!(
            succeeds(&mut project.program("valgrind", &["--version"])),
            "valgrind is not installed; get it from your package manager, or pass --no-count"
        );
        let counts = programs.iter().map(|program| program.counts(project));
        let counts = counts.collect::<Result<Vec<_>>>()?;
        println!("Instructions of one operation:\n\n{}", table(&names, &counts, 0));
    }
    let mut times = vec![Figures::new(); programs.len()];
    for _ in 0..TURNS {
        for (program, times) in programs.iter().zip(&mut times) {
            program.time(project, times)?;
        }
    }
    let heading = format!("Nanoseconds of one operation, the best of {TURNS} turns:");
    println!("{heading}\n\n{}", table(&names, &times, 1));
    Ok(true)
}

fn interpreters(options: &Options) -> Vec<String> {
    if options.python.is_empty() {
        let named = std::env::var(peers::PYTHON_VARIABLE).ok();
        return vec![named.unwrap_or_else(|| "python3".to_owned())];
    }
    options.python.clone()
}

fn rust(project: &Project) -> Result<Program> {
    let example = ["--release", "--package", "hedgerow-c", "--example", "hedgerow-c-contexts"];
    require(&mut project.cargo(&[&["build", "--quiet"][..], &example].concat()))?;
    let path = project.target().join("release/examples/hedgerow-c-contexts");
    Ok(Program { name: "Rust".to_owned(), path, root: None })
}

fn c(project: &Project) -> Result<Program> {
    let folder = project.target().join("c-library");
    let installed = install::to(project, &folder.join("prefix"))?;
    let path = folder.join("contexts");
    let mut compile = project.program("cc", &["-std=c11", "-O2", "bindings/c/bench/contexts.c"]);
    compile.arg("-o").arg(&path).arg("-I").arg(&installed.include);
    compile.arg("-L").arg(&installed.lib).arg("-lhedgerow");
    compile.arg(format!("-Wl,-rpath,{}", installed.lib.display()));
    require(&mut compile)?;
    Ok(Program { name: "C".to_owned(), path, root: None })
}

fn python(project: &Project, interpreter: &str) -> Result<Program> {
    let text = output(&mut project.program(interpreter, &["-c", CONFIGURATION]))?;
    let said: Value = serde_json::from_str(&text).context("its configuration is no JSON")?;
    let word = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
    let version = word("version").context("it has no version")?;
    ensure!(word("library").is_some(), "CPython {version} has no libpython to link with");
    let path = project.target().join("c-library").join(format!("contexts-python-{version}"));
    let words = said.get("words").and_then(Value::as_array).into_iter().flatten();
    let mut compile = project.program("cc", &["-O2", "bindings/c/bench/contexts_python.c"]);
    compile.args(words.filter_map(Value::as_str)).arg("-o").arg(&path);
    require(&mut compile)?;
    Ok(Program { name: version, path, root: word("root") })
}

impl Program {
    fn command(&self, project: &Project, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(project.root());
        // Hashes that differ from run to run would make the counts differ.
        command.env("PYTHONHASHSEED", "0");
        if let Some(root) = &self.root {
            command.env("PYTHONHOME", root);
        }
        command
    }

    /// Runs it on one core, and keeps the better of its times and the known ones.
    fn time(&self, project: &Project, times: &mut Figures) -> Result<()> {
        let mut command = pinned(project, &self.command(project, &self.path));
        let text = output(command.current_dir(project.root()))?;
        for (name, time) in text.lines().filter_map(figure) {
            let best = times.entry(name).or_insert(time);
            *best = best.min(time);
        }
        Ok(())
    }

    /// The instructions of one of each operation, with the loop around it.
    fn counts(&self, project: &Project) -> Result<Figures> {
        let mut counts = Figures::new();
        for (name, _) in OPERATIONS {
            let [fewer, more] =
                [COUNTED, 2 * COUNTED].map(|count| self.count(project, name, count));
            let count = (more? as f64 - fewer? as f64) / COUNTED as f64;
            // Less than the call of a function: it has no such operation.
            if count > 5.0 {
                counts.insert(name.to_owned(), count);
            }
        }
        Ok(counts)
    }

    fn count(&self, project: &Project, operation: &str, count: u64) -> Result<u64> {
        let mut command = self.command(project, Path::new("valgrind"));
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(&self.path);
        let ended = command.arg(operation).arg(count.to_string()).output()?;
        let text = String::from_utf8_lossy(&ended.stderr);
        let counted = text.lines().find_map(|line| line.split_once("Collected : "));
        let counted = counted.and_then(|(_, counted)| counted.trim().parse().ok());
        counted.with_context(|| format!("callgrind counted nothing in {}", self.path.display()))
    }
}

/// The name and the time in a line such as `get 0 5.2`.
fn figure(line: &str) -> Option<(String, f64)> {
    let mut words = line.split_whitespace();
    let name = words.next()?.to_owned();
    Some((name, words.nth(1)?.parse().ok()?))
}

fn table(names: &[&str], figures: &[Figures], digits: usize) -> String {
    let mut text = format!("| operation | {} |\n| --- |", names.join(" | "));
    text.push_str(&" --: |".repeat(names.len()));
    text.push('\n');
    for (operation, shown) in OPERATIONS {
        let cells = figures.iter().map(|figures| match figures.get(operation) {
            Some(figure) => format!(" {figure:.digits$} |"),
            None => " |".to_owned(),
        });
        text.push_str(&format!("| {shown} |{}\n", cells.collect::<String>()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_column_for_each_program_and_leaves_out_what_it_has_not() {
        let figures = |name: &str, figure| Figures::from([(name.to_owned(), figure)]);
        let text = table(&["Rust", "3.15"], &[figures("get", 4.04), figures("task", 9.0)], 1);
        assert!(text.starts_with("| operation | Rust | 3.15 |\n| --- | --: | --: |\n"), "{text}");
        assert!(text.contains("the word of the object) | 4.0 | |\n"), "{text}");
        assert!(text.ends_with("get two | | 9.0 |\n"), "{text}");
    }

    #[test]
    fn figures_are_read_from_lines_of_the_programs() {
        assert_eq!(figure("get 0 5.2"), Some(("get".to_owned(), 5.2)));
        assert_eq!(figure("sum 7"), None);
    }
}
