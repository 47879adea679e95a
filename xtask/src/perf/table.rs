//! A table of a page, read again.

/// The cells of a Markdown table, with its titles first.
#[derive(Debug)]
pub(crate) struct Table {
    titles: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// The first table whose titles begin with these.
    pub(crate) fn find(text: &str, titles: &[&str]) -> Option<Self> {
        let mut lines = text.lines().skip_while(|line| !cells(line).starts_with_all(titles));
        let titles = cells(lines.next()?);
        let rows = lines.skip(1).take_while(|line| line.starts_with('|')).map(cells).collect();
        Some(Table { titles, rows })
    }

    /// The cell of the first row that begins with these, under a title.
    pub(crate) fn cell(&self, row: &[&str], title: &str) -> Option<&str> {
        let column = self.titles.iter().position(|known| known == title)?;
        let row = self.rows.iter().find(|cells| cells.starts_with_all(row))?;
        row.get(column).map(String::as_str)
    }

    /// The number there. A cell may have a star beside it.
    pub(crate) fn number(&self, row: &[&str], title: &str) -> Option<f64> {
        self.cell(row, title)?.trim_end_matches(['\\', '*']).replace(',', "").parse().ok()
    }

    pub(crate) fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }
}

trait StartsWithAll {
    fn starts_with_all(&self, words: &[&str]) -> bool;
}

impl StartsWithAll for Vec<String> {
    fn starts_with_all(&self, words: &[&str]) -> bool {
        self.len() >= words.len() && self.iter().zip(words).all(|(cell, word)| cell == word)
    }
}

fn cells(line: &str) -> Vec<String> {
    let Some(inner) = line.trim().strip_prefix('|') else { return Vec::new() };
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    inner.split('|').map(|cell| cell.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_by_row_and_title() {
        let text = "words\n\n| row | n | a | b |\n| --- | --: | --: | --: |\n| get | 10 | 1.5 | \
                    2.00\\* |\n| get | 1000 | 1,500 |  |\n\n| other |\n";
        let table = Table::find(text, &["row", "n"]).unwrap();
        assert_eq!(table.number(&["get", "10"], "b"), Some(2.0));
        assert_eq!(table.number(&["get", "1000"], "a"), Some(1500.0));
        assert_eq!(table.number(&["get", "1000"], "b"), None);
        assert_eq!(table.rows().len(), 2);
        assert!(Table::find(text, &["row", "m"]).is_none());
    }
}
