//! Resident bytes and page faults of this process, as Linux tells them.

use std::fs;

/// What the system says of this process at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Process {
    /// Bytes that are in memory.
    pub(crate) resident_bytes: u64,
    /// The most there were so far.
    pub(crate) peak_bytes: u64,
    /// Pages that were touched and not there, but needed no disk.
    pub(crate) faults: u64,
}

impl Process {
    /// Reads the files of `/proc`; none where there are none.
    pub(crate) fn now() -> Option<Self> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        Some(Process {
            resident_bytes: bytes(&status, "VmRSS:")?,
            peak_bytes: bytes(&status, "VmHWM:")?,
            faults: faults(&stat)?,
        })
    }
}

/// The amount in a line such as `VmRSS:     1234 kB`.
fn bytes(status: &str, name: &str) -> Option<u64> {
    let amount = status.lines().find_map(|line| line.strip_prefix(name))?;
    amount.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kibibytes| 1_024 * kibibytes)
}

/// The tenth field. The second is the program's name in parentheses, which may hold spaces.
fn faults(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(7)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_found_in_the_files_of_proc() {
        let status = "Name:\ttail\nVmHWM:\t  20 kB\nVmRSS:\t    16 kB\n";
        assert_eq!(bytes(status, "VmRSS:"), Some(16 * 1_024));
        assert_eq!(bytes(status, "VmHWM:"), Some(20 * 1_024));
        assert_eq!(bytes(status, "VmSwap:"), None);
        let stat = "7 (a b) c) R 1 2 3 4 5 6 815 9 10 11";
        assert_eq!(faults(stat), Some(815));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn memory_that_is_touched_is_resident_and_faults() {
        let before = Process::now().expect("Linux has /proc");
        let touched = std::hint::black_box(vec![1_u8; 64 << 20]);
        let after = Process::now().expect("Linux has /proc");
        drop(touched);
        assert!(after.resident_bytes >= before.resident_bytes + (32 << 20));
        assert!(after.peak_bytes >= before.resident_bytes + (32 << 20));
        assert!(after.faults > before.faults);
    }
}
