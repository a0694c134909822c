//! Talking to a raw REPL without any I/O: [`Entry`] gets there, [`RawRepl`] runs programs.
//!
//! The caller submits a program, writes what [`RawRepl::to_send`] gives, hands in what it reads to
//! [`RawRepl::receive`], and gets [`Event`]s. Rules, from MicroPython `shared/runtime/pyexec.c` and
//! `docs/reference/repl.rst`:
//!
//! 1. A program of at most [`PLAIN_BYTES`] goes as plain raw source: one write, no handshake. Everything
//!    else goes by raw-paste, whose window makes overrunning the board impossible. Where the line holds the
//!    sender nothing can be overrun, and the program runs ahead of its windows.
//! 2. The reply has no escape: a program that prints an 04 looks as if it had ended. So a program of ours
//!    ends by printing a frame with the connection's nonce ([`crate::reply`]). An 04 without a frame before
//!    it is either an exception or printed; [`RawRepl::verify`] sends a tiny program that answers with the
//!    nonce, and only its answer settles which. No clock decides.
//! 3. A program that wants something of the caller while it runs says so by a frame with an upper-case tag
//!    ([`Event::Said`]); what the caller writes then is that program's input, and none of our business.
//! 4. What arrives while nothing runs is text from the board's timers and threads.
//!
//! One program is under way at a time; [`RawRepl`] keeps all that is known of it in one `Exchange`, so that
//! several can be queued later.

mod entry;
mod exchange;
mod printed;
mod state;
#[cfg(test)]
mod tests;
mod words;

pub use entry::{Entry, Finding, Obstacle, Stage, STEPS};
pub use exchange::{Event, Outcome, RawRepl, BURST_BYTES, PLAIN_BYTES};
pub use state::{next_state, Input, State, TRANSITIONS};
