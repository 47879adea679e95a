//! Pieces of HTML that several parts of the page need.

/// Text as it stands in an element or an attribute.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The items in the order in which they first come.
pub(super) fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut distinct = Vec::new();
    for item in items {
        if !distinct.contains(&item) {
            distinct.push(item);
        }
    }
    distinct
}

/// `1 row`, `2 rows`.
pub(super) fn counted(count: usize, thing: &str) -> String {
    format!("{} {thing}{}", crate::output::grouped(count as f64), if count == 1 { "" } else { "s" })
}
