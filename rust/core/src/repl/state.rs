//! The states of a raw REPL as the host sees them, and the table of what leads where.

/// Where the board is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// At the raw prompt; nothing is under way.
    Prompt,
    /// Raw-paste was asked for; the answer is not here yet.
    Requested,
    /// The program goes over in windows.
    Pasting,
    /// Plain source was sent; `OK` is not here yet.
    Sent,
    /// The program runs.
    Running,
    /// An 04 came without a frame before it: an exception, a reset, or printed.
    Doubt,
    /// The program's last frame came.
    Replied,
    /// The program is over; the answer of an earlier verification is still due.
    Owed,
    /// The verification has answered; its own end is due.
    Verified,
}

/// What was recognised, or done by the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// The caller submitted plain source.
    SubmitPlain,
    /// The caller submitted a program for raw-paste.
    SubmitPaste,
    /// The caller gave up on what was under way.
    Abandon,
    /// `R 01`: raw-paste is on.
    PasteOn,
    /// `R 00`, or firmware that reprints its banner: what was sent is plain source.
    PasteOff,
    /// `OK`: the source was taken.
    Ok,
    /// 04.
    End,
    /// A frame with a part of a value, or one to the caller: more follows.
    Part,
    /// A frame that ends a reply.
    Reply,
    /// The frame of the latest verification.
    Answer,
    /// `04 error 04 >`: the reply is over.
    Over,
    /// The same, while a verification is under way.
    OverOwing,
    /// The board says what it says when it has started: an accident, or printed.
    Banner,
}

use Input as I;
use State as S;

/// All transitions; what is not here leaves the state as it is.
pub const TRANSITIONS: &[(State, Input, State)] = &[
    (S::Prompt, I::SubmitPlain, S::Sent),
    (S::Prompt, I::SubmitPaste, S::Requested),
    (S::Requested, I::PasteOn, S::Pasting),
    (S::Requested, I::PasteOff, S::Sent),
    (S::Sent, I::Ok, S::Running),
    (S::Pasting, I::End, S::Running),
    (S::Running, I::End, S::Doubt),
    (S::Running, I::Reply, S::Replied),
    (S::Running, I::Banner, S::Doubt),
    (S::Requested, I::Banner, S::Prompt),
    (S::Pasting, I::Banner, S::Prompt),
    (S::Sent, I::Banner, S::Prompt),
    (S::Doubt, I::Part, S::Running),
    (S::Doubt, I::Reply, S::Replied),
    (S::Doubt, I::Answer, S::Verified),
    (S::Replied, I::Over, S::Prompt),
    (S::Replied, I::OverOwing, S::Owed),
    (S::Owed, I::Answer, S::Verified),
    (S::Verified, I::Over, S::Prompt),
    (S::Prompt, I::Abandon, S::Doubt),
    (S::Requested, I::Abandon, S::Doubt),
    (S::Pasting, I::Abandon, S::Doubt),
    (S::Sent, I::Abandon, S::Doubt),
    (S::Running, I::Abandon, S::Doubt),
    (S::Replied, I::Abandon, S::Doubt),
    (S::Owed, I::Abandon, S::Doubt),
    (S::Verified, I::Abandon, S::Doubt),
];

/// The state after `input`.
pub fn next_state(state: State, input: Input) -> State {
    let row = TRANSITIONS.iter().find(|(from, by, _)| (*from, *by) == (state, input));
    row.map_or(state, |(_, _, to)| *to)
}
