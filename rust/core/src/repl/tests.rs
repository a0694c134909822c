//! Every stream whole, byte by byte, in random pieces, and with a tail.

use proptest::prelude::*;

use super::*;
use crate::reply::Mark;

const MARK: &Mark = b"\x1fabcdefg";
const TRACEBACK: &[u8] =
    b"Traceback (most recent call last):\r\n  File \"<stdin>\", line 1, in <module>\r\nValueError: x\r\n";

fn frame(tag: char, payload: &str) -> Vec<u8> {
    format!("\x1fabcdefg{tag}{}:{payload}\x1fabcdefg", payload.chars().count()).into_bytes()
}

/// What a board does with the bytes that come up, as far as these tests need it.
struct Board {
    /// Output of the program, from the first byte behind `OK` or the acknowledgement.
    output: Vec<u8>,
    tail: Vec<u8>,
}

/// Submit `source`, play the board's part with pieces as long as `cuts` says, verify when asked to.
fn play(source: &[u8], board: &Board, cuts: &[usize]) -> (Vec<u8>, Outcome, Vec<u8>) {
    let mut repl = RawRepl::new(*MARK, true);
    repl.submit(source, false);
    let mut up = repl.to_send();
    let mut down = if up.starts_with(b"\x05A\x01") {
        let mut down = b"R\x01\x80\x00\x01".to_vec();
        down.extend(std::iter::repeat_n(1, source.len() / 128));
        down.push(4);
        down
    } else {
        b"OK".to_vec()
    };
    down.extend_from_slice(&board.output);
    let (mut printed, mut outcome) = (Vec::new(), None);
    let mut cuts = cuts.iter().cycle();
    while !down.is_empty() {
        let size = (*cuts.next().unwrap()).clamp(1, down.len());
        let piece: Vec<u8> = down.drain(..size).collect();
        for event in repl.receive(&piece) {
            match event {
                Event::Text(text) => printed.extend(text),
                Event::Suspect => {
                    repl.verify(b"print(42)", b"1:");
                    // The board reads it when the program is over.
                    down.extend([b"OK", &frame('?', "1:1")[..], b"\x04\x04>"].concat());
                }
                Event::Done(done) => assert!(outcome.replace(done).is_none()),
                Event::Started => {}
                Event::Said { tag, .. } => printed.push(tag),
                Event::NoPaste => panic!("no paste"),
            }
        }
        up.extend(repl.to_send());
    }
    assert_eq!(repl.state(), State::Prompt);
    repl.receive(&board.tail).into_iter().for_each(|event| match event {
        Event::Text(text) => printed.extend(text),
        event => panic!("{event:?} at the prompt"),
    });
    (printed, outcome.expect("no outcome"), up)
}

/// What a thread of the board prints while a reply ends.
fn threaded(printed: &[u8], tick: &[u8]) -> Board {
    let output = [printed, &frame('v', "[1, 2]"), tick, b"\x04", tick, b"\x04", tick, b">"].concat();
    Board { output, tail: tick.to_vec() }
}

fn value(printed: &[u8], payload: &str) -> Board {
    Board { output: [printed, &frame('v', payload), b"\x04\x04>"].concat(), tail: b"later\n".to_vec() }
}

fn failure(printed: &[u8]) -> Board {
    Board { output: [printed, b"\x04", TRACEBACK, b"\x04>"].concat(), tail: b"later\n".to_vec() }
}

/// Text that looks like everything that means something.
fn nasty() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\x04".to_vec()),
        Just(b"\x04\x04>".to_vec()),
        Just(b"\x04>".to_vec()),
        Just(b">".to_vec()),
        Just(b"OK".to_vec()),
        Just(b"R\x01\x80\x00\x01".to_vec()),
        Just(b"\x1fabc".to_vec()),
        Just(b"\x1fabcdefh".to_vec()),
        Just(b"\x1f".to_vec()),
        Just(b"raw REPL; CTRL-B to exit\r\n>".to_vec()),
        Just([b"\x04", TRACEBACK, b"\x04>"].concat()),
        proptest::collection::vec(any::<u8>(), 0..20),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_value_survives_whatever_was_printed(printed in nasty(), cuts in proptest::collection::vec(1usize..40, 1..9)) {
        let expected = [&printed[..], b"later\n"].concat();
        for cuts in [&cuts[..], &[1], &[usize::MAX]] {
            let (text, outcome, _) = play(b"f()", &value(&printed, "[1, 2]"), cuts);
            prop_assert_eq!(&text, &expected);
            prop_assert_eq!((outcome.tag, &outcome.payload[..], outcome.garbled), (b'v', &b"[1, 2]"[..], false));
        }
    }

    #[test]
    fn an_error_is_told_from_whatever_was_printed(printed in nasty(), cuts in proptest::collection::vec(1usize..40, 1..9)) {
        let expected = [&printed[..], b"later\n"].concat();
        for cuts in [&cuts[..], &[1], &[usize::MAX]] {
            let (text, outcome, _) = play(b"f()", &failure(&printed), cuts);
            prop_assert_eq!(&text, &expected);
            prop_assert_eq!((outcome.tag, &outcome.payload[..]), (b'x', TRACEBACK));
            prop_assert_eq!(&outcome.answer[..], b"1");
        }
    }

    #[test]
    fn an_exceptions_message_may_hold_ends(message in nasty(), printed in nasty(), cut in 1usize..40) {
        let text = [TRACEBACK, &message[..], b"\r\n"].concat();
        let board = Board { output: [&printed[..], b"\x04", &text, b"\x04>"].concat(), tail: vec![] };
        let (_, outcome, _) = play(b"f()", &board, &[cut]);
        prop_assert_eq!(outcome.tag, b'x');
        let last = memchr::memmem::rfind(&text, TRACEBACK).unwrap();
        prop_assert!(outcome.payload.ends_with(&text[last..]), "{:?}", outcome.payload);
    }

    #[test]
    fn threads_may_print_between_all_pieces_of_an_end(printed in nasty(), cut in 1usize..40) {
        let (text, outcome, _) = play(b"f()", &threaded(&printed, b"tick\n"), &[cut]);
        prop_assert_eq!(&text, &[&printed[..], &b"tick\n".repeat(4)].concat());
        prop_assert_eq!((outcome.tag, &outcome.payload[..]), (b'v', &b"[1, 2]"[..]));
        let error = [&printed[..], b"\x04", TRACEBACK, b"\x04tick\n>tick\n"].concat();
        let (text, outcome, _) = play(b"f()", &Board { output: error, tail: Vec::new() }, &[cut]);
        prop_assert_eq!(&text, &[&printed[..], b"tick\ntick\n"].concat());
        prop_assert_eq!((outcome.tag, &outcome.payload[..]), (b'x', TRACEBACK));
    }

    #[test]
    fn any_program_goes_up_whole(length in 0usize..2000, cut in 1usize..300) {
        let source = vec![b'x'; length];
        let (_, outcome, up) = play(&source, &value(b"", "1"), &[cut]);
        let sent = if length > PLAIN_BYTES { up.strip_prefix(b"\x05A\x01").unwrap() } else { &up[..] };
        prop_assert_eq!(sent, &[&source[..], b"\x04"].concat()[..]);
        prop_assert_eq!(outcome.tag, b'v');
    }
}

#[test]
fn text_is_reported_as_it_comes() {
    let mut repl = RawRepl::new(*MARK, true);
    repl.submit(b"f()", false);
    assert_eq!(repl.receive(b"OKab"), [Event::Started, Event::Text(b"ab".to_vec())]);
    assert_eq!(repl.receive(b"c"), [Event::Text(b"c".to_vec())]);
}

#[test]
fn request_and_first_bytes_share_a_write_and_windows_bound_the_rest() {
    let mut repl = RawRepl::new(*MARK, true);
    repl.submit(&[b'x'; 1000], false);
    assert_eq!(repl.to_send(), [&b"\x05A\x01"[..], &[b'x'; 256]].concat());
    assert_eq!(repl.receive(b"R\x01\x80"), []);
    repl.receive(b"\x00\x01");
    assert_eq!(repl.to_send(), b"", "two windows are out");
    repl.receive(b"\x01");
    assert_eq!(repl.to_send(), [b'x'; 128]);
    assert!(!repl.all_sent());
    repl.receive(&[1; 5]);
    assert_eq!(repl.to_send(), [&[b'x'; 616][..], b"\x04"].concat());
    assert!(repl.all_sent());
}

#[test]
fn a_small_ring_is_never_overrun() {
    for length in 1..900 {
        let mut repl = RawRepl::new(*MARK, true).on_line(240, 0);
        repl.submit(&vec![b'x'; length], false);
        let first = repl.to_send().len();
        assert!(first <= 240);
        if length < 240 {
            assert_eq!(first, length + 1, "plain");
            continue;
        }
        // The board reads a window, and grants one; the request is read when it is answered.
        let (mut sent, mut read) = (first - 3, 0);
        repl.receive(b"R\x01\x80\x00\x01");
        loop {
            sent += repl.to_send().len();
            assert!(sent - read <= 240, "{sent} of {length}, {read} read");
            if sent == length + 1 {
                break;
            }
            read += 128;
            assert!(read <= sent, "the board waits");
            repl.receive(b"\x01");
        }
        assert!(repl.all_sent());
    }
}

#[test]
fn where_the_line_holds_the_sender_a_program_runs_ahead_once_raw_paste_has_shown_itself() {
    let mut repl = RawRepl::new(*MARK, true).on_line(BURST_BYTES, 5000);
    repl.submit(&[b'x'; 1000], false);
    assert_eq!(repl.to_send().len(), 3 + 256);
    repl.receive(b"R\x01\x80\x00\x01");
    assert_eq!(repl.to_send().len(), 1000 - 256 + 1);
    repl.receive(&[&[1; 7][..], b"\x04", &frame('v', "1"), b"\x04\x04>"].concat());
    assert_eq!(repl.state(), State::Prompt);
    repl.submit(&[b'x'; 6000], false);
    assert_eq!(repl.to_send().len(), 3 + 5000);
    repl.receive(b"R\x01\x80\x00\x01");
    assert_eq!(repl.to_send().len(), 256);
    repl.receive(&[1; 10]);
    assert_eq!(repl.to_send().len(), 6000 - 5256 + 1);
    assert!(repl.all_sent());
}

#[test]
fn a_board_that_gives_up_is_acknowledged() {
    let mut repl = RawRepl::new(*MARK, true);
    repl.submit(&[b'x'; 1000], false);
    repl.to_send();
    assert_eq!(repl.receive(b"R\x01\x80\x00\x01\x04"), [Event::Started]);
    assert_eq!(repl.to_send(), b"\x04");
    assert_eq!(repl.receive(b"\x04MemoryError: \r\n\x04>"), [Event::Suspect]);
    repl.verify(b"v", b"1:");
    let events = repl.receive(&[b"OK", &frame('?', "1:1")[..], b"\x04\x04>"].concat());
    let [Event::Done(outcome)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(outcome.payload, b"MemoryError: \r\n");
}

#[test]
fn firmware_without_raw_paste_takes_what_followed_as_plain_source() {
    let mut repl = RawRepl::new(*MARK, true);
    repl.submit(b"f()", true);
    assert_eq!(repl.receive(b"raw REPL; CTRL-B to exit\r\n>OK"), [Event::NoPaste, Event::Started]);
    let done = repl.receive(&[&frame('v', "1")[..], b"\x04\x04>"].concat());
    assert!(matches!(&done[..], [Event::Done(_)]));
    let mut repl = RawRepl::new(*MARK, true);
    repl.submit(b"f()", true);
    assert_eq!(repl.receive(b"R\x00>OK"), [Event::NoPaste, Event::Started]);
}

#[test]
fn a_reset_ends_a_program_without_its_end() {
    let reset = b"hi\x04\x04\r\nMPY: soft reboot\r\nraw REPL; CTRL-B to exit\r\n>";
    for cuts in [&[1][..], &[7], &[1000]] {
        let board = Board { output: reset.to_vec(), tail: Vec::new() };
        let (text, outcome, _) = play(b"f()", &board, cuts);
        assert_eq!(text, b"hi\r\nMPY: soft reboot\r\n");
        assert_eq!((outcome.tag, &outcome.payload[..]), (b'x', &b""[..]));
    }
}

#[test]
fn parts_make_one_value() {
    let output = [&frame('p', "[1, ")[..], b"tick\n", &frame('v', "2]"), b"\x04\x04>"].concat();
    let (text, outcome, _) = play(b"f()", &Board { output, tail: Vec::new() }, &[3]);
    assert_eq!((&text[..], &outcome.payload[..]), (&b"tick\n"[..], &b"[1, 2]"[..]));
}

#[test]
fn what_is_printed_into_a_frame_makes_it_garbled() {
    let output = b"\x1fabcdefgv3:1X23\x1fabcdefg\x04\x04>".to_vec();
    let (_, outcome, _) = play(b"f()", &Board { output, tail: Vec::new() }, &[1]);
    assert!(outcome.garbled);
}

#[test]
fn a_frame_that_an_interrupt_cuts_off_is_no_value() {
    let output = [b"\x1fabcdefgv30:[1, 2", &b"\x04"[..], TRACEBACK, b"\x04>"].concat();
    let (_, outcome, _) = play(b"f()", &Board { output, tail: Vec::new() }, &[1]);
    assert_eq!((outcome.tag, &outcome.payload[..]), (b'x', TRACEBACK));
}

#[test]
fn an_abandoned_program_ends_with_the_answer_of_the_latest_verification() {
    let mut repl = RawRepl::new(*MARK, true);
    repl.submit(&[b'x'; 1000], false);
    repl.to_send();
    repl.abandon();
    repl.verify(b"one", b"1:");
    assert_eq!(repl.to_send(), b"one\x04");
    repl.abandon();
    repl.verify(b"two", b"2:");
    let stale = [b"\x04\x04KeyboardInterrupt: \r\n\x04>OK", &frame('?', "1:1")[..], b"\x04\x04>"].concat();
    assert!(repl.receive(&stale).iter().all(|event| !matches!(event, Event::Done(_))));
    let events = repl.receive(&[b"OK", &frame('?', "2:0")[..], b"\x04\x04>"].concat());
    let Some(Event::Done(outcome)) = events.last() else { panic!("{events:?}") };
    assert_eq!((outcome.tag, &outcome.answer[..]), (b'x', &b"0"[..]));
    repl.submit(b"f()", false);
}

#[test]
fn withheld_output_can_be_shown_early_and_is_not_shown_twice() {
    let mut repl = RawRepl::new(*MARK, true);
    repl.submit(b"f()", false);
    assert_eq!(repl.receive(b"OK\x04still running"), [Event::Started]);
    assert_eq!(repl.take_withheld(), b"\x04still running");
    let events = repl.receive(&[b"!", &frame('v', "1")[..], b"\x04\x04>"].concat());
    assert_eq!(events[0], Event::Text(b"!".to_vec()));
    assert!(matches!(events[1], Event::Done(_)));
}

#[test]
fn a_running_program_speaks_to_the_caller() {
    let said = [b"a\x04", &frame('R', "0")[..], b"b", &frame('C', "1")].concat();
    let output = [&said[..], &frame('p', "4"), &frame('E', ""), &frame('v', "2"), b"\x04\x04>"].concat();
    for size in 1..output.len() {
        let (printed, outcome, _) = play(b"1", &Board { output: output.clone(), tail: vec![] }, &[size]);
        assert_eq!(printed, b"a\x04RbCE", "{size}");
        assert_eq!((outcome.tag, &outcome.payload[..]), (b'v', &b"42"[..]));
    }
}

const FRIENDLY: &[&[u8]] = &[
    b"\r\nMicroPython v1.26.1 on 2025-09-11; Board with chip\r\nType \"help()\" for more information.\r\n>>> ",
    b"\r\nAdafruit CircuitPython 10.0.3 on 2025-10-17; Raspberry Pi Pico with rp2040\r\n>>> ",
];

#[test]
fn a_board_that_restarts_while_its_program_runs_is_asked_from_its_friendly_prompt() {
    for banner in FRIENDLY {
        for size in 1..banner.len() {
            let mut repl = RawRepl::new(*MARK, true);
            repl.submit(b"1", false);
            repl.to_send();
            let stream = [b"OKx", *banner].concat();
            let events: Vec<Event> = stream.chunks(size).flat_map(|piece| repl.receive(piece)).collect();
            assert_eq!(events.last(), Some(&Event::Suspect), "{size}");
            repl.verify(b"print(42)", b"1:");
            assert_eq!(repl.to_send(), b"\x01print(42)\x04");
            let answer =
                [b"\r\nraw REPL; CTRL-B to exit\r\n>OK", &frame('?', "1:0")[..], b"\x04\x04>"].concat();
            let events = repl.receive(&answer);
            assert!(matches!(events.last(), Some(Event::Done(Outcome { tag: b'!', .. }))), "{events:?}");
        }
    }
}

#[test]
fn a_program_that_prints_a_banner_keeps_its_value() {
    let mut repl = RawRepl::new(*MARK, true);
    repl.submit(b"1", false);
    repl.to_send();
    repl.receive(&[b"OK", FRIENDLY[0]].concat());
    repl.verify(b"print(42)", b"1:");
    repl.receive(&[&frame('v', "7")[..], b"\x04\x04>\r\nraw REPL; CTRL-B to exit\r\n>OK"].concat());
    let events = repl.receive(&[&frame('?', "1:1")[..], b"\x04\x04>"].concat());
    assert!(matches!(events.last(), Some(Event::Done(Outcome { tag: b'v', .. }))), "{events:?}");
}

#[test]
fn a_banner_before_the_program_was_taken_or_at_the_prompt_is_a_restart() {
    let mut repl = RawRepl::new(*MARK, true);
    repl.submit(&[b'x'; 1000], false);
    repl.to_send();
    let events = repl.receive(FRIENDLY[0]);
    assert!(matches!(events.last(), Some(Event::Done(Outcome { tag: b'!', .. }))), "{events:?}");
    assert!(!repl.all_sent() && repl.restarted());

    let mut repl = RawRepl::new(*MARK, true);
    FRIENDLY[1].chunks(7).for_each(|piece| assert!(matches!(repl.receive(piece)[..], [Event::Text(_)])));
    assert!(repl.restarted());
}

#[test]
fn without_raw_paste_the_whole_program_goes_as_plain_source() {
    let source = [b'x'; 1000];
    let mut repl = RawRepl::new(*MARK, true);
    repl.submit(&source, false);
    repl.to_send();
    assert_eq!(repl.receive(b"raw REPL; CTRL-B to exit\r\n>"), [Event::NoPaste]);
    assert!(!repl.all_sent());
    repl.resubmit_plain();
    assert_eq!(repl.to_send(), [b"\x03", &source[..], b"\x04"].concat());
    assert!(repl.all_sent());
    let reply = [b"OK", &frame('v', "7")[..], b"\x04\x04>"].concat();
    assert!(matches!(repl.receive(&reply).last(), Some(Event::Done(Outcome { tag: b'v', .. }))));
    repl.submit(&source, false);
    assert_eq!(repl.to_send(), [&source[..], b"\x04"].concat());
}

#[test]
fn a_verification_is_answered_although_the_reply_came_behind_the_interrupt() {
    let mut repl = RawRepl::new(*MARK, true);
    repl.submit(b"f()", false);
    repl.receive(b"OK");
    repl.abandon();
    let late = repl.receive(&[&frame('v', "1")[..], b"\x04\x04>"].concat());
    assert!(matches!(late[..], [Event::Done(_)]), "{late:?}");
    repl.verify(b"print(42)", b"1:");
    let events = repl.receive(&[b"OK", &frame('?', "1:1")[..], b"\x04\x04>"].concat());
    assert!(matches!(&events[..], [Event::Done(outcome)] if outcome.answer == b"1"), "{events:?}");
    assert_eq!(repl.state(), State::Prompt);
}
