//! Keys of one set and size, in the forms that each level gives them.
//!
//! | kind | in Python | in Rust |
//! | --- | --- | --- |
//! | text | `str` | `&str` |
//! | int | `int` | `i64` |
//! | float | `float` | `i64`: the bits of the double |
//! | object | an object of its own class, hashed and compared by identity | `i64`: an address |
//! | tuple | a tuple of two ints | `(i64, i64)` |
//! | uuid | `uuid.UUID` | `[u8; 16]` |
//! | bytes | `bytes` of 16 | `[u8; 16]` |
//!
//! `python/bench_keys.py` makes Python's form of what is serialized here.

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

/// What a key is in Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Text,
    Int,
    Float,
    Object,
    Tuple,
    Uuid,
    Bytes,
}

/// Keys of one size, and as many that are not among them.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Keys {
    pub(crate) kind: Kind,
    pub(crate) present: Column,
    pub(crate) absent: Column,
    /// Keys equal to those present, in other memory: nobody looks up the very string that the map
    /// holds. Other languages make their own.
    #[serde(skip)]
    pub(crate) copies: Column,
}

impl Keys {
    /// Keys for a map, and as many others. Both columns have the form of the kind.
    pub(crate) fn new(kind: Kind, present: Column, absent: Column) -> Self {
        Keys { kind, copies: present.clone(), present, absent }
    }
}

/// Keys in the form that Rust has for their kind.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Column {
    Text(Text),
    Words(Vec<i64>),
    Pairs(Vec<(i64, i64)>),
    Blocks(Vec<[u8; 16]>),
}

/// Strings that are adjacent in memory, as Python's are when it has just read them. If they were
/// scattered, the bench would time cache misses on strings and not the map.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Text {
    joined: String,
    ends: Vec<usize>,
}

impl Text {
    /// The strings.
    pub(crate) fn strings(&self) -> Vec<&str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.joined[start..end]).collect()
    }
}

impl<S: AsRef<str>> FromIterator<S> for Text {
    fn from_iter<I: IntoIterator<Item = S>>(strings: I) -> Self {
        let mut text = Text::default();
        for string in strings {
            text.joined.push_str(string.as_ref());
            text.ends.push(text.joined.len());
        }
        text
    }
}

impl Serialize for Column {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Column::Text(text) => text.strings().serialize(serializer),
            Column::Words(words) => words.serialize(serializer),
            Column::Pairs(pairs) => pairs.serialize(serializer),
            Column::Blocks(blocks) => {
                let mut list = serializer.serialize_seq(Some(blocks.len()))?;
                for block in blocks {
                    list.serialize_element(&format!("{:032x}", u128::from_be_bytes(*block)))?;
                }
                list.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_has_its_json() {
        let json = |column: &Column| serde_json::to_string(column).unwrap();
        assert_eq!(json(&Column::Text(["a", "é"].iter().collect())), r#"["a","é"]"#);
        assert_eq!(json(&Column::Words(vec![-1, i64::MAX])), "[-1,9223372036854775807]");
        assert_eq!(json(&Column::Pairs(vec![(1, 2)])), "[[1,2]]");
        let block = *b"\0\x01234567890abcde";
        assert_eq!(json(&Column::Blocks(vec![block])), r#"["00013233343536373839306162636465"]"#);
    }
}
