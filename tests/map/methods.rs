//! The tables of methods in `docs/methods.md`, against the compiler and against `std`.
//!
//! The bug classes: a method that a table has and a map has not, or the other way round; one that
//! is said to be the same as in `std`, and that a program for `std` cannot call, or that does
//! something else there.

use std::collections::{HashMap, HashSet, hash_map as there};
use std::fmt::Debug;
use std::hash::{BuildHasherDefault, DefaultHasher};

use hedgerow::{self as here, Map, Set};

const PAGE: &str = include_str!("../../docs/methods.md");

type Hasher = BuildHasherDefault<DefaultHasher>;
type Here = Map<char, u32, Hasher>;
type There = HashMap<char, u32, Hasher>;
type SetHere = Set<char, Hasher>;
type SetThere = HashSet<char, Hasher>;

type DefaultHere = Map<char, u32>;
type DefaultThere = HashMap<char, u32>;
type DefaultSetHere = Set<char>;
type DefaultSetThere = HashSet<char>;

/// A method's name, and a call of it.
type Call = (&'static str, fn() -> Outcome);

/// What a call returned and left behind: the characters of it, because the order of maps differs.
type Outcome = Vec<char>;

fn outcome(returned: &str, left: impl Debug) -> Outcome {
    let mut characters: Vec<char> = format!("{returned} {left:?}").chars().collect();
    characters.sort_unstable();
    characters
}

fn pairs<M: FromIterator<(char, u32)>>() -> M {
    [('a', 1), ('b', 2), ('c', 3)].into_iter().collect()
}

fn letters<S: FromIterator<char>>() -> S {
    ['a', 'b', 'c'].into_iter().collect()
}

/// Calls of methods. A method's name in the list is the one that the compiler looks for.
macro_rules! methods {
    ($made:ident $type:ty: $($method:ident $arguments:tt $(. $then:ident $more:tt)*,)*) => {
        [$((stringify!($method), || {
            let mut of: $type = $made();
            let it = &mut of;
            let returned = format!("{:?}", it.$method $arguments $(.$then $more)*);
            outcome(&returned, of)
        }),)*]
    };
}

/// The same for methods that take the map.
macro_rules! methods_by_value {
    ($made:ident $type:ty: $($method:ident $(::<$($other:ty),*>)? ($($arguments:tt)*),)*) => {
        [$((stringify!($method), || {
            let returned = $made::<$type>().$method $(::<$($other),*>)?($($arguments)*);
            outcome(&format!("{returned:?}"), ())
        }),)*]
    };
}

/// The same for functions of the type.
macro_rules! functions {
    ($made:ident $type:ident: $($function:ident $arguments:tt,)*) => {
        [$((stringify!($function), || {
            outcome(&format!("{:?}", $type::$function $arguments), ())
        }),)*]
    };
}

/// One list of calls twice: for a map of this crate, and for one of `std`.
macro_rules! in_both {
    ($name:ident = $kind:ident $made:ident $here:ident $there:ident: $($calls:tt)*) => {
        const $name: (&[Call], &[Call]) =
            (&$kind!($made $here: $($calls)*), &$kind!($made $there: $($calls)*));
    };
}

in_both! { MAP = methods pairs Here There:
    clear(),
    contains_key(&'a'),
    drain(),
    entry('z').or_default(),
    extract_if(|_, value| *value > 1).count(),
    get(&'a'),
    get_disjoint_mut([&'a', &'z']),
    get_key_value(&'a'),
    get_mut(&'a'),
    hasher(),
    insert('a', 9),
    is_empty(),
    iter(),
    iter_mut(),
    keys(),
    len(),
    remove(&'a'),
    remove_entry(&'a'),
    reserve(9),
    retain(|_, value| *value > 1),
    shrink_to(1),
    shrink_to_fit(),
    values(),
    values_mut(),
}

in_both! { MAP_TAKEN = methods_by_value pairs Here There: into_keys(), into_values(), }

in_both! { MAP_MADE = functions pairs Here There:
    with_hasher(Hasher::default()),
    with_capacity_and_hasher(9, Hasher::default()),
}

in_both! { MAP_MADE_BY_DEFAULT = functions pairs DefaultHere DefaultThere:
    new(), with_capacity(9),
}

/// Methods of imbl's maps, and those that are not the same as in `std`.
const MAP_ALONE: &[&[Call]] = &[
    &methods! { pairs Here: capacity(), get_key_value_mut(&'a'), },
    &methods_by_value! { pairs Here:
        alter(|value| value, 'a'),
        difference(pairs()),
        extract(&'a'),
        extract_with_key(&'a'),
        intersection(pairs()),
        intersection_with(pairs::<Here>(), |a: u32, b: u32| u64::from(a + b)),
        intersection_with_key(pairs::<Here>(), |key: &char, a: u32, _: u32| (*key, a)),
        is_proper_submap(&pairs()),
        is_proper_submap_by(&pairs::<Here>(), |a: &u32, b: &u32| a == b),
        is_submap(&pairs()),
        is_submap_by(&pairs::<Here>(), |a: &u32, b: &u32| a == b),
        new_from::<u32, ()>(),
        ptr_eq(&pairs()),
        relative_complement(pairs()),
        symmetric_difference(pairs()),
        symmetric_difference_with(pairs(), |a: u32, b: u32| (a < b).then_some(a)),
        symmetric_difference_with_key(pairs(), |_: &char, a: u32, b: u32| (a < b).then_some(a)),
        union(pairs()),
        union_with(pairs(), |a: u32, b: u32| a + b),
        union_with_key(pairs(), |_: &char, a: u32, b: u32| a + b),
        update('a', 9),
        update_lookup_with_key('a', 9, |_: &char, a: &u32, b: u32| a + b),
        update_with('a', 9, |a: u32, b: u32| a + b),
        update_with_key('a', 9, |_: &char, a: u32, b: u32| a + b),
        without(&'a'),
    },
    &functions! { pairs Here:
        unions([pairs(), pairs()]),
        unions_with([pairs(), pairs()], |a: u32, b: u32| a + b),
        unions_with_key([pairs(), pairs()], |_: &char, a: u32, b: u32| a + b),
    },
    &functions! { pairs DefaultHere: unit('a', 1), },
];

in_both! { SET = methods letters SetHere SetThere:
    clear(),
    contains(&'a'),
    drain().count(),
    extract_if(|letter| *letter > 'a').count(),
    get(&'a'),
    hasher(),
    insert('a'),
    is_disjoint(&letters()),
    is_empty(),
    is_subset(&letters()),
    is_superset(&letters()),
    iter(),
    len(),
    remove(&'a'),
    replace('a'),
    reserve(9),
    retain(|letter| *letter > 'a'),
    shrink_to(1),
    shrink_to_fit(),
    take(&'a'),
}

in_both! { SET_MADE = functions letters SetHere SetThere:
    with_hasher(Hasher::default()),
    with_capacity_and_hasher(9, Hasher::default()),
}

in_both! { SET_MADE_BY_DEFAULT = functions letters DefaultSetHere DefaultSetThere:
    new(), with_capacity(9),
}

const SET_ALONE: &[&[Call]] = &[
    &methods_by_value! { letters SetHere:
        capacity(),
        difference(letters()),
        intersection(letters()),
        is_proper_subset(&letters()),
        new_from::<u32>(),
        ptr_eq(&letters()),
        relative_complement(letters()),
        symmetric_difference(letters()),
        union(letters()),
        update('z'),
        without(&'a'),
    },
    &functions! { letters SetHere: unions([letters(), letters()]), },
    &functions! { letters DefaultSetHere: unit('a'), },
];

/// A place of a map: in it, or not.
macro_rules! place {
    (Entry $module:ident $map:ident) => {
        $map.entry('a')
    };
    (OccupiedEntry $module:ident $map:ident) => {
        match $map.entry('a') {
            $module::Entry::Occupied(place) => place,
            $module::Entry::Vacant(_) => panic!("it is there"),
        }
    };
    (VacantEntry $module:ident $map:ident) => {
        match $map.entry('z') {
            $module::Entry::Occupied(_) => panic!("it is not there"),
            $module::Entry::Vacant(place) => place,
        }
    };
}

macro_rules! methods_of_places {
    ($module:ident $map:ident:
        $($kind:ident $method:ident $arguments:tt $(. $then:ident $more:tt)*,)*) => {
        [$((concat!(stringify!($kind), "::", stringify!($method)), || {
            let mut map: $map = pairs();
            let text = format!(
                "{:?}",
                place!($kind $module map).$method $arguments $(.$then $more)*
            );
            outcome(&text, map)
        }),)*]
    };
}

macro_rules! of_places_in_both {
    ($name:ident = $($calls:tt)*) => {
        const $name: (&[Call], &[Call]) =
            (&methods_of_places!(here Here: $($calls)*),
             &methods_of_places!(there There: $($calls)*));
    };
}

of_places_in_both! { PLACES =
    Entry and_modify(|value| *value += 1).or_default(),
    Entry insert_entry(9),
    Entry key(),
    Entry or_default(),
    Entry or_insert(9),
    Entry or_insert_with(|| 9),
    Entry or_insert_with_key(|key| u32::from(*key)),
    OccupiedEntry get(),
    OccupiedEntry get_mut(),
    OccupiedEntry insert(9),
    OccupiedEntry into_mut(),
    OccupiedEntry key(),
    OccupiedEntry remove(),
    OccupiedEntry remove_entry(),
    VacantEntry insert(9),
    VacantEntry insert_entry(9),
    VacantEntry into_key(),
    VacantEntry key(),
}

/// What a table says of a method.
struct Row {
    name: &'static str,
    is_of_std: bool,
    here: &'static str,
}

/// The text of the first link or code in a cell.
fn name_in(cell: &str) -> &str {
    cell.split('`').nth(1).unwrap_or_else(|| panic!("{cell:?} names no method"))
}

/// The table under a heading.
fn table(heading: &str) -> Vec<Row> {
    let section = PAGE.split("\n# ").find(|section| section.starts_with(heading)).unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(2);
    let row = |line: &'static str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [name, of, here] = cells[..] else { panic!("{line:?} has three cells") };
        assert!(["std", "imbl", "std, imbl"].contains(&of), "{line:?}");
        Row { name: name_in(name), is_of_std: of.contains("std"), here }
    };
    rows.map(row).collect()
}

/// Compares a table with calls of the methods that there are here, some of which `std` has as well.
fn assert_is_true(heading: &str, both: &[(&[Call], &[Call])], alone: &[&[Call]]) {
    let of_both: Vec<&str> =
        both.iter().flat_map(|(here, _)| here.iter()).map(|call| call.0).collect();
    let of_one: Vec<&str> = alone.iter().copied().flatten().map(|call| call.0).collect();
    let is_here = |name: &str| of_both.contains(&name) || of_one.contains(&name);
    let rows = table(heading);
    assert!(rows.len() > 10 && rows.is_sorted_by(|a, b| a.name < b.name), "{heading}");
    for Row { name, is_of_std, here } in &rows {
        if here.starts_with("no: ") {
            assert!(!is_here(name), "{name} is here");
        } else if here.starts_with("[`") {
            assert!(!is_here(name) && is_here(name_in(here)), "{name} is {here}");
        } else {
            assert!(here.starts_with("the same") || here.starts_with("differs: "), "{here}");
            assert!(is_here(name), "nothing calls {name}");
            let is_same_in_std = *is_of_std && here.starts_with("the same");
            assert!(!is_same_in_std || of_both.contains(name), "{name} is not called in std");
            assert!(*is_of_std || !of_both.contains(name), "{name} is in std");
        }
    }
    for name in of_both.iter().chain(&of_one) {
        assert!(rows.iter().any(|row| row.name == *name), "the table lacks {name}");
    }
    for (here, there) in both {
        for ((name, call), (_, in_std)) in here.iter().zip(there.iter()) {
            assert_eq!(call(), in_std(), "{name} does what it does in std");
        }
    }
    for (_, call) in alone.iter().copied().flatten() {
        call();
    }
}

#[test]
fn the_table_of_maps_is_true() {
    assert_is_true("Maps", &[MAP, MAP_TAKEN, MAP_MADE, MAP_MADE_BY_DEFAULT], MAP_ALONE);
}

#[test]
fn the_table_of_entries_is_true() {
    assert_is_true("Entries", &[PLACES], &[]);
}

#[test]
fn the_table_of_sets_is_true() {
    assert_is_true("Sets", &[SET, SET_MADE, SET_MADE_BY_DEFAULT], SET_ALONE);
}
