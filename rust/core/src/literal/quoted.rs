//! Text and bytes in quotes: the escapes that CPython and MicroPython print, and what is printed raw.

use super::lexer::Lexer;
use super::{Atom, Mistake};

/// Highest code point of an escape in text, and in bytes.
const LAST_POINT: u32 = 0x10_ffff;
const LAST_BYTE: u32 = 0xff;

impl<'t> Lexer<'t> {
    /// Text, from its quote on.
    pub fn string(&mut self) -> Result<Atom<'_>, Mistake> {
        let quote = self.quote();
        let (mut run, mut closed) = self.run(quote, 0xff)?;
        if closed {
            if let Ok(text) = std::str::from_utf8(run) {
                return Ok(Atom::Text(text));
            }
        }
        self.scratch.clear();
        let mut surrogates = push_raw(&mut self.scratch, run);
        while !closed {
            let point = self.escape(LAST_POINT)?;
            surrogates |= push_point(&mut self.scratch, point);
            (run, closed) = self.run(quote, 0xff)?;
            surrogates |= push_raw(&mut self.scratch, run);
        }
        match std::str::from_utf8(&self.scratch) {
            Ok(text) if !surrogates => Ok(Atom::Text(text)),
            _ => Ok(Atom::TextWithSurrogates(&self.scratch)),
        }
    }

    /// Bytes, from the quote behind their `b` on.
    pub fn bytes(&mut self) -> Result<Atom<'_>, Mistake> {
        let quote = self.quote();
        let (mut run, mut closed) = self.run(quote, 0x7f)?;
        if closed {
            return Ok(Atom::Bytes(run));
        }
        self.scratch.clear();
        self.scratch.extend_from_slice(run);
        while !closed {
            let byte = self.escape(LAST_BYTE)? as u8;
            self.scratch.push(byte);
            (run, closed) = self.run(quote, 0x7f)?;
            self.scratch.extend_from_slice(run);
        }
        Ok(Atom::Bytes(&self.scratch))
    }

    fn quote(&mut self) -> u8 {
        let quote = self.here();
        self.at += 1;
        quote
    }

    /// Raw bytes up to the closing quote (then true) or to a backslash (then false), which is read too.
    fn run(&mut self, quote: u8, highest: u8) -> Result<(&'t [u8], bool), Mistake> {
        let rest = &self.text[self.at..];
        let stop = |byte: &u8| *byte == quote || matches!(byte, b'\\' | b'\n' | b'\r') || *byte > highest;
        let length = rest.iter().position(stop).unwrap_or(rest.len());
        self.at += length;
        match self.text.get(self.at) {
            Some(byte) if *byte == quote || *byte == b'\\' => {
                self.at += 1;
                Ok((&rest[..length], *byte == quote))
            }
            None => Err(self.mistake("the text ends inside quotes")),
            Some(b'\n' | b'\r') => Err(self.mistake("the line ends inside quotes")),
            Some(_) => Err(self.mistake("bytes literals hold ASCII only")),
        }
    }

    /// The value of an escape, behind its backslash.
    fn escape(&mut self, last: u32) -> Result<u32, Mistake> {
        let start = self.at;
        let letter = self.here();
        self.at += 1;
        let point = match letter {
            b'n' => 0x0a,
            b'r' => 0x0d,
            b't' => 0x09,
            b'\\' | b'\'' | b'"' => u32::from(letter),
            b'a' => 0x07,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'v' => 0x0b,
            b'x' => self.hexadecimal(2)?,
            b'u' if last == LAST_POINT => self.hexadecimal(4)?,
            b'U' if last == LAST_POINT => self.hexadecimal(8)?,
            b'0'..=b'7' => self.octal(letter),
            _ => return Err(Mistake { message: "an unknown escape", offset: start }),
        };
        if point > last {
            return Err(Mistake { message: "an escape past the last character", offset: start });
        }
        Ok(point)
    }

    fn hexadecimal(&mut self, digits: usize) -> Result<u32, Mistake> {
        let mut point = 0;
        for _ in 0..digits {
            let digit = char::from(self.here()).to_digit(16);
            point = point << 4 | digit.ok_or_else(|| self.mistake("an escape lacks digits"))?;
            self.at += 1;
        }
        Ok(point)
    }

    /// One to three digits, of which the first is read.
    fn octal(&mut self, first: u8) -> u32 {
        let mut point = u32::from(first - b'0');
        for _ in 0..2 {
            let Some(digit) = char::from(self.here()).to_digit(8) else {
                break;
            };
            point = point << 3 | digit;
            self.at += 1;
        }
        point
    }
}

/// Appends what stands between escapes; bytes that are no UTF-8 become surrogates (then true).
fn push_raw(text: &mut Vec<u8>, run: &[u8]) -> bool {
    let mut surrogates = false;
    for chunk in run.utf8_chunks() {
        text.extend_from_slice(chunk.valid().as_bytes());
        for byte in chunk.invalid() {
            surrogates |= push_point(text, 0xdc00 + u32::from(*byte));
        }
    }
    surrogates
}

/// Appends one code point in UTF-8; true for a surrogate, which then takes three bytes all the same.
fn push_point(text: &mut Vec<u8>, point: u32) -> bool {
    let Some(character) = char::from_u32(point) else {
        let low = |shift: u32| 0x80 | (point >> shift & 0x3f) as u8;
        text.extend_from_slice(&[0xe0 | (point >> 12) as u8, low(6), low(0)]);
        return true;
    };
    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    false
}
