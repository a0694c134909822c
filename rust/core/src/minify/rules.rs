//! What may be left out. Questions about the bytes around an offset; nothing is remembered here.

use super::lexer::{
    byte_at, class, has_word, is_wordy, line_end, prefix, run_end, skip_blank, string_end, Class, Prefix,
};

/// Words that open a block. `match` and `case` are no keywords: only the text around them tells.
const BLOCK_WORDS: [&[u8]; 12] = [
    b"if", b"elif", b"else", b"for", b"while", b"try", b"except", b"finally", b"with", b"def", b"class",
    b"async",
];

/// Whether the tokens that end at `end` and begin at `next` would be read as others if they touched.
///
/// A space between a word and a string is no such case, but stays for the reader's sake.
#[inline]
pub(super) fn separates(source: &[u8], end: usize, next: usize, empty_string_end: usize) -> bool {
    let (left, right) = (source[end - 1], byte_at(source, next));
    match (class(left), class(right)) {
        (Class::Word | Class::High, Class::Word | Class::High | Class::Quote) => true,
        // Three quotes would open another string.
        (Class::Quote, Class::Quote) => left == right && end == empty_string_end,
        (Class::Word, Class::Operator) => right == b'.' && ends_number(source, end),
        (Class::Operator, Class::Word | Class::High) => {
            left == b'.' && (right.is_ascii_digit() || ends_number(source, end - 1))
        }
        (Class::Operator | Class::Colon, Class::Operator) => joins(left, right),
        _ => false,
    }
}

/// Whether the word that ends at `end` is a number.
fn ends_number(source: &[u8], end: usize) -> bool {
    let length = source[..end].iter().rev().position(|&byte| !is_wordy(byte)).unwrap_or(end);
    length > 0 && source[end - length].is_ascii_digit()
}

/// Whether two operators, the left one ending and the right one beginning with these bytes, would make another.
///
/// No valid program has such a pair. But one that the board refuses must not become one that it accepts.
fn joins(left: u8, right: u8) -> bool {
    match right {
        b'=' => !matches!(left, b',' | b'.' | b'~'),
        b'*' | b'/' | b'<' | b'.' => left == right,
        b'>' => matches!(left, b'-' | b'<' | b'>'),
        _ => false,
    }
}

/// If a statement that does nothing stands at `start` (one plain string, or `pass`), the offset after it.
///
/// A string that spans lines is none where a semicolon follows: there is no place for its line ends.
pub(super) fn idle_statement_end(source: &[u8], start: usize) -> Option<usize> {
    let end = match byte_at(source, start) {
        b'"' | b'\'' => string_end(source, start)?,
        b'b' | b'B' | b'r' | b'R' | b'u' | b'U' => {
            let quote = run_end(source, start, Class::Word);
            let is_plain = prefix(&source[start..quote]) == Some(Prefix::Plain);
            if !is_plain || class(byte_at(source, quote)) != Class::Quote {
                return None;
            }
            string_end(source, quote)?
        }
        b'p' if has_word(source, start, b"pass") => start + 4,
        _ => return None,
    };
    match byte_at(source, skip_blank(source, end).0) {
        b'\n' | b'#' => Some(end),
        b';' if !source[start..end].contains(&b'\n') => Some(end),
        _ => None,
    }
}

/// Whether an import from `__future__` follows the statement that ended at `at`.
pub(super) fn precedes_future(source: &[u8], mut at: usize) -> bool {
    loop {
        at = match byte_at(source, at) {
            b'#' => line_end(source, at),
            b' ' | b'\t' | b'\x0c' | b'\n' | b';' if at < source.len() => at + 1,
            _ => break,
        };
    }
    has_word(source, at, b"from") && has_word(source, run_end(source, at + 4, Class::Space), b"__future__")
}

/// Whether the word at `head`, the first of its logical line, opens a block.
pub(super) fn opens_block(source: &[u8], head: usize, in_match: bool) -> bool {
    let word = &source[head..run_end(source, head, Class::Word)];
    BLOCK_WORDS.contains(&word) || (in_match && word == b"case")
}
