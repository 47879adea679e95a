//! Rows as `hedgerow bench --json` writes them: of a full run, and of runs that hardly happen.

use serde_json::{Value, json};

const LEVELS: [(&str, &[&str]); 3] = [
    ("python", &["hedgerow.Map", "hamt", "immutables", "rpds", "dict", "frozendict"]),
    ("c", &["libhedgerow", "hedgerow.Map", "hamt", "immutables", "contextvar"]),
    ("rust", &["store", "Map", "imbl", "rpds", "hashbrown"]),
];
const SETS: [&str; 9] =
    ["names", "ids", "timestamps", "paths", "uuids", "tuples", "bytes", "floats", "objects"];
const SIZES: [usize; 8] = [10, 32, 33, 1_024, 32_000, 50_000, 100_000, 1_000_000];
const ONE_SIZE: [usize; 1] = [1_000];
const MEMORY: &str = "bytes-per-entry";
/// Each operation with its nanoseconds.
const OPS: [(&str, f64); 14] = [
    ("build", 150.0),
    ("bulk", 60.0),
    ("get-hit", 25.0),
    ("get-miss", 22.0),
    ("contains", 24.0),
    ("set-replace", 200.0),
    ("set-new", 220.0),
    ("delete", 230.0),
    ("iterate", 9.0),
    ("equal", 900.0),
    ("diff", 1_500.0),
    ("release", 90.0),
    ("compact", 40.0),
    (MEMORY, 40.0),
];

/// All levels and operations, and all sizes of so many sets of keys; the others have one size.
pub(super) fn full(whole_sets: usize) -> Value {
    let mut rows = Vec::new();
    for (level, implementations) in LEVELS {
        for (index, keys) in SETS.iter().enumerate() {
            let sizes = if index < whole_sets { &SIZES[..] } else { &ONE_SIZE };
            for (op, base) in OPS {
                for &size in sizes {
                    let figures = implementations.iter().enumerate().filter_map(|(place, name)| {
                        Some(row(
                            level,
                            name,
                            (op, keys, size),
                            figure(place, name, op, size, base)?,
                        ))
                    });
                    rows.extend(figures);
                }
            }
        }
    }
    Value::Array(rows)
}

/// A figure as such a map has it: slower with size, and, where a dict is copied, in proportion to
/// it. None for what the map lacks.
fn figure(place: usize, name: &str, op: &str, size: usize, base: f64) -> Option<f64> {
    let is_copied = matches!(name, "dict" | "frozendict" | "hashbrown");
    let lacks = match op {
        "compact" => place > 0,
        "diff" | "release" => is_copied,
        _ => name == "contextvar" && op != "get-hit",
    };
    // Lines that cross, end close to each other, and are not smooth.
    let noise = ((place * 7 + size % 11 + op.len()) % 5) as f64 / 20.0;
    let factor = [1.0, 1.6, 1.9, 1.3, 0.7, 0.72][place.min(5)] + noise;
    let growth = if op == MEMORY { 1.0 } else { 1.0 + (size as f64).log10() / 3.0 };
    let changes = matches!(op, "build" | "set-replace" | "set-new" | "delete");
    let copies = if is_copied && changes { 1.0 + size as f64 / 60.0 } else { 1.0 };
    (!lacks).then_some(base * factor * growth * copies)
}

fn row(level: &str, name: &str, (op, keys, size): (&str, &str, usize), figure: f64) -> Value {
    let is_memory = op == MEMORY;
    let rounds = if is_memory { Vec::new() } else { vec![figure; 3] };
    json!({
        "level": level, "impl": name, "op": op, "keys": keys, "n": size,
        "ns_per_op": (!is_memory).then_some(figure), "rounds": rounds,
        "bytes_per_entry": is_memory.then_some(figure),
    })
}

/// Figures from a tenth of a nanosecond to a minute, equal ones, names too long for their place,
/// nine maps, a level without Hedgerow, and one with Hedgerow alone.
pub(super) fn odd() -> Value {
    let mut rows = Vec::new();
    let keys = "a list of <keys> & more, whose \"name\" is as long as a file's may be.txt";
    for size in [1, 7, 123_456, 9_999_999] {
        let mut names: Vec<String> =
            ["hedgerow.Map", "hamt", "dict"].into_iter().map(str::to_owned).collect();
        names.extend((0..6).map(|map| format!("a map of somebody else, number {map}")));
        for (place, name) in names.iter().enumerate() {
            let extreme = 0.1 * 1e11_f64.powf(place as f64 / 8.0);
            rows.push(row("python", name, ("get-hit", keys, size), extreme));
            rows.push(row("python", name, ("equal", keys, size), 33.3));
            rows.push(row("python", name, (MEMORY, keys, size), 1e6 / size as f64));
        }
        rows.push(row("c", "hamt", ("get-hit", keys, size), 20.0));
        rows.push(row("rust", "store", ("get-hit", keys, size), 10.0));
    }
    rows.push(row("rust", "store", ("iterate", "one", 5), 10.0));
    Value::Array(rows)
}
