//! `cargo xtask page`: what `hedgerow bench --html` writes, looked at in a browser without windows.
//!
//! ```text
//! rows      figures of runs that would take an hour, and of runs that hardly happen
//! browser   Chromium, found or brought by `.ci/get-chromium`
//! check.js  what the browser looks for: text that is cut off, overlaps or is too faint
//! ```
//!
//! Each page is looked at as wide as a phone, a laptop and a large screen, in light and in dark.

mod browser;
mod rows;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context as _, Result, ensure};

use self::browser::{Browser, Look};
use crate::project::{Project, QUICK_RELEASE};
use crate::step::{Outcome, Steps, require};

const WIDTHS: [u32; 3] = [360, 1_280, 1_920];
/// The most that a page may have if everything is measured: pages are sent around.
const MOST_BYTES: u64 = 2_000_000;
/// Looks at the same time.
const AT_ONCE: usize = 2;
/// A name that has to be escaped, and that is too long for a line.
const KEY_FILE: &str =
    "all the <names> & \"titles\" of_everything_that_anybody_has_written_so_far.txt";

/// Looks at all pages.
pub(crate) fn run(project: &Project) -> Result<bool> {
    let mut steps = Steps::default();
    add_steps(project, &mut steps);
    Ok(steps.summary())
}

/// The step alone, for a command that has others before it.
pub(crate) fn add_steps(project: &Project, steps: &mut Steps) {
    steps.check("pages in a browser", || check(project));
}

fn check(project: &Project) -> Result<(Outcome, String)> {
    let browser = match Browser::find(project) {
        Ok(browser) => browser,
        Err(reason) => return Ok((Outcome::Skipped, reason)),
    };
    let folder = project.target().join("page-test");
    fs::create_dir_all(&folder)?;
    let pages = [
        drawn(project, &folder, "full", &rows::full(2))?,
        drawn(project, &folder, "odd", &rows::odd())?,
        measured(project, &folder)?,
    ];
    let largest = drawn(project, &folder, "largest", &rows::full(usize::MAX))?;
    let bytes = fs::metadata(&largest)?.len();
    ensure!(bytes <= MOST_BYTES, "a page of all there is to measure has {bytes} bytes");
    let looks = pages.iter().flat_map(|page| {
        let wide = |width| [false, true].map(|is_dark| (page.as_path(), width, is_dark));
        WIDTHS.into_iter().flat_map(wide)
    });
    let looks: Vec<(&Path, u32, bool)> = looks.collect();
    let mut faults = Vec::new();
    let (mut charts, mut texts) = (0, 0);
    for at_once in looks.chunks(AT_ONCE) {
        for (look, (page, width, is_dark)) in browse(&browser, at_once)?.into_iter().zip(at_once) {
            let name = page.file_name().unwrap_or_default().display();
            let scheme = if *is_dark { "dark" } else { "light" };
            let place = format!("{name}, {width} pixels, {scheme}");
            faults.extend(look.faults.iter().map(|fault| format!("{place}: {fault}")));
            charts += look.charts;
            texts += look.texts;
        }
    }
    faults.iter().for_each(|fault| println!("{fault}"));
    ensure!(faults.is_empty(), "{} faults in {} looks", faults.len(), looks.len());
    Ok((Outcome::Passed, format!("{} looks at {charts} charts, {texts} texts", looks.len())))
}

/// Some looks at the same time, in their order.
fn browse(browser: &Browser, looks: &[(&Path, u32, bool)]) -> Result<Vec<Look>> {
    thread::scope(|scope| {
        let look = |(page, width, is_dark): &(&Path, u32, bool)| {
            let (page, width, is_dark) = (page.to_path_buf(), *width, *is_dark);
            scope.spawn(move || browser.look(&page, width, is_dark))
        };
        let threads: Vec<_> = looks.iter().map(look).collect();
        let result = |thread: thread::ScopedJoinHandle<'_, Result<Look>>| {
            thread.join().ok().context("looking at a page panicked")?
        };
        threads.into_iter().map(result).collect()
    })
}

/// The page of these rows.
fn drawn(
    project: &Project,
    folder: &Path,
    name: &str,
    rows: &serde_json::Value,
) -> Result<PathBuf> {
    let (json, page) = (folder.join(format!("{name}.json")), folder.join(format!("{name}.html")));
    fs::write(&json, rows.to_string())?;
    bench(project, &[&"--from", &json], &page)?;
    Ok(page)
}

/// The page of a run of some seconds, with keys of a file, and with single operations, of which a
/// run that is not quick has longer curves.
fn measured(project: &Project, folder: &Path) -> Result<PathBuf> {
    let (keys, page) = (folder.join(KEY_FILE), folder.join("measured.html"));
    let words: Vec<String> = (0..200).map(|word| format!("word {word}")).collect();
    fs::write(&keys, words.join("\n"))?;
    let options: [&dyn AsRef<OsStr>; 8] = [
        &"--level",
        &"rust",
        &"--ops",
        &"get-hit,iterate,bytes-per-entry",
        &"--sizes",
        &"10,200",
        &"--keys",
        &keys,
    ];
    bench(project, &options, &page)?;
    Ok(page)
}

/// Runs `hedgerow bench`, as the step `verify` has built it.
fn bench(project: &Project, options: &[&dyn AsRef<OsStr>], page: &Path) -> Result<()> {
    let run = ["run", "--quiet", "--release", "--bin", "hedgerow", "--", "bench"];
    let mut command = project.cargo(&run);
    command.envs(QUICK_RELEASE);
    command.args(options.iter().map(AsRef::as_ref)).arg("--html").arg(page);
    require(&mut command)
}
