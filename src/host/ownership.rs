//! Who holds what: for hosts with a garbage collector of their own, which has to be told every
//! reference that a version holds although the store owns each entry once.
//!
//! The versions form a graph. A node that several parents hold is in it once, as a *shared node*,
//! so the graph is no larger than what the versions reach.

use std::cmp::Reverse;
use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::arena::{Entry, EntryRef, NodeRef, Nodes, Refused, TryPush, filled, with_room};
use crate::store::error::Error;
use crate::store::{Store, Version};
use crate::trie::Slot;

/// One line of the graph that [`HostMemory::ownership`](super::HostMemory::ownership) writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership<'a, K, V> {
    /// The lines that follow, up to the next holder, are held by this version.
    Version(Version),
    /// The lines that follow, up to the next holder, are held by this shared node. Shared nodes are
    /// numbered from 0 in the order of these lines.
    SharedNode(u32),
    /// The holder holds this entry.
    Entry {
        /// Its key.
        key: &'a K,
        /// Its value.
        value: &'a V,
        /// Whether this holder may count the store's own reference as its own: it is the first that
        /// holds the entry, and none of the `others` does.
        first: bool,
    },
    /// The holder holds this shared node, whose lines came before.
    HoldsShared(u32),
}

impl<K, V, S> Store<K, V, S> {
    /// [`HostMemory::ownership`](super::HostMemory::ownership).
    pub(super) fn write_ownership(
        &self,
        versions: &[Version],
        others: &[Version],
        mut write: impl FnMut(Ownership<'_, K, V>),
    ) -> Result<(), Error> {
        let roots = self.roots_of(versions)?;
        let mut reached = Bits::new(self.arena.entries.row_count()).map_err(Error::refused)?;
        let mut visited = Bits::new(self.arena.words.word_count()).map_err(Error::refused)?;
        for root in self.roots_of(others)? {
            self.mark_entries(root, &mut visited, &mut reached);
        }
        // Makes every page that is set below: nothing is refused after the first line.
        let graph = Graph::new(self, &roots, |entry| reached.make_page(entry.0));
        let graph = graph.map_err(Error::refused)?;
        visited.is_complete().and(reached.is_complete()).map_err(Error::refused)?;
        let mut write_held = |held: Held, write: &mut dyn FnMut(Ownership<'_, K, V>)| match held {
            Held::Shared(number) => write(Ownership::HoldsShared(number)),
            Held::Entry(entry) => {
                let first = !reached.set(entry.0);
                let Entry { key, value, .. } = self.arena.entries.get(entry);
                write(Ownership::Entry { key, value, first });
            }
        };
        for (number, &(node, _)) in (0..).zip(&graph.shared) {
            write(Ownership::SharedNode(number));
            graph.contents(node, &mut |held| write_held(held, &mut write));
        }
        for (&version, &root) in versions.iter().zip(&roots) {
            write(Ownership::Version(version));
            graph.node(root, &mut |held| write_held(held, &mut write));
        }
        Ok(())
    }

    /// [`HostMemory::count_holders`](super::HostMemory::count_holders).
    pub(super) fn visit_holders(
        &self,
        versions: &[Version],
        mut visit: impl FnMut(&K, &V, u32),
    ) -> Result<(), Error> {
        let roots = self.roots_of(versions)?;
        let graph = Graph::new(self, &roots, |_| ()).map_err(Error::refused)?;
        // A sum is at most the number of versions given, and 2^32 handles would take 32 GiB.
        let mut holders = filled(0, graph.shared.len()).map_err(Error::refused)?;
        let mut counts: Vec<(EntryRef, u32)> = Vec::new();
        let mut counted = Ok(());
        for &root in &roots {
            graph.node(root, &mut |held| match held {
                Held::Entry(entry) => counted = counted.and(counts.try_push((entry, 1))),
                Held::Shared(number) => holders[number as usize] += 1,
            });
        }
        // Backwards: all that hold a shared node have been counted before it.
        for (number, &(node, _)) in graph.shared.iter().enumerate().rev() {
            let count = holders[number];
            graph.contents(node, &mut |held| match held {
                Held::Entry(entry) => counted = counted.and(counts.try_push((entry, count))),
                Held::Shared(number) => holders[number as usize] += count,
            });
        }
        counted.map_err(Error::refused)?;
        counts.sort_unstable_by_key(|&(entry, _)| entry);
        for same in counts.chunk_by(|a, b| a.0 == b.0) {
            let Entry { key, value, .. } = self.arena.entries.get(same[0].0);
            visit(key, value, same.iter().map(|&(_, count)| count).sum());
        }
        Ok(())
    }

    fn roots_of(&self, versions: &[Version]) -> Result<Vec<NodeRef>, Error> {
        let mut roots = with_room(versions.len()).map_err(Error::refused)?;
        for &version in versions {
            roots.push(self.table.root(version)?);
        }
        Ok(roots)
    }

    /// Marks the entries below a node.
    fn mark_entries(&self, node: NodeRef, visited: &mut Bits, reached: &mut Bits) {
        if node.is_none() || visited.set(node.0) {
            return;
        }
        self.arena.words.nodes().for_each_slot(node, |slot| match slot {
            Slot::Entry(entry) => _ = reached.set(entry.0),
            Slot::Child(child) => self.mark_entries(child, visited, reached),
            Slot::Empty => {}
        });
    }
}

/// What a holder holds.
#[derive(Clone, Copy)]
enum Held {
    Entry(EntryRef),
    /// The number of a shared node.
    Shared(u32),
}

/// The nodes that some trees reach, cut where they are shared.
struct Graph<'a> {
    nodes: Nodes<'a>,
    is_shared: Bits,
    /// Shared nodes with their levels, the deepest first; so each comes before what holds it.
    shared: Vec<(NodeRef, u32)>,
    /// The index in `shared` of each.
    numbers: HashMap<u32, u32, FixedState>,
}

impl<'a> Graph<'a> {
    /// Calls `visit` with every entry that the trees reach, once for each node that holds it.
    fn new<K, V, S>(
        store: &'a Store<K, V, S>,
        roots: &[NodeRef],
        mut visit: impl FnMut(EntryRef),
    ) -> Result<Self, Refused> {
        let words = &store.arena.words;
        let word_count = words.word_count();
        let is_shared = Bits::new(word_count)?;
        let mut graph = Graph {
            nodes: words.nodes(),
            is_shared,
            shared: Vec::new(),
            numbers: HashMap::default(),
        };
        let mut visited = Bits::new(word_count)?;
        for &root in roots {
            graph.survey(root, 0, &mut visited, &mut visit)?;
        }
        visited.is_complete()?;
        graph.is_shared.is_complete()?;
        // A branch is at one level in all the trees it is part of (T7), so the nodes of one level
        // hold none of each other.
        graph.shared.sort_unstable_by_key(|&(node, level)| (Reverse(level), node.0));
        let count = graph.shared.len();
        let refused = |_| Refused(count * size_of::<(u32, u32)>());
        graph.numbers.try_reserve(count).map_err(refused)?;
        let numbers = (0..).zip(&graph.shared).map(|(number, &(node, _))| (node.0, number));
        graph.numbers.extend(numbers);
        Ok(graph)
    }

    /// Finds the nodes that are reached more than once.
    fn survey(
        &mut self,
        node: NodeRef,
        level: u32,
        visited: &mut Bits,
        visit: &mut impl FnMut(EntryRef),
    ) -> Result<(), Refused> {
        if node.is_none() {
            return Ok(());
        }
        // A collision node may stand at several levels, but holds no node: it counts as deepest.
        let is_collision = self.nodes.head(node).is_collision();
        if visited.set(node.0) {
            if !self.is_shared.set(node.0) {
                self.shared.try_push((node, if is_collision { u32::MAX } else { level }))?;
            }
            return Ok(());
        }
        let mut surveyed = Ok(());
        self.nodes.for_each_slot(node, |slot| match slot {
            Slot::Child(child) if surveyed.is_ok() => {
                surveyed = self.survey(child, level + 1, visited, visit);
            }
            Slot::Entry(entry) => visit(entry),
            _ => {}
        });
        surveyed
    }

    /// What the holder of a node holds by it: the node, if it is shared, or else its contents.
    fn node(&self, node: NodeRef, visit: &mut impl FnMut(Held)) {
        if node.is_none() {
            return;
        }
        if self.is_shared.get(node.0) {
            visit(Held::Shared(self.numbers[&node.0]));
        } else {
            self.contents(node, visit);
        }
    }

    fn contents(&self, node: NodeRef, visit: &mut impl FnMut(Held)) {
        self.nodes.for_each_slot(node, |slot| match slot {
            Slot::Child(child) => self.node(child, visit),
            Slot::Entry(entry) => visit(Held::Entry(entry)),
            Slot::Empty => {}
        });
    }
}

/// A set of words or rows: bits in pages, which are made where a bit is set. A `BitVec` would clear
/// memory for the whole store, however little of it is reached.
struct Bits {
    pages: Vec<Option<Page>>,
    /// What the allocator refused: some bits are missing then.
    refused: Option<Refused>,
}

type Page = Box<[u64; PAGE_WORDS]>;

const PAGE_BITS: usize = 1 << 12;
const PAGE_WORDS: usize = PAGE_BITS / 64;

impl Bits {
    fn new(count: usize) -> Result<Self, Refused> {
        Ok(Bits { pages: filled(None, count.div_ceil(PAGE_BITS))?, refused: None })
    }

    /// Whether all bits that were set are there.
    fn is_complete(&self) -> Result<(), Refused> {
        self.refused.map_or(Ok(()), Err)
    }

    #[inline]
    fn get(&self, index: u32) -> bool {
        let (page, word, bit) = place(index);
        self.pages[page].as_ref().is_some_and(|page| page[word] & bit != 0)
    }

    /// Sets a bit, and returns whether it was set; also if the allocator refuses its page.
    #[inline]
    fn set(&mut self, index: u32) -> bool {
        let (page, word, bit) = place(index);
        if self.pages[page].is_none() {
            self.make_page(index);
        }
        let Some(page) = &mut self.pages[page] else { return true };
        let was_set = page[word] & bit != 0;
        page[word] |= bit;
        was_set
    }

    /// Makes the page of a bit.
    #[inline]
    fn make_page(&mut self, index: u32) {
        let page = &mut self.pages[index as usize / PAGE_BITS];
        if page.is_none() {
            match new_page() {
                Ok(new) => *page = Some(new),
                Err(refused) => self.refused = Some(refused),
            }
        }
    }
}

#[cold]
fn new_page() -> Result<Page, Refused> {
    let words: Box<[u64]> = filled(0, PAGE_WORDS)?.into_boxed_slice();
    Ok(words.try_into().expect("so many words were made"))
}

/// The page of a bit, its word there, and its mask.
#[inline]
fn place(index: u32) -> (usize, usize, u64) {
    let index = index as usize;
    (index / PAGE_BITS, index % PAGE_BITS / 64, 1 << (index % 64))
}
