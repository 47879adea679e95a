//! A process for each case and run, and the folder where their figures stay.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use indicatif::{ProgressBar, ProgressStyle};

use super::array::Array;
use super::figures::{Case, Figures, Memory};
use super::histories::History;
use super::log::Log;
use super::maps::{Hedgerow, Imbl, Map, MapKind, Rpds};
use super::page;
use super::process::Process;

/// What to measure, how often, and where the figures go.
pub struct Plan {
    /// Numbers of entries.
    pub sizes: Vec<u64>,
    /// What is done.
    pub histories: Vec<History>,
    /// To which maps.
    pub maps: Vec<MapKind>,
    /// How often. What is slow in every run is the map's own doing.
    pub runs: u64,
    /// Whether these runs come beside those of the same case in the folder, or replace them.
    pub adds_runs: bool,
    /// Where the figures stay, also those of cases that are not measured now.
    pub folder: PathBuf,
}

impl Plan {
    /// With fewer entries some histories have no steps.
    pub const LEAST_SIZE: u64 = 10;

    /// Measures every case in a process of its own, and returns the page of all figures in the
    /// folder.
    ///
    /// `command` makes the command that measures one case and prints its figures as JSON.
    ///
    /// # Errors
    ///
    /// A process that failed, or a folder that cannot be read or written.
    pub fn run(&self, command: impl Fn(Case) -> Command) -> Result<String, String> {
        let folder = self.folder.as_path();
        fs::create_dir_all(folder).map_err(|error| cannot("make", folder, &error))?;
        let cases = self.cases();
        let bar = bar(cases.len() as u64);
        for (case, run) in cases {
            bar.set_message(format!("{}, run {run}", file_stem(case)));
            let text = output(&mut command(case))?;
            if run == 1 && !self.adds_runs {
                discard(folder, case)?;
            }
            let path = free_path(folder, case);
            fs::write(&path, text).map_err(|error| cannot("write", &path, &error))?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(page::markdown(&figures(folder)?))
    }

    /// The maps of one history are measured right after each other, and so once more for each run.
    fn cases(&self) -> Vec<(Case, u64)> {
        let mut cases = Vec::new();
        for &size in &self.sizes {
            for &history in &self.histories {
                for run in 1..=self.runs {
                    let case = |&map| (Case { history, size, map }, run);
                    cases.extend(self.maps.iter().map(case));
                }
            }
        }
        cases
    }
}

/// Measures one case in this process, which should do nothing else.
#[must_use]
pub fn measure(case: Case) -> Figures {
    match case.map {
        MapKind::Hedgerow => measure_map::<Hedgerow>(case),
        MapKind::Imbl => measure_map::<Imbl>(case),
        MapKind::Rpds => measure_map::<Rpds>(case),
        MapKind::Array => measure_map::<Array>(case),
    }
}

fn measure_map<M: Map>(case: Case) -> Figures {
    let mut log = Log::default();
    let before = Process::now();
    let mut map = M::new(case.size);
    let version = case.history.run(&mut map, case.size, &mut log);
    let held = Process::now();
    map.release(version);
    let left = Process::now();
    Figures::new(case, &log, Memory::between([before, held, left]))
}

fn bar(steps: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} ({eta} left)");
    ProgressBar::new(steps).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn output(command: &mut Command) -> Result<Vec<u8>, String> {
    let output = command.output().map_err(|error| format!("cannot start {command:?}: {error}"))?;
    let message = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("{command:?} failed ({}): {}", output.status, message.trim()))
    }
}

fn file_stem(case: Case) -> String {
    format!("{}-{}-{}", case.history.name(), case.size, case.map.name())
}

/// The files of a case, one for each run, whether they are there or not.
fn paths(folder: &Path, case: Case) -> impl Iterator<Item = PathBuf> {
    let stem = folder.join(file_stem(case));
    (1..).map(move |run| PathBuf::from(format!("{}-{run}.json", stem.display())))
}

fn discard(folder: &Path, case: Case) -> Result<(), String> {
    for path in paths(folder, case).take_while(|path| path.exists()) {
        fs::remove_file(&path).map_err(|error| cannot("remove", &path, &error))?;
    }
    Ok(())
}

fn free_path(folder: &Path, case: Case) -> PathBuf {
    paths(folder, case).find(|path| !path.exists()).expect("a folder has an end")
}

fn figures(folder: &Path) -> Result<Vec<Figures>, String> {
    let entries = fs::read_dir(folder).map_err(|error| cannot("read", folder, &error))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).map_err(|error| cannot("read", path, &error))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    };
    paths.iter().map(read).collect()
}

fn cannot(verb: &str, path: &Path, error: &dyn std::fmt::Display) -> String {
    format!("cannot {verb} {}: {error}", path.display())
}
