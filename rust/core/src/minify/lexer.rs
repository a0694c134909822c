//! Where a token ends. Offsets in, offsets out; nothing is decided here.
//!
//! The text has `\n` line ends only, and no null bytes. Tokens follow CPython's tokenizer (`Parser/tokenizer.c`);
//! where it cannot be imitated without tables (which letters make an identifier), more is let through.

use super::Fault;
use memchr::memchr2;

/// What a byte begins, at a place where no token is open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// A letter, digit or underscore: identifiers, keywords and numbers.
    Word,
    /// The first byte of a character outside ASCII.
    High,
    /// A byte of an operator that needs no thought.
    Operator,
    Space,
    LineEnd,
    Quote,
    Open,
    Close,
    Colon,
    Semicolon,
    Comment,
    Backslash,
    Exclamation,
    /// No token begins with it.
    Invalid,
}

const CLASS: [Class; 256] = {
    let mut table = [Class::Invalid; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' => Class::Word,
            128.. => Class::High,
            b' ' | b'\t' | b'\x0c' => Class::Space,
            b'\n' => Class::LineEnd,
            b'"' | b'\'' => Class::Quote,
            b'(' | b'[' | b'{' => Class::Open,
            b')' | b']' | b'}' => Class::Close,
            b':' => Class::Colon,
            b';' => Class::Semicolon,
            b'#' => Class::Comment,
            b'\\' => Class::Backslash,
            b'!' => Class::Exclamation,
            b'+' | b'-' | b'*' | b'/' | b'%' | b'@' | b'&' | b'|' | b'^' | b'~' => Class::Operator,
            b'<' | b'>' | b'=' | b'.' | b',' => Class::Operator,
            _ => Class::Invalid,
        };
        byte += 1;
    }
    table
};

pub(super) fn class(byte: u8) -> Class {
    CLASS[byte as usize]
}

/// Whether the byte belongs to an identifier, a keyword or a number.
pub(super) fn is_wordy(byte: u8) -> bool {
    matches!(class(byte), Class::Word | Class::High)
}

/// The first offset from `at` on whose byte is of another class.
#[inline]
pub(super) fn run_end(source: &[u8], at: usize, kind: Class) -> usize {
    let run = source[at..].iter().position(|&byte| class(byte) != kind);
    run.map_or(source.len(), |length| at + length)
}

/// The offset of the line end at or after `at`, or the end of the text.
pub(super) fn line_end(source: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &source[at..]).map_or(source.len(), |length| at + length)
}

/// The byte at `at`; a line end where there is none, since the end of the text ends the line.
#[inline]
pub(super) fn byte_at(source: &[u8], at: usize) -> u8 {
    source.get(at).copied().unwrap_or(b'\n')
}

/// Whether this word stands at `at`, and ends there.
pub(super) fn has_word(source: &[u8], at: usize, word: &[u8]) -> bool {
    source[at..].starts_with(word) && !is_wordy(byte_at(source, at + word.len()))
}

/// What a string's prefix says about where it ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Prefix {
    /// None, or a mix of `r`, `b` and `u`: up to the first quotes that no backslash stands before.
    Plain,
    /// With an `f` or `t`: there are expressions inside.
    Formatted { raw: bool },
}

/// The kind of string that a word opens when quotes follow it at once; `None` if the word is no prefix.
pub(super) fn prefix(word: &[u8]) -> Option<Prefix> {
    let lower = |index: usize| word.get(index).map_or(b' ', u8::to_ascii_lowercase);
    match (lower(0), lower(1), word.len()) {
        (b'r' | b'b' | b'u', _, 1) | (b'r', b'b', 2) | (b'b', b'r', 2) => Some(Prefix::Plain),
        (b'f' | b't', _, 1) => Some(Prefix::Formatted { raw: false }),
        (b'f' | b't', b'r', 2) | (b'r', b'f' | b't', 2) => Some(Prefix::Formatted { raw: true }),
        _ => None,
    }
}

/// Whether the quote at `at` is the first of three.
pub(super) fn is_triple(source: &[u8], at: usize) -> bool {
    source[at..].starts_with(&[source[at]; 3])
}

/// The offset after the string whose opening quote stands at `at`; `None` if it has no end.
pub(super) fn string_end(source: &[u8], at: usize) -> Option<usize> {
    if is_triple(source, at) {
        return triple_end(source, at);
    }
    let (quote, mut at) = (source[at], at + 1);
    loop {
        // Most strings are short: a plain loop beats the call of a vector search.
        at += source.get(at..)?.iter().position(|&byte| byte == quote || byte == b'\\' || byte == b'\n')?;
        match source[at] {
            b'\\' => at += 2,
            b'\n' => return None,
            _ => return Some(at + 1),
        }
    }
}

fn triple_end(source: &[u8], at: usize) -> Option<usize> {
    let (quote, mut at) = (source[at], at + 3);
    loop {
        at += memchr2(quote, b'\\', source.get(at..)?)?;
        match source[at] {
            b'\\' => at += 2,
            _ if is_triple(source, at) => return Some(at + 3),
            _ => at += 1,
        }
    }
}

/// The character at `at`, if it may be part of an identifier.
///
/// Only what surely is not is refused: whitespace and control characters, and the block of typographic quotes,
/// dashes and invisible marks, which is what gets into a program by accident.
pub(super) fn word_character(text: &str, at: usize) -> Option<char> {
    let character = text[at..].chars().next()?;
    let typographic = matches!(character, '\u{2000}'..='\u{206f}' | '\u{feff}');
    let connector = matches!(character, '\u{203f}' | '\u{2040}' | '\u{2054}');
    let refused = character.is_whitespace() || character.is_control() || (typographic && !connector);
    (!refused).then_some(character)
}

/// After the backslash at `at` and its line end, where more text must follow.
pub(super) fn after_continuation(source: &[u8], at: usize) -> Result<usize, Fault> {
    match source.get(at + 1) {
        Some(b'\n') if at + 2 < source.len() => Ok(at + 2),
        Some(b'\n') | None => Err(("unexpected end of file after line continuation character", at)),
        Some(_) => Err(("unexpected character after line continuation character", at + 1)),
    }
}

/// The offset of the next token of a logical line, and how many backslashes stand before it.
pub(super) fn skip_blank(source: &[u8], mut at: usize) -> (usize, usize) {
    let mut continuations = 0;
    loop {
        at = run_end(source, at, Class::Space);
        if !source[at..].starts_with(b"\\\n") {
            return (at, continuations);
        }
        (at, continuations) = (at + 2, continuations + 1);
    }
}
