//! A page has blocks that commands write, between lines of comment, and prose around them.
//!
//! ```text
//! <!-- recorded: peers -->
//! what `cargo xtask` wrote
//! <!-- end -->
//! ```
//!
//! A block that a page does not have yet comes to its end.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

const BEGIN: &str = "<!-- recorded: ";
const BEGIN_END: &str = " -->";
const END: &str = "<!-- end -->";

/// What a command writes into a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// The page, from the workspace's folder.
    pub(crate) page: String,
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Block {
    pub(crate) fn new(page: &str, name: &str, text: impl Into<String>) -> Self {
        Block { page: page.to_owned(), name: name.to_owned(), text: text.into() }
    }
}

/// Writes blocks into their pages under a folder, and says which pages it wrote.
pub(crate) fn put(root: &Path, blocks: &[Block]) -> Result<()> {
    let mut written: Vec<&str> = Vec::new();
    for block in blocks {
        let path = root.join(&block.page);
        let page = fs::read_to_string(&path)
            .with_context(|| format!("there is no page {}", path.display()))?;
        let page = with_block(&page, &block.name, &block.text)
            .with_context(|| format!("in {}", path.display()))?;
        fs::write(&path, page).with_context(|| format!("cannot write {}", path.display()))?;
        if !written.contains(&block.page.as_str()) {
            written.push(&block.page);
        }
    }
    if !written.is_empty() {
        println!("wrote {}", written.join(", "));
    }
    Ok(())
}

/// The text of a block.
pub(crate) fn block_of<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let begin = format!("{BEGIN}{name}{BEGIN_END}\n");
    let rest = &page[page.find(&begin)? + begin.len()..];
    Some(&rest[..rest.find(END)?])
}

/// The blocks in what a program printed, for a page.
pub(crate) fn split(page: &str, printed: &str) -> Result<Vec<Block>> {
    let mut blocks = Vec::new();
    for part in printed.split(BEGIN).skip(1) {
        let (name, rest) = part.split_once(BEGIN_END).context("a block without a name")?;
        let (text, _) =
            rest.split_once(END).with_context(|| format!("the block {name} has no end"))?;
        blocks.push(Block::new(page, name, text.trim_start_matches('\n')));
    }
    ensure!(!blocks.is_empty(), "the program printed no block for {page}");
    Ok(blocks)
}

fn with_block(page: &str, name: &str, text: &str) -> Result<String> {
    let begin = format!("{BEGIN}{name}{BEGIN_END}\n");
    let text = text.trim();
    let Some(start) = page.find(&begin) else {
        return Ok(format!("{}\n\n{begin}{text}\n{END}\n", page.trim_end()));
    };
    let body = start + begin.len();
    let length = page[body..].find(END).with_context(|| format!("the block {name} has no end"))?;
    let inside = &page[body..body + length];
    ensure!(!inside.contains(BEGIN), "the block {name} has no end before the next one");
    Ok(format!("{}{text}\n{}", &page[..body], &page[body + length..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Title\n\n<!-- recorded: a -->\nold\n<!-- end -->\n\nWhy.\n";

    #[test]
    fn a_block_is_replaced_and_the_prose_stays() {
        let page = with_block(PAGE, "a", "new\n").unwrap();
        assert_eq!(page, PAGE.replace("old", "new"));
        assert_eq!(block_of(&page, "a"), Some("new\n"));
    }

    #[test]
    fn a_block_that_is_not_there_comes_to_the_end() {
        let page = with_block(PAGE, "b", "more").unwrap();
        assert_eq!(page, format!("{PAGE}\n<!-- recorded: b -->\nmore\n<!-- end -->\n"));
        assert_eq!(block_of(&page, "b"), Some("more\n"));
        assert_eq!(block_of(&page, "c"), None);
    }

    #[test]
    fn a_block_without_an_end_is_not_written_over_the_rest() {
        let page = "<!-- recorded: a -->\nold\n\n<!-- recorded: b -->\n<!-- end -->\n";
        assert!(with_block(page, "a", "new").is_err());
        assert!(with_block("<!-- recorded: a -->\nold\n", "a", "new").is_err());
    }

    #[test]
    fn what_a_program_printed_is_taken_apart() {
        let blocks = split("perf/x.md", &format!("noise\n{PAGE}{PAGE}")).unwrap();
        assert_eq!(blocks[0], Block::new("perf/x.md", "a", "old\n"));
        assert_eq!(blocks.len(), 2);
        assert!(split("perf/x.md", "nothing").is_err());
    }
}
