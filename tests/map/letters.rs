//! A small map, and its entries in an order that does not depend on the hasher.

use hedgerow::Map;

pub(crate) fn letters() -> Map<char, u32> {
    Map::from([('a', 1), ('b', 2), ('c', 3)])
}

pub(crate) fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort_unstable();
    items
}
