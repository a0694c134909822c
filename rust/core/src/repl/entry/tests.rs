//! An entry against boards by its own clock.

use proptest::prelude::*;

use super::*;

const MARK: &Mark = b"\x1fabcdefg";

/// Play a board: what it says to each write, whether it still has the mark, in pieces of `size`.
fn play(mut says: impl FnMut(&[u8]) -> Vec<u8>, entry: &mut Entry, size: usize) -> u64 {
    let mut now_ms = 0;
    for _ in 0..10_000 {
        let sent = entry.to_send();
        let said = if sent.is_empty() { vec![] } else { says(&sent) };
        for piece in said.chunks(size) {
            entry.receive(piece, now_ms);
        }
        if matches!(entry.stage(), Stage::Entered | Stage::Failed) {
            return now_ms;
        }
        if said.is_empty() {
            now_ms += entry.wait_ms(now_ms);
            entry.receive(b"", now_ms);
        }
    }
    panic!("it never ends: {entry:?}");
}

fn answer(sent: &[u8], marked: u8) -> Vec<u8> {
    let text = String::from_utf8(sent.to_vec()).unwrap();
    let number = text.split(&['?', ':', '%'][..]).nth(2).unwrap();
    let payload = format!("{number}:{marked}");
    format!("OK\x1fabcdefg?{}:{payload}\x1fabcdefg\x04\x04>", payload.len()).into_bytes()
}

fn friendly(sent: &[u8]) -> Vec<u8> {
    match sent {
        b"\x03" => b"\r\n>>> ".to_vec(),
        b"\x01" => b"\r\n>>> \r\nraw REPL; CTRL-B to exit\r\n>".to_vec(),
        _ => answer(sent, 0),
    }
}

#[test]
fn from_the_friendly_prompt_nothing_waits() {
    for size in 1..40 {
        let mut entry = Entry::new(*MARK, 7, 10_000);
        assert_eq!(play(friendly, &mut entry, size), 0);
        assert_eq!((entry.stage(), entry.marked()), (Stage::Entered, false));
    }
}

#[test]
fn a_raw_prompt_is_silent_and_may_have_no_banner_and_still_have_the_mark() {
    let raw = |sent: &[u8]| match sent {
        b"\x03" => vec![],
        b"\x01" => b"\r\n>".to_vec(),
        _ => answer(sent, 1),
    };
    let mut entry = Entry::new(*MARK, 7, 10_000);
    play(raw, &mut entry, 3);
    assert_eq!((entry.stage(), entry.marked()), (Stage::Entered, true));
}

#[test]
fn a_banner_that_boot_prints_is_not_believed() {
    let mut lies = 2;
    let board = |sent: &[u8]| {
        if sent.len() > 1 && lies > 0 {
            lies -= 1;
            return b"raw REPL; CTRL-B to exit\r\n>".to_vec();
        }
        friendly(sent)
    };
    let mut entry = Entry::new(*MARK, 7, 10_000);
    play(board, &mut entry, 5);
    assert_eq!(entry.stage(), Stage::Entered);
}

#[test]
fn what_stands_in_the_way_is_named() {
    type Says = fn(&[u8]) -> Vec<u8>;
    let boards: [(Says, Obstacle); 4] = [
        (|_| vec![], Obstacle::Mute),
        (|_| b"no".to_vec(), Obstacle::NoPrompt),
        (|sent| if sent == b"\x03" { b">>> ".to_vec() } else { vec![] }, Obstacle::NoRawPrompt),
        (|sent| if sent.len() < 3 { friendly(sent) } else { vec![] }, Obstacle::NoAnswer),
    ];
    for (board, obstacle) in boards {
        let mut entry = Entry::new(*MARK, 7, 5_000);
        assert_eq!(play(board, &mut entry, 4), 5_000);
        assert_eq!((entry.stage(), entry.obstacle()), (Stage::Failed, obstacle));
    }
}

#[test]
fn a_board_that_prints_for_ever_fails_at_the_deadline() {
    let mut entry = Entry::new(*MARK, 7, 5_000);
    let mut now_ms = 0;
    while entry.stage() != Stage::Failed {
        entry.to_send();
        entry.receive(b"beat\r\n", now_ms);
        now_ms += 50;
    }
    assert_eq!((now_ms, entry.obstacle()), (5_050, Obstacle::Prints));
}

#[test]
fn one_round_in_three_is_silent_for_an_orphaned_receiver() {
    let mut entry = Entry::new(*MARK, 7, 20_000);
    let (mut now_ms, mut longest, mut last) = (0, 0, 0);
    while entry.stage() != Stage::Failed {
        if !entry.to_send().is_empty() {
            (longest, last) = (longest.max(now_ms - last), now_ms);
        }
        now_ms += entry.wait_ms(now_ms);
        entry.receive(b"", now_ms);
    }
    assert!(longest >= SILENCE_MS, "{longest}");
}

#[test]
fn a_restart_waits_for_its_banner_and_interrupts_a_boot_that_never_ends() {
    let mut entry = Entry::restarting(*MARK, 7, 10_000);
    assert_eq!(entry.to_send(), b"\x04");
    entry.receive(b"OK\r\nMPY: soft reboot\r\n", 1);
    entry.receive(b"", 4_000);
    entry.receive(b"raw REPL; CTRL-B to exit\r\n>", 4_500);
    assert_eq!(entry.stage(), Stage::Entered);

    let mut entry = Entry::restarting(*MARK, 7, 10_000);
    let mut boots = true;
    let board = |sent: &[u8]| {
        boots &= sent != b"\x03";
        if boots {
            b"OK\r\nMPY: soft reboot\r\n".to_vec()
        } else {
            friendly(sent)
        }
    };
    assert_eq!(play(board, &mut entry, 9), 5_000);
    assert_eq!(entry.stage(), Stage::Entered);
}

proptest! {
    #[test]
    fn whatever_comes_it_ends_by_its_deadline(
        pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..20), 1..40),
    ) {
        let mut entry = Entry::new(*MARK, 7, 3_000);
        let mut now_ms = 0;
        for piece in pieces.iter().cycle() {
            if matches!(entry.stage(), Stage::Entered | Stage::Failed) {
                break;
            }
            entry.to_send();
            if piece.is_empty() {
                now_ms += entry.wait_ms(now_ms).max(1);
            } else {
                now_ms += 1;
            }
            entry.receive(piece, now_ms);
        }
        prop_assert!(now_ms <= 3_001);
    }
}
