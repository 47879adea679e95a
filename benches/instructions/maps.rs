//! What every map can do: the same rows for each subject and kind of key.

pub(crate) use std::hint::black_box;

pub(crate) use iai_callgrind::{library_benchmark, library_benchmark_group};

pub(crate) use hedgerow_bench::batches::Prepared;
pub(crate) use hedgerow_bench::keys::items;
use hedgerow_bench::keys::{Key, hits, misses, permutation};
pub(crate) use hedgerow_bench::subjects::Subject;

/// A map after much use, and keys that it has.
pub(crate) fn aged<K: Key, S: Subject<K>>(size: usize) -> Prepared<K, S> {
    Prepared::aged(&items(size), permutation(size), hits(size))
}

/// A new map, and keys that it has.
pub(crate) fn built<K: Key, S: Subject<K>>(size: usize) -> Prepared<K, S> {
    Prepared::built(&items(size), hits(size))
}

/// A new map, and keys that it has not.
pub(crate) fn missing<K: Key, S: Subject<K>>(size: usize) -> Prepared<K, S> {
    Prepared::built(&items(size), misses(size))
}

/// The rows of lookups, and those of whole maps.
macro_rules! reads {
    ($each:ident, $whole:ident, $subject:ty, $key:ty) => {
        pub(crate) mod $each {
            use crate::maps::*;

            type Of = Prepared<$key, $subject>;

            fn built(size: usize) -> Of {
                crate::maps::built(size)
            }

            fn missing(size: usize) -> Of {
                crate::maps::missing(size)
            }

            #[library_benchmark]
            #[benches::of(args = [10, 1_000, 100_000], setup = built)]
            fn get_hit(prepared: Of) -> Of {
                black_box(prepared.subject.get_sum(&prepared.version, &prepared.keys));
                prepared
            }

            #[library_benchmark]
            #[benches::of(args = [10, 1_000, 100_000], setup = missing)]
            fn get_miss(prepared: Of) -> Of {
                black_box(prepared.subject.get_sum(&prepared.version, &prepared.keys));
                prepared
            }

            library_benchmark_group!(name = rows; benchmarks = get_hit, get_miss);
        }

        pub(crate) mod $whole {
            use crate::maps::*;

            type Of = Prepared<$key, $subject>;
            type Items = Vec<($key, u64)>;

            fn built(size: usize) -> Of {
                crate::maps::built(size)
            }

            fn all(size: usize) -> Items {
                items(size)
            }

            #[library_benchmark]
            #[benches::of(args = [10, 1_000, 100_000], setup = built)]
            fn iterate(prepared: Of) -> Of {
                black_box(prepared.subject.iterate(&prepared.version));
                prepared
            }

            #[library_benchmark]
            #[benches::of(args = [10, 1_000, 100_000], setup = all)]
            fn build_in_place(items: Items) -> (Of, Items) {
                let mut subject = <$subject as Subject<$key>>::new();
                let version = subject.build_in_place(&items);
                (Prepared { subject, version, keys: Vec::new() }, items)
            }

            library_benchmark_group!(name = rows; benchmarks = iterate, build_in_place);
        }
    };
}

/// The rows of updates that make a new version and release the old one.
macro_rules! updates {
    ($each:ident, $subject:ty, $key:ty) => {
        pub(crate) mod $each {
            use crate::maps::*;

            type Of = Prepared<$key, $subject>;

            fn aged(size: usize) -> Of {
                crate::maps::aged(size)
            }

            #[library_benchmark]
            #[benches::of(args = [10, 1_000, 100_000], setup = aged)]
            fn insert_release(mut prepared: Of) -> Of {
                for key in &prepared.keys {
                    let next = prepared.subject.insert(&prepared.version, key.clone(), 3);
                    prepared.subject.release(std::mem::replace(&mut prepared.version, next));
                }
                prepared
            }

            #[library_benchmark]
            #[benches::of(args = [10, 1_000, 100_000], setup = aged)]
            fn remove_insert_release(mut prepared: Of) -> Of {
                let Prepared { subject, version, keys } = &mut prepared;
                for key in keys {
                    let without = subject.remove(version, key);
                    let next = subject.insert(&without, key.clone(), 3);
                    subject.release(without);
                    subject.release(std::mem::replace(version, next));
                }
                prepared
            }

            library_benchmark_group!(
                name = rows;
                benchmarks = insert_release, remove_insert_release
            );
        }
    };
}
