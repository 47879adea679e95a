//! Python's objects, as `hedgerow::image::python` says they stand in an image.

use hedgerow::image::python::{
    BYTES, FALSE, FLOAT, FROZENSET, INT, MAP, NONE, PICKLE, STR1, STR2, STR4, TRUE, TUPLE, items,
};
use hedgerow::object::{PyStr, Value, repr as value_repr};
use num_bigint::BigInt;

/// Objects nested deeper are damage, or nothing that a line can show.
const MOST_DEPTH: usize = 100;

/// The bytes of a str: its code points in the fewest bytes that hold all of them.
pub(crate) fn object_of_text(text: &str) -> Vec<u8> {
    let points = || text.chars().map(u32::from);
    match points().max().unwrap_or(0) {
        0..0x100 => [STR1].into_iter().chain(points().map(|point| point as u8)).collect(),
        0x100..0x1_0000 => {
            let units = points().flat_map(|point| (point as u16).to_le_bytes());
            [STR2].into_iter().chain(units).collect()
        }
        _ => [STR4].into_iter().chain(points().flat_map(u32::to_le_bytes)).collect(),
    }
}

/// The bytes of an int, if this is one in decimal.
pub(crate) fn object_of_number(text: &str) -> Option<Vec<u8>> {
    let int: BigInt = text.parse().ok()?;
    Some([INT].into_iter().chain(int.to_signed_bytes_le()).collect())
}

/// What Python prints for an object; `None` if the bytes are none.
pub(super) fn repr(bytes: &[u8]) -> Option<String> {
    nested_repr(bytes, MOST_DEPTH)
}

fn nested_repr(bytes: &[u8], depth: usize) -> Option<String> {
    let (&kind, content) = bytes.split_first()?;
    let depth = depth.checked_sub(1)?;
    let all = || items(content).map(|item| nested_repr(item?, depth)).collect::<Option<Vec<_>>>();
    let value = match kind {
        NONE if content.is_empty() => Value::None,
        FALSE | TRUE if content.is_empty() => Value::Bool(kind == TRUE),
        INT if !content.is_empty() => BigInt::from_signed_bytes_le(content).into(),
        FLOAT => f64::from_bits(u64::from_le_bytes(content.try_into().ok()?)).into(),
        STR1 => text(content.iter().map(|&unit| u32::from(unit)))?,
        STR2 => {
            let (units, []) = content.as_chunks() else { return None };
            text(units.iter().map(|unit| u32::from(u16::from_le_bytes(*unit))))?
        }
        STR4 => {
            let (units, []) = content.as_chunks() else { return None };
            text(units.iter().map(|unit| u32::from_le_bytes(*unit)))?
        }
        BYTES => Value::bytes(content),
        TUPLE => {
            let all = all()?;
            let comma = if all.len() == 1 { "," } else { "" };
            return Some(format!("({}{comma})", all.join(", ")));
        }
        FROZENSET if content.is_empty() => return Some("frozenset()".to_owned()),
        FROZENSET => return Some(format!("frozenset({{{}}})", all()?.join(", "))),
        MAP => {
            let all = all()?;
            let (pairs, []) = all.as_chunks() else { return None };
            let pairs = pairs.iter().map(|[key, value]| format!("{key}: {value}"));
            return Some(format!("Map({{{}}})", pairs.collect::<Vec<_>>().join(", ")));
        }
        PICKLE => return Some(format!("<a pickle of {} bytes>", content.len())),
        _ => return None,
    };
    value_repr(&value).ok().map(|text| text.to_string())
}

fn text(points: impl IntoIterator<Item = u32>) -> Option<Value> {
    PyStr::from_code_points(points).ok().map(Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_numbers_are_printed_as_python_does() {
        for text in ["", "a", "it's", "\u{e9}", "\u{20ac}", "\u{1f40d}"] {
            let printed = value_repr(&Value::from(text)).unwrap().to_string();
            assert_eq!(repr(&object_of_text(text)), Some(printed));
        }
        for number in ["0", "-1", "127", "128", "-129", "123456789012345678901234567890"] {
            assert_eq!(repr(&object_of_number(number).unwrap()).unwrap(), number);
        }
        assert_eq!(object_of_number("1x"), None);
    }

    #[test]
    fn objects_in_others_are_printed() {
        let one = [&[TUPLE][..], &[2, 0, 0, 0, INT, 7]].concat();
        assert_eq!(repr(&one).unwrap(), "(7,)");
        let map = [&[MAP][..], &[2, 0, 0, 0, STR1, b'a', 1, 0, 0, 0, NONE]].concat();
        assert_eq!(repr(&map).unwrap(), "Map({'a': None})");
        assert_eq!(repr(&[FROZENSET, 1, 0, 0, 0, TRUE]).unwrap(), "frozenset({True})");
        assert_eq!(repr(&[PICKLE, 1, 2]).unwrap(), "<a pickle of 2 bytes>");
    }

    #[test]
    fn bytes_that_are_no_object_are_none() {
        let bad: [&[u8]; 9] = [
            &[],
            &[NONE, 1],
            &[INT],
            &[FLOAT, 1],
            &[STR2, 1],
            &[STR4, 0, 0, 0x11, 0],
            &[TUPLE, 9, 0, 0, 0],
            &[MAP, 1, 0, 0, 0, NONE],
            &[99],
        ];
        for bytes in bad {
            assert_eq!(repr(bytes), None, "{bytes:?}");
        }
        let mut nested = vec![NONE];
        for _ in 0..2000 {
            let length = u32::try_from(nested.len()).unwrap();
            nested = [&[TUPLE][..], &length.to_le_bytes(), &nested].concat();
        }
        assert_eq!(repr(&nested), None);
    }
}
