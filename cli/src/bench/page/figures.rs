//! The figures of one level, by what they are of.

use super::super::level::Level;
use super::super::op::Op;
use super::super::row::{Row, median};
use super::html::distinct;
use super::paint::SERIES;
use std::collections::BTreeMap;

/// What Hedgerow calls its own; the first of a level is what the others are compared with.
const OWN: [&str; 5] = ["hedgerow.Map", "libhedgerow", "store", "Map", "hedgerow"];
/// The look of the first of them, and of another one.
const OWN_LOOKS: [usize; 2] = [0, 6];
/// The look of what is known besides. No two of one level look alike.
const LOOKS: [(&str, usize); 8] = [
    ("hamt", 1),
    ("immutables", 2),
    ("imbl", 2),
    ("rpds", 3),
    ("dict", 4),
    ("hashbrown", 4),
    ("frozendict", 5),
    ("contextvar", 5),
];

/// The figures of one level.
pub(super) struct Figures<'a> {
    pub(super) level: Level,
    /// In the order of the rows.
    pub(super) implementations: Vec<&'a str>,
    pub(super) keys: Vec<&'a str>,
    by_place: BTreeMap<(&'a str, Op, usize), BTreeMap<&'a str, f64>>,
}

/// One ratio, and where it is from.
pub(super) struct Ratio<'a> {
    pub(super) keys: &'a str,
    pub(super) op: Op,
    pub(super) count: usize,
    /// The peer's figure over Hedgerow's: above 1, Hedgerow is faster or smaller.
    pub(super) value: f64,
}

impl<'a> Figures<'a> {
    /// Those of a level, if it was measured.
    pub(super) fn of(rows: &'a [Row], level: Level) -> Option<Self> {
        let rows = || rows.iter().filter(|row| row.level == level);
        let mut by_place = BTreeMap::<_, BTreeMap<_, _>>::new();
        for row in rows() {
            // What is not above 0 has no place on a logarithmic scale.
            if let Some(figure) = row.figure().filter(|figure| figure.is_finite() && *figure > 0.0)
            {
                let place = by_place.entry((row.keys.as_str(), row.op, row.n)).or_default();
                place.insert(row.implementation.as_str(), figure);
            }
        }
        let implementations = distinct(rows().map(|row| row.implementation.as_str()));
        let keys = distinct(rows().map(|row| row.keys.as_str()));
        (!by_place.is_empty()).then_some(Figures { level, implementations, keys, by_place })
    }

    /// The map that the others are compared with, unless Hedgerow itself is missing.
    pub(super) fn own(&self) -> Option<&'a str> {
        self.implementations.iter().copied().find(|name| OWN.contains(name))
    }

    /// All others.
    pub(super) fn peers(&self) -> Vec<&'a str> {
        let own = self.own();
        self.implementations.iter().copied().filter(|name| Some(*name) != own).collect()
    }

    /// The look of an implementation in every chart.
    pub(super) fn look(&self, implementation: &str) -> usize {
        let known = |name: &str| match self.own() {
            Some(own) if own == name => Some(OWN_LOOKS[0]),
            _ if OWN.contains(&name) => Some(OWN_LOOKS[1]),
            _ => look_of(name),
        };
        known(implementation).unwrap_or_else(|| {
            // Those that are not known take what is free, in their order.
            let taken: Vec<usize> =
                self.implementations.iter().filter_map(|name| known(name)).collect();
            let mut free = (1..SERIES).filter(|look| !taken.contains(look)).cycle();
            let mut unknown = self.implementations.iter().filter(|name| known(name).is_none());
            let place = unknown.position(|name| *name == implementation).unwrap_or(0);
            free.nth(place).unwrap_or(SERIES - 1)
        })
    }

    /// The operations that a set of keys has figures of, or any.
    pub(super) fn ops(&self, keys: Option<&str>) -> Vec<Op> {
        let of_keys = |place: &&(&str, Op, usize)| keys.is_none_or(|keys| keys == place.0);
        let mut ops = distinct(self.by_place.keys().filter(of_keys).map(|place| place.1));
        ops.sort_unstable();
        ops
    }

    /// The sizes that one operation was measured at, in order.
    pub(super) fn sizes(&self, keys: &str, op: Op) -> Vec<usize> {
        let of_op = self.by_place.keys().filter(|place| (place.0, place.1) == (keys, op));
        of_op.map(|place| place.2).collect()
    }

    /// The sizes that a set of keys was measured at, in order.
    pub(super) fn sizes_of(&self, keys: &str) -> Vec<usize> {
        let mut sizes = distinct(self.by_place.keys().filter(|it| it.0 == keys).map(|it| it.2));
        sizes.sort_unstable();
        sizes
    }

    /// One figure: nanoseconds or bytes.
    pub(super) fn figure(&self, place: (&'a str, Op, usize), implementation: &str) -> Option<f64> {
        self.by_place.get(&place)?.get(implementation).copied()
    }

    /// How one peer compares at one place.
    pub(super) fn ratio(&self, place: (&'a str, Op, usize), peer: &str) -> Option<f64> {
        Some(self.figure(place, peer)? / self.figure(place, self.own()?)?)
    }

    /// How one peer compares wherever both have a figure.
    pub(super) fn ratios(&self, peer: &str) -> Vec<Ratio<'a>> {
        let ratio = |place: &(&'a str, Op, usize)| {
            let (keys, op, count) = *place;
            Some(Ratio { keys, op, count, value: self.ratio(*place, peer)? })
        };
        self.by_place.keys().filter_map(ratio).collect()
    }

    /// The places with figures, by set of keys, size and operation.
    pub(super) fn places(&self) -> Vec<(&'a str, Op, usize)> {
        let mut places: Vec<_> = self.by_place.keys().copied().collect();
        let set = |keys: &str| self.keys.iter().position(|known| *known == keys);
        places.sort_by_key(|(keys, op, count)| (set(keys), *count, *op));
        places
    }
}

/// The look of a map that is known, where Hedgerow has one alone.
pub(super) fn look_of(name: &str) -> Option<usize> {
    if OWN.contains(&name) {
        return Some(OWN_LOOKS[0]);
    }
    LOOKS.into_iter().find_map(|(known, look)| (known == name).then_some(look))
}

/// The least, the median and the greatest.
pub(super) fn spread(mut values: Vec<f64>) -> Option<(f64, f64, f64)> {
    values.sort_by(f64::total_cmp);
    Some((*values.first()?, median(&values)?, *values.last()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(implementation: &str, n: usize, ns: f64) -> Row {
        Row {
            level: Level::Python,
            implementation: implementation.to_owned(),
            op: Op::GetHit,
            keys: "ints".to_owned(),
            n,
            ns_per_op: Some(ns),
            rounds: vec![ns],
            bytes_per_entry: None,
        }
    }

    #[test]
    fn ratios_are_to_hedgerows_own_map_wherever_it_stands() {
        let rows = [row("hamt", 10, 30.0), row("hedgerow.Map", 10, 20.0), row("hamt", 99, 1.0)];
        let figures = Figures::of(&rows, Level::Python).unwrap();
        assert_eq!((figures.own(), figures.peers()), (Some("hedgerow.Map"), vec!["hamt"]));
        let ratios: Vec<f64> = figures.ratios("hamt").iter().map(|it| it.value).collect();
        assert_eq!(ratios, [1.5]);
        assert_eq!(figures.sizes("ints", Op::GetHit), [10, 99]);
        assert!(Figures::of(&rows, Level::C).is_none());
    }

    #[test]
    fn without_hedgerow_there_are_no_ratios() {
        let rows = [row("hamt", 10, 30.0), row("dict", 10, 20.0), row("hamt", 20, f64::NAN)];
        let figures = Figures::of(&rows, Level::Python).unwrap();
        assert!(figures.own().is_none() && figures.ratios("hamt").is_empty());
        assert_eq!(figures.sizes("ints", Op::GetHit), [10]);
    }

    #[test]
    fn no_two_implementations_look_alike() {
        let names = ["hedgerow.Map", "hamt", "mine", "dict", "another"];
        let rows: Vec<Row> = names.iter().map(|name| row(name, 10, 1.0)).collect();
        let figures = Figures::of(&rows, Level::Python).unwrap();
        let looks: Vec<usize> = names.iter().map(|name| figures.look(name)).collect();
        assert_eq!(looks, [0, 1, 2, 4, 3]);
    }

    #[test]
    fn the_first_of_hedgerows_maps_is_compared_with_the_others() {
        let names = ["libhedgerow", "hedgerow.Map", "hamt"];
        let rows = names.map(|name| row(name, 10, 1.0));
        let figures = Figures::of(&rows, Level::Python).unwrap();
        assert_eq!(
            (figures.own(), figures.peers()),
            (Some("libhedgerow"), vec!["hedgerow.Map", "hamt"])
        );
        assert_eq!(names.map(|name| figures.look(name)), [0, 6, 1]);
    }
}
