//! What every recorded block begins with.

use std::fs;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use super::load::Load;
use crate::program::output;
use crate::project::Project;

/// A table of what figures were measured with.
#[derive(Clone, Debug)]
pub(crate) struct Heading {
    pub(crate) recorded: String,
    pub(crate) machine: String,
    pub(crate) versions: Vec<String>,
    pub(crate) load: String,
    pub(crate) command: String,
}

impl Heading {
    /// Of something measured now. The load is not known yet.
    pub(crate) fn new(project: &Project, command: &str) -> Self {
        let compiler = output(&mut project.program("rustc", &["--version"])).unwrap_or_default();
        let compiler = compiler.split(" (").next().unwrap_or_default().trim().to_owned();
        Heading {
            recorded: format!("{}, {}", now(), commit(project)),
            machine: machine(project),
            versions: vec![format!("{compiler}, lto fat")],
            load: "not looked at".to_owned(),
            command: command.to_owned(),
        }
    }

    pub(crate) fn with(mut self, versions: impl IntoIterator<Item = String>) -> Self {
        self.versions.extend(versions);
        self
    }

    /// What other programs did before and while this was measured, on so many cores.
    pub(crate) fn under(mut self, busy: Option<f64>, load: &Load, cores: &str) -> Self {
        let part = |part: f64| format!("{:.0} %", 100.0 * part);
        self.load = match (busy, load.others()) {
            (Some(busy), Some((others, stolen))) => format!(
                "{cores}; other programs kept {} of a core busy before, {} meanwhile; the host \
                 took {}",
                part(busy),
                part(others),
                part(stolen)
            ),
            _ => format!("{cores}; not known"),
        };
        self
    }

    pub(crate) fn markdown(&self) -> String {
        let rows = [
            ("recorded", &self.recorded),
            ("machine", &self.machine),
            ("versions", &self.versions.join(", ")),
            ("load", &self.load),
            ("command", &self.command),
        ];
        let rows = rows.map(|(name, text)| format!("| {name} | {text} |\n"));
        format!("| | |\n| --- | --- |\n{}", rows.concat())
    }
}

/// The versions of crates that the lock file has for a package of the workspace.
pub(crate) fn crates(project: &Project, package: &str, names: &[&str]) -> Vec<String> {
    let lock = fs::read_to_string(project.root().join("Cargo.lock")).unwrap_or_default();
    names.iter().filter_map(|name| locked(&lock, package, name)).collect()
}

/// The time, such as `2026-11-30 15:04 UTC`.
fn now() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    written(seconds)
}

fn written(seconds: u64) -> String {
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute) = (seconds / 3_600 % 24, seconds / 60 % 60);
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

/// Year, month and day, in the Gregorian calendar, of a number of days since 1970 began.
fn date(mut days: u64) -> (u64, u64, u64) {
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}

/// The commit, and whether what is measured has other changes.
fn commit(project: &Project) -> String {
    let ask = |words: &[&str]| output(&mut project.program("git", words)).ok();
    let Some(commit) = ask(&["rev-parse", "--short", "HEAD"]) else {
        return "outside of a repository".to_owned();
    };
    let measured = ["src", "benches", "bindings", "Cargo.toml", "Cargo.lock"];
    let changes = ask(&[&["status", "--porcelain", "--"][..], &measured].concat());
    let changed = if changes.is_none_or(|it| it.trim().is_empty()) { "" } else { " and changes" };
    format!("commit {}{changed}", commit.trim())
}

fn machine(project: &Project) -> String {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("processor unknown", |(_, model)| model.trim());
    let has = |flag: &str| processors.split_whitespace().any(|word| word == flag);
    let guest = if has("hypervisor") { " of a virtual machine" } else { "" };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = memory.split_whitespace().nth(1).and_then(|word| word.parse::<u64>().ok());
    let memory = memory.map_or(String::new(), |kib| format!(", {} GiB", (kib + (1 << 19)) >> 20));
    let system = output(&mut project.program("uname", &["-sr"])).unwrap_or_default();
    format!("{model}, {cores} cores{guest}{memory}, {}", system.trim())
}

/// The name and version of a dependency, which the lock file writes out where it has several.
fn locked(lock: &str, package: &str, name: &str) -> Option<String> {
    let section = |package: &str| {
        let head = format!("name = \"{package}\"\n");
        lock.split("[[package]]\n").find(|section| section.starts_with(&head))
    };
    let dependency = section(package)?.lines().find_map(|line| {
        let word = line.trim().trim_end_matches(',').trim_matches('"');
        (word.split(' ').next() == Some(name)).then(|| word.to_owned())
    })?;
    if dependency.contains(' ') {
        return Some(dependency);
    }
    let version = section(name)?.lines().find_map(|line| line.strip_prefix("version = "))?;
    Some(format!("{name} {}", version.trim_matches('"')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_with_leap_years() {
        assert_eq!(written(0), "1970-01-01 00:00 UTC");
        assert_eq!(written(951_782_400 + 3_660), "2000-02-29 01:01 UTC");
        assert_eq!(written(1_796_083_140), "2026-11-30 23:59 UTC");
        assert_eq!(written(1_798_761_600), "2027-01-01 00:00 UTC");
    }

    #[test]
    fn the_lock_file_says_which_of_several_versions_is_used() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = [\n \"b\",\n \
                    \"c 2.1.0\",\n]\n\n[[package]]\nname = \"b\"\nversion = \"3.2.1\"\n";
        assert_eq!(locked(lock, "a", "b").as_deref(), Some("b 3.2.1"));
        assert_eq!(locked(lock, "a", "c").as_deref(), Some("c 2.1.0"));
        assert_eq!(locked(lock, "a", "d"), None);
    }
}
