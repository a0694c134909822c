//! The minifier: the same program in fewer bytes; every line keeps its number.
//!
//! What is removed and what never is: `docs/concepts/minify.md`. How:
//!
//! * `lexer` and `formatted` (f-strings) say where a token ends.
//! * `indentation` says which block a line belongs to; `rules` says what may be left out.
//! * `walk` goes once over the bytes, asks them, and copies what stays in spans as long as possible.
//! * This file prepares the text (line ends, null bytes) and turns an offset into a line and a column.
//!
//! No grammar is checked. The tokens that come out are those that went in (docstrings and `pass` apart), so a
//! program that the board would refuse is refused just the same, on the same line. Nothing recurses and nothing
//! is looked at more than a fixed number of times, so the cost is linear in the length of any input.
//!
//! ```
//! use belay_core::minify::minify;
//!
//! let source = "def led(on):\n    \"\"\"Doc.\"\"\"\n    Pin(25, Pin.OUT).value(on)  # on\n";
//! assert_eq!(minify(source).unwrap(), "def led(on):\n 0\n Pin(25,Pin.OUT).value(on)\n");
//! assert_eq!(minify("x = (1").unwrap_err().column, 5);
//! ```

mod formatted;
mod indentation;
mod lexer;
mod rules;
#[cfg(test)]
mod tests;
mod walk;

use memchr::{memchr, memchr_iter, memrchr};
use std::borrow::Cow;

/// Why a text is no Python, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxFault {
    /// One short sentence.
    pub message: &'static str,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl SyntaxFault {
    /// A fault at the character that follows `before`, which is all of the program up to there.
    pub fn after(before: &str, message: &'static str) -> Self {
        let before = with_plain_line_ends(before);
        let line_start = memrchr(b'\n', before.as_bytes()).map_or(0, |end| end + 1);
        let line = memchr_iter(b'\n', before.as_bytes()).count() + 1;
        SyntaxFault { message, line, column: before[line_start..].chars().count() + 1 }
    }
}

/// A message and the offset of the byte that it is about.
type Fault = (&'static str, usize);

/// The same program in fewer bytes; every line keeps its number.
///
/// # Errors
///
/// The text is no Python: a string or bracket without its end, a bracket too many, a dedent to nowhere, a
/// character that no token begins with.
pub fn minify(source: &str) -> Result<String, SyntaxFault> {
    let text = with_plain_line_ends(source.strip_prefix('\u{feff}').unwrap_or(source));
    let small = match memchr(0, text.as_bytes()) {
        None => walk::walk(&text),
        Some(at) => Err(("source code cannot contain null bytes", at)),
    };
    small.map_err(|(message, at)| SyntaxFault::after(&text[..at], message))
}

/// `\r\n` and lone `\r` as `\n`. Nearly no text has one; all else can rely on `\n`.
fn with_plain_line_ends(text: &str) -> Cow<'_, str> {
    match memchr(b'\r', text.as_bytes()) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
    }
}
