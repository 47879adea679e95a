//! Times Hedgerow and its peers in one criterion run, in ns per operation.
//!
//! `cargo bench -p hedgerow-bench --bench peers [-- FILTER]`, or `cargo xtask bench`, which also
//! pins the run to one core and writes the table. The subjects of one row and size run one right
//! after another, so that a ratio compares figures of one time. `HEDGEROW_BENCH_SIZES` and
//! `HEDGEROW_BENCH_MS` shorten a run, and so does `HEDGEROW_BENCH_PATIENCE_S`, after which no
//! further build of a large map is begun for a figure.

use std::process::ExitCode;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput};

use hedgerow_bench::keys::Key;
use hedgerow_bench::settings::Settings;
use hedgerow_bench::subjects::{
    Hashbrown, Hedgerow, ImblRc, ImblSync, OwnedMap, RpdsRc, RpdsSync, Subject,
};
use hedgerow_bench::workloads::{self, Patient};

fn main() -> ExitCode {
    let settings = match Settings::from_env() {
        Ok(settings) => settings,
        Err(message) => {
            eprintln!("peers: {message}");
            return ExitCode::from(2);
        }
    };
    // The median is all that the table takes; its confidence, which takes criterion longer than
    // some figures take to measure, need not have three digits.
    let mut criterion =
        Criterion::default().without_plots().nresamples(10_000).configure_from_args();
    writes::<u64>(&mut criterion, &settings);
    builds::<u64>(&mut criterion, &settings);
    reads::<u64>(&mut criterion, &settings);
    walks::<u64>(&mut criterion, &settings);
    whole_maps::<u64>(&mut criterion, &settings);
    string_rows(&mut criterion, &settings);
    criterion.final_summary();
    ExitCode::SUCCESS
}

/// What a routine can be asked to do, which decides how long criterion warms up.
#[derive(Clone, Copy)]
enum Pace {
    /// Any number of operations.
    Steady,
    /// Whole builds or walks only, so that a large map warms up by one of them.
    WholeRuns,
}

/// Measures one row: each subject at each size.
macro_rules! row {
    ($criterion:expr, $settings:expr, $pace:expr, $workload:ident, $key:ty,
     own: [$($own:ty),*], each: [$($subject:ty),*]) => {{
        let name = format!("{}{}", stringify!($workload), <$key as Key>::SUFFIX);
        let mut group = $criterion.benchmark_group(name);
        let patience = patience($settings, $pace);
        for &size in &$settings.sizes {
            let unit = unit($pace, size);
            plan(&mut group, $settings, $pace, size, unit);
            $(measure(&mut group, patience, <$own as Subject<$key>>::NAME, size, unit,
                workloads::$workload::<$key>(size));)*
            $(measure(&mut group, patience, <$subject as Subject<$key>>::NAME, size, unit,
                workloads::$workload::<$key, $subject>(size));)*
        }
        group.finish();
    }};
    ($criterion:expr, $settings:expr, $pace:expr, $workload:ident, $key:ty, persistent) => {
        row!($criterion, $settings, $pace, $workload, $key, own: [],
            each: [Hedgerow<$key>, OwnedMap, RpdsRc, ImblRc, ImblSync, RpdsSync])
    };
    ($criterion:expr, $settings:expr, $pace:expr, $workload:ident, $key:ty, all) => {
        row!($criterion, $settings, $pace, $workload, $key, own: [],
            each: [Hedgerow<$key>, OwnedMap, RpdsRc, ImblRc, ImblSync, RpdsSync, Hashbrown])
    };
    ($criterion:expr, $settings:expr, $pace:expr, $workload:ident, $key:ty, owned) => {
        row!($criterion, $settings, $pace, $workload, $key, own: [],
            each: [OwnedMap, RpdsRc, ImblRc, ImblSync, RpdsSync])
    };
    ($criterion:expr, $settings:expr, $pace:expr, $workload:ident, $key:ty, alone) => {
        row!($criterion, $settings, $pace, $workload, $key, own: [Hedgerow<$key>], each: [])
    };
}

fn writes<K: Key>(criterion: &mut Criterion, settings: &Settings) {
    row!(criterion, settings, Pace::Steady, insert_release, K, persistent);
    row!(criterion, settings, Pace::WholeRuns, insert_new_release, K, persistent);
    row!(criterion, settings, Pace::WholeRuns, remove, K, persistent);
    row!(criterion, settings, Pace::Steady, clone_branch, K, persistent);
    row!(criterion, settings, Pace::Steady, clone_drop, K, owned);
}

fn builds<K: Key>(criterion: &mut Criterion, settings: &Settings) {
    row!(criterion, settings, Pace::WholeRuns, insert_in_place, K, all);
    row!(criterion, settings, Pace::WholeRuns, replace_in_place, K, all);
    row!(criterion, settings, Pace::WholeRuns, bulk, K, all);
}

fn reads<K: Key>(criterion: &mut Criterion, settings: &Settings) {
    row!(criterion, settings, Pace::Steady, get_hit, K, all);
    row!(criterion, settings, Pace::Steady, get_hit_aged, K, persistent);
    row!(criterion, settings, Pace::Steady, get_miss, K, all);
    row!(criterion, settings, Pace::Steady, get_many, K, alone);
}

fn walks<K: Key>(criterion: &mut Criterion, settings: &Settings) {
    row!(criterion, settings, Pace::WholeRuns, iterate, K, all);
    row!(criterion, settings, Pace::WholeRuns, iterate_compacted, K, alone);
    row!(criterion, settings, Pace::WholeRuns, iterate_scattered, K, persistent);
    row!(criterion, settings, Pace::WholeRuns, iterate_fold, K, all);
}

fn whole_maps<K: Key>(criterion: &mut Criterion, settings: &Settings) {
    row!(criterion, settings, Pace::Steady, equal, K, all);
    row!(criterion, settings, Pace::Steady, diff, K, alone);
}

/// Rows with string keys, which cost more to clone, hash and compare. A few are enough.
fn string_rows(criterion: &mut Criterion, settings: &Settings) {
    row!(criterion, settings, Pace::Steady, insert_release, String, persistent);
    row!(criterion, settings, Pace::WholeRuns, insert_in_place, String, all);
    row!(criterion, settings, Pace::Steady, get_hit, String, all);
    row!(criterion, settings, Pace::Steady, get_miss, String, all);
    row!(criterion, settings, Pace::Steady, get_many, String, alone);
    row!(criterion, settings, Pace::WholeRuns, iterate, String, all);
}

/// Operations in an iteration, as criterion counts it. Of whole runs it is half a run: the time of
/// one operation, which is a small part of a run, would have to be a whole number of nanoseconds.
fn unit(pace: Pace, size: usize) -> u64 {
    match pace {
        Pace::Steady => 1,
        Pace::WholeRuns => (size as u64 / 2).max(1),
    }
}

fn plan(
    group: &mut BenchmarkGroup<'_, WallTime>,
    settings: &Settings,
    pace: Pace,
    size: usize,
    unit: u64,
) {
    let warm_up = match pace {
        Pace::WholeRuns if size >= 10_000 => Duration::from_nanos(1),
        // Long enough for one lookup of each of a million keys.
        Pace::Steady if size >= 100_000 => settings.time.min(Duration::from_millis(500)),
        _ => settings.time / 3,
    };
    group
        .throughput(Throughput::Elements(unit))
        .sampling_mode(SamplingMode::Flat)
        .sample_size(10)
        .warm_up_time(warm_up)
        .measurement_time(settings.time);
}

/// A figure of any number of operations takes the time that criterion was told.
fn patience(settings: &Settings, pace: Pace) -> Duration {
    match pace {
        Pace::Steady => Duration::MAX,
        Pace::WholeRuns => settings.patience,
    }
}

fn measure(
    group: &mut BenchmarkGroup<'_, WallTime>,
    patience: Duration,
    name: &str,
    size: usize,
    unit: u64,
    routine: impl FnMut(u64) -> Duration,
) {
    let mut routine = Patient::new(routine, patience);
    group.bench_function(BenchmarkId::new(name, size), |bencher| {
        // Makes the map. Criterion plans by the time of its first iterations, and would think that
        // each makes one: of a large map it would measure ten lookups.
        routine.set_up(unit);
        bencher.iter_custom(|iterations| routine.time(iterations * unit));
    });
}
