//! Into the raw REPL of a board that may be doing anything, without any I/O: [`Entry`].
//!
//! The caller writes what [`Entry::to_send`] gives, waits at most [`Entry::wait_ms`] for bytes, and hands in
//! what came, or that nothing did, to [`Entry::receive`], until [`Entry::stage`] is [`Stage::Entered`] or
//! [`Stage::Failed`]. Rules:
//!
//! 1. Step and wait, never one write: CircuitPython's `^C` flushes what follows it, and after `code.py` it
//!    eats one byte. Each step ends with a prompt, with silence, or when its time is over (a board that
//!    prints for ever is never silent).
//! 2. `^C` comes first, alone, and no carriage return ever: a half-typed line must not be run. Where `^A` only
//!    moves the cursor in one, the next round clears it.
//! 3. Banners and prompts are only hints: `boot.py` can print them, firmware can lack them. What counts is
//!    the answer of a program with the connection's nonce and a number that was never used before.
//! 4. A receiver that a dead connection has left takes everything as data until nothing has come for two
//!    seconds: so one round in three begins with silence.
//!
//! Sources: MicroPython `shared/runtime/pyexec.c`, `shared/readline/readline.c`; CircuitPython `main.c`.

use memchr::memmem;

use super::words::{BANNER_END, FRIENDLY_PROMPT};
use crate::reply::{Mark, ReplyReader, Token, END};

/// What an entry is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Saying nothing, so that a receiver without a sender gives up.
    Silence,
    /// The first `^C` of a round.
    Interrupt,
    /// The second one, where the first has had an effect, but no prompt: CircuitPython eats one byte, and a
    /// program may swallow a `KeyboardInterrupt`.
    InterruptAgain,
    /// `^A`: a raw banner, or at least a raw prompt.
    AskRaw,
    /// A program with a nonce.
    Confirm,
    /// Its answer came; the end of its reply is due.
    Confirmed,
    /// `^D` at an empty raw prompt: the interpreter restarts, and the banner comes again.
    Restart,
    /// The board stands at an empty raw prompt.
    Entered,
    /// The deadline has passed.
    Failed,
}

/// What a step has led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// The text ends in a prompt, `>>> ` or `>`.
    Prompt,
    /// The text ends in `>`, and nothing more came.
    RawPrompt,
    /// The end of a raw banner is in the text.
    Banner,
    /// The nonce's answer.
    Answer,
    /// The end of the reply.
    Over,
    /// Nothing has come in this step.
    Silent,
    /// Nothing more has come for a while.
    Quiet,
    /// The step's time is over, though bytes came.
    Late,
}

use Finding as F;
use Stage as S;

/// All transitions; what is not here is no end of its step.
pub const STEPS: &[(Stage, Finding, Stage)] = &[
    (S::Silence, F::Silent, S::Interrupt),
    (S::Silence, F::Quiet, S::Interrupt),
    (S::Silence, F::Late, S::Interrupt),
    (S::Interrupt, F::Prompt, S::AskRaw),
    // A raw prompt is silent.
    (S::Interrupt, F::Silent, S::AskRaw),
    (S::Interrupt, F::Quiet, S::InterruptAgain),
    (S::Interrupt, F::Late, S::InterruptAgain),
    (S::InterruptAgain, F::Prompt, S::AskRaw),
    (S::InterruptAgain, F::Silent, S::AskRaw),
    (S::InterruptAgain, F::Quiet, S::AskRaw),
    (S::InterruptAgain, F::Late, S::AskRaw),
    (S::AskRaw, F::Banner, S::Confirm),
    (S::AskRaw, F::RawPrompt, S::Confirm),
    (S::AskRaw, F::Silent, S::Interrupt),
    (S::AskRaw, F::Quiet, S::Interrupt),
    (S::AskRaw, F::Late, S::Interrupt),
    (S::Confirm, F::Answer, S::Confirmed),
    (S::Confirm, F::Silent, S::Interrupt),
    (S::Confirm, F::Quiet, S::Interrupt),
    (S::Confirm, F::Late, S::Interrupt),
    (S::Confirmed, F::Over, S::Entered),
    (S::Confirmed, F::Silent, S::Interrupt),
    (S::Confirmed, F::Quiet, S::Interrupt),
    (S::Confirmed, F::Late, S::Interrupt),
    (S::Restart, F::Banner, S::Entered),
    (S::Restart, F::Late, S::Interrupt),
];

/// What a board that was not entered did last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// It has not said one byte.
    Mute,
    /// It prints without a pause, and `^C` does not stop it.
    Prints,
    /// It says something, but never shows a prompt.
    NoPrompt,
    /// It shows a prompt, but `^A` does not lead to a raw one.
    NoRawPrompt,
    /// It shows a raw prompt, but runs no program.
    NoAnswer,
}

const INTERRUPT: &[u8] = b"\x03";
const ENTER_RAW: &[u8] = b"\x01";
const RAW_PROMPT: &[u8] = b">";
/// Enough of a step's text to find any of these in it.
const TAIL_BYTES: usize = 64;
/// No byte for so long is a pause; it grows from round to round, up to three times this.
const QUIET_MS: u64 = 300;
/// A step's time when the board goes on printing; it grows too.
const STEP_MS: u64 = 1000;
/// A receiver ends by itself after 2 s without a byte (`python/belay/ondevice/receive.py`).
const SILENCE_MS: u64 = 2200;

/// One way into the raw REPL; times are milliseconds since it was made.
#[derive(Debug)]
pub struct Entry {
    stage: Stage,
    reader: ReplyReader,
    mark: Mark,
    outgoing: Vec<u8>,
    /// The end of what came in this step.
    tail: Vec<u8>,
    expected: Vec<u8>,
    number: u64,
    marked: bool,
    round: u64,
    began_ms: u64,
    last_byte_ms: u64,
    deadline_ms: u64,
    /// The farthest obstacle of the latest round.
    obstacle: Obstacle,
    heard: bool,
}

impl Entry {
    /// Enter a board that may be doing anything.
    ///
    /// `number` and those that follow it must not have been used in a verification with this mark.
    pub fn new(mark: Mark, number: u64, timeout_ms: u64) -> Self {
        let mut entry = Self::at(Stage::Interrupt, mark, number, timeout_ms);
        entry.round = 1;
        entry.begin(Stage::Interrupt, 0);
        entry
    }

    /// Restart the interpreter of a board that stands at an empty raw prompt, without `main.py`.
    pub fn restarting(mark: Mark, number: u64, timeout_ms: u64) -> Self {
        let mut entry = Self::at(Stage::Restart, mark, number, timeout_ms);
        entry.begin(Stage::Restart, 0);
        entry
    }

    fn at(stage: Stage, mark: Mark, number: u64, deadline_ms: u64) -> Self {
        Self {
            stage,
            reader: ReplyReader::new(mark),
            mark,
            outgoing: Vec::new(),
            tail: Vec::new(),
            expected: Vec::new(),
            number,
            marked: false,
            round: 0,
            began_ms: 0,
            last_byte_ms: 0,
            deadline_ms,
            obstacle: Obstacle::Mute,
            heard: false,
        }
    }

    /// Where it is.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// Whether the board still has the connection's mark: its interpreter did not restart.
    pub fn marked(&self) -> bool {
        self.marked
    }

    /// What stood in the way.
    pub fn obstacle(&self) -> Obstacle {
        if self.heard {
            self.obstacle
        } else {
            Obstacle::Mute
        }
    }

    /// What has to be written now.
    pub fn to_send(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.outgoing)
    }

    /// How long to wait for bytes before saying that none came.
    pub fn wait_ms(&self, now_ms: u64) -> u64 {
        let until = (self.last_byte_ms + self.quiet_ms()).min(self.began_ms + self.step_ms());
        until.min(self.deadline_ms).saturating_sub(now_ms)
    }

    /// Take what was read; nothing, when nothing came.
    pub fn receive(&mut self, data: &[u8], now_ms: u64) {
        if !data.is_empty() {
            self.heard = true;
            self.last_byte_ms = now_ms;
        }
        self.tail.extend_from_slice(data);
        while let Some(finding) = self.find(data, now_ms) {
            let row = STEPS.iter().find(|(stage, by, _)| (*stage, *by) == (self.stage, finding));
            let Some(&(_, _, next)) = row else { break };
            self.note(finding);
            self.begin(next, now_ms);
            if !matches!(next, Stage::Confirmed) {
                break;
            }
        }
        let surplus = self.tail.len().saturating_sub(TAIL_BYTES);
        self.tail.drain(..surplus);
        if now_ms >= self.deadline_ms && self.stage != Stage::Entered {
            self.stage = Stage::Failed;
            if self.obstacle == Obstacle::Mute {
                let prints = now_ms < self.last_byte_ms + QUIET_MS;
                self.obstacle = if prints { Obstacle::Prints } else { Obstacle::NoPrompt };
            }
        }
    }

    fn find(&mut self, data: &[u8], now_ms: u64) -> Option<Finding> {
        let found = match self.stage {
            Stage::Interrupt | Stage::InterruptAgain => {
                let prompt = self.tail.ends_with(FRIENDLY_PROMPT) || self.tail.ends_with(RAW_PROMPT);
                prompt.then_some(Finding::Prompt)
            }
            Stage::AskRaw | Stage::Restart => memmem::find(&self.tail, BANNER_END).map(|_| Finding::Banner),
            Stage::Confirm => self.find_answer(data),
            Stage::Confirmed => over(&self.tail).then_some(Finding::Over),
            Stage::Silence | Stage::Entered | Stage::Failed => None,
        };
        if found.is_some() {
            return found;
        }
        if now_ms >= self.last_byte_ms + self.quiet_ms() {
            let raw_prompt = self.stage == Stage::AskRaw && self.tail.ends_with(RAW_PROMPT);
            let silence = if self.tail.is_empty() { Finding::Silent } else { Finding::Quiet };
            return Some(if raw_prompt { Finding::RawPrompt } else { silence });
        }
        (now_ms >= self.began_ms + self.step_ms()).then_some(Finding::Late)
    }

    /// Look for the answer in `data`; what follows it becomes the tail.
    fn find_answer(&mut self, data: &[u8]) -> Option<Finding> {
        self.reader.feed(data);
        while let Some(token) = self.reader.next_token() {
            let Token::Frame { tag: b'?', payload, garbled: false } = token else { continue };
            let Some(answer) = payload.strip_prefix(self.expected.as_slice()) else { continue };
            self.marked = answer == b"1";
            self.tail = self.reader.take_rest();
            return Some(Finding::Answer);
        }
        None
    }

    fn note(&mut self, finding: Finding) {
        self.obstacle = match (self.stage, finding) {
            (Stage::Interrupt | Stage::InterruptAgain, Finding::Late) => Obstacle::Prints,
            (Stage::Interrupt, Finding::Silent)
            | (Stage::InterruptAgain, Finding::Silent | Finding::Quiet) => Obstacle::NoPrompt,
            (Stage::Interrupt | Stage::InterruptAgain, Finding::Prompt) => Obstacle::NoRawPrompt,
            (Stage::AskRaw, Finding::Banner | Finding::RawPrompt) => Obstacle::NoAnswer,
            _ => self.obstacle,
        };
    }

    fn begin(&mut self, next: Stage, now_ms: u64) {
        let again = next == Stage::Interrupt && !matches!(self.stage, Stage::Silence) && now_ms > 0;
        self.round += u64::from(again);
        self.stage = if again && self.round % 3 == 0 { Stage::Silence } else { next };
        self.began_ms = now_ms;
        self.last_byte_ms = now_ms;
        if self.stage != Stage::Confirmed {
            self.tail.clear();
        }
        match self.stage {
            // Behind what was not sent yet: each `^A` clears the line for the program behind it.
            Stage::Interrupt | Stage::InterruptAgain => self.outgoing.extend_from_slice(INTERRUPT),
            Stage::AskRaw => self.outgoing.extend_from_slice(ENTER_RAW),
            Stage::Restart => self.outgoing.push(END),
            Stage::Confirm => {
                let (program, expected) = verification(&self.mark, self.number);
                self.number += 1;
                self.reader.take_rest();
                self.outgoing.extend([&program[..], &[END]].concat());
                self.expected = expected;
            }
            Stage::Silence | Stage::Confirmed | Stage::Entered | Stage::Failed => {}
        }
    }

    /// How long nothing may come in this step.
    fn quiet_ms(&self) -> u64 {
        match self.stage {
            Stage::Silence => SILENCE_MS,
            // boot.py says nothing while it works.
            Stage::Restart => u64::MAX / 4,
            Stage::Confirm | Stage::Confirmed => 2 * QUIET_MS * self.patience(),
            _ => QUIET_MS * self.patience(),
        }
    }

    /// How long this step may take.
    fn step_ms(&self) -> u64 {
        match self.stage {
            Stage::Silence => 2 * SILENCE_MS,
            // A boot.py that never ends is interrupted in time to enter behind it.
            Stage::Restart => self.deadline_ms / 2,
            _ => STEP_MS * self.patience(),
        }
    }

    fn patience(&self) -> u64 {
        self.round.clamp(1, 3)
    }
}

/// A program that says whether the connection's mark is still in the board's memory (`ondevice/reply.py`); and
/// what its answer begins with: the rest is `1` where the mark is there, else `0`.
fn verification(mark: &Mark, number: u64) -> (Vec<u8>, Vec<u8>) {
    let mark = String::from_utf8_lossy(mark);
    let expected = format!("{number}:");
    let length = expected.len() + 1;
    let program =
        format!("print(end='{mark}?{length}:{expected}%d{mark}'%(globals().get('__belay_m')=='{mark}'))");
    (program.into_bytes(), expected.into_bytes())
}

/// Whether a reply is over: two 04 and a prompt; threads of the board may print between them.
fn over(text: &[u8]) -> bool {
    let mut parts = text.splitn(3, |&byte| byte == END);
    parts.nth(2).is_some_and(|rest| rest.contains(&RAW_PROMPT[0]))
}

#[cfg(test)]
mod tests;
