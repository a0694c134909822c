//! Which block a line belongs to, as CPython decides it.

use super::lexer::{after_continuation, byte_at};
use super::Fault;

/// What stands before the first token of a line.
pub(super) struct Indentation {
    /// With a tab stop at every eighth column, as CPython and MicroPython count; this decides.
    columns: usize,
    /// With a tab as one column. CPython refuses what has another order then: tabs and spaces are mixed.
    characters: usize,
    /// Whether it is made of spaces only.
    pub is_plain: bool,
    /// How many backslashes continued it over a line end.
    pub continuations: usize,
    /// The offset after it.
    pub end: usize,
}

impl Indentation {
    /// Measures from the start of a line.
    #[inline]
    pub fn measure(source: &[u8], line: usize) -> Result<Self, Fault> {
        let spaces = source[line..].iter().position(|&byte| byte != b' ').unwrap_or(source.len() - line);
        let (columns, characters, end) = (spaces, spaces, line + spaces);
        let plain = Indentation { columns, characters, is_plain: true, continuations: 0, end };
        match byte_at(source, end) {
            b'\t' | b'\x0c' | b'\\' => plain.measure_rest(source),
            _ => Ok(plain),
        }
    }

    #[cold]
    fn measure_rest(mut self, source: &[u8]) -> Result<Self, Fault> {
        self.is_plain = false;
        // Where backslashes split it, the columns before the first that has any count.
        let mut split = None;
        loop {
            (self.columns, self.characters) = match byte_at(source, self.end) {
                b' ' => (self.columns + 1, self.characters + 1),
                b'\t' => (self.columns / 8 * 8 + 8, self.characters + 1),
                b'\x0c' => (0, 0),
                b'\\' => {
                    let so_far = (self.columns, self.characters);
                    split = split.or(Some(so_far).filter(|&(columns, _)| columns > 0));
                    self.continuations += 1;
                    self.end = after_continuation(source, self.end)?;
                    continue;
                }
                _ => break,
            };
            self.end += 1;
        }
        (self.columns, self.characters) = split.unwrap_or((self.columns, self.characters));
        Ok(self)
    }
}

/// A block that is open, as its lines are indented.
struct Block {
    columns: usize,
    characters: usize,
    /// Whether its lines are the cases of a `match`.
    is_match: bool,
}

/// The blocks that are open; the first is the whole text, whatever its indentation.
#[derive(Default)]
pub(super) struct Blocks(Vec<Block>);

impl Blocks {
    /// Closes and opens blocks for a line with this indentation. A block opened here is a `match` if `after_match`.
    ///
    /// # Errors
    ///
    /// The line is less indented than its neighbours and no open block has that indentation, or tabs and spaces
    /// are mixed so that it depends on the width of a tab.
    pub fn enter(&mut self, line: &Indentation, after_match: bool) -> Result<(), Fault> {
        let depth = self.0.len();
        while self.0.len() > 1 && line.columns < self.0[self.0.len() - 1].columns {
            self.0.pop();
        }
        if let Some(block) = self.0.last() {
            let columns = line.columns.cmp(&block.columns);
            if columns.is_lt() || (columns.is_gt() && self.0.len() < depth) {
                return Err(("unindent does not match any outer indentation level", line.end));
            }
            if columns != line.characters.cmp(&block.characters) {
                return Err(("inconsistent use of tabs and spaces in indentation", line.end));
            }
            if columns.is_eq() {
                return Ok(());
            }
        }
        let is_match = after_match && depth > 0;
        self.0.push(Block { columns: line.columns, characters: line.characters, is_match });
        Ok(())
    }

    /// How many blocks surround the last line that was entered.
    pub fn level(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    /// Whether that line is in the block of a `match`.
    pub fn in_match(&self) -> bool {
        self.0.last().is_some_and(|block| block.is_match)
    }
}
