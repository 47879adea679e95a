//! The parts of a record, in the order in which they are measured.

use anyhow::Result;

use super::run::{Measured, Run};
use super::{engine, limits, object, package, quotes};

/// One part.
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// What it writes.
    pub(super) pages: &'static [&'static str],
    /// How long it takes on two cores of a virtual machine.
    pub(super) minutes: f64,
    /// Builds what it needs. Says why it is left out, if it is.
    pub(super) prepare: fn(&Run<'_>) -> Result<Option<String>>,
    pub(super) measure: fn(&Run<'_>) -> Result<Measured>,
}

impl Part {
    /// Whether it takes the machine, and not only reads what others have measured.
    pub(super) fn is_measured(&self) -> bool {
        self.minutes > 0.0
    }
}

/// All parts. Those that take what others have measured come after them.
pub(super) const PARTS: [Part; 14] = [
    Part {
        name: "peers",
        about: "the map beside imbl, rpds and hashbrown",
        pages: &["perf/peers.md", "perf/maps.md"],
        minutes: 12.5,
        prepare: engine::prepare_peers,
        measure: engine::peers,
    },
    Part {
        name: "threads",
        about: "three threads that share a map",
        pages: &["perf/maps.md"],
        minutes: 0.7,
        prepare: engine::prepare_threads,
        measure: engine::threads,
    },
    Part {
        name: "memory",
        about: "bytes per entry, and growth",
        pages: &["perf/memory.md"],
        minutes: 0.5,
        prepare: engine::prepare_memory,
        measure: engine::memory,
    },
    Part {
        name: "tail",
        about: "the slowest operations of histories",
        pages: &["perf/tail.md"],
        minutes: 4.0,
        prepare: engine::prepare_tail,
        measure: engine::tail,
    },
    Part {
        name: "object",
        about: "dicts, hashes, attributes and str beside indexmap and CPython",
        pages: &["perf/object.md"],
        minutes: 4.2,
        prepare: object::prepare,
        measure: object::measure,
    },
    Part {
        name: "c-library",
        about: "the C library beside the Rust API and CPython",
        pages: &["perf/c-library.md"],
        minutes: 1.5,
        prepare: engine::prepare_c_library,
        measure: engine::c_library,
    },
    Part {
        name: "python",
        about: "the Python package beside immutables",
        pages: &["perf/python.md"],
        minutes: 2.0,
        prepare: package::prepare,
        measure: package::maps,
    },
    Part {
        name: "python-memory",
        about: "resident bytes of the Python package's maps",
        pages: &["perf/python.md"],
        minutes: 1.0,
        prepare: package::prepare,
        measure: package::memory,
    },
    Part {
        name: "histories",
        about: "many versions of a map in Python",
        pages: &["perf/python.md"],
        minutes: 0.5,
        prepare: package::prepare,
        measure: package::histories,
    },
    Part {
        name: "image",
        about: "images: making, opening, looking up, deltas",
        pages: &["perf/image.md"],
        minutes: 0.3,
        prepare: package::prepare,
        measure: package::images,
    },
    Part {
        name: "image-peers",
        about: "images beside other files of a million entries",
        pages: &["perf/image.md"],
        minutes: 2.5,
        prepare: package::prepare,
        measure: package::image_peers,
    },
    Part {
        name: "frozendict",
        about: "the Python package beside the frozendict of CPython 3.15",
        pages: &["bindings/python/README.md"],
        minutes: 0.2,
        prepare: package::prepare_frozendict,
        measure: package::frozendict,
    },
    Part {
        name: "limits",
        about: "what the machine could do, beside what we do",
        pages: &["perf/limits.md"],
        minutes: 0.2,
        prepare: limits::prepare,
        measure: limits::measure,
    },
    Part {
        name: "quotes",
        about: "the figures that other pages take from the tables",
        pages: &["README.md", "docs/sharing.md"],
        minutes: 0.0,
        prepare: quotes::prepare,
        measure: quotes::measure,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::fs;
    use std::path::Path;

    #[test]
    fn parts_have_names_of_their_own_and_pages_with_blocks() {
        let names: HashSet<&str> = PARTS.iter().map(|part| part.name).collect();
        assert_eq!(names.len(), PARTS.len());
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for page in PARTS.iter().flat_map(|part| part.pages) {
            let text = fs::read_to_string(root.join(page)).unwrap();
            assert!(text.contains("<!-- recorded: "), "{page} has no block to write into");
        }
    }

    #[test]
    fn each_page_says_when_and_on_what_each_part_was_measured() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        for part in PARTS.iter().filter(|part| part.is_measured()) {
            for page in part.pages {
                let text = fs::read_to_string(root.join(page)).unwrap();
                let command = format!("| command | `cargo xtask record --only {}`: ", part.name);
                let (before, _) = text.split_once(&command).expect("a heading of the part");
                let name = |line: &str| format!("| {line} | ");
                let heading = ["load", "versions", "machine", "recorded"].map(name);
                let mut lines = before.lines().rev().zip(&heading);
                assert!(lines.all(|(line, name)| line.starts_with(name)), "{page}");
            }
        }
    }

    #[test]
    fn a_whole_record_fits_into_forty_minutes() {
        let minutes: f64 = PARTS.iter().map(|part| part.minutes).sum();
        assert!(minutes <= 40.0, "{minutes} minutes");
    }
}
