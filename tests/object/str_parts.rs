//! Parts of strs at the limits of the short form, and at the limits of the groups that are looked
//! at together.
//!
//! The bugs this hunts: a part that has a unit of its neighbour, or lacks its last one; a part near
//! the end, where no whole window of units is left; one that keeps the width of the whole; a hash
//! or an equality that differs between the forms; a separator that is missed at the edge of a
//! group, or is found in half a unit; a join that writes over what is behind it.

use hedgerow::object::{Kind, PyStr, StrHash, Value, is};

/// A code point of each width, and for the narrower widths one whose byte is in a wider one.
const LETTERS: [u32; 6] = [0x61, 0x35, 0xe9, 0x435, 0x2020, 0x1_0435];
const SPACE: u32 = 0x20;

fn text(points: &[u32]) -> PyStr {
    PyStr::from_code_points(points.iter().copied()).unwrap()
}

/// A part is what a text of its code points is.
fn assert_same(part: &PyStr, points: &[u32]) {
    let whole = text(points);
    assert!(part.chars().eq(points.iter().copied()), "{part:?} {points:?}");
    assert_eq!((part, part.kind(), part.length()), (&whole, whole.kind(), points.len()));
    for policy in [StrHash::cpython(3), StrHash::cpython_before_311(3), StrHash::java()] {
        assert_eq!(part.hash(&policy), whole.hash(&policy));
        assert_eq!(part.hash(&policy), whole.hash(&policy));
    }
}

/// Numbers below `limit` from a fixed sequence.
fn numbers() -> impl FnMut(usize) -> usize {
    let mut state = 1_u32;
    move |limit| {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        (state >> 16) as usize % limit
    }
}

#[test]
fn parts_of_each_length_and_place_have_their_own_units() {
    for letters in [&LETTERS[..1], &LETTERS[..3], &LETTERS[..5], &LETTERS[..], &LETTERS[3..5]] {
        let mut number = numbers();
        let points: Vec<u32> = (0..40).map(|_| letters[number(letters.len())]).collect();
        let whole = text(&points);
        for start in 0..=points.len() {
            for end in start..=points.len() {
                assert_same(&whole.part(start, end), &points[start..end]);
            }
        }
    }
}

#[test]
fn splits_are_those_of_a_model() {
    let mut number = numbers();
    for round in 0..600 {
        let letters = &LETTERS[..1 + round % LETTERS.len()];
        let spread = [2, 6, 20, 150][round % 4];
        let mut points = Vec::new();
        for _ in 0..number(30) {
            points.extend((0..number(spread)).map(|_| letters[number(letters.len())]));
            points.extend([SPACE, 0x0a, 0x0d, 0x85][..1 + number(4)].iter().take(1 + number(4)));
        }
        let whole = text(&points);

        let parts: Vec<&[u32]> = points.split(|&point| point == SPACE).collect();
        compare(&whole.split(" ", None).unwrap(), &parts);
        let limit = number(4);
        let some: Vec<&[u32]> = points.splitn(limit + 1, |&point| point == SPACE).collect();
        compare(&whole.split(" ", Some(limit)).unwrap(), &some);

        let is_white = |point: &u32| [SPACE, 0x0a, 0x0d, 0x85].contains(point);
        let words = points.split(is_white).filter(|word| !word.is_empty());
        compare(&whole.split_whitespace(None), &words.collect::<Vec<&[u32]>>());

        compare(&whole.splitlines(false), &lines(&points, false));
        compare(&whole.splitlines(true), &lines(&points, true));

        let joined = PyStr::from(" ").join(&whole.split(" ", None).unwrap());
        assert_same(&joined, &points);
        let separator = text(&[0x1_f40d, 0x435]);
        let snakes = parts.join(&[0x1_f40d, 0x435][..]);
        let joined = separator.join(&whole.split(" ", None).unwrap());
        assert_same(&joined, &snakes);
        compare(&joined.split(&separator, None).unwrap(), &parts);
    }
}

/// Python's lines: "\r\n" is one end.
fn lines(points: &[u32], keep_ends: bool) -> Vec<&[u32]> {
    let (mut lines, mut start, mut index) = (Vec::new(), 0, 0);
    while index < points.len() {
        let end = index;
        index += 1;
        if ![0x0a, 0x0d, 0x85].contains(&points[end]) {
            continue;
        }
        if points[end] == 0x0d && points.get(index) == Some(&0x0a) {
            index += 1;
        }
        lines.push(&points[start..if keep_ends { index } else { end }]);
        start = index;
    }
    if start < points.len() {
        lines.push(&points[start..]);
    }
    lines
}

fn compare(parts: &[PyStr], expected: &[&[u32]]) {
    assert_eq!(parts.len(), expected.len());
    parts.iter().zip(expected).for_each(|(part, points)| assert_same(part, points));
}

/// A separator that is one byte of other units, or half of a pair of them.
#[test]
fn a_separator_is_not_found_inside_of_units() {
    for (wide, separator) in [(0x2020, 0x20), (0x3535, 0x35), (0x2000, 0x20), (0x20, 0x2020)] {
        for count in 0..140 {
            let mut points = vec![wide; count];
            points.push(separator);
            points.extend(vec![wide; 140 - count]);
            let parts = text(&points).split(&text(&[separator]), None).unwrap();
            compare(&parts, &[&points[..count], &points[count + 1..]]);
            let only = text(&points[..count]);
            assert_eq!(only.split(&text(&[separator]), None).unwrap(), [only]);
        }
    }
}

#[test]
fn a_str_is_itself_in_each_form() {
    let long = "x".repeat(5_000);
    for whole in ["", "a", "name", "\u{435}\u{436}", "\u{1f40d}", "fifteen letters", &long] {
        let made = PyStr::from(whole);
        let cut = PyStr::from(&*format!("{whole}|")).split("|", None).unwrap().swap_remove(0);
        let joined = PyStr::from("").join([&made, &PyStr::from("")]);
        for text in [&made, &cut, &joined] {
            assert!(text.is(&text.clone()) && *text == made);
            assert!(is(&Value::Str(text.clone()), &Value::Str(text.clone())));
            assert_same(text, &made.chars().collect::<Vec<u32>>());
        }
        let is_short = !whole.is_empty() && cut.size() <= 14;
        assert!(!is_short || !cut.is(&made), "{whole:?}");
        // Only the forms with an address are told apart from equal ones.
        assert_eq!(cut.is(&made.part(0, made.length() + 1)), whole.is_empty());
        assert!(whole.len() > 14 || cut.is(&joined), "{whole:?}");
    }
}

/// Other kinds of narrow parts out of wide texts.
#[test]
fn parts_are_as_narrow_as_their_units() {
    let whole = PyStr::from("ab\u{e9} \u{435}bc \u{1f40d} fourteen-units even longer words");
    let kinds = whole.split(" ", None).unwrap().iter().map(PyStr::kind).collect::<Vec<Kind>>();
    assert_eq!(kinds[..4], [Kind::One, Kind::Two, Kind::Four, Kind::One]);
    assert!(kinds[4..].iter().all(|&kind| kind == Kind::One));
}
