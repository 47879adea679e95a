//! How often operations on two maps of different arenas hash a key.
//!
//! The bug class: an operation looks up in one map what it does not ask of the other.

use std::cell::Cell;
use std::hash::{BuildHasher, DefaultHasher};
use std::rc::Rc;

use hedgerow::Map;

/// Counts the hashes it makes.
#[derive(Clone, Default)]
struct Counting(Rc<Cell<usize>>);

impl BuildHasher for Counting {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        self.0.set(self.0.get() + 1);
        DefaultHasher::new()
    }
}

type Counted = Map<u32, u32, Counting>;

fn map_of(keys: std::ops::Range<u32>, counting: &Counting) -> Counted {
    let mut map = Map::with_hasher(counting.clone());
    map.extend(keys.map(|key| (key, key)));
    map
}

#[test]
fn operations_on_unrelated_maps_look_up_what_they_ask_for() {
    let counting = Counting::default();
    let (a, b) = (map_of(0..100, &counting), map_of(0..100, &counting));
    let hashes = |act: &dyn Fn() -> bool| {
        counting.0.set(0);
        assert!(act());
        counting.0.get()
    };
    assert_eq!(hashes(&|| a == b), 100);
    assert_eq!(hashes(&|| a.is_submap(&b)), 100);
    assert_eq!(hashes(&|| a.clone().union(b.clone()).len() == 100), 100);
    assert_eq!(hashes(&|| a.clone().intersection(b.clone()).len() == 100), 100);
    assert_eq!(hashes(&|| a.clone().difference(b.clone()).is_empty()), 100);
    // These ask what both have.
    assert_eq!(hashes(&|| a.clone().symmetric_difference(b.clone()).is_empty()), 200);
    assert_eq!(hashes(&|| a.diff(&b).count() == 0), 200);
}

#[test]
fn relatives_hash_no_key_to_be_compared() {
    let counting = Counting::default();
    let a = map_of(0..100, &counting);
    let b = a.update(7, 70).update(100, 100);
    counting.0.set(0);
    assert!(a != b && !a.is_submap(&b) && a.diff(&b).count() == 2);
    assert_eq!(counting.0.get(), 0);
}
