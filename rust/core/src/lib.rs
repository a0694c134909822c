//! The per-byte work of belay, without any Python.
//!
//! Everything here is sans-IO: bytes in, decisions out. `cargo test` needs no interpreter.

pub mod hash;
pub mod literal;
pub mod minify;
pub mod repl;
pub mod reply;
pub mod stage;
pub mod wildmatch;
