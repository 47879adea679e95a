//! Keys and values that do mischief, and maps of them in several settings.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicIsize, Ordering};

use hedgerow::{Arena, Map, Set};

use crate::support::ChosenHash;

pub(crate) type FaultyMap = Map<Piece, Piece, ChosenHash>;
pub(crate) type FaultyArena = Arena<Piece, Piece, ChosenHash>;
pub(crate) type FaultySet = Set<Piece, ChosenHash>;

pub(crate) const MESSAGE: &str = "at will";

/// What calls of user code do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mischief {
    None,
    /// The call after so many panics.
    Panic(usize),
    /// The call after so many drops all other maps.
    LetGo(usize),
    /// Each call changes all other maps.
    Use,
}

thread_local! {
    static MISCHIEF: Cell<Mischief> = const { Cell::new(Mischief::None) };
    /// Keys and values that there are.
    static ALIVE: RefCell<Arc<AtomicIsize>> = RefCell::default();
    /// What user code has: maps, and the arena that they are in.
    static OTHERS: RefCell<(Vec<FaultyMap>, Vec<FaultyArena>)> = RefCell::default();
    static IS_BUSY: Cell<bool> = const { Cell::new(false) };
    static PANICKED_IN_DROP: Cell<bool> = const { Cell::new(false) };
}

/// Sets what calls do from now on. Returns what they did.
pub(crate) fn set_mischief(mischief: Mischief) -> Mischief {
    MISCHIEF.replace(mischief)
}

pub(crate) fn alive() -> isize {
    ALIVE.with_borrow(|alive| alive.load(Ordering::SeqCst))
}

/// Whether the last panic was that of a destructor.
pub(crate) fn has_panicked_in_drop() -> bool {
    PANICKED_IN_DROP.get()
}

/// Forgets what is left.
pub(crate) fn forget_all() {
    set_mischief(Mischief::None);
    PANICKED_IN_DROP.set(false);
    drop(OTHERS.take());
    ALIVE.set(Arc::default());
}

/// A call of user code.
pub(crate) fn call() {
    if std::thread::panicking() || IS_BUSY.get() {
        return;
    }
    match MISCHIEF.get() {
        Mischief::None => {}
        Mischief::Panic(0) => {
            MISCHIEF.set(Mischief::None);
            std::panic::panic_any(MESSAGE);
        }
        Mischief::Panic(left) => MISCHIEF.set(Mischief::Panic(left - 1)),
        Mischief::LetGo(0) => {
            MISCHIEF.set(Mischief::None);
            drop(OTHERS.take());
        }
        Mischief::LetGo(left) => MISCHIEF.set(Mischief::LetGo(left - 1)),
        Mischief::Use => {
            IS_BUSY.set(true);
            use_others();
            IS_BUSY.set(false);
        }
    }
}

/// Changes all other maps, so that some are written in place, and others become new versions.
fn use_others() {
    let (mut maps, arenas) = OTHERS.take();
    for map in &mut maps {
        let copy = map.clone();
        map.insert(piece(700), piece(701));
        map.insert(piece(3), piece(702));
        *map.entry(piece(4)).or_insert(piece(0)) = piece(703);
        assert_eq!(copy.get(&piece(5)), map.get(&piece(5)));
        drop(copy);
        map.remove(&piece(700));
    }
    for arena in &arenas {
        let mut map = Map::new_in(arena);
        map.insert(piece(1), piece(1));
    }
    OTHERS.set((maps, arenas));
}

/// A key or value. Few numbers have hashes of their own.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) number: u32,
    alive: Arc<AtomicIsize>,
}

pub(crate) fn piece(number: u32) -> Piece {
    ALIVE.with_borrow(|alive| Piece::new(number, alive))
}

impl Piece {
    fn new(number: u32, alive: &Arc<AtomicIsize>) -> Piece {
        alive.fetch_add(1, Ordering::SeqCst);
        Piece { number, alive: alive.clone() }
    }

    /// Another one, counted where this one is.
    pub(crate) fn sibling(&self, number: u32) -> Piece {
        Piece::new(number, &self.alive)
    }
}

impl Clone for Piece {
    fn clone(&self) -> Piece {
        call();
        self.sibling(self.number)
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, Ordering::SeqCst);
        let panics = MISCHIEF.get() == Mischief::Panic(0) && !std::thread::panicking();
        PANICKED_IN_DROP.set(PANICKED_IN_DROP.get() || panics);
        call();
    }
}

impl PartialEq for Piece {
    fn eq(&self, other: &Piece) -> bool {
        call();
        self.number == other.number
    }
}

impl Eq for Piece {}

impl Hash for Piece {
    fn hash<H: Hasher>(&self, state: &mut H) {
        call();
        let number = u64::from(self.number);
        state.write_u64((number % 8) | ((number % 3) << 5));
    }
}

/// Who else is in the arena of the map that is changed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Setting {
    /// Nobody.
    Alone,
    /// A clone.
    Cloned,
    /// A map that it was made from by several changes, and one that was made from it.
    Changed,
    /// Maps with which it shares nothing else.
    InArena,
}

pub(crate) const SETTINGS: [Setting; 4] =
    [Setting::Alone, Setting::Cloned, Setting::Changed, Setting::InArena];

/// A map to be changed, and others that stay as they are.
pub(crate) struct World {
    pub(crate) map: FaultyMap,
    /// A map to be combined with it.
    pub(crate) other: FaultyMap,
    /// What an act makes.
    pub(crate) made: Option<FaultyMap>,
    watched: Vec<(FaultyMap, HashMap<u32, u32>)>,
    arenas: Vec<FaultyArena>,
}

pub(crate) fn contents(map: &FaultyMap) -> HashMap<u32, u32> {
    let contents: HashMap<u32, u32> =
        map.iter().map(|(key, value)| (key.number, value.number)).collect();
    assert_eq!(contents.len(), map.len());
    contents
}

impl World {
    pub(crate) fn new(setting: Setting) -> World {
        let pairs = |numbers: std::ops::Range<u32>| {
            numbers.map(|number| (piece(number), piece(number + 100)))
        };
        let mut map: FaultyMap = pairs(0..12).collect();
        let mut other: FaultyMap = pairs(8..20).collect();
        let mut maps = Vec::new();
        let mut arenas = Vec::new();
        match setting {
            Setting::Alone => {}
            Setting::Cloned => maps.push(map.clone()),
            Setting::Changed => {
                maps.push(map.clone());
                map.insert(piece(12), piece(112));
                map.insert(piece(4), piece(113));
                other = map.clone();
                map.insert(piece(3), piece(114));
                other.remove(&piece(0));
                other.insert(piece(3), piece(115));
                other.insert(piece(1 + 24), piece(116));
                maps.push(other.clone());
            }
            Setting::InArena => {
                let arena = Arena::with_hasher(ChosenHash::default());
                map = Map::new_in(&arena);
                map.extend(pairs(0..12));
                other = Map::new_in(&arena);
                other.extend(pairs(8..20));
                maps.push(other.clone());
                arenas.push(arena);
            }
        }
        let watched = maps.into_iter().map(|map| (map.clone(), contents(&map))).collect();
        World { map, other, made: None, watched, arenas }
    }

    /// Gives user code what its mischief needs.
    pub(crate) fn prepare(&mut self, mischief: Mischief) {
        let others = match mischief {
            Mischief::LetGo(_) => {
                let maps = self.watched.drain(..).map(|(map, _)| map).collect();
                (maps, std::mem::take(&mut self.arenas))
            }
            Mischief::Use => {
                let maps = self.watched.iter().map(|(map, _)| map.clone());
                (maps.chain([self.map.clone(), self.other.clone()]).collect(), self.arenas.clone())
            }
            _ => Default::default(),
        };
        OTHERS.set(others);
    }

    /// Takes back what user code has, and compares all maps with what they held.
    pub(crate) fn check(&mut self, name: &str) {
        drop(OTHERS.take());
        for (map, held) in &self.watched {
            assert_eq!(contents(map), *held, "{name}");
            for (&key, value) in held {
                let found = map.get(&piece(key)).map(|value| value.number);
                assert_eq!(found, Some(*value), "{name}");
            }
        }
        if let Some(made) = &mut self.made {
            let held = contents(made);
            made.insert(piece(800), piece(801));
            made.remove(&piece(800));
            assert_eq!(contents(made), held, "{name}");
        }
    }
}
