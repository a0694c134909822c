//! What programs printed, out of all that a board said on its way to the raw prompt or out of it.
//!
//! Nobody knows there what is under way, so the REPL's own words are taken out of the whole: replies' frames
//! and ends with their error texts, banners, prompts, and the traceback of the interrupt that was ours. In
//! doubt text is kept. [`RawRepl`](super::RawRepl) knows more while a program is under way.

use memchr::{memchr, memmem, memrchr};

use super::words::{
    BANNER_END, BARE_INTERRUPT, FRIENDLY_BANNER_END, FRIENDLY_BANNER_START, FRIENDLY_PROMPT, PROMPT,
    TAG_ANSWER, TRACEBACK, WINDOW,
};
use crate::reply::{is_payload, split_length, Mark, END, MARK_BYTES};

const OK: &[u8] = b"OK";
const PASTE_ON: &[u8] = b"R\x01";
const RAW_BANNER: &[u8] = b"raw REPL; CTRL-B to exit\r\n>";
const MICROPYTHON: &[u8] = b"MicroPython ";
const NEWLINE: &[u8] = b"\r\n";
/// CircuitPython 9 and later set the terminal's title before a banner.
const TITLE: &[u8] = b"\x1b]0;";
const TITLE_END: &[u8] = b"\x1b\\";

/// What programs printed in `held`, and in `said` behind it; something may be lost between them. `begins`: the
/// first `OK` says that a program was taken.
pub(super) fn printed(held: &[u8], said: &[u8], mark: &Mark, begins: bool) -> Vec<u8> {
    let said = without_frames(held, said, mark);
    let said = if begins { without(&said, memmem::find(&said, OK), OK.len()) } else { said };
    without_prompts(&without_banners(&without_ends(&without_paste(&said))))
}

/// Without `count` bytes from `at`.
fn without(said: &[u8], at: Option<usize>, count: usize) -> Vec<u8> {
    at.map_or_else(|| said.to_vec(), |at| [&said[..at], &said[at + count..]].concat())
}

/// Without frames, whole ones and those that were cut off; and the `OK` before a verification's answer.
fn without_frames(held: &[u8], said: &[u8], mark: &Mark) -> Vec<u8> {
    let mut kept: Vec<u8> = Vec::new();
    let whole = without_tail(held, mark);
    let continues = said.starts_with(&mark[held.len() - whole.len()..]);
    let (held, all) = if continues {
        (held, [held, said].concat())
    } else {
        let behind = behind_cut(said, mark);
        (whole, [whole, if behind.len() < said.len() { mark } else { b"" }, behind].concat())
    };
    let mut rest = &all[..];
    while let Some(at) = memmem::find(rest, mark) {
        let opens = |&tag: &u8| tag == TAG_ANSWER || tag.is_ascii_alphabetic();
        let first = rest.len() == all.len() && at >= held.len();
        if first && !rest.get(at + MARK_BYTES).is_some_and(opens) {
            // It closes a frame whose beginning is lost.
            kept.extend_from_slice(whole);
        } else {
            kept.extend_from_slice(&rest[..at]);
        }
        rest = &rest[at + MARK_BYTES..];
        let closing = memmem::find(rest, mark);
        let frame = &rest[..closing.unwrap_or(rest.len())];
        if let Some(end) = memchr(END, frame) {
            // The closing mark of a garbled one, or the board was interrupted while it wrote.
            rest = &rest[end..];
            continue;
        }
        let is_whole = match (frame.split_first(), closing) {
            (Some((_, text)), Some(_)) => {
                split_length(text).is_some_and(|(length, digits)| is_payload(&text[digits + 1..], length))
            }
            _ => false,
        };
        if is_whole && frame[0] == TAG_ANSWER {
            kept = without(&kept, memmem::rfind(&kept, OK), OK.len());
        }
        rest = &rest[frame.len() + if is_whole { MARK_BYTES } else { 0 }..];
    }
    kept.extend_from_slice(without_tail(rest, mark));
    kept
}

/// Behind the end of a mark, or all of it; behind a mark there are a frame's tag and length, or an 04.
fn behind_cut<'a>(said: &'a [u8], mark: &Mark) -> &'a [u8] {
    let size = (1..MARK_BYTES).rev().find(|&size| said.starts_with(&mark[MARK_BYTES - size..]));
    let Some(behind) = size.map(|size| &said[size..]) else { return said };
    let header = behind.get(1..).is_some_and(|text| split_length(text).is_some_and(|(_, digits)| digits > 0));
    if header || behind.first() == Some(&END) {
        behind
    } else {
        said
    }
}

/// Without a mark that was cut off.
fn without_tail<'a>(said: &'a [u8], mark: &Mark) -> &'a [u8] {
    let tail = (1..MARK_BYTES).rev().find(|&size| said.ends_with(&mark[..size]));
    &said[..said.len() - tail.unwrap_or(0)]
}

/// Without the answer to the request for raw-paste, and its windows.
fn without_paste(said: &[u8]) -> Vec<u8> {
    let windows = |from: &[u8]| from.iter().take_while(|&&byte| byte == WINDOW).count();
    let said = &said[windows(said)..];
    let Some(at) = memmem::find(said, PASTE_ON).filter(|at| said.len() >= at + 4) else {
        return said.to_vec();
    };
    without(said, Some(at), 4 + windows(&said[at + 4..]))
}

/// Without the ends of replies: `04 error 04 >`.
fn without_ends(said: &[u8]) -> Vec<u8> {
    let mut kept: Vec<u8> = Vec::new();
    let mut rest = said;
    while let Some(first) = memchr(END, rest) {
        let mut last = first;
        while let Some(next) =
            memchr(END, &rest[last + 1..]).filter(|&next| is_error(&rest[last + 1..][..next]))
        {
            last += 1 + next;
        }
        if last == first {
            kept.extend_from_slice(&rest[..=first]);
            rest = &rest[first + 1..];
        } else {
            kept.extend_from_slice(&rest[..first]);
            rest = &rest[last + 1..];
            rest = rest.strip_prefix(&[PROMPT]).unwrap_or(rest);
        }
    }
    kept.extend_from_slice(rest);
    kept
}

fn is_error(text: &[u8]) -> bool {
    text.is_empty() || text.starts_with(TRACEBACK) || text.starts_with(BARE_INTERRUPT)
}

/// Without raw banners, and the titles before any banner.
fn without_banners(said: &[u8]) -> Vec<u8> {
    let mut kept: Vec<u8> = Vec::new();
    let mut rest = said;
    while let Some(at) = memmem::find(rest, BANNER_END) {
        let end = at + BANNER_END.len();
        // In other languages: the line.
        let line = memrchr(b'\n', &rest[..at]).map_or(0, |at| at + 1);
        let start = if rest[..end].ends_with(RAW_BANNER) { end - RAW_BANNER.len() } else { line };
        // The prompt where ^A was typed, and what may be left of the end of a reply before it.
        let text = rest[..start].strip_suffix(&[PROMPT]);
        let ends = text.map_or(0, |text| 1 + text.iter().rev().take_while(|&&byte| byte == END).count());
        kept.extend_from_slice(&rest[..start - ends]);
        rest = &rest[end..];
    }
    kept.extend_from_slice(rest);
    without_titles(&kept)
}

fn without_titles(said: &[u8]) -> Vec<u8> {
    let mut kept: Vec<u8> = Vec::new();
    let mut rest = said;
    while let Some(at) = memmem::find(rest, TITLE) {
        let Some(size) = memmem::find(&rest[at..], TITLE_END) else { break };
        kept.extend_from_slice(&rest[..at]);
        rest = &rest[at + size + TITLE_END.len()..];
    }
    kept.extend_from_slice(rest);
    kept
}

/// Without friendly prompts, the banner and the traceback before one, and the newlines that belong to it.
fn without_prompts(said: &[u8]) -> Vec<u8> {
    let mut kept: Vec<u8> = Vec::new();
    let mut rest = said;
    while let Some(at) = memmem::find(rest, FRIENDLY_PROMPT) {
        kept.extend_from_slice(before_prompt(&rest[..at]));
        rest = &rest[at + FRIENDLY_PROMPT.len()..];
        // What the control key that was typed there has moved on to.
        rest = rest.strip_prefix(NEWLINE).unwrap_or(rest);
    }
    kept.extend_from_slice(rest);
    kept
}

fn before_prompt(said: &[u8]) -> &[u8] {
    let said = without_blank_line(said);
    let line = |text: &[u8]| memrchr(b'\n', text).map_or(0, |at| at + 1);
    let text = said.strip_suffix(NEWLINE).unwrap_or(said);
    let said = if text.ends_with(FRIENDLY_BANNER_END) {
        let help = &text[..line(text)];
        let above = help.strip_suffix(NEWLINE).unwrap_or(help);
        let start = line(above);
        // A thread of the board may have left an unfinished line before it.
        &text[..memmem::find(&above[start..], MICROPYTHON).map_or(help.len(), |at| start + at)]
    } else if text[line(text)..].starts_with(FRIENDLY_BANNER_START) {
        &text[..line(text)]
    } else {
        said
    };
    before_interrupt(without_blank_line(said))
}

fn before_interrupt(said: &[u8]) -> &[u8] {
    // The simulated board's tracebacks have bare newlines.
    let Some(text) = said.strip_suffix(NEWLINE).or_else(|| said.strip_suffix(b"\n")) else { return said };
    let last = memrchr(b'\n', text).map_or(0, |at| at + 1);
    if !text[last..].starts_with(BARE_INTERRUPT) {
        return said;
    }
    let Some(at) = memmem::rfind(&text[..last], TRACEBACK) else { return &text[..last] };
    let mut lines = text[at..last].split(|&byte| byte == b'\n').skip(1);
    if lines.all(|line| line.is_empty() || line.starts_with(b"  ")) {
        &text[..at]
    } else {
        &text[..last]
    }
}

/// Without an empty last line.
fn without_blank_line(said: &[u8]) -> &[u8] {
    match said.strip_suffix(NEWLINE) {
        Some(text) if text.is_empty() || text.ends_with(b"\n") => text,
        _ => said,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MARK: &Mark = b"\x1fabcdefg";
    const INTERRUPTED: &str =
        "Traceback (most recent call last):\r\n  File \"main.py\", line 3, in <module>\r\n\
                               KeyboardInterrupt: \r\n";
    const FRIENDLY: &str =
        "MicroPython v1.29.0 on 2026-01-01; linux\r\nType \"help()\" for more information.\r\n";
    const RAW: &str = "raw REPL; CTRL-B to exit\r\n>";
    const ANSWER: &str = "OK\x1fabcdefg?3:1:1\x1fabcdefg\x04\x04>";

    fn of(said: &str) -> String {
        String::from_utf8(printed(b"", said.as_bytes(), MARK, false)).unwrap()
    }

    #[test]
    fn a_prompt_says_nothing() {
        for said in [
            format!("{RAW}{ANSWER}"),
            format!("\r\n>>> \r\n{RAW}{ANSWER}"),
            format!("{INTERRUPTED}{FRIENDLY}>>> \r\n{RAW}{ANSWER}"),
            format!("\r\n{FRIENDLY}>>> "),
            format!("\x04{INTERRUPTED}\x04>{RAW}{ANSWER}"),
            format!("\x04\x04KeyboardInterrupt: \r\n\x04>{RAW}{ANSWER}"),
            format!("R\x01\u{1}\0\x01\x01{RAW}{ANSWER}"),
            "\r\n\x1b]0;x\x1b\\Adafruit CircuitPython 9.2.0 on 2024-11-20; Pico with rp2040\r\n>>> ".into(),
            "\x1b]0;x\x1b\\rohe REPL; exit\r\n>".into(),
        ] {
            assert_eq!(of(&said), "", "{said:?}");
        }
    }

    #[test]
    fn what_programs_print_is_kept_wherever_it_comes() {
        let t = "tick\r\n";
        for (said, expected) in [
            (format!("{t}{RAW}{t}{ANSWER}{t}"), t.repeat(3)),
            (format!("{t}tick{RAW}{ANSWER}"), format!("{t}tick")),
            (format!("{t}\x04{INTERRUPTED}\x04>{t}{RAW}{ANSWER}"), t.repeat(2)),
            (format!("{t}{INTERRUPTED}{FRIENDLY}>>> {t}\r\n{RAW}{ANSWER}"), format!("{}\r\n", t.repeat(2))),
            (format!("tick{FRIENDLY}>>> "), "tick".into()),
            (format!("{t}\r\n>>> \r\n{RAW}{ANSWER}"), t.into()),
            (format!("{RAW}OK{t}{}", &ANSWER[2..]), t.into()),
            ("a\x04b\x04\x04>c".into(), "a\x04bc".into()),
            ("OK>>>\x1f\x01.".into(), "OK>>>\x1f\x01.".into()),
        ] {
            assert_eq!(of(&said), expected, "{said:?}");
        }
    }

    /// Beginnings and ends of all that is taken out.
    const PIECES: &[&[u8]] = &[
        b"\x04",
        MARK,
        b">>> ",
        b"\r\n",
        b"\n",
        b"OK",
        b"exit\r\n>",
        b"R\x01",
        b"Traceback",
        b"KeyboardInterrupt:",
        b"v1:",
        b"\x1b]0;",
        b"\x1b\\",
        b"Type \"help()\" for more information.",
        b"Adafruit CircuitPython ",
        b">",
    ];

    proptest! {
        #[test]
        fn nothing_else_is_taken_out_wherever_it_is_cut(
            text in "([a-zA-Z0-9 ]{0,8}\r\n){0,9}", more in "([a-z]{0,8}\r\n){0,3}", cut in 0usize..200,
        ) {
            let said = format!("{text}{RAW}OK{more}{}", &ANSWER[2..]);
            let (held, said) = said.as_bytes().split_at(cut.min(said.len()));
            prop_assert_eq!(printed(held, said, MARK, false), format!("{text}{more}").into_bytes());
        }

        #[test]
        fn any_bytes_are_taken(
            held in proptest::collection::vec(any::<u8>(), 0..50),
            pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..20),
        ) {
            printed(&held, &pieces.concat(), MARK, true);
        }
    }

    #[test]
    fn replies_whole_and_cut_off_are_no_text() {
        for reply in
            ["\x1fabcdefgv5:12345\x1fabcdefg\x04\x04>", "\x1fabcdefgv5:12", "\x1fabcdefgv", "\x1fabcdefg"]
        {
            assert_eq!(of(&format!("a{reply}{RAW}{ANSWER}")), "a", "{reply:?}");
        }
        for reply in ["\x1fabcdefgv1:1\x1fabcdefg\x04", "\x1fabcdefgv1:1\x1fab", "\x1fabc"] {
            assert_eq!(of(&format!("a{reply}")).trim_end_matches('\x04'), "a", "{reply:?}");
        }
        for cut in 0..=20 {
            let reply = b"\x1fabcdefgv3:123\x1fabcdefg";
            let rest = format!("{}\x04\x04>{RAW}{ANSWER}", str::from_utf8(&reply[cut..]).unwrap());
            for lost in 0..=cut {
                let held = [b"a\r\n", &reply[..cut - lost]].concat();
                assert_eq!(printed(&held, rest.as_bytes(), MARK, false), b"a\r\n", "{cut} {lost}");
            }
        }
        assert_eq!(printed(b"", b"OKa\x1fabcdefgn0:\x1fabcdefg\x04\x04>OK", MARK, true), b"aOK");
    }
}
