//! The parts that are measured by programs in Rust and C.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::python::versions;
use super::run::{HEADING, Measured, Run};
use crate::bench::{self, MAPS, MEMORY, PACKAGE, PEERS, Scale};
use crate::c;
use crate::environment::interpreter;
use crate::perf::Block;
use crate::step::require;

const PEER_MILLISECONDS: &str = "150";
const PEER_PATIENCE_SECONDS: &str = "2";
/// Sizes that take seconds are measured once.
const PEER_SIZES_AGAIN: &str = "10,1000,100000";
const TAIL_ARGUMENTS: [&str; 4] = ["--size", "1000000", "--runs", "2"];

/// Builds all benches and programs at once, on all cores. What fails here fails once more, and with
/// its part's name, when the part is prepared.
pub(super) fn build_all(run: &Run<'_>) {
    let benches = ["peers", "mvcc", "tail", "object", "attributes", "text"];
    let mut bench = run.project.cargo(&["bench", "--no-run"]);
    bench.args(PACKAGE).args(benches.iter().flat_map(|name| ["--bench", name]));
    let mut programs = run.project.cargo(&["build", "--quiet", "--release", "--bins"]);
    for command in [&mut bench, programs.args(PACKAGE)] {
        if let Err(error) = require(command) {
            println!("{error:#}");
        }
    }
}

pub(super) fn prepare_peers(run: &Run<'_>) -> Result<Option<String>> {
    bench::compile(run.project, "peers")?;
    compile_program(run, "perf-table")
}

pub(super) fn peers(run: &Run<'_>) -> Result<Measured> {
    let scales = if run.is_quick {
        vec![Scale::quick("10,1000")]
    } else {
        let (milliseconds, patience) = (Some(PEER_MILLISECONDS), Some(PEER_PATIENCE_SECONDS));
        let whole = Scale { milliseconds, patience_seconds: patience, ..Scale::default() };
        let again = Scale { sizes: Some(PEER_SIZES_AGAIN), ..whole };
        vec![whole, again, again]
    };
    let home = run.folder.join("peers-criterion");
    bench::criterion_runs(run.project, "peers", &scales, &home)?;
    let [all, maps] = [false, true].map(|maps| bench::table(run.project, &home, maps));
    let text = |table: String| format!("{HEADING}\n{table}");
    Ok(Measured {
        versions: bench::peer_versions(run.project),
        settings: format!(
            "{PEER_MILLISECONDS} ms for each figure, of three runs the least, but at 1,000,000 of \
             one; rows that build or walk whole maps begin no build after {PEER_PATIENCE_SECONDS} s"
        ),
        cores: "one core",
        blocks: vec![Block::new(PEERS, "peers", text(all?)), Block::new(MAPS, "maps", text(maps?))],
    })
}

pub(super) fn prepare_threads(run: &Run<'_>) -> Result<Option<String>> {
    bench::compile(run.project, "mvcc")?;
    Ok(None)
}

pub(super) fn threads(run: &Run<'_>) -> Result<Measured> {
    let text = bench::threads(run.project, run.is_quick)?;
    Ok(Measured {
        versions: bench::peer_versions(run.project),
        settings: "as in `cargo xtask bench --maps`".to_owned(),
        cores: "all cores",
        blocks: vec![Block::new(MAPS, "threads", format!("{HEADING}\n{text}"))],
    })
}

pub(super) fn prepare_memory(run: &Run<'_>) -> Result<Option<String>> {
    compile_program(run, "memory")
}

pub(super) fn memory(run: &Run<'_>) -> Result<Measured> {
    let scale = if run.is_quick { Scale::quick("1000,10000") } else { Scale::default() };
    let text = bench::program(run.project, "memory", &scale)?;
    Ok(Measured {
        versions: bench::peer_versions(run.project),
        settings: "all sizes; counted, so a busy machine changes nothing".to_owned(),
        cores: "one core",
        blocks: vec![Block::new(MEMORY, "memory", format!("{HEADING}\n{text}"))],
    })
}

pub(super) fn prepare_tail(run: &Run<'_>) -> Result<Option<String>> {
    bench::compile(run.project, "tail")?;
    Ok(None)
}

pub(super) fn tail(run: &Run<'_>) -> Result<Measured> {
    let folder = run.folder.join("tail");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let arguments = if run.is_quick { &[][..] } else { &TAIL_ARGUMENTS[..] };
    let page = bench::tail(run.project, &folder, arguments, run.is_quick)?;
    Ok(Measured {
        versions: bench::peer_versions(run.project),
        settings: "1,000,000 entries, two runs of each case".to_owned(),
        cores: "one core",
        blocks: bench::tail_blocks(HEADING, &page),
    })
}

pub(super) fn prepare_c_library(run: &Run<'_>) -> Result<Option<String>> {
    c::build_speed(run.project)?;
    Ok(None)
}

pub(super) fn c_library(run: &Run<'_>) -> Result<Measured> {
    let table = c::speed(run.project)?;
    Ok(Measured {
        versions: versions(run.project, Path::new(&interpreter()), &[]),
        settings: "three turns of each program".to_owned(),
        cores: "one core",
        blocks: vec![Block::new(c::PAGE, "c-library", format!("{HEADING}\n{table}"))],
    })
}

/// Builds a program of the benches.
pub(super) fn compile_program(run: &Run<'_>, name: &str) -> Result<Option<String>> {
    let build = ["build", "--quiet", "--release", "--bin", name];
    require(&mut run.project.cargo(&[&build[..], &PACKAGE].concat()))?;
    Ok(None)
}
