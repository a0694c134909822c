//! [`RawRepl`]: one program at a time, from submission to the end of its reply.

use memchr::{memchr, memmem};

use super::printed::printed;
use super::state::{next_state, Input, State};
use super::words::{
    closing, ends_with_banner, has_banner, split_error, BARE_INTERRUPT, TAG_ANSWER, TRACEBACK, WINDOW,
};
use crate::reply::{Mark, ReplyReader, Token, END};

/// The longest program that goes as plain raw source: what every board takes in one write.
pub const PLAIN_BYTES: usize = 256;
/// The longest first write: the request for raw-paste, two windows of 128 bytes, and the end.
pub const BURST_BYTES: usize = PASTE_REQUEST.len() + PLAIN_BYTES + 1;
/// Windows that firmware may have, and the one that nearly all of it has.
const WINDOWS: std::ops::RangeInclusive<usize> = 16..=4096;
const USUAL_WINDOW_BYTES: usize = 128;
const PASTE_REQUEST: &[u8] = b"\x05A\x01";
const INTERRUPT: u8 = 0x03;
/// The tag of a part of a value: more follows.
const TAG_PART: u8 = b'p';
/// The tag that [`Outcome`] has for an error's text, which comes without a frame.
const TAG_ERROR: u8 = b'x';
/// The tag that [`Outcome`] has when the board has restarted by itself.
const TAG_RESTARTED: u8 = b'!';
/// Before a verification of a board that may stand at its friendly prompt.
const ENTER_RAW: u8 = 0x01;
/// Longer than that line and the prompt.
const RECENT_BYTES: usize = 200;
/// Longer than any traceback; beyond it, what came behind an 04 was printed.
const MAX_WITHHELD_BYTES: usize = 64 * 1024;

/// What [`RawRepl::receive`] has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The board printed this.
    Text(Vec<u8>),
    /// The board took the whole program and runs it.
    Started,
    /// The firmware has no raw-paste. What was sent is being run as plain source where it was all of the
    /// program; else the caller has to abandon, or to call [`RawRepl::resubmit_plain`].
    NoPaste,
    /// The running program says something to the caller: a frame whose tag is an upper-case letter. What
    /// the caller answers, it writes itself.
    Said {
        /// What it is about.
        tag: u8,
        /// Its payload.
        payload: Vec<u8>,
        /// Something was printed into it: the payload is worth nothing.
        garbled: bool,
    },
    /// The reply looks over without a frame: call [`RawRepl::verify`].
    Suspect,
    /// The reply is over.
    Done(Outcome),
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// The tag of the frame that ended the reply; `x` for an error's text, `!` when the board has restarted.
    pub tag: u8,
    /// The frame's payload behind those of the parts before it, or the error's text.
    pub payload: Vec<u8>,
    /// A frame was printed into: the payload is worth nothing.
    pub garbled: bool,
    /// What the verification answered behind what was expected of it; empty where there was none.
    pub answer: Vec<u8>,
}

/// What is known of the program under way.
#[derive(Debug, Default)]
struct Exchange {
    source: Vec<u8>,
    /// Bytes of `source` that were given out.
    sent: usize,
    /// Bytes of `source` that may be given out before the board has granted any.
    ahead: usize,
    /// What the board has granted: its window, and once more for each credit.
    granted: usize,
    window: usize,
    outcome: Outcome,
    /// Output behind an 04 that nothing explains yet, and how much of it was shown already.
    withheld: Vec<u8>,
    shown: usize,
    suspect_reported: bool,
    /// It printed what a board prints that has just started.
    restarted: bool,
}

/// The raw REPL of one board, as bytes in and events out.
#[derive(Debug)]
pub struct RawRepl {
    state: State,
    reader: ReplyReader,
    /// Bytes that arrived before the program ran, not recognised yet.
    handshake: Vec<u8>,
    outgoing: Vec<u8>,
    exchange: Exchange,
    /// How the answer of the latest verification begins; it is due as long as this is set.
    expected: Option<Vec<u8>>,
    /// The end of what the board printed.
    recent: Vec<u8>,
    /// While nothing was under way, the board said what it says when it has started.
    restarted: bool,
    /// The caller has given up on a program that the board has not taken yet.
    abandoned: bool,
    /// The firmware has raw-paste, as far as is known.
    pastes: bool,
    /// It has shown that it has.
    pasted: bool,
    burst_bytes: usize,
    run_ahead_bytes: usize,
}

impl RawRepl {
    /// A REPL that stands at its raw prompt, on a line that takes [`BURST_BYTES`] at once; `pastes`: it has
    /// raw-paste, or that is not known.
    pub fn new(mark: Mark, pastes: bool) -> Self {
        Self {
            state: State::Prompt,
            reader: ReplyReader::new(mark),
            handshake: Vec::new(),
            outgoing: Vec::new(),
            exchange: Exchange::default(),
            expected: None,
            recent: Vec::new(),
            restarted: false,
            abandoned: false,
            pastes,
            pasted: false,
            burst_bytes: BURST_BYTES,
            run_ahead_bytes: 0,
        }
    }

    /// The same on another line.
    ///
    /// `burst_bytes`: what it takes at once while the board does not read, at most [`BURST_BYTES`].
    /// `run_ahead_bytes`: how far a program may run ahead of the windows that the board has granted; more than
    /// 0 only where the line holds the sender.
    pub fn on_line(self, burst_bytes: usize, run_ahead_bytes: usize) -> Self {
        Self { burst_bytes: burst_bytes.clamp(64, BURST_BYTES), run_ahead_bytes, ..self }
    }

    /// How long a program may be that goes as plain raw source.
    fn plain_bytes(&self) -> usize {
        PLAIN_BYTES.min(self.burst_bytes - 1)
    }

    /// Where the board is.
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether all of the program was given out: from here on it may have run.
    pub fn all_sent(&self) -> bool {
        self.exchange.sent == self.exchange.source.len() && self.outgoing.is_empty()
    }

    /// Whether the board said what it says when it has started, since the last program began: it may stand
    /// at its friendly prompt.
    pub fn restarted(&self) -> bool {
        self.restarted || self.exchange.restarted
    }

    /// Begin a program: raw-paste where it is longer than [`PLAIN_BYTES`], or than the line takes at once, or
    /// `paste` says so.
    ///
    /// `source` must not contain the bytes 01 to 04.
    ///
    /// # Panics
    /// Unless the state is [`State::Prompt`].
    pub fn submit(&mut self, source: &[u8], paste: bool) {
        assert_eq!(self.state, State::Prompt, "a program is under way");
        self.exchange = Exchange { source: source.to_vec(), ..Exchange::default() };
        self.handshake.clear();
        self.expected = None;
        self.abandoned = false;
        if self.pastes && (paste || source.len() > self.plain_bytes()) {
            self.enter(Input::SubmitPaste);
            self.outgoing.extend_from_slice(PASTE_REQUEST);
            self.exchange.ahead = self.burst_bytes - PASTE_REQUEST.len() - 1;
        } else {
            self.enter(Input::SubmitPlain);
            self.exchange.ahead = source.len();
        }
        self.give_out();
    }

    /// After [`Event::NoPaste`]: clear the line, and send all of the program as plain source.
    pub fn resubmit_plain(&mut self) {
        self.outgoing = vec![INTERRUPT];
        self.exchange.sent = 0;
        self.exchange.ahead = self.exchange.source.len();
        self.give_out();
    }

    /// Give up on what is under way, after the caller has interrupted the board: what was not sent is
    /// dropped, and only a verification's answer leads back to the prompt.
    ///
    /// What the board says while it takes a program is no output: so that is read to its end first. Where it
    /// was lost, abandoning once more goes on without it.
    pub fn abandon(&mut self) {
        let starting = matches!(self.state, State::Requested | State::Pasting | State::Sent);
        let again = std::mem::replace(&mut self.abandoned, false);
        self.abandoned = starting && !again;
        self.restarted = false;
        self.outgoing.clear();
        self.expected = None;
        if self.abandoned {
            return;
        }
        self.enter(Input::Abandon);
        let handshake = std::mem::take(&mut self.handshake);
        if !again {
            self.reader.feed(&handshake);
        }
    }

    /// Ask the board whether it is at its prompt: `source` prints a frame tagged `?` whose payload begins
    /// with `expected`. An earlier verification's answer does not count any more.
    ///
    /// What was under way may have ended by now, after all: the answer is waited for at the prompt too.
    pub fn verify(&mut self, source: &[u8], expected: &[u8]) {
        if self.state == State::Prompt {
            self.enter(Input::Abandon);
        }
        if self.exchange.restarted {
            self.outgoing.push(ENTER_RAW);
        }
        self.outgoing.extend_from_slice(source);
        self.outgoing.push(END);
        self.expected = Some(expected.to_vec());
    }

    /// What has to be written now; call it after each of the other methods.
    pub fn to_send(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.outgoing)
    }

    /// Take what was read.
    pub fn receive(&mut self, data: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        self.handshake.extend_from_slice(data);
        while self.step(&mut events) {}
        if self.prints_banner(&events) {
            self.banner(&mut events);
        }
        if self.state == State::Doubt {
            self.look_for_end(&mut events);
        }
        events
    }

    /// Output that was held back because it may be an error's text, for showing it when nothing more has
    /// come for a while. It stays known as a candidate.
    pub fn take_withheld(&mut self) -> Vec<u8> {
        let text = self.exchange.withheld[self.exchange.shown..].to_vec();
        self.exchange.shown = self.exchange.withheld.len();
        text
    }

    /// What programs printed, out of what was held back and of `said`: all that came from the board since,
    /// while it was entered anew. The caller takes another `RawRepl` then.
    pub fn take_printed(&mut self, said: &[u8]) -> Vec<u8> {
        let mut held = self.take_withheld();
        if matches!(self.state, State::Replied | State::Owed | State::Verified) {
            // The reply's end, of which the rest may be lost.
            held.retain(|&byte| byte != END);
        }
        held.append(&mut self.reader.take_rest());
        held.append(&mut self.handshake);
        while said.is_empty() && held.ends_with(&[END]) {
            held.pop();
        }
        let mut begins = self.state == State::Sent;
        let mut said = said;
        if begins && held.ends_with(b"O") != said.starts_with(b"K") {
            // One letter is lost.
            held.truncate(held.strip_suffix(b"O").unwrap_or(&held).len());
            said = said.strip_prefix(b"K").unwrap_or(said);
            begins = false;
        }
        printed(&held, said, self.reader.mark(), begins)
    }

    fn enter(&mut self, input: Input) {
        self.state = next_state(self.state, input);
        if self.abandoned && self.state == State::Running {
            self.abandoned = false;
            self.state = next_state(self.state, Input::Abandon);
        }
    }

    /// Do one thing with what is there; whether there may be more to do.
    fn step(&mut self, events: &mut Vec<Event>) -> bool {
        match self.state {
            State::Prompt => self.idle_text(events),
            State::Requested => self.expect_paste_answer(events),
            State::Pasting => self.expect_credit(events),
            State::Sent => self.expect_ok(events),
            _ => {
                let data = std::mem::take(&mut self.handshake);
                self.reader.feed(&data);
                match self.reader.next_token() {
                    Some(token) => self.output(token, events),
                    None => return false,
                }
                true
            }
        }
    }

    fn idle_text(&mut self, events: &mut Vec<Event>) -> bool {
        text(std::mem::take(&mut self.handshake), events);
        false
    }

    fn expect_ok(&mut self, events: &mut Vec<Event>) -> bool {
        let Some(at) = memmem::find(&self.handshake, b"OK") else {
            let keep = usize::from(self.handshake.ends_with(b"O"));
            self.text_before(self.handshake.len() - keep, 0, events);
            return false;
        };
        self.text_before(at, 2, events);
        self.enter(Input::Ok);
        events.push(Event::Started);
        true
    }

    fn expect_paste_answer(&mut self, events: &mut Vec<Event>) -> bool {
        const ON: &[u8] = b"R\x01";
        const OFF: &[&[u8]] = &[b"R\x00>", b"raw REPL"];
        if let Some(at) = memmem::find(&self.handshake, ON) {
            if self.handshake.len() < at + 4 {
                return false;
            }
            let window = usize::from(u16::from_le_bytes([self.handshake[at + 2], self.handshake[at + 3]]));
            // A thread of the board may have printed between the answer and its window.
            let plausible = WINDOWS.contains(&window);
            self.exchange.window = if plausible { window } else { USUAL_WINDOW_BYTES };
            self.exchange.granted = self.exchange.window;
            self.text_before(at, if plausible { 4 } else { 2 }, events);
            self.enter(Input::PasteOn);
            self.pasted = true;
            return true;
        }
        for off in OFF {
            if let Some(at) = memmem::find(&self.handshake, off) {
                // The prompt behind the banner; what followed the request is plain source now.
                let Some(prompt) = memchr(b'>', &self.handshake[at..]) else { return false };
                self.text_before(at, prompt + 1, events);
                self.enter(Input::PasteOff);
                self.pastes = false;
                events.push(Event::NoPaste);
                return true;
            }
        }
        false
    }

    fn expect_credit(&mut self, events: &mut Vec<Event>) -> bool {
        let Some(at) = self.handshake.iter().position(|&byte| byte == WINDOW || byte == END) else {
            self.text_before(self.handshake.len(), 0, events);
            return false;
        };
        let byte = self.handshake[at];
        self.text_before(at, 1, events);
        if byte == WINDOW {
            self.exchange.granted += self.exchange.window;
            self.give_out();
            return true;
        }
        if self.exchange.sent < self.exchange.source.len() && !self.abandoned {
            // The board gave up (syntax or memory error): acknowledge, and read why.
            self.exchange.source.truncate(self.exchange.sent);
            self.outgoing.push(END);
        }
        self.enter(Input::End);
        events.push(Event::Started);
        true
    }

    /// Put out what is allowed of the source, and the end behind its last byte.
    fn give_out(&mut self) {
        if self.abandoned {
            return;
        }
        let run_ahead = if self.pasted { self.run_ahead_bytes } else { 0 };
        let exchange = &mut self.exchange;
        // Two windows may be unread; where the line cannot hold them and the end, a part of one is held back.
        let held_back = (2 * exchange.window + 1).saturating_sub(self.burst_bytes).min(exchange.window);
        let granted = exchange.granted - held_back + run_ahead;
        let until = exchange.ahead.max(granted).min(exchange.source.len());
        if until > exchange.sent || exchange.source.is_empty() {
            self.outgoing.extend_from_slice(&exchange.source[exchange.sent..until]);
            exchange.sent = until;
            if until == exchange.source.len() {
                self.outgoing.push(END);
            }
        }
    }

    fn output(&mut self, token: Token, events: &mut Vec<Event>) {
        match (self.state, token) {
            (State::Running, Token::Text(printed)) => text(printed, events),
            (State::Running, Token::End) => {
                self.enter(Input::End);
                self.exchange.withheld = vec![END];
                self.exchange.shown = 0;
            }
            (_, Token::End) => self.exchange.withheld.push(END),
            (_, Token::Text(printed)) => self.exchange.withheld.extend_from_slice(&printed),
            (_, Token::Frame { tag: TAG_ANSWER, payload, garbled }) => {
                if !garbled {
                    self.answered(&payload, events);
                }
            }
            (State::Running | State::Doubt, Token::Frame { tag, payload, garbled })
                if tag.is_ascii_uppercase() =>
            {
                self.flush_withheld(events);
                self.enter(Input::Part);
                events.push(Event::Said { tag, payload, garbled });
            }
            (State::Running | State::Doubt, Token::Frame { tag, payload, garbled }) => {
                self.flush_withheld(events);
                let outcome = &mut self.exchange.outcome;
                outcome.payload.extend_from_slice(&payload);
                outcome.garbled |= garbled;
                if tag != TAG_PART {
                    outcome.tag = tag;
                    self.enter(Input::Reply);
                } else {
                    self.enter(Input::Part);
                }
            }
            // A frame behind the last one: printed by somebody who looked the mark up.
            (_, Token::Frame { .. }) => {}
        }
        if matches!(self.state, State::Replied | State::Verified) {
            self.look_for_over(events);
        }
    }

    /// The answer of a verification: the program is over, and what was withheld is its error's text.
    fn answered(&mut self, payload: &[u8], events: &mut Vec<Event>) {
        let Some(expected) = self.expected.as_deref() else { return };
        let Some(answer) = payload.strip_prefix(expected) else { return };
        self.exchange.outcome.answer = answer.to_vec();
        self.expected = None;
        let (printed, error) = split_error(&self.exchange.withheld, self.exchange.shown);
        text(printed, events);
        if self.state == State::Doubt {
            let restarted = self.exchange.restarted && self.exchange.outcome.answer == b"0";
            self.exchange.outcome.tag = if restarted { TAG_RESTARTED } else { TAG_ERROR };
            self.exchange.outcome.payload = error;
            self.exchange.outcome.garbled = false;
        }
        self.exchange.withheld.clear();
        self.exchange.shown = 0;
        self.enter(Input::Answer);
    }

    /// In [`State::Doubt`]: say once that the reply looks over, and keep what is withheld bounded.
    fn look_for_end(&mut self, events: &mut Vec<Event>) {
        let exchange = &mut self.exchange;
        if !exchange.suspect_reported && closing(&exchange.withheld).is_some() {
            exchange.suspect_reported = true;
            events.push(Event::Suspect);
        }
        if exchange.withheld.len() > 2 * MAX_WITHHELD_BYTES {
            let surplus = exchange.withheld.len() - MAX_WITHHELD_BYTES;
            let printed: Vec<u8> = exchange.withheld.drain(..surplus).collect();
            text(printed[exchange.shown.min(surplus)..].to_vec(), events);
            exchange.shown = exchange.shown.saturating_sub(surplus);
        }
    }

    /// Behind the last frame: `04`, nothing or the error of a late interrupt, `04`, `>`. Threads of the board
    /// may print between any two of them.
    fn look_for_over(&mut self, events: &mut Vec<Event>) {
        let withheld = &self.exchange.withheld;
        let Some((first, second, prompt)) = closing(withheld) else { return };
        let error = &withheld[first + 1..second];
        let is_error = error.starts_with(TRACEBACK) || error.starts_with(BARE_INTERRUPT);
        let error = if is_error { &[] } else { error };
        text([&withheld[..first], error, &withheld[second + 1..prompt]].concat(), events);
        self.exchange.withheld.drain(..=prompt);
        self.enter(if self.expected.is_some() { Input::OverOwing } else { Input::Over });
        if self.state == State::Prompt {
            text(std::mem::take(&mut self.exchange.withheld), events);
            text(self.reader.take_rest(), events);
            events.push(Event::Done(std::mem::take(&mut self.exchange.outcome)));
        }
    }

    /// Whether what the board said, up to these events, ends with a friendly REPL's banner and first prompt;
    /// where no program runs yet, with that and the echo of what was sent.
    fn prints_banner(&mut self, events: &[Event]) -> bool {
        if self.state == State::Requested {
            return has_banner(&self.handshake);
        }
        let Some(Event::Text(printed)) = events.last() else { return false };
        self.recent.extend_from_slice(printed);
        let starting = matches!(self.state, State::Pasting | State::Sent);
        let found = if starting { has_banner(&self.recent) } else { ends_with_banner(&self.recent) };
        let surplus = self.recent.len().saturating_sub(RECENT_BYTES);
        self.recent.drain(..surplus);
        found
    }

    /// The board has restarted, or the program printed that; only a verification says which. Where no program
    /// runs yet, none can have printed it.
    fn banner(&mut self, events: &mut Vec<Event>) {
        match self.state {
            State::Prompt => self.restarted = true,
            State::Running => {
                self.exchange.restarted = true;
                self.exchange.suspect_reported = true;
                self.enter(Input::Banner);
                events.push(Event::Suspect);
            }
            State::Requested | State::Pasting | State::Sent => {
                self.restarted = true;
                self.outgoing.clear();
                if let Some(Event::Text(_)) = events.last() {
                    events.pop(); // what a board says of its start is no output of ours
                }
                self.enter(Input::Banner);
                events.push(Event::Done(Outcome { tag: TAG_RESTARTED, ..Outcome::default() }));
            }
            _ => {}
        }
    }

    fn flush_withheld(&mut self, events: &mut Vec<Event>) {
        text(self.take_withheld(), events);
        self.exchange.withheld.clear();
        self.exchange.shown = 0;
    }

    /// Report `handshake[..end]` as text, and drop `skip` bytes behind it.
    fn text_before(&mut self, end: usize, skip: usize, events: &mut Vec<Event>) {
        let printed: Vec<u8> = self.handshake.drain(..end + skip).take(end).collect();
        if !self.abandoned {
            text(printed, events);
        }
    }
}

fn text(printed: Vec<u8>, events: &mut Vec<Event>) {
    if printed.is_empty() {
        return;
    }
    if let Some(Event::Text(before)) = events.last_mut() {
        before.extend_from_slice(&printed);
    } else {
        events.push(Event::Text(printed));
    }
}
