//! How much memory there was at which time.

use std::fmt;

/// Samples of one size, the first ones first.
#[derive(Default)]
pub(crate) struct Samples {
    arena: Vec<usize>,
    process: Vec<usize>,
}

impl Samples {
    /// Adds what the arena has now, and what the process has.
    pub(crate) fn add(&mut self, arena_bytes: usize, with_process: bool) {
        self.arena.push(arena_bytes);
        if with_process {
            self.process.extend(resident_bytes());
        }
    }

    /// The second half of the time needs no more memory than the first: a tenth, where the hour of
    /// the largest snapshot decides, and a megabyte, where the allocator does.
    pub(crate) fn assert_flat(&self) {
        for samples in [&self.arena, &self.process] {
            let (first, second) = peaks(samples);
            assert!(second <= first + first / 10 + (1 << 20), "{self}");
        }
    }
}

/// The most in the first half, and in the second.
fn peaks(samples: &[usize]) -> (usize, usize) {
    let (first, second) = samples.split_at(samples.len() / 2);
    let most = |half: &[usize]| half.iter().copied().max().unwrap_or(0);
    (most(first), most(second))
}

impl fmt::Display for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, samples) in [("arena", &self.arena), ("process", &self.process)] {
            let (first, second) = peaks(samples);
            let mean = |half: &[usize]| half.iter().sum::<usize>() / half.len().max(1);
            let halves = samples.split_at(samples.len() / 2);
            let means = (mean(halves.0), mean(halves.1));
            writeln!(
                f,
                "{name}: {} samples, peak bytes {first}, then {second}; mean {means:?}",
                samples.len()
            )?;
        }
        Ok(())
    }
}

/// What the process has of the machine's memory, where the system says it.
fn resident_bytes() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: usize = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes << 10)
}
