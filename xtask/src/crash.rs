//! `cargo xtask crash`: who writes an image is killed at every system call, and each call that
//! writes fails once. After each the old image or the new one is there, whole.
//!
//! strace does it. A first run lists the calls, from the first one that names the image on. Then
//! there is a run for each of them, which ends there. What it leaves beside the image is tolerated:
//! a file whose name ends in `.new`, which nobody opens and the next write does not touch. A write
//! that fails, and is not killed, leaves nothing.
//!
//! That the bytes are on the disk before the new name is cannot be seen so: the order of the calls
//! is checked.

use std::collections::HashMap;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::environment::interpreter;
use crate::peers;
use crate::project::{Project, succeeds, typed};
use crate::python;
use crate::step::{Outcome, Steps, require};

/// Debian's package of it.
const PACKAGE: &str = "strace";
/// The file that is written.
const IMAGE: &str = "the.image";
/// What the script looks for when it begins: Python names the image at last.
const MARKER: &str = "begin-marker";
/// Calls that make a file, fill it and name it, and so can fail.
const FALLIBLE: [&str; 5] = ["openat", "write", "fsync", "rename", "chmod"];
/// Writes an image as the package does, after a first one has loaded all that it needs.
const SCRIPT: &str = "\
import os, sys, hedgerow
m = hedgerow.Map({'new': 1})
m.image(sys.argv[1])
os.path.exists('begin-marker')
m.image(sys.argv[2])
os._exit(0)
";

/// A program that writes an image over an older one.
struct Victim {
    /// The folder with the image, and nothing else.
    folder: PathBuf,
    /// The image before.
    old: PathBuf,
    arguments: Vec<String>,
    /// A word in the first call that counts. Those before do not know the image.
    begin: &'static str,
    /// The command, which reads images.
    reader: PathBuf,
}

/// One system call of a run: its name, and how many of the name there were up to it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Call {
    name: String,
    count: usize,
}

/// What was found after a run.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    runs: usize,
    old: usize,
    new: usize,
    leftovers: usize,
}

/// Runs these steps alone.
pub(crate) fn run(project: &Project) -> Result<bool> {
    let mut steps = Steps::default();
    add_steps(project, &mut steps);
    Ok(steps.summary())
}

/// Kills the command, and the Python package where it is installed.
pub(crate) fn add_steps(project: &Project, steps: &mut Steps) {
    let name = "images, writer killed at every call";
    if !has_strace(project) {
        let note = format!("no strace that may trace; install it (Debian: {PACKAGE})");
        steps.check(name, || Ok((Outcome::Skipped, note)));
        return;
    }
    steps.check(name, || command(project)?.judge());
    let name = "images, Python killed at every call";
    let Some(python) = python_with_package(project) else {
        let note = "no Python has the package; `cargo xtask python` installs it".to_owned();
        steps.check(name, || Ok((Outcome::Skipped, note)));
        return;
    };
    steps.check(name, || package(project, &python)?.judge());
}

/// The command `hedgerow image make`.
fn command(project: &Project) -> Result<Victim> {
    let mut victim = Victim::new(project, "command")?;
    let (keys, image) = (victim.old.with_file_name("new.txt"), victim.image());
    let words = ["image", "make", "--keys", &text(&keys)?, &text(&image)?].map(str::to_owned);
    victim.arguments = [&[text(&victim.reader)?][..], &words].concat();
    Ok(victim)
}

/// `Map.image(path)` of the package.
fn package(project: &Project, python: &str) -> Result<Victim> {
    let mut victim = Victim::new(project, "package")?;
    let (other, image) = (victim.old.with_file_name("other.image"), victim.image());
    let words = [python, "-c", SCRIPT, &text(&other)?, &text(&image)?];
    victim.arguments = words.map(str::to_owned).to_vec();
    victim.begin = MARKER;
    Ok(victim)
}

impl Victim {
    /// Makes the folder, and the image before.
    fn new(project: &Project, name: &str) -> Result<Self> {
        require(&mut project.cargo(&["build", "--quiet", "--package", "hedgerow-cli"]))?;
        let reader = project.target().join("debug/hedgerow");
        let base = project.target().join("crash").join(name);
        if base.exists() {
            fs::remove_dir_all(&base)?;
        }
        let folder = base.join("folder");
        fs::create_dir_all(&folder)?;
        for key in ["old", "new"] {
            fs::write(base.join(key).with_extension("txt"), format!("{key}\n"))?;
        }
        let (keys, old) = (text(&base.join("old.txt"))?, base.join("old.image"));
        let made = ["image", "make", "--keys", &keys, &text(&old)?];
        ensure!(succeeds(Command::new(&reader).args(made)), "the command makes no image");
        Ok(Victim { folder, old, arguments: Vec::new(), begin: IMAGE, reader })
    }

    fn image(&self) -> PathBuf {
        self.folder.join(IMAGE)
    }

    fn judge(&self) -> Result<(Outcome, String)> {
        let log = self.old.with_file_name("calls.txt");
        self.reset()?;
        let options = ["-f".to_owned(), "-o".to_owned(), text(&log)?];
        ensure!(self.traced(&options)?, "it fails without being killed");
        let log = fs::read_to_string(&log)?;
        check_order(&log)?;
        let calls = calls(&log, self.begin);
        let mut killed = Tally::default();
        for call in &calls {
            self.reset()?;
            self.inject(call, "signal=KILL")?;
            self.look(&mut killed).with_context(|| format!("killed at {call:?}"))?;
        }
        ensure!(killed.old > 0 && killed.new > 0, "only one image was ever seen: {killed:?}");
        let mut failed = Tally::default();
        for call in calls.iter().filter(|call| FALLIBLE.contains(&call.name.as_str())) {
            self.reset()?;
            self.inject(call, "error=ENOSPC")?;
            self.look(&mut failed).with_context(|| format!("failed at {call:?}"))?;
        }
        ensure!(failed.runs > 3 && failed.leftovers == 0, "failed calls leave files: {failed:?}");
        let note = format!(
            "killed at {} calls: {} times the old image, {} the new one; failed at {} calls",
            killed.runs, killed.old, killed.new, failed.runs
        );
        Ok((Outcome::Passed, note))
    }

    /// The old image, alone.
    fn reset(&self) -> Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            fs::remove_file(entry?.path())?;
        }
        fs::copy(&self.old, self.image())?;
        Ok(())
    }

    /// Runs it up to a call, at which something happens.
    fn inject(&self, call: &Call, what: &str) -> Result<bool> {
        let Call { name, count } = call;
        let inject = format!("inject={name}:{what}:when={count}");
        let trace = format!("trace={name}");
        let options = ["-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
        self.traced(&options.map(str::to_owned))
    }

    fn traced(&self, options: &[String]) -> Result<bool> {
        let mut strace = alone("strace");
        strace.args(options).args(&self.arguments);
        let output = strace.output().with_context(|| format!("cannot run {}", typed(&strace)))?;
        Ok(output.status.success())
    }

    /// The image is whole, and the old or the new one; all else is known by its name.
    fn look(&self, tally: &mut Tally) -> Result<()> {
        let image = text(&self.image())?;
        let reads = |words: &[&str]| succeeds(alone(&self.reader).arg("image").args(words));
        ensure!(reads(&["verify", &image]), "{image} is not whole");
        tally.runs += 1;
        match (reads(&["get", &image, "old"]), reads(&["get", &image, "new"])) {
            (true, false) => tally.old += 1,
            (false, true) => tally.new += 1,
            _ => bail!("{image} is neither the old nor the new one"),
        }
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name != IMAGE {
                ensure!(name.ends_with(".new"), "{name} is left over");
                tally.leftovers += 1;
            }
        }
        Ok(())
    }
}

/// A program that does not look for its libraries where cargo's programs do, in dozens of calls.
fn alone(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_remove("LD_LIBRARY_PATH");
    command
}

/// The calls in a log of strace, from the one on that has a word in it.
fn calls(log: &str, from: &str) -> Vec<Call> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut found = Vec::new();
    let mut has_begun = false;
    for line in log.lines() {
        let Some(name) = name_of(line) else { continue };
        let count = counts.entry(name).or_default();
        *count += 1;
        // The first call of all has the arguments of the program.
        has_begun |= line.contains(from) && name != "execve";
        if has_begun {
            found.push(Call { name: name.to_owned(), count: *count });
        }
    }
    found
}

/// The name of the call in a line: behind the number of the process, before the arguments.
fn name_of(line: &str) -> Option<&str> {
    let call = line.split_once(' ')?.1.trim_start();
    let name = call.split_once('(')?.0;
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (!name.is_empty() && name.chars().all(is_name)).then_some(name)
}

/// The bytes are on the disk before the file has its name, and the name is at the end.
fn check_order(log: &str) -> Result<()> {
    let lines: Vec<&str> = log.lines().collect();
    let of = |line: &&str, name: &str| name_of(line) == Some(name);
    let renamed = lines.iter().rposition(|line| of(line, "rename") && line.contains(IMAGE));
    let renamed = renamed.context("nothing was renamed")?;
    let made = lines[..renamed].iter().rposition(|line| line.contains("O_EXCL"));
    let made = made.context("no file was made")?;
    let is_synced = |lines: &[&str]| lines.iter().any(|line| of(line, "fsync"));
    ensure!(is_synced(&lines[made..renamed]), "the file has its name before its bytes");
    ensure!(is_synced(&lines[renamed..]), "the new name is not synced");
    Ok(())
}

/// Whether there is a strace that may trace. In CI, where nobody can be asked, the system's package
/// manager installs it if this user may.
fn has_strace(project: &Project) -> bool {
    if !cfg!(target_os = "linux") {
        return false;
    }
    let works = || succeeds(&mut project.program("strace", &["-o", "/dev/null", "true"]));
    if !works() && env::var_os("CI").is_some() {
        println!("no strace; trying `apt-get install {PACKAGE}`");
        let apt = |arguments: &[&str]| {
            let mut command = project.program("apt-get", arguments);
            succeeds(command.env("DEBIAN_FRONTEND", "noninteractive"))
        };
        if !apt(&["install", "-y", PACKAGE]) {
            let _ = apt(&["update"]) && apt(&["install", "-y", PACKAGE]);
        }
    }
    works()
}

/// A Python that has the package: the environment that it was tested in, or the one that the other
/// tests use.
fn python_with_package(project: &Project) -> Option<String> {
    let own = interpreter();
    let built = python::built(project, &own).map(|folder| peers::python_of(&folder));
    let found = built.map_or(own, |python| python.to_string_lossy().into_owned());
    let there = ["-c", "import hedgerow; hedgerow.Image"];
    succeeds(&mut project.program(&found, &there)).then_some(found)
}

fn text(path: &Path) -> Result<String> {
    let text = path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
7 execve(\"x\", [\"x\", \"the.image\"], 0x1 /* 9 vars */) = 0
7 write(1, \"\", 0) = 0
7 openat(AT_FDCWD, \"the.image.7-0.new\", O_WRONLY|O_CREAT|O_EXCL, 0666) = 3
7 write(3, \"(\", 1) = 1
7 --- SIGURG {si_signo=SIGURG} ---
7 fsync(3) = 0
7 rename(\"the.image.7-0.new\", \"the.image\") = 0
7 fsync(4) = 0
7 +++ exited with 0 +++
";

    #[test]
    fn calls_are_counted_by_their_names() {
        let call = |name: &str, count| Call { name: name.to_owned(), count };
        let from = calls(LOG, IMAGE);
        assert_eq!(from[..2], [call("openat", 1), call("write", 2)]);
        assert_eq!(from.last(), Some(&call("fsync", 2)));
    }

    #[test]
    fn a_sync_that_is_missing_is_seen() {
        assert!(check_order(LOG).is_ok());
        assert!(check_order(&LOG.replace("7 fsync(3) = 0\n", "")).is_err());
        assert!(check_order(&LOG.replace("7 fsync(4) = 0\n", "")).is_err());
        assert!(check_order(&LOG.replace("rename", "link")).is_err());
    }
}
