//! An editor with undo and redo. Each state of the document is a map of its own; it costs what the
//! edit changed, so that there is no limit to how many are kept.

use std::mem;

use hedgerow::Map;

/// A note on a board.
#[derive(Clone, Debug, PartialEq)]
struct Note {
    text: String,
    place: (i32, i32),
}

/// Notes by their number.
type Board = Map<u32, Note>;

/// A board with its history.
#[derive(Default)]
struct Editor {
    board: Board,
    past: Vec<Board>,
    future: Vec<Board>,
}

impl Editor {
    /// Changes the board, as one step of the history.
    fn edit(&mut self, change: impl FnOnce(&mut Board)) {
        self.past.push(self.board.clone());
        self.future.clear();
        change(&mut self.board);
    }

    /// Goes one step back. Returns whether there was one.
    fn undo(&mut self) -> bool {
        let Some(before) = self.past.pop() else { return false };
        self.future.push(mem::replace(&mut self.board, before));
        true
    }

    /// Takes back the last undo. Returns whether there was one.
    fn redo(&mut self) -> bool {
        let Some(after) = self.future.pop() else { return false };
        self.past.push(mem::replace(&mut self.board, after));
        true
    }
}

/// The notes that have to be drawn again, or wiped, where `old` is on the screen.
fn to_draw(old: &Board, new: &Board) -> Vec<u32> {
    old.diff(new).map(|change| *change.key()).collect()
}

pub(crate) fn main() {
    let mut editor = Editor::default();
    editor.edit(|board| {
        let note = |number: u32| Note { text: format!("note {number}"), place: (0, 0) };
        board.extend((0..10_000).map(|number| (number, note(number))));
    });
    for step in 1..=1_000 {
        editor.edit(|board| board[&(step % 7)].place.0 += 1);
    }
    editor.edit(|board| board[&42].text = "The answer".into());
    editor.edit(|board| board.retain(|number, _| *number == 42));
    assert_eq!(editor.board.len(), 1);

    // Every note is back, and of two states that differ in one note, one is drawn.
    assert!(editor.undo());
    let shown = editor.board.clone();
    assert_eq!(shown.len(), 10_000);
    assert!(editor.undo());
    assert_eq!(to_draw(&shown, &editor.board), [42]);
    assert_eq!(editor.board[&42].text, "note 42");

    // All the way back, and forward again.
    while editor.undo() {}
    assert!(editor.board.is_empty());
    while editor.redo() {}
    assert_eq!(editor.board[&42].text, "The answer");
    assert_eq!(editor.past.len(), 1_003);

    // An edit ends what could be done again.
    editor.undo();
    editor.edit(|board| _ = board.remove(&0));
    assert!(!editor.redo());
    println!("{} states, the last of {} notes", editor.past.len(), editor.board.len());
}
