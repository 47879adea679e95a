//! Text in a drawing: how wide it may be, and how it is written in XML.

/// How tall letters are.
pub(super) const SIZE: f64 = 11.0;

/// No less than the width of a text in any sans-serif face of `SIZE`: what the reader's machine
/// draws with is not known here.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(letter).sum()
}

fn letter(letter: char) -> f64 {
    match letter {
        ' ' | '.' | ',' | ':' | '\'' | '|' | 'i' | 'j' | 'l' | '(' | ')' => 4.5,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 11.0,
        '“' | '”' => 6.5,
        'A'..='Z' | '&' => 8.5,
        ' '..='~' => 7.0,
        // An ideograph is as wide as the letters are tall, and an emoji a little wider.
        _ => 15.0,
    }
}

/// The first letters of a text, with three dots where it was longer.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// The text as XML has it. Letters that XML forbids are shown as the replacement character.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            letter if letter.is_control() => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_key_makes_valid_xml() {
        assert_eq!(escaped("<a & \"b\">\u{0}\u{ffff}é"), "&lt;a &amp; \"b\"&gt;\u{fffd}\u{fffd}é");
    }

    #[test]
    fn a_long_text_is_cut_with_dots() {
        assert_eq!(shortened("grape", 5), "grape");
        assert_eq!(shortened("grapes", 5), "grap…");
        assert_eq!(width("…………"), 60.0);
    }
}
