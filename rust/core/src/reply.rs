//! A running program's output, cut into text, ends and replies: [`ReplyReader`].
//!
//! Programs of ours answer in frames:
//!
//! ```text
//! frame := MARK tag length ":" payload MARK
//! ```
//!
//! `MARK` is 8 bytes that hold the connection's random nonce; `tag` is one byte; `length` is the payload's
//! length in characters, in decimal. Nobody prints a mark by accident, so a frame is found anywhere: behind
//! an unfinished line, behind text that looks like the end of a reply. What a second thread of the board
//! prints *into* a frame changes its length: such a frame is garbled, never a wrong value.
//!
//! Cost: one `memchr` over text that has neither an end nor a mark in it; text is not held back, but for a
//! beginning of a mark at the very end of what has arrived.

use memchr::{memchr, memchr2, memmem};

/// Bytes of a mark: a unit separator (which no `repr` contains) and seven random letters or digits.
pub const MARK_BYTES: usize = 8;
/// A mark.
pub type Mark = [u8; MARK_BYTES];
/// The byte that the raw REPL puts behind output and behind an error's text.
pub const END: u8 = 0x04;
/// More than any frame of ours holds; beyond it, what looked like a frame is text.
const MAX_FRAME_BYTES: usize = 64 * 1024;
/// More digits than any length of ours has.
const MAX_LENGTH_DIGITS: usize = 10;

/// A piece of output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// What the program printed.
    Text(Vec<u8>),
    /// A byte 04: the end of output or error text, or printed.
    End,
    /// A whole frame.
    Frame {
        /// What kind of reply.
        tag: u8,
        /// Its payload.
        payload: Vec<u8>,
        /// Something was printed into it: the payload is worth nothing.
        garbled: bool,
    },
}

/// Cuts output into [`Token`]s, however it arrives.
#[derive(Debug)]
pub struct ReplyReader {
    mark: Mark,
    buffer: Vec<u8>,
}

enum Scan {
    Frame { tag: u8, payload: std::ops::Range<usize>, garbled: bool, size: usize },
    CutOff { size: usize },
    Partial,
    Other,
}

impl ReplyReader {
    /// A reader for one connection.
    pub fn new(mark: Mark) -> Self {
        Self { mark, buffer: Vec::new() }
    }

    /// The connection's mark.
    pub fn mark(&self) -> &Mark {
        &self.mark
    }

    /// Take what has arrived.
    pub fn feed(&mut self, data: &[u8]) {
        self.buffer.extend_from_slice(data);
    }

    /// The next token, or `None` until more arrives.
    pub fn next_token(&mut self) -> Option<Token> {
        let first = memchr2(END, self.mark[0], &self.buffer).unwrap_or(self.buffer.len());
        if first > 0 {
            return Some(Token::Text(self.take(first)));
        }
        if *self.buffer.first()? == END {
            self.buffer.drain(..1);
            return Some(Token::End);
        }
        match scan(&self.buffer, &self.mark) {
            Scan::Partial => None,
            Scan::Other => Some(Token::Text(self.take(1))),
            Scan::CutOff { size } => {
                self.buffer.drain(..size + 1);
                Some(Token::End)
            }
            Scan::Frame { tag, payload, garbled, size } => {
                let payload = self.buffer[payload].to_vec();
                self.buffer.drain(..size);
                Some(Token::Frame { tag, payload, garbled })
            }
        }
    }

    /// What has arrived and is not cut yet; the reader is empty afterwards.
    pub fn take_rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.buffer)
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        if count == self.buffer.len() {
            return std::mem::take(&mut self.buffer);
        }
        self.buffer.drain(..count).collect()
    }
}

/// What stands at the start of a buffer whose first byte is a mark's.
fn scan(buffer: &[u8], mark: &Mark) -> Scan {
    if buffer.len() < MARK_BYTES {
        return if mark.starts_with(buffer) { Scan::Partial } else { Scan::Other };
    }
    if !buffer.starts_with(mark) {
        return Scan::Other;
    }
    let Some(&tag) = buffer.get(MARK_BYTES) else { return Scan::Partial };
    let header = MARK_BYTES + 1;
    let closing = memmem::find(&buffer[header..], mark).map(|at| header + at);
    let ended = memchr(END, &buffer[..closing.unwrap_or(buffer.len())]);
    if let Some(at) = ended {
        // No payload contains an 04: the program was interrupted while it wrote the frame.
        return Scan::CutOff { size: at };
    }
    let Some(closing) = closing else {
        return if buffer.len() > MAX_FRAME_BYTES { Scan::Other } else { Scan::Partial };
    };
    let (payload, length) = match split_length(&buffer[header..closing]) {
        Some((length, digits)) => (header + digits + 1..closing, Some(length)),
        None => (header..closing, None),
    };
    let garbled = !length.is_some_and(|length| is_payload(&buffer[payload.clone()], length));
    Scan::Frame { tag, payload, garbled, size: closing + MARK_BYTES }
}

/// `length ":"` at the start of `text`: the length and the number of its digits.
pub(crate) fn split_length(text: &[u8]) -> Option<(usize, usize)> {
    let digits = memchr(b':', text)?;
    if digits > MAX_LENGTH_DIGITS || !text[..digits].iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some((std::str::from_utf8(&text[..digits]).ok()?.parse().ok()?, digits))
}

/// Whether a frame announces this payload by its length: interpreters without Unicode strings count bytes, the
/// others characters of UTF-8.
pub(crate) fn is_payload(text: &[u8], length: usize) -> bool {
    length == text.len() || length == text.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MARK: &Mark = b"\x1fabcdefg";

    /// All tokens of a stream that arrives in pieces of `size` bytes; neighbouring text is one token.
    fn tokens(stream: &[u8], size: usize) -> Vec<Token> {
        let mut reader = ReplyReader::new(*MARK);
        let mut tokens: Vec<Token> = Vec::new();
        for piece in stream.chunks(size.max(1)) {
            reader.feed(piece);
            while let Some(token) = reader.next_token() {
                match (tokens.last_mut(), token) {
                    (Some(Token::Text(before)), Token::Text(text)) => before.extend(text),
                    (_, token) => tokens.push(token),
                }
            }
        }
        tokens
    }

    fn frame(payload: &str, garbled: bool) -> Token {
        Token::Frame { tag: b'v', payload: payload.into(), garbled }
    }

    #[test]
    fn text_ends_and_frames() {
        let stream = "a\x1fabcdefgv3:'é'\x1fabcdefgb\x04c".as_bytes();
        let expected = [
            Token::Text(b"a".to_vec()),
            frame("'é'", false),
            Token::Text(b"b".to_vec()),
            Token::End,
            Token::Text(b"c".to_vec()),
        ];
        for size in 1..=stream.len() {
            assert_eq!(tokens(stream, size), expected, "{size}");
        }
    }

    #[test]
    fn what_is_printed_into_a_frame_garbles_it() {
        for (text, payload) in
            [("v3:1X23", "1X23"), ("vX3:123", "X3:123"), ("v3X:123", "3X:123"), ("v3", "3")]
        {
            let stream = format!("\x1fabcdefg{text}\x1fabcdefg");
            assert_eq!(tokens(stream.as_bytes(), 5), [frame(payload, true)], "{text}");
        }
    }

    #[test]
    fn a_frame_that_never_ends_is_text_in_the_end() {
        let stream = [&MARK[..], b"v9:", &vec![b'x'; MAX_FRAME_BYTES + 1]].concat();
        assert_eq!(tokens(&stream, 8192), [Token::Text(stream.clone())]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_splits_do_not_matter(
            stream in proptest::collection::vec(prop_oneof![Just(4u8), Just(0x1f), Just(b'a'), Just(b'b'), any::<u8>()], 0..200),
            size in 1usize..50,
        ) {
            let closed = [&stream[..], b"."].concat();
            let whole = tokens(&closed, closed.len());
            prop_assert_eq!(&tokens(&closed, size), &whole);
            let bytes: Vec<u8> = whole.into_iter().flat_map(|token| match token {
                Token::Text(text) => text,
                Token::End => vec![END],
                frame => panic!("{frame:?}"),
            }).collect();
            prop_assert_eq!(bytes, closed);
        }
    }
}
