//! Search with backtracking: a sudoku, solved by elimination and guesses. Each guess is made in a
//! clone of the grid, which shares all that the guess leaves alone; a wrong one is dropped.

use std::collections::HashMap;

use hedgerow::Map;

/// The digits that a cell may have, as bits, by the number of the cell: 0 to 80.
type Grid = Map<usize, u16>;

const ANY_DIGIT: u16 = 0b1_1111_1111;

/// The cells in the row, column and box of a cell, which may not have the same digit.
fn neighbours(cell: usize) -> impl Iterator<Item = usize> {
    let (row, column) = (cell / 9, cell % 9);
    (0..81).filter(move |&other| {
        let (r, c) = (other / 9, other % 9);
        other != cell && (r == row || c == column || (r / 3, c / 3) == (row / 3, column / 3))
    })
}

/// Gives a cell its digit, and takes that from its neighbours. Those that have one digit left get
/// it. Returns whether each has one.
fn place(grid: &mut Grid, cell: usize, digit: u16) -> bool {
    grid.insert(cell, digit);
    neighbours(cell).all(|other| {
        let digits = grid[&other];
        let left = digits & !digit;
        match left.count_ones() {
            _ if left == digits => true,
            0 => false,
            1 => place(grid, other, left),
            _ => {
                grid.insert(other, left);
                true
            }
        }
    })
}

/// Reads a puzzle: digits, and dots for what is to be found.
fn read(puzzle: &str) -> Option<Grid> {
    let mut grid: Grid = (0..81).map(|cell| (cell, ANY_DIGIT)).collect();
    let given = |(cell, letter): (usize, char)| Some((cell, letter.to_digit(10)?));
    let mut givens = puzzle.chars().enumerate().filter_map(given);
    givens.all(|(cell, digit)| place(&mut grid, cell, 1 << (digit - 1))).then_some(grid)
}

/// Tries the digits of the first cell that has the fewest. Counts the guesses.
fn solve(grid: Grid, guesses: &mut usize) -> Option<Grid> {
    let open = grid.iter().filter(|(_, digits)| digits.count_ones() > 1);
    let Some((&cell, &digits)) = open.min_by_key(|(cell, digits)| (digits.count_ones(), **cell))
    else {
        return Some(grid);
    };
    let each_digit = (0..9).map(|digit| 1 << digit).filter(|digit| digits & digit != 0);
    { each_digit }.find_map(|digit| {
        *guesses += 1;
        let mut guess = grid.clone();
        if place(&mut guess, cell, digit) { solve(guess, guesses) } else { None }
    })
}

/// The digits of a grid that is solved.
fn write(grid: &Grid) -> String {
    (0..81).map(|cell| (grid[&cell].trailing_zeros() + 1).to_string()).collect()
}

pub(crate) fn main() {
    let puzzle =
        "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..";
    let given = read(puzzle).expect("a puzzle without a contradiction");
    let before = HashMap::<usize, u16>::from(given.clone());
    let mut guesses = 0;
    let solved = solve(given.clone(), &mut guesses).expect("a puzzle that has a solution");

    let digits = write(&solved);
    let agrees = |(given, found): (char, char)| given == '.' || given == found;
    assert!(puzzle.chars().zip(digits.chars()).all(agrees));
    let is_alone = |cell| neighbours(cell).all(|other| solved[&cell] != solved[&other]);
    assert!((0..81).all(is_alone));
    // Each guess was made in a clone.
    assert_eq!(guesses, 1_850);
    assert_eq!(HashMap::from(given), before);
    println!("{guesses} guesses: {digits}");
}
