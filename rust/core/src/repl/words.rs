//! What a REPL itself says: banners, prompts, and the ends of replies.

use memchr::{memchr, memmem, memrchr};

use crate::reply::END;

/// A window of raw-paste.
pub(super) const WINDOW: u8 = 0x01;
pub(super) const PROMPT: u8 = b'>';
/// How an exception's text begins; MicroPython's, and where CircuitPython does not translate it.
pub(super) const TRACEBACK: &[u8] = b"Traceback";
pub(super) const HEADER: &[u8] = b"Traceback (most recent call last):";
/// How that of an interrupt begins, when the program was over or not begun.
pub(super) const BARE_INTERRUPT: &[u8] = b"KeyboardInterrupt:";
/// The tag of a verification's answer.
pub(super) const TAG_ANSWER: u8 = b'?';
pub(super) const FRIENDLY_PROMPT: &[u8] = b">>> ";
/// The last line before the first friendly prompt: how it ends (MicroPython `shared/runtime/pyexec.c`), or
/// begins (CircuitPython `main.c`).
pub(super) const FRIENDLY_BANNER_END: &[u8] = b"Type \"help()\" for more information.";
pub(super) const FRIENDLY_BANNER_START: &[u8] = b"Adafruit CircuitPython ";
/// The end of every raw banner; ports and languages differ in what stands before it.
pub(super) const BANNER_END: &[u8] = b"exit\r\n>";

/// Whether a friendly REPL's banner and first prompt are in `said`.
pub(super) fn has_banner(said: &[u8]) -> bool {
    memmem::find_iter(said, FRIENDLY_PROMPT).any(|at| ends_with_banner(&said[..at + FRIENDLY_PROMPT.len()]))
}

/// Whether this is what a board says when its friendly REPL begins.
pub(super) fn ends_with_banner(said: &[u8]) -> bool {
    let Some(text) = said.strip_suffix(FRIENDLY_PROMPT) else { return false };
    let Some(text) = text.strip_suffix(b"\r\n") else { return false };
    let line = &text[memrchr(b'\n', text).map_or(0, |at| at + 1)..];
    line.ends_with(FRIENDLY_BANNER_END) || line.starts_with(FRIENDLY_BANNER_START)
}

/// The end of a reply: where its two 04 and its prompt are.
pub(super) fn closing(output: &[u8]) -> Option<(usize, usize, usize)> {
    let first = memchr(END, output)?;
    let second = first + 1 + memchr(END, &output[first + 1..])?;
    let prompt = second + 1 + memchr(PROMPT, &output[second + 1..])?;
    Some((first, second, prompt))
}

/// Split output that ends a program (and `OK`, the beginning of the verification's reply) into what was
/// printed and the error's text; its first `shown` bytes were reported before.
pub(super) fn split_error(withheld: &[u8], shown: usize) -> (Vec<u8>, Vec<u8>) {
    let second = memrchr(END, withheld);
    let first = second.and_then(|second| {
        let last = memrchr(END, &withheld[..second])?;
        let error = &withheld[last + 1..second];
        // An exception's message may hold an 04 itself.
        let whole = error.is_empty() || error.starts_with(HEADER);
        let begins = || memmem::rfind(&withheld[..last], &[&[END], HEADER].concat());
        (!whole).then(begins).flatten().or(Some(last))
    });
    let (before, error, behind) = match (first, second) {
        (Some(first), Some(second)) => {
            (&withheld[..first], &withheld[first + 1..second], &withheld[second + 1..])
        }
        _ => (&withheld[..0], &withheld[..0], withheld),
    };
    let mut printed = before[shown.min(before.len())..].to_vec();
    let rest = match memmem::rfind(behind, BANNER_END) {
        // A reset: what the port says of it, what boot.py prints, the banner's line.
        Some(banner) => {
            let line = memrchr(b'\n', &behind[..banner]).map_or(0, |at| at + 1);
            printed.extend_from_slice(&behind[..line]);
            &behind[banner + BANNER_END.len()..]
        }
        None => behind,
    };
    printed.extend(without(&without(rest, b">"), b"OK"));
    (printed, error.to_vec())
}

/// `text` without the first `part` in it.
pub(super) fn without(text: &[u8], part: &[u8]) -> Vec<u8> {
    let at = memmem::find(text, part);
    at.map_or_else(|| text.to_vec(), |at| [&text[..at], &text[at + part.len()..]].concat())
}
