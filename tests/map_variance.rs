//! Maps of keys and values that live long are maps of ones that live shorter, as those of `std`
//! are.
//!
//! The bug class: a cell in the type of a pointer makes a map invariant. Then a map of `&'static
//! str` cannot be given where one of `&'a str` is wanted. The compiler checks this.

use hedgerow::{Arena, Map, Set};

#[test]
fn maps_of_longer_lifetimes_are_maps_of_shorter_ones() {
    fn first<'a>(map: &Map<&'a str, &'a str>, _of: &'a str) -> Map<&'a str, &'a str> {
        map.clone()
    }
    fn shorter<'a>(map: Map<&'static str, &'static str>) -> Map<&'a str, &'a str> {
        map
    }
    fn shorter_set<'a>(set: Set<&'static str>, arena: Arena<&'static str, ()>) -> Set<&'a str> {
        let arena: Arena<&'a str, ()> = arena;
        if set.is_empty() { Set::new_in(&arena) } else { set }
    }
    let map: Map<&'static str, &'static str> = Map::unit("key", "value");
    let text = String::from("short");
    let mut short = first(&map, &text);
    short.insert(&text, &text);
    assert_eq!((shorter(map)["key"], short["short"]), ("value", "short"));
    assert!(shorter_set(Set::from(["a"]), Arena::new()).contains("a"));
}
