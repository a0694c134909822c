//! Values from the text that a board's `repr` prints.
//!
//! [`parse`] reads one value and hands its pieces to a [`Builder`], innermost first: an [`Atom`] for what
//! has no parts, a [`Group`] with the values of its parts for what has. The builder decides what a value is;
//! nothing here knows, and no tree stands between. Nesting costs memory, never stack.
//!
//! Read are `None`, `True`, `False`, `Ellipsis`, numbers (`nan`, `inf`, `(1+2j)`), text, bytes, tuples,
//! lists, dicts and sets as CPython and MicroPython print them, and the board's own forms in the table of
//! `forms`. Whatever else, also what Python would accept but no `repr` prints (`0x10`, `1_000`, `r''`,
//! `'a' 'b'`), is a [`Fault`] with its offset: never a guess, and nothing is ever executed.
//!
//! ```
//! use belay_core::literal::{parse, Atom, Builder, Group};
//! use std::vec::Drain;
//!
//! /// Counts the integers of a value.
//! struct Count;
//!
//! impl Builder for Count {
//!     type Value = usize;
//!     type Error = ();
//!     fn atom(&mut self, atom: Atom<'_>) -> Result<usize, ()> {
//!         Ok(usize::from(matches!(atom, Atom::Integer(_))))
//!     }
//!     fn group(&mut self, _: Group<'_>, parts: Drain<'_, usize>) -> Result<usize, ()> {
//!         Ok(parts.sum())
//!     }
//! }
//! assert_eq!(parse(b"[1, (2, 'x'), {3: 4}]", &mut Count), Ok(4));
//! ```

mod decimal;
mod forms;
mod lexer;
mod parser;
mod quoted;
#[cfg(test)]
mod tests;

pub use parser::parse;

/// A value without parts.
#[derive(Debug, Clone, PartialEq)]
pub enum Atom<'a> {
    /// `None`
    None,
    /// `Ellipsis` or `...`
    Ellipsis,
    /// `True` and `False`
    Boolean(bool),
    /// An integer that fits.
    Integer(i64),
    /// An integer that does not.
    BigInteger {
        /// Whether a minus stands before it.
        negative: bool,
        /// Its absolute value, least significant byte first.
        magnitude: &'a [u8],
    },
    /// A number with a point, an exponent, or none of both (`nan`, `inf`).
    Float(f64),
    /// `1j` has the real part 0.0. Signs of zeros are those that are printed, as `complex("-0j")` reads them.
    Complex(f64, f64),
    /// Text, its escapes resolved.
    Text(&'a str),
    /// Text that no UTF-8 can hold: UTF-8 in which surrogates (U+D800 to U+DFFF) stand encoded as three
    /// bytes each. They come from escapes (`\ud800`) and from printed bytes that are no UTF-8: byte B is
    /// U+DC00 + B, as in Python's `surrogateescape`, so that nothing is lost.
    TextWithSurrogates(&'a [u8]),
    /// `b'...'`, its escapes resolved.
    Bytes(&'a [u8]),
}

/// A value made of the values of its parts, which come in the order of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group<'a> {
    /// `[a, b]`, and the dict views, such as `dict_keys([a, b])`.
    List,
    /// `(a, b)`
    Tuple,
    /// `{a, b}` and `set()`
    Set,
    /// `{a: b, c: d}`; the parts are a, b, c, d.
    Dict,
    /// `bytearray(a)`; the part is bytes.
    Bytearray,
    /// `range(a, b)` or `range(a, b, c)`; the parts are integers.
    Range,
    /// `array(code)` or `array(code, items)`; the parts are text and a list.
    Array,
    /// `frozenset()` or `frozenset(a)`; the part is a set.
    Frozenset,
    /// `OrderedDict()` or `OrderedDict(a)`; the part is a dict, or a list that should hold pairs.
    OrderedDict,
    /// `Name(a=1, b=2)`, a named tuple, or `(a=1, b=2)`, an attribute tuple; one part for each field.
    Record {
        /// `None` for an attribute tuple.
        name: Option<&'a str>,
        /// As printed: keywords and duplicates are possible.
        fields: &'a [&'a str],
    },
}

/// Makes values of pieces.
pub trait Builder {
    /// What is made.
    type Value;
    /// Why something cannot be made: a list as a key, a range with the step 0.
    type Error;

    /// A value without parts.
    fn atom(&mut self, atom: Atom<'_>) -> Result<Self::Value, Self::Error>;

    /// A value of parts; whatever is left in `parts` is dropped.
    fn group(
        &mut self,
        group: Group<'_>,
        parts: std::vec::Drain<'_, Self::Value>,
    ) -> Result<Self::Value, Self::Error>;
}

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault<E> {
    /// The text is none that we know.
    Text(Mistake),
    /// The builder refused a value that begins at `offset`.
    Build {
        /// Its reason.
        error: E,
        /// In bytes from the start of the text.
        offset: usize,
    },
}

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// A few words.
    pub message: &'static str,
    /// In bytes from the start of the text.
    pub offset: usize,
}

impl<E> From<Mistake> for Fault<E> {
    fn from(mistake: Mistake) -> Self {
        Fault::Text(mistake)
    }
}
