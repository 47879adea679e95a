//! Changing some values at once, and taking some entries out.
//!
//! The bug classes: two references to one value; a value that is changed in another map, too; an
//! entry that is asked about twice, or taken before anybody asks for it.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::letters::{letters, sorted};
use hedgerow::Map;

#[test]
fn several_values_at_once() {
    for is_shared in [false, true] {
        let mut map = letters();
        let other = is_shared.then(|| map.clone());
        let [a, z, c] = map.get_disjoint_mut([&'a', &'z', &'c']);
        std::mem::swap(a.unwrap(), c.unwrap());
        assert_eq!(z, None);
        // Some entries are the map's own now, and some are not.
        if let [Some(a), Some(b)] = map.get_disjoint_mut([&'a', &'b']) {
            (*a, *b) = (*b, *a + 10);
        }
        assert_eq!(sorted(map.clone()), [('a', 2), ('b', 13), ('c', 1)]);
        assert!(other.is_none_or(|other| other == letters()));
        let twice = AssertUnwindSafe(|| map.get_disjoint_mut([&'a', &'b', &'a']).len());
        let message = *catch_unwind(twice).unwrap_err().downcast::<&str>().unwrap();
        assert_eq!(message, "duplicate keys found");
        assert_eq!(map.get_disjoint_mut([&'y', &'y']), [None, None]);
    }
    assert_eq!(Map::<char, u32>::new().get_disjoint_mut([&'a']), [None]);
}

#[test]
fn taking_out_what_a_closure_accepts() {
    for is_shared in [false, true] {
        let mut map: Map<u32, u32> = (0..100).map(|key| (key, key)).collect();
        let other = is_shared.then(|| map.clone());
        let asked = Cell::new(0);
        let even = |key: &u32, value: &u32| {
            asked.set(asked.get() + 1);
            assert_eq!(key, value);
            key.is_multiple_of(2)
        };
        // Nothing is asked or removed before it is taken.
        let mut taken = map.extract_if(even);
        assert_eq!((taken.size_hint(), asked.get()), ((0, Some(100)), 0));
        let first = taken.next().unwrap();
        drop(taken);
        assert!(first.0.is_multiple_of(2) && !map.contains_key(&first.0) && map.len() == 99);
        let rest = sorted(map.extract_if(even).chain([first]));
        assert!(rest.into_iter().eq((0..100).step_by(2).map(|key| (key, key))));
        assert!(map.len() == 50 && map.keys().all(|key| key % 2 == 1));
        assert_eq!(map.extract_if(|_, _| true).count(), 50);
        assert!(map.is_empty() && map.extract_if(|_, _| true).next().is_none());
        assert!(other.is_none_or(|other| other.len() == 100));
    }
}
