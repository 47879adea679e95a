//! Chromium without windows.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::project::{Project, succeeds};

/// Programs that show a page as narrow as they are told; Chromium with windows has a least width.
const NAMES: [&str; 2] = ["chromium-headless-shell", "chrome-headless-shell"];
const CHECK: &str = include_str!("check.js");
/// What is around the findings in what the browser prints.
const MARK: &str = "REPORT";
/// A page that takes longer than this is given up.
const MOST_MILLISECONDS: &str = "60000";

/// The program.
pub(super) struct Browser {
    program: PathBuf,
}

/// What was found on a page.
pub(super) struct Look {
    pub(super) charts: u64,
    pub(super) texts: u64,
    pub(super) faults: Vec<String>,
}

impl Browser {
    /// One that is installed, or was brought, or can be; else the reason why there is none.
    pub(super) fn find(project: &Project) -> Result<Self, String> {
        let starts = |program: &Path| succeeds(Command::new(program).arg("--version"));
        let folder = project.target().join("chromium");
        let brought = folder.join("chromium");
        let installed = NAMES.into_iter().map(PathBuf::from);
        if let Some(program) = installed.chain([brought.clone()]).find(|it| starts(it)) {
            return Ok(Browser { program });
        }
        if !cfg!(target_os = "linux") || !starts(Path::new("apt-get")) {
            return Err("no chromium-headless-shell, and no Debian to bring it from".to_owned());
        }
        let script = project.root().join(".ci/get-chromium");
        let was_brought = Command::new(script).arg(folder).status().is_ok_and(|it| it.success());
        if was_brought && starts(&brought) {
            return Ok(Browser { program: brought });
        }
        Err("`.ci/get-chromium` failed; its own message is above".to_owned())
    }

    /// Opens a page and looks for faults.
    pub(super) fn look(&self, page: &Path, width: u32, is_dark: bool) -> Result<Look> {
        let checked = with_check(page, &format!("{width}-{is_dark}"))?;
        // Blink numbers the schemes.
        let scheme = u8::from(!is_dark);
        let output = Command::new(&self.program)
            .arg(format!("--window-size={width},900"))
            .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
            .arg(format!("--timeout={MOST_MILLISECONDS}"))
            .args(["--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom"])
            .arg(format!("file://{}", checked.display()))
            .output()
            .context("cannot start the browser")?;
        fs::remove_file(&checked)?;
        let (text, log) =
            (String::from_utf8(output.stdout)?, String::from_utf8_lossy(&output.stderr));
        let report = text.split(MARK).nth(1).with_context(|| {
            format!("the browser says nothing of {} ({}): {log}", page.display(), output.status)
        })?;
        let report: Value = serde_json::from_str(&plain(report))?;
        ensure!(
            report["width"] == width && report["dark"] == is_dark,
            "the browser showed another width or scheme than it was told: {report}"
        );
        let found = report["faults"].as_array().into_iter().flatten();
        let found = found.map(|fault| fault.as_str().unwrap_or("a fault").to_owned());
        let console = log.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned);
        Ok(Look {
            charts: report["charts"].as_u64().unwrap_or(0),
            texts: report["texts"].as_u64().unwrap_or(0),
            faults: found.chain(console).collect(),
        })
    }
}

/// A copy of the page with the script in it, beside it.
fn with_check(page: &Path, name: &str) -> Result<PathBuf> {
    let text = fs::read_to_string(page)?;
    let script = format!("<script>\n{CHECK}</script></body>");
    let checked = text.replace("</body>", &script);
    ensure!(checked != text, "{} has no end", page.display());
    let path = page.with_extension(format!("{name}.html"));
    fs::write(&path, checked)?;
    Ok(path)
}

/// Text as it was before it was written as HTML.
fn plain(html: &str) -> String {
    html.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_read_as_they_were_written() {
        assert_eq!(plain("[\"a &lt;b&gt; &amp;amp; c\"]"), "[\"a <b> &amp; c\"]");
    }
}
