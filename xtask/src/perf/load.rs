//! How busy the machine is, as Linux counts it in /proc/stat. Elsewhere nothing is known.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

/// What the processors did since the machine was started, in seconds of one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Work {
    busy: f64,
    /// What the host gave to other guests.
    stolen: f64,
}

/// What other programs do while something is measured.
pub(crate) struct Load {
    began: Instant,
    work: Option<Work>,
    own: Option<f64>,
}

/// Linux counts in hundredths of a second, on every processor that we know.
const TICKS_A_SECOND: f64 = 100.0;
/// So much of one core may be busy where the machine counts as quiet.
const QUIET: f64 = 0.1;
const LOOK: Duration = Duration::from_secs(2);

/// Waits until the machine is quiet, for at most this time, and says how busy it is then: the part
/// of one core that is in use. Nothing where it cannot be known.
pub(crate) fn wait_until_quiet(patience: Duration) -> Option<f64> {
    let start = Instant::now();
    let mut has_warned = false;
    loop {
        let load = Load::start();
        thread::sleep(LOOK);
        let (busy, _) = load.others()?;
        if busy <= QUIET || start.elapsed() >= patience {
            if busy > QUIET {
                println!("the machine is still busy; measuring all the same");
            }
            return Some(busy);
        }
        if !has_warned {
            has_warned = true;
            let seconds = patience.as_secs();
            println!(
                "other programs keep {:.0} % of a core busy; waiting for up to {seconds} s",
                100.0 * busy
            );
        }
    }
}

impl Load {
    /// Begins to watch.
    pub(crate) fn start() -> Self {
        Load { began: Instant::now(), work: work(), own: own_seconds() }
    }

    /// What other programs took meanwhile, and what the host gave to other guests, as parts of one
    /// core. Programs that this one started count as its own once they have ended.
    pub(crate) fn others(&self) -> Option<(f64, f64)> {
        let (before, now) = (self.work?, work()?);
        let own = own_seconds()? - self.own?;
        let seconds = self.began.elapsed().as_secs_f64();
        let others = (now.busy - before.busy - own).max(0.0);
        Some((others / seconds, (now.stolen - before.stolen).max(0.0) / seconds))
    }
}

fn work() -> Option<Work> {
    parse_work(&fs::read_to_string("/proc/stat").ok()?)
}

/// The first line has user, nice, system, idle, iowait, irq, softirq and steal.
fn parse_work(stat: &str) -> Option<Work> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<f64> = line.split_whitespace().map_while(|word| word.parse().ok()).collect();
    let seconds = |places: &[usize]| -> f64 {
        places.iter().filter_map(|place| ticks.get(*place)).sum::<f64>() / TICKS_A_SECOND
    };
    (ticks.len() >= 4).then(|| Work { busy: seconds(&[0, 1, 2, 5, 6]), stolen: seconds(&[7]) })
}

/// The seconds of processor time of this program, and of those it started that have ended.
fn own_seconds() -> Option<f64> {
    parse_own(&fs::read_to_string("/proc/self/stat").ok()?)
}

/// The name, which may have spaces, is in brackets; after it come the state and numbers, of which
/// the 12th to the 15th are the times.
fn parse_own(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let words: Vec<&str> = rest.split_whitespace().collect();
    let ticks = words.get(11..15)?.iter().map(|word| word.parse::<f64>());
    Some(ticks.sum::<Result<f64, _>>().ok()? / TICKS_A_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_time_is_not_work() {
        let work = parse_work("cpu  100 200 300 9999 50 10 20 7 0 0\ncpu0 1\n").unwrap();
        assert_eq!(work, Work { busy: 6.3, stolen: 0.07 });
        assert_eq!(parse_work("intr 1"), None);
    }

    #[test]
    fn times_of_a_process_follow_its_name() {
        let stat = "7 (a) b) S 1 2 3 4 5 6 7 8 9 10 100 200 300 400 20 0";
        assert_eq!(parse_own(stat), Some(10.0));
        assert_eq!(parse_own("7 (a) S 1"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_machine_can_be_watched() {
        let load = Load::start();
        thread::sleep(Duration::from_millis(50));
        let (others, stolen) = load.others().unwrap();
        assert!(others >= 0.0 && stolen >= 0.0);
    }
}
