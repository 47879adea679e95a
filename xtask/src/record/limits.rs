//! What the machine could do, from `limits` of the benches, beside what the tables say we do.
//!
//! A limit is the time of what a row cannot do without: the instructions of the bare algorithm at
//! the rate at which the processor takes simple ones, the loads that wait for each other, and the
//! bytes that are copied, read or touched for the first time.

use std::fs;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::criterion::figure;
use super::engine::compile_program;
use super::run::{HEADING, Measured, Run};
use crate::bench::{self, PEERS, Scale};
use crate::perf::{Block, Table};

const PAGE: &str = "perf/limits.md";
const PROGRAM: &str = "limits";
const INSTRUCTIONS: &str = "perf/instructions.md";
/// What a batch of the counts is.
const BATCH: f64 = 1_000.0;

/// A row: what it is called, where its time is, where its count is, and what it cannot do without.
struct Row {
    name: &'static str,
    measured: Source,
    /// The row of the counts, where `N` stands for the size, and what its count is divided by.
    counted: Option<(&'static str, Per)>,
    bare: fn(&Size) -> Bare,
}

enum Source {
    /// A row of the table of peers.
    Peers(&'static str),
    /// A figure of the program.
    Program(&'static str),
}

enum Per {
    Operation,
    Entry,
}

/// What one operation cannot do without.
struct Bare {
    instructions: f64,
    loads: f64,
    /// Nanoseconds of all loads, and of all bytes that are moved.
    waits: f64,
    moved: f64,
}

/// What the program says of a size.
struct Size {
    entries: f64,
    bytes: f64,
    path: f64,
    version_bytes: f64,
    load: f64,
    load_of_many: f64,
    walk: f64,
    walk_of_many: f64,
    entry: f64,
    entry_of_many: f64,
    read_byte: f64,
    copy_version: f64,
    first_touch: f64,
    cycle: f64,
    value: Value,
}

/// Hashing a word and folding the hash, then comparing the key and reading the value: 16. For each
/// node: a chunk of the hash, its bit, which bitmap has it, how many bits are under it, the slot.
fn walk(size: &Size) -> f64 {
    16.0 + 8.0 * size.path
}

/// Lookups do not wait for each other, so their loads overlap.
fn look_up(size: &Size) -> Bare {
    let waits = size.walk_of_many + size.entry_of_many;
    Bare { instructions: walk(size), loads: size.path + 1.0, waits, moved: 0.0 }
}

/// The walk to where the key is not. Most walks end at a node, and some at another entry, whose
/// value is not read.
fn miss(size: &Size) -> Bare {
    Bare { instructions: walk(size) - 6.0, loads: size.path, waits: size.walk_of_many, moved: 0.0 }
}

/// Per node, a block is taken and a block is freed; bytes are copied by sixteen. The next update
/// is too far away to overlap.
fn update(size: &Size) -> Bare {
    let copies = size.version_bytes / 8.0;
    Bare {
        instructions: walk(size) + 20.0 * size.path + copies,
        loads: size.path + 1.0,
        waits: size.walk + size.entry,
        moved: size.copy_version,
    }
}

/// The walk, an entry, and the first touch of what a map grows by.
fn in_place(size: &Size) -> Bare {
    let moved = size.bytes / size.entries * size.first_touch / 4_096.0;
    let instructions = walk(size) + 12.0;
    Bare { instructions, loads: size.path, waits: size.walk_of_many, moved }
}

/// Hashing, a place in a partition for each level, an entry; no load waits.
fn bulk(size: &Size) -> Bare {
    let moved = size.bytes / size.entries * size.first_touch / 4_096.0;
    Bare { instructions: 16.0 + 8.0 * size.path, loads: 0.0, waits: 0.0, moved }
}

/// An addition that reads the value; the key and the value come in order.
fn iterate(size: &Size) -> Bare {
    Bare { instructions: 1.0, loads: 0.0, waits: 0.0, moved: 16.0 * size.read_byte }
}

/// One path in both versions, whose slots are compared by sixteen bytes. The bench compares the
/// same two again and again, so that the path is in the first cache, of five cycles.
fn compare(size: &Size) -> Bare {
    let instructions = 20.0 + size.version_bytes / 16.0 * 3.0;
    let loads = size.path + 1.0;
    Bare { instructions, loads, waits: loads * 5.0 * size.cycle, moved: 0.0 }
}

/// SipHash-1-3 of sixteen bytes, which is six rounds of 14 and 11 more; the walk; two words that
/// are compared, and a record that is decoded.
fn image(size: &Size) -> Bare {
    let instructions = 95.0 + 8.0 * size.path + 20.0;
    let waits = size.walk_of_many + 2.0 * size.entry_of_many;
    Bare { instructions, loads: size.path + 2.0, waits, moved: 0.0 }
}

/// The hash of an int, a place in the index, the entry.
fn dict(size: &Size) -> Bare {
    Bare { instructions: 24.0, loads: 2.0, waits: 2.0 * size.entry_of_many, moved: 0.0 }
}

const ROWS: [Row; 10] = [
    Row {
        name: "get, hit",
        measured: Source::Peers("get_hit"),
        counted: Some(("hedgerow_u64::get_hit built(N)", Per::Operation)),
        bare: look_up,
    },
    Row {
        name: "get, miss",
        measured: Source::Peers("get_miss"),
        counted: Some(("hedgerow_u64::get_miss missing(N)", Per::Operation)),
        bare: miss,
    },
    Row {
        name: "insert, release",
        measured: Source::Peers("insert_release"),
        counted: Some(("hedgerow_u64_updates::insert_release aged(N)", Per::Operation)),
        bare: update,
    },
    Row {
        name: "insert in place",
        measured: Source::Peers("insert_in_place"),
        counted: Some(("hedgerow_u64_whole::build_in_place all(N)", Per::Entry)),
        bare: in_place,
    },
    Row {
        name: "bulk",
        measured: Source::Peers("bulk"),
        counted: Some(("hedgerow_store_whole::bulk items(N)", Per::Entry)),
        bare: bulk,
    },
    Row {
        name: "iterate",
        measured: Source::Peers("iterate"),
        counted: Some(("hedgerow_u64_whole::iterate built(N)", Per::Entry)),
        bare: iterate,
    },
    Row { name: "equal", measured: Source::Peers("equal"), counted: None, bare: compare },
    Row { name: "diff", measured: Source::Peers("diff"), counted: None, bare: compare },
    Row {
        name: "image get, str of 16",
        measured: Source::Program("image_get"),
        counted: Some(("hedgerow_image::get image_and_keys(N)", Per::Operation)),
        bare: image,
    },
    Row {
        name: "dict get, int",
        measured: Source::Program("dict_get"),
        counted: Some(("hedgerow_object::dict_get ints(N)", Per::Operation)),
        bare: dict,
    },
];

pub(super) fn prepare(run: &Run<'_>) -> Result<Option<String>> {
    compile_program(run, PROGRAM)
}

pub(super) fn measure(run: &Run<'_>) -> Result<Measured> {
    let scale = if run.is_quick { Scale::quick("1000") } else { Scale::default() };
    let printed = bench::program(run.project, PROGRAM, &scale)?;
    let said: Value = serde_json::from_str(&printed).context("`limits` printed no JSON")?;
    let read = |page: &str| {
        fs::read_to_string(run.root.join(page)).with_context(|| format!("there is no {page}"))
    };
    let (peers, counts) = (read(PEERS)?, read(INSTRUCTIONS)?);
    let peers = Table::find(&peers, &["row", "n"]).context("no table in perf/peers.md")?;
    let counts = Table::find(&counts, &["row", "instructions"]).context("no counts")?;
    let sizes = sizes(&said)?;
    let text = format!("{HEADING}\n{}", machine(&said, &sizes)?);
    let rate = number(&said, "instruction")?;
    Ok(Measured {
        versions: Vec::new(),
        settings: "the least of five; rows of maps from peers.md, counts from instructions.md"
            .to_owned(),
        cores: "one core",
        blocks: vec![
            Block::new(PAGE, "machine", text),
            Block::new(PAGE, "limits", limits(&sizes, rate, &peers, &counts)),
        ],
    })
}

fn number(value: &Value, name: &str) -> Result<f64> {
    value.get(name).and_then(Value::as_f64).with_context(|| format!("`limits` says no {name}"))
}

fn sizes(said: &Value) -> Result<Vec<Size>> {
    let (first_touch, cycle) = (number(said, "first_touch")?, number(said, "cycle")?);
    let values = said.get("sizes").and_then(Value::as_array).context("it says no sizes")?;
    let size = |value: &Value| {
        Ok(Size {
            entries: number(value, "entries")?,
            bytes: number(value, "bytes")?,
            path: number(value, "path")?,
            version_bytes: number(value, "version_bytes")?,
            load: number(value, "load")?,
            load_of_many: number(value, "load_of_many")?,
            walk: number(value, "walk")?,
            walk_of_many: number(value, "walk_of_many")?,
            entry: number(value, "entry")?,
            entry_of_many: number(value, "entry_of_many")?,
            read_byte: number(value, "read_byte")?,
            copy_version: number(value, "copy_version")?,
            first_touch,
            cycle,
            value: value.clone(),
        })
    };
    values.iter().map(size).collect()
}

fn machine(said: &Value, sizes: &[Size]) -> Result<String> {
    let (cycle, instruction) = (number(said, "cycle")?, number(said, "instruction")?);
    let titles = [
        "entries",
        "bytes of the map",
        "nodes to an entry",
        "bytes of a version",
        "a load, ns",
        "of eight chains, ns",
        "a walk, ns",
        "of eight walks, ns",
        "reading a KiB, ns",
        "copying a version, ns",
    ];
    let mut text = format!(
        "A cycle takes {cycle:.2} ns, and the processor takes {:.1} simple instructions in one. \
         The first touch of\na page of 4 KiB takes {:.0} ns.\n\n| {} |\n|{}\n",
        cycle / instruction,
        number(said, "first_touch")?,
        titles.join(" | "),
        " --: |".repeat(titles.len())
    );
    for size in sizes {
        text.push_str(&format!(
            "| {} | {} | {:.2} | {:.0} | {} | {} | {} | {} | {} | {} |\n",
            size.entries,
            size.bytes,
            size.path,
            size.version_bytes,
            figure(size.load),
            figure(size.load_of_many),
            figure(size.walk),
            figure(size.walk_of_many),
            figure(1_024.0 * size.read_byte),
            figure(size.copy_version)
        ));
    }
    Ok(text)
}

fn limits(sizes: &[Size], rate: f64, peers: &Table, counts: &Table) -> String {
    let titles = [
        "n",
        "measured, ns",
        "instructions",
        "of the bare algorithm",
        "they take, ns",
        "loads that wait",
        "they take, ns",
        "moving bytes, ns",
        "limit, ns",
        "measured / limit",
    ];
    let rule = " --: |".repeat(titles.len());
    let mut text = format!("| row | {} |\n| --- |{rule}\n", titles.join(" | "));
    for row in &ROWS {
        for size in sizes {
            text.push_str(&line(row, size, rate, peers, counts));
        }
    }
    text
}

fn line(row: &Row, size: &Size, rate: f64, peers: &Table, counts: &Table) -> String {
    let entries = format!("{}", size.entries);
    let measured = match row.measured {
        Source::Peers(name) => peers.number(&[name, &entries], "hedgerow"),
        Source::Program(name) => number(&size.value, name).ok(),
    };
    let counted = row.counted.as_ref().and_then(|(name, per)| {
        let name = name.replace('N', &underscored(&entries));
        let count = counts.number(&[&name], "instructions")?;
        let operations = if matches!(per, Per::Entry) { size.entries } else { BATCH };
        Some(count / operations)
    });
    let bare = (row.bare)(size);
    let instructions = bare.instructions * rate;
    let limit = instructions.max(bare.waits) + bare.moved;
    let or_dash = |number: Option<f64>| number.map_or("-".to_owned(), figure);
    format!(
        "| {} | {entries} | {} | {} | {:.0} | {} | {:.1} | {} | {} | {} | {} |\n",
        row.name,
        or_dash(measured),
        or_dash(counted),
        bare.instructions,
        figure(instructions),
        bare.loads,
        figure(bare.waits),
        figure(bare.moved),
        figure(limit),
        measured.map_or("-".to_owned(), |measured| format!("{:.1}", measured / limit))
    )
}

/// As the counts write a size: `100_000`.
fn underscored(digits: &str) -> String {
    let first = digits.len() % 3;
    let mut text = digits[..first].to_owned();
    for (place, digit) in digits[first..].chars().enumerate() {
        if place % 3 == 0 && !text.is_empty() {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sizes_are_written_as_the_counts_have_them() {
        assert_eq!(["10", "1000", "100000"].map(underscored), ["10", "1_000", "100_000"]);
    }

    #[test]
    fn a_line_sets_what_was_measured_beside_the_limit() {
        let said = json!({"first_touch": 100.0, "cycle": 0.5, "sizes": [{
            "entries": 1000, "bytes": 36000, "path": 2.0, "version_bytes": 160.0, "load": 2.0,
            "load_of_many": 1.0, "walk": 3.0, "walk_of_many": 2.0, "entry": 2.0,
            "entry_of_many": 1.0, "read_byte": 0.03, "copy_version": 5.0,
        }]});
        let sizes = sizes(&said).unwrap();
        let peers = "| row | n | hedgerow |\n| --- | --: | --: |\n| get_hit | 1000 | 16.0 |\n";
        let counts = "| row | instructions |\n| --- | --: |\n\
                      | hedgerow_u64::get_hit built(1_000) | 65000 |\n";
        let [peers, counts] = [(peers, ["row", "n"]), (counts, ["row", "instructions"])]
            .map(|(text, titles)| Table::find(text, &titles).unwrap());
        let line = line(&ROWS[0], &sizes[0], 0.25, &peers, &counts);
        assert_eq!(
            line,
            "| get, hit | 1000 | 16 | 65 | 32 | 8.0 | 3.0 | 3.0 | 0.0 | 8.0 | 2.0 |\n"
        );
    }
}
