//! The pieces of a text: words and numbers here, what stands in quotes in `quoted`.
//!
//! Each call reads one piece and stands behind it.

use super::decimal;
use super::Mistake;

/// A place in a text.
pub(super) struct Lexer<'t> {
    pub text: &'t [u8],
    /// Offset of the next byte.
    pub at: usize,
    /// Quoted pieces with escapes are put together here.
    pub scratch: Vec<u8>,
}

/// A number, or half of a complex one.
#[derive(Debug, PartialEq)]
pub(super) enum Number<'t> {
    Integer(i64),
    BigInteger { negative: bool, digits: &'t [u8] },
    Float(f64),
    Imaginary(f64),
}

impl<'t> Lexer<'t> {
    pub fn new(text: &'t [u8]) -> Self {
        Lexer { text, at: 0, scratch: Vec::new() }
    }

    /// The byte here; 0 behind the end (no value contains one outside of quotes).
    pub fn here(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    /// The first byte that is no space; 0 behind the end.
    pub fn peek(&mut self) -> u8 {
        while matches!(self.here(), b' ' | b'\t' | b'\n' | b'\r' | b'\x0c') {
            self.at += 1;
        }
        self.here()
    }

    pub fn at_end(&self) -> bool {
        self.at == self.text.len()
    }

    pub fn mistake(&self, message: &'static str) -> Mistake {
        Mistake { message, offset: self.at }
    }

    /// A name; empty where none begins.
    pub fn word(&mut self) -> Result<&'t str, Mistake> {
        let start = self.at;
        while is_word(self.here()) {
            self.at += 1;
        }
        std::str::from_utf8(&self.text[start..self.at])
            .map_err(|_| Mistake { message: "a name that is no UTF-8", offset: start })
    }

    /// The name in `name=`; where no such thing stands, nothing is read.
    pub fn field(&mut self) -> Option<&'t str> {
        let start = self.at;
        let begins = is_word(self.peek()) && !self.here().is_ascii_digit();
        let name = if begins { self.word().ok() } else { None };
        if name.is_some() && self.peek() == b'=' {
            self.at += 1;
            return name;
        }
        self.at = start;
        None
    }

    /// A number with its sign; complex ones in two calls.
    pub fn number(&mut self) -> Result<Number<'t>, Mistake> {
        let start = self.at;
        let negative = self.here() == b'-';
        if matches!(self.here(), b'-' | b'+') {
            self.at += 1;
        }
        let digits = self.digits();
        let integral = !digits.is_empty() && !matches!(self.here(), b'.' | b'e' | b'E' | b'j' | b'J');
        let number = if integral {
            integer(negative, digits)
                .ok_or(Mistake { message: "an integer with leading zeros", offset: start })?
        } else {
            self.fraction(digits, start)?
        };
        match self.here() {
            b'.' => Err(self.mistake("a second point in a number")),
            byte if is_word(byte) => Err(self.mistake("a number runs into a name")),
            _ => Ok(number),
        }
    }

    /// The rest of a number that is no integer: behind its first digits, which may be missing.
    fn fraction(&mut self, digits: &[u8], start: usize) -> Result<Number<'t>, Mistake> {
        if digits.is_empty() && matches!(self.text.get(self.at..self.at + 3), Some(b"inf" | b"nan")) {
            self.at += 3;
        } else {
            if self.here() == b'.' {
                self.at += 1;
                self.digits();
            }
            if matches!(self.here(), b'e' | b'E') {
                self.at += 1;
                if matches!(self.here(), b'-' | b'+') {
                    self.at += 1;
                }
                self.digits();
            }
        }
        let value = self.float(start, self.at).ok_or(Mistake { message: "no number", offset: start })?;
        if matches!(self.here(), b'j' | b'J') {
            self.at += 1;
            return Ok(Number::Imaginary(value));
        }
        Ok(Number::Float(value))
    }

    /// The float that stands between two offsets. Rust's reading is exact, as Python's is.
    pub fn float(&self, start: usize, end: usize) -> Option<f64> {
        std::str::from_utf8(&self.text[start..end]).ok()?.parse().ok()
    }

    fn digits(&mut self) -> &'t [u8] {
        let start = self.at;
        while self.here().is_ascii_digit() {
            self.at += 1;
        }
        &self.text[start..self.at]
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// `None` for leading zeros.
fn integer(negative: bool, digits: &[u8]) -> Option<Number<'_>> {
    if digits[0] == b'0' && digits.len() > 1 {
        return None;
    }
    if digits.len() <= decimal::CHUNK {
        let magnitude = i128::from(decimal::value(digits));
        if let Ok(value) = i64::try_from(if negative { -magnitude } else { magnitude }) {
            return Some(Number::Integer(value));
        }
    }
    Some(Number::BigInteger { negative, digits })
}
