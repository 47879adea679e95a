//! How much memory a map takes: what a process of its own grows by while it makes maps.
//!
//! Maps count differently, or not at all, and memory that earlier maps have left free would be used
//! again, and nothing would grow. `python/bench_memory.py` does the same in Python.

use super::maps::with_map;
use crate::bench::keys::{Column, Text};
use crate::failure::Failure;
use clap::Args;
use hedgerow_bench::subjects::Subject;
use std::fmt::Write as _;
use std::hash::Hash;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::{env, fs, io, thread};

/// So many entries fill what keys have left free, and so many are measured, in maps of the size
/// that is asked for.
const ENTRIES: usize = 200_000;
/// What the system knows of a process: pages are counted one by one, and not estimated.
const SMAPS: &str = "/proc/self/smaps_rollup";

/// Make maps of the keys on stdin, and print the bytes they take for each entry
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// One of the maps of the Rust level
    #[arg(long)]
    map: String,
}

/// Runs the hidden command.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let unknown = || Failure::message("these keys are not what `hedgerow bench` sends");
    let bytes = match read(&text).ok_or_else(unknown)? {
        Column::Text(keys) => of_map(&options.map, &keys.strings()),
        Column::Words(keys) => of_map(&options.map, &keys),
        Column::Pairs(keys) => of_map(&options.map, &keys),
        Column::Blocks(keys) => of_map(&options.map, &keys),
    };
    writeln!(io::stdout(), "{}", bytes?)?;
    Ok(())
}

/// The bytes that a map of these keys takes for each; None where the system does not say.
pub(super) fn bytes_per_entry(map: &str, keys: &Column) -> Result<Option<f64>, Failure> {
    if resident().is_err() {
        return Ok(None);
    }
    let failed = |what: &str| {
        Failure::message(format!(
            "the memory of {map} cannot be measured ({what}): try fewer keys with --sizes, or \
             leave bytes-per-entry out of --ops"
        ))
    };
    let mut child = Command::new(env::current_exe()?)
        .args(["bench-memory", "--map", map])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let written = written(keys);
    let output = thread::scope(|scope| {
        let stdin = child.stdin.take();
        // A child that ends early says why; that nobody reads the keys says less.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(written.as_bytes())));
        child.wait_with_output()
    })?;
    let number = String::from_utf8_lossy(&output.stdout).trim().parse::<f64>();
    match number {
        Ok(bytes) if output.status.success() => Ok(Some(bytes)),
        _ => {
            let stderr = String::from_utf8_lossy(&output.stderr);
            Err(failed(stderr.lines().next_back().unwrap_or("without a word")))
        }
    }
}

fn of_map<K: Clone + Eq + Hash>(map: &str, keys: &[K]) -> io::Result<f64> {
    with_map!(map, K, growth(keys))
}

/// The bytes that maps add for each entry. What keys of text point to was there before.
fn growth<K: Clone + Eq + Hash, S: Subject<K>>(keys: &[K]) -> io::Result<f64> {
    let pairs: Vec<(K, u64)> = keys.iter().cloned().zip(0..).collect();
    let copies = ENTRIES.div_ceil(pairs.len());
    let mut subject = S::new();
    // Two at least: an allocator may map the scratch memory of the first one, and keep that of the
    // next.
    let filling = copies.max(2);
    let mut kept = Vec::with_capacity(filling + copies);
    kept.extend((0..filling).map(|_| subject.bulk(&pairs)));
    let before = resident()?;
    kept.extend((0..copies).map(|_| subject.bulk(&pairs)));
    let grown = resident()?.saturating_sub(before);
    Ok(grown as f64 / (copies * pairs.len()) as f64)
}

/// The bytes of this process that are in memory.
fn resident() -> io::Result<u64> {
    let unknown = || io::Error::new(io::ErrorKind::InvalidData, "no resident size");
    let text = fs::read_to_string(SMAPS)?;
    let line = text.lines().find_map(|line| line.strip_prefix("Rss:")).ok_or_else(unknown)?;
    let kibibytes = line.trim().strip_suffix("kB").and_then(|number| number.trim().parse().ok());
    kibibytes.map(|kibibytes: u64| kibibytes * 1024).ok_or_else(unknown)
}

/// Keys as lines, after a line with their form.
fn written(keys: &Column) -> String {
    let mut lines = String::new();
    // Writing to a string cannot fail.
    match keys {
        Column::Text(keys) => {
            lines += "text\n";
            keys.strings().iter().for_each(|key| _ = writeln!(lines, "{key}"));
        }
        Column::Words(keys) => {
            lines += "words\n";
            keys.iter().for_each(|key| _ = writeln!(lines, "{key}"));
        }
        Column::Pairs(keys) => {
            lines += "pairs\n";
            keys.iter().for_each(|(a, b)| _ = writeln!(lines, "{a} {b}"));
        }
        Column::Blocks(keys) => {
            lines += "blocks\n";
            keys.iter().for_each(|key| _ = writeln!(lines, "{}", u128::from_be_bytes(*key)));
        }
    }
    lines
}

fn read(text: &str) -> Option<Column> {
    let (form, keys) = text.split_once('\n')?;
    let keys = keys.strip_suffix('\n')?.split('\n');
    let pair = |key: &str| {
        let (a, b) = key.split_once(' ')?;
        Some((a.parse().ok()?, b.parse().ok()?))
    };
    let block = |key: &str| Some(key.parse::<u128>().ok()?.to_be_bytes());
    Some(match form {
        "text" => Column::Text(keys.collect::<Text>()),
        "words" => Column::Words(keys.map(|key| key.parse().ok()).collect::<Option<_>>()?),
        "pairs" => Column::Pairs(keys.map(pair).collect::<Option<_>>()?),
        "blocks" => Column::Blocks(keys.map(block).collect::<Option<_>>()?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::key_set::{Drawn, KeySet};
    use super::*;

    #[test]
    fn keys_of_every_kind_are_read_as_they_were_written() {
        for drawn in Drawn::ALL {
            let keys = KeySet::drawn(drawn).draw(50).present;
            assert_eq!(read(&written(&keys)), Some(keys), "{drawn:?}");
        }
        for bad in ["", "text", "text\n", "words\none\n", "pairs\n1\n", "trees\n1\n"] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
