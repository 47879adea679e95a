//! One line about the machine, without which figures mean nothing.

use std::fs;
use std::thread;

/// Processor, cores and system, where they can be found out.
pub(crate) fn describe() -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let processor = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| model_name(&text));
    format!(
        "{}, {cores} core{}, {} {}",
        processor.unwrap_or_else(|| "unknown processor".to_owned()),
        if cores == 1 { "" } else { "s" },
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}

fn model_name(cpuinfo: &str) -> Option<String> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_found_in_cpuinfo() {
        let text = "processor\t: 0\nmodel name\t: AMD EPYC 9B45\ncache size\t: 1024 KB\n";
        assert_eq!(model_name(text).as_deref(), Some("AMD EPYC 9B45"));
        assert_eq!(model_name("nothing here"), None);
    }
}
