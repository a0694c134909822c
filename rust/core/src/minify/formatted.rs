//! Where an f-string or t-string ends, by the rules of PEP 701 (CPython 3.12).
//!
//! Inside the braces stands ordinary code, with strings of its own in any quotes; after a colon there, text again.
//! So the open parts form a stack, which lives on the heap: depth costs memory, never the call stack.

use super::lexer::{class, is_triple, prefix, run_end, string_end, Class, Prefix};
use memchr::memchr;

/// A part of the string that is open.
#[derive(Clone, Copy)]
enum Part {
    /// The text between quotes.
    Text(Quotes),
    /// `{expression`, up to `}` or to the colon of its format.
    Field(Quotes),
    /// The text after that colon, up to `}`.
    Format(Quotes),
    /// A bracket inside an expression, with the byte that closes it.
    Bracket(u8),
}

/// How the string that a part belongs to is quoted.
#[derive(Clone, Copy)]
struct Quotes {
    quote: u8,
    triple: bool,
    raw: bool,
}

impl Quotes {
    fn at(source: &[u8], at: usize, raw: bool) -> Self {
        Quotes { quote: source[at], triple: is_triple(source, at), raw }
    }

    fn width(self) -> usize {
        if self.triple {
            3
        } else {
            1
        }
    }
}

/// The offset after the f-string or t-string whose opening quote stands at `at`; `None` if it has no end.
pub(super) fn formatted_end(source: &[u8], at: usize, raw: bool) -> Option<usize> {
    let quotes = Quotes::at(source, at, raw);
    let mut parts = vec![Part::Text(quotes)];
    let mut at = at + quotes.width();
    while let Some(&part) = parts.last() {
        at = match part {
            Part::Text(quotes) | Part::Format(quotes) => step_text(source, at, part, quotes, &mut parts)?,
            Part::Field(quotes) => step_code(source, at, Some(quotes), b'}', &mut parts)?,
            Part::Bracket(close) => step_code(source, at, None, close, &mut parts)?,
        };
    }
    Some(at)
}

/// One step through text: to after the next byte that means something.
fn step_text(source: &[u8], at: usize, part: Part, quotes: Quotes, parts: &mut Vec<Part>) -> Option<usize> {
    let is_format = matches!(part, Part::Format(_));
    let ends_text = |&byte: &u8| byte == quotes.quote || matches!(byte, b'\\' | b'{' | b'}' | b'\n');
    let at = at + source.get(at..)?.iter().position(ends_text)?;
    let next = source.get(at + 1).copied();
    match source[at] {
        b'\\' => return escape_end(source, at, quotes),
        b'\n' if quotes.triple || is_format => {}
        b'\n' => return None,
        b'{' if next == Some(b'{') && !is_format => return Some(at + 2),
        b'{' => parts.push(Part::Field(quotes)),
        b'}' if is_format => drop(parts.pop()),
        b'}' if next == Some(b'}') => return Some(at + 2),
        b'}' => return None,
        _ if quotes.triple && !is_triple(source, at) => {}
        _ if is_format => return None,
        _ => {
            parts.pop();
            return Some(at + quotes.width());
        }
    }
    Some(at + 1)
}

/// The offset after what the backslash at `at` takes with it. Braces are never escaped by it.
fn escape_end(source: &[u8], at: usize, quotes: Quotes) -> Option<usize> {
    match source.get(at + 1)? {
        b'{' | b'}' => Some(at + 1),
        b'N' if !quotes.raw && source.get(at + 2) == Some(&b'{') => {
            memchr(b'}', &source[at..]).map(|length| at + length + 1)
        }
        _ => Some(at + 2),
    }
}

/// One step through code: to after the next token. `field` has the quotes if no bracket is open in it.
fn step_code(
    source: &[u8],
    at: usize,
    field: Option<Quotes>,
    close: u8,
    parts: &mut Vec<Part>,
) -> Option<usize> {
    let byte = *source.get(at)?;
    match class(byte) {
        Class::Word => {
            let end = run_end(source, at, Class::Word);
            match (source.get(end), prefix(&source[at..end])) {
                (Some(b'"' | b'\''), Some(Prefix::Formatted { raw })) => {
                    let quotes = Quotes::at(source, end, raw);
                    parts.push(Part::Text(quotes));
                    return Some(end + quotes.width());
                }
                _ => return Some(end),
            }
        }
        Class::Quote => return string_end(source, at),
        Class::Comment => return memchr(b'\n', &source[at..]).map(|length| at + length),
        Class::Open => parts.push(Part::Bracket(if byte == b'(' { b')' } else { byte + 2 })),
        Class::Close if byte == close => drop(parts.pop()),
        Class::Close => return None,
        Class::Colon => {
            if let (Some(quotes), Some(last)) = (field, parts.last_mut()) {
                *last = Part::Format(quotes);
            }
        }
        _ => {}
    }
    Some(at + 1)
}
