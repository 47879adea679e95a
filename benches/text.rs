//! Time: methods of `PyStr` compared with those of CPython's `str`.
//!
//! `cargo bench -p hedgerow-bench --bench text [-- FILTER]`. `HEDGEROW_BENCH_MS` shrinks a run.
//!
//! Both have the same text: words of a list in a random order. In the second kind of text, which
//! has 2 bytes for each code point, each `e` is the Cyrillic letter of the same form. A figure is
//! one call on the whole text.
//!
//! The goal: none slower than CPython's.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, SamplingMode};
use hedgerow::object::{Kind, PyStr};
use hedgerow_bench::python::Python3;
use hedgerow_bench::settings::Settings;

/// The lengths of the texts, in code points.
const SIZES: [usize; 2] = [1_000, 1_000_000];

/// What is called: a name, and the same call in Python.
const CALLS: [(&str, &str); 8] = [
    ("find", "text.find('hedgehog')"),
    ("find_char", "text.find('!')"),
    ("replace", "text.replace('hedge', 'bush')"),
    ("replace_char", "text.replace(' ', '_')"),
    ("split", "text.split(' ')"),
    ("split_words", "text.split()"),
    ("splitlines", "lines.splitlines()"),
    ("join", "' '.join(parts)"),
];

/// The words of the texts, which Python has as well.
const WORDS: [&str; 16] = [
    "a", "hedge", "row", "of", "elder", "thorn", "between", "the", "fields", "and", "lanes",
    "keeps", "sheep", "in", "their", "meadow",
];

fn main() -> ExitCode {
    let settings = match Settings::from_env() {
        Ok(settings) => settings,
        Err(message) => {
            eprintln!("text: {message}");
            return ExitCode::from(2);
        }
    };
    let mut criterion = Criterion::default().without_plots().configure_from_args();
    let mut python = Python3::start("text", &TIMING.replace("WORDS", &format!("{WORDS:?}")));
    for kind in [Kind::One, Kind::Two] {
        for size in SIZES {
            rows(&mut criterion, &settings, python.as_mut(), kind, size);
        }
    }
    criterion.final_summary();
    ExitCode::SUCCESS
}

fn rows(
    criterion: &mut Criterion,
    settings: &Settings,
    mut python: Option<&mut Python3>,
    kind: Kind,
    size: usize,
) {
    let text = text(kind, size);
    let lines = text.replace(" of ", "\n", None);
    let parts = text.split(" ", None).expect("a separator");
    let e = if kind == Kind::One { "e" } else { "\u{435}" };
    let [hedge, hog, space, mark, bush] =
        ["hedge", "hedgehog", " ", "!", "bush"].map(|word| PyStr::from(&*word.replace('e', e)));
    let underscore = PyStr::from("_");
    let width = kind.width();
    for (name, call) in CALLS {
        let mut group = criterion.benchmark_group(format!("text_{name}_{width}"));
        group
            .sampling_mode(SamplingMode::Flat)
            .sample_size(10)
            .warm_up_time(settings.time / 3)
            .measurement_time(settings.time);
        let run = || match name {
            "find" => drop(black_box(text.find(black_box(&hog)))),
            "find_char" => drop(black_box(text.find(black_box(&mark)))),
            "replace" => drop(black_box(text.replace(black_box(&hedge), &bush, None))),
            "replace_char" => drop(black_box(text.replace(black_box(&space), &underscore, None))),
            "split" => drop(black_box(text.split(black_box(&space), None))),
            "split_words" => drop(black_box(text.split_whitespace(black_box(None)))),
            "splitlines" => drop(black_box(lines.splitlines(black_box(false)))),
            _ => drop(black_box(space.join(black_box(&parts)))),
        };
        group.bench_function(BenchmarkId::new("hedgerow", size), |bencher| {
            bencher.iter_custom(|iterations| {
                let start = Instant::now();
                (0..iterations).for_each(|_| run());
                start.elapsed()
            });
        });
        if let Some(python) = python.as_deref_mut() {
            group.bench_function(BenchmarkId::new("cpython", size), |bencher| {
                bencher.iter_custom(|iterations| {
                    let request = format!("{iterations} {size} {width} {call}");
                    Duration::from_secs_f64(python.seconds(&request))
                });
            });
        }
        group.finish();
    }
}

/// Words with a space between them, and at the end a word and a mark that are nowhere else.
fn text(kind: Kind, size: usize) -> PyStr {
    let mut state: u32 = 1;
    let mut text = String::new();
    while text.len() < size - 10 {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345) % (1 << 31);
        text.push_str(WORDS[(state >> 16 & 15) as usize]);
        text.push(' ');
    }
    text.push_str("hedgehog!");
    let text = PyStr::from(text.as_str());
    if kind == Kind::One { text } else { text.replace("e", "\u{435}", None) }
}

/// Reads `iterations size width call`, and prints the seconds that the calls took.
const TIMING: &str = r"
import sys, time
words = WORDS
texts = {}
def text_of(size, width):
    state, parts, length = 1, [], 0
    while length < size - 10:
        state = (state * 1103515245 + 12345) % 2**31
        parts.append(words[state >> 16 & 15] + ' ')
        length += len(parts[-1])
    text = ''.join(parts) + 'hedgehog!'
    if width == '2':
        text = text.replace('e', '\u0435')
    return text, text.replace(' of ', '\n'), text.split(' ')
for line in sys.stdin:
    iterations, size, width, call = line.rstrip('\n').split(' ', 3)
    if width == '2':
        call = call.replace('hedge', 'h\u0435dg\u0435')
    key = (size, width)
    if key not in texts:
        texts[key] = text_of(int(size), width)
    source = f'''def run(text, lines, parts, iterations):
    for _ in iterations:
        {call}
'''
    scope = {}
    exec(source, scope)
    rounds = range(int(iterations))
    start = time.perf_counter()
    scope['run'](*texts[key], rounds)
    print(time.perf_counter() - start, flush=True)
";
