//! `--instructions`: callgrind's counts of the maps of the Rust level, and its model of the caches.
//!
//! ```text
//! batches   the hidden command that callgrind runs
//! profile   reads what callgrind leaves
//! table     the lines that are printed
//! ```
//!
//! Counts are the same in every run of one build, so that they show what timing cannot.

mod batches;
mod profile;
mod table;

pub(crate) use batches::{Options as BatchesOptions, run as do_batches};

use super::key_set::KeySet;
use super::keys::{Column, Keys};
use super::plan::{Plan, Workload};
use super::rust::maps::MAPS;
use crate::failure::Failure;
use crate::output::{self, Output};
use profile::Count;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io, process};

/// Counts each map with keys of these sets and sizes, and prints a table.
pub(crate) fn run(plan: &Plan<'_>, asked: &[String]) -> Result<(), Failure> {
    let version = valgrind_version()?;
    let is_asked = |map: &&str| asked.is_empty() || asked.iter().any(|asked| asked == map);
    let maps: Vec<&'static str> = MAPS.into_iter().filter(is_asked).collect();
    if maps.is_empty() {
        return Err(Failure::message(format!(
            "--instructions counts none of {}: choose among {}",
            asked.join(", "),
            MAPS.join(", ")
        )));
    }
    let output = Output::new((plan.workloads.len() * maps.len()) as u64);
    let folder = Folder::new().map_err(unwritable)?;
    output.print(&format!("{version}: callgrind with its model of this processor's caches"))?;
    output.print(
        "maps called from Rust, keys of text as String; preparing and dropping are not counted",
    )?;
    if cfg!(debug_assertions) {
        output.print("this is a debug build, whose counts mean nothing: use one of --release")?;
    }
    output.print(&format!("\n{}", table::header()))?;
    for &Workload { set, count: size, .. } in &plan.workloads {
        let keys = chosen_keys(set, size, &folder.0).map_err(unwritable)?;
        let mut counts = Vec::new();
        for &map in &maps {
            output.set_status(format!("{map}: {} {}", output::grouped(size as f64), set.name()));
            counts.push((map, count(map, size, &keys, &folder.0)?));
            output.advance();
        }
        output.print(&table::lines(set.name(), size, &counts).join("\n"))?;
    }
    output.finish();
    Ok(())
}

fn valgrind_version() -> Result<String, Failure> {
    let found = Command::new("valgrind").arg("--version").output();
    match found {
        Ok(found) if found.status.success() => {
            Ok(String::from_utf8_lossy(&found.stdout).trim().to_owned())
        }
        _ => Err(Failure::message(
            "--instructions needs valgrind, which is not found: install it (on Linux: `apt-get \
             install valgrind`, `dnf install valgrind`), or leave the option out",
        )),
    }
}

/// The options that make the hidden command draw these keys. Text is written to a file.
fn chosen_keys(set: &KeySet, size: usize, folder: &Path) -> io::Result<[OsString; 2]> {
    let Keys { present, absent, .. } = set.draw(size);
    let (Column::Text(present), Column::Text(absent)) = (present, absent) else {
        return Ok(["--set".into(), set.name().into()]);
    };
    let mut text = String::new();
    for key in present.strings().into_iter().chain(absent.strings()) {
        text += key;
        text.push('\n');
    }
    let path = folder.join("keys.txt");
    fs::write(&path, text)?;
    Ok(["--keys".into(), path.into_os_string()])
}

/// The counts of all batches of one map.
fn count(
    map: &str,
    size: usize,
    keys: &[OsString; 2],
    folder: &Path,
) -> Result<Vec<Count>, Failure> {
    let failed = |what: &str| {
        Failure::message(format!(
            "valgrind cannot count {map} with {size} keys ({what}): try fewer keys with --sizes, \
             and a build for no special processor"
        ))
    };
    let profile = folder.join("profile");
    let mut option = OsString::from("--callgrind-out-file=");
    option.push(&profile);
    let program = env::current_exe()?;
    let ran = Command::new("valgrind")
        .args(["--tool=callgrind", "--cache-sim=yes", "--collect-atstart=no"])
        .args(["--toggle-collect=*counted_batch", "--dump-after=*counted_batch"])
        .arg(option)
        .arg(program)
        .args(["bench-batches", "--map", map, "--size", &size.to_string()])
        .args(keys)
        .stdin(Stdio::null())
        .output()?;
    if !ran.status.success() {
        let stderr = String::from_utf8_lossy(&ran.stderr);
        return Err(failed(stderr.lines().next_back().unwrap_or("without a word")));
    }
    let batches = batches::batches(map).len();
    profile::read(&profile, batches).map_err(|error| failed(&error.to_string()))
}

fn unwritable(error: io::Error) -> Failure {
    Failure::message(format!(
        "cannot write to {} ({error}): set TMPDIR to a folder you may write to",
        env::temp_dir().display()
    ))
}

/// A folder for the keys and the profiles, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Self> {
        let path = env::temp_dir().join(format!("hedgerow-instructions-{}", process::id()));
        fs::create_dir(&path)?;
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
