//! The grammar: one loop over values and what follows them, one explicit stack of open brackets.
//!
//! Every text alternates between two places: one where a value (or, in an empty group or behind a comma,
//! the closing bracket) stands, and one where a comma, a colon or the closing bracket does.

use super::decimal::magnitude;
use super::forms::{sort, Form, FORMS};
use super::lexer::{Lexer, Number};
use super::{Atom, Builder, Fault, Group, Mistake};

/// How deep tuples within tuples may be where a hash is needed: in sets and as keys. Python hashes a tuple
/// by recursion in C without looking at the stack, and small stacks (threads on macOS) have 512 KiB.
const MOST_HASHED_LEVELS: u32 = 1000;

/// What an open bracket has turned out to be.
#[derive(Clone, Copy)]
enum Kind<'t> {
    List,
    /// `(` before any comma.
    Parenthesis,
    Tuple,
    /// `{` before any comma or colon.
    Brace,
    Set,
    Dict,
    Form(&'static Form),
    Record(Option<&'t str>),
}

/// An open bracket.
struct Frame<'t> {
    kind: Kind<'t>,
    /// Where its value begins.
    offset: usize,
    /// Where its parts begin among `Parser::values`.
    values: usize,
    /// Where its fields begin among `Parser::fields`.
    fields: usize,
    /// Levels of tuples within the tallest part so far.
    levels: u32,
}

struct Parser<'t, 'b, B: Builder> {
    lexer: Lexer<'t>,
    builder: &'b mut B,
    frames: Vec<Frame<'t>>,
    values: Vec<B::Value>,
    fields: Vec<&'t str>,
}

/// Reads the one value that `text` consists of; space around it is skipped.
///
/// The bytes should be UTF-8; inside quotes others are kept, see [`Atom::TextWithSurrogates`].
pub fn parse<B: Builder>(text: &[u8], builder: &mut B) -> Result<B::Value, Fault<B::Error>> {
    let lexer = Lexer::new(text);
    let mut parser = Parser { lexer, builder, frames: Vec::new(), values: Vec::new(), fields: Vec::new() };
    parser.run()
}

impl<'t, B: Builder> Parser<'t, '_, B> {
    fn run(&mut self) -> Result<B::Value, Fault<B::Error>> {
        loop {
            let byte = self.lexer.peek();
            let complete = match byte {
                b'0'..=b'9' | b'-' | b'+' => self.number()?,
                b'\'' | b'"' => self.quoted(sort::TEXT)?,
                b'[' => self.open(Kind::List)?,
                b'{' => self.open(Kind::Brace)?,
                b'(' => self.open(Kind::Parenthesis)?,
                b']' | b'}' | b')' => self.close(byte)?,
                b'.' => self.point()?,
                _ => self.word()?,
            };
            if complete && self.after_value()? {
                return Ok(self.values.pop().expect("a complete text leaves one value"));
            }
        }
    }

    /// Reads on behind a value until the next is due (false) or the text is at its end (true).
    fn after_value(&mut self) -> Result<bool, Fault<B::Error>> {
        loop {
            let byte = self.lexer.peek();
            let Some(frame) = self.frames.last_mut() else {
                return if self.lexer.at_end() {
                    Ok(true)
                } else {
                    Err(self.fault("more text behind the value"))
                };
            };
            let parts = self.values.len() - frame.values;
            match (byte, frame.kind) {
                (b',', Kind::Parenthesis) => frame.kind = Kind::Tuple,
                (b',', Kind::Brace) => frame.kind = Kind::Set,
                (b':', Kind::Brace) => frame.kind = Kind::Dict,
                (b',', Kind::Dict) if parts % 2 == 0 => {}
                (b':', Kind::Dict) if parts % 2 == 1 => {}
                (b',', Kind::List | Kind::Tuple | Kind::Set | Kind::Form(_)) => {}
                (b',', Kind::Record(_)) => {
                    self.lexer.at += 1;
                    self.next_field()?;
                    return Ok(false);
                }
                (b']' | b'}' | b')', _) => {
                    self.close(byte)?;
                    continue;
                }
                (0, _) if self.lexer.at_end() => return Err(self.fault("the text ends too early")),
                (_, Kind::Dict) if parts % 2 == 1 => return Err(self.fault("expected a colon")),
                _ => return Err(self.fault("expected a comma or a closing bracket")),
            }
            self.lexer.at += 1;
            return Ok(false);
        }
    }

    /// A bracket at the place of a value; false: its first part is due.
    fn open(&mut self, kind: Kind<'t>) -> Result<bool, Fault<B::Error>> {
        let offset = self.lexer.at;
        self.lexer.at += 1;
        let first = if matches!(kind, Kind::Parenthesis) { self.lexer.field() } else { None };
        let kind = first.map_or(kind, |_| Kind::Record(None));
        self.push_frame(kind, offset, first);
        Ok(false)
    }

    fn push_frame(&mut self, kind: Kind<'t>, offset: usize, first_field: Option<&'t str>) {
        let (values, fields) = (self.values.len(), self.fields.len());
        self.frames.push(Frame { kind, offset, values, fields, levels: 0 });
        self.fields.extend(first_field);
    }

    /// A closing bracket at the place of a value or behind one; true, as a value is complete then.
    fn close(&mut self, byte: u8) -> Result<bool, Fault<B::Error>> {
        let Some(frame) = self.frames.pop() else {
            return Err(self.fault("a closing bracket that nothing opened"));
        };
        let expected = match frame.kind {
            Kind::List => b']',
            Kind::Brace | Kind::Set | Kind::Dict => b'}',
            _ => b')',
        };
        if byte != expected {
            return Err(self.fault("a closing bracket that does not fit the open one"));
        }
        let parts = self.values.len() - frame.values;
        let fields = &self.fields[frame.fields..];
        let (group, sort, levels) = match frame.kind {
            Kind::List => (Group::List, sort::LIST, 0),
            Kind::Parenthesis if parts == 1 => {
                self.lexer.at += 1;
                return self.placed(sort::OTHER, frame.levels, frame.offset);
            }
            Kind::Parenthesis | Kind::Tuple => (Group::Tuple, sort::OTHER, frame.levels + 1),
            Kind::Record(name) if parts == fields.len() => {
                (Group::Record { name, fields }, sort::OTHER, frame.levels + 1)
            }
            Kind::Record(_) => return Err(self.fault("a field without a value")),
            Kind::Brace if parts == 0 => (Group::Dict, sort::DICT, 0),
            Kind::Brace | Kind::Set => (Group::Set, sort::SET, 0),
            Kind::Dict if parts % 2 == 0 => (Group::Dict, sort::DICT, 0),
            Kind::Dict => return Err(self.fault("a key without a value")),
            Kind::Form(form) if parts < form.required => return Err(self.fault("an argument is missing")),
            Kind::Form(form) if matches!(form.group, Group::List) => {
                self.lexer.at += 1;
                return self.placed(sort::OTHER, 0, frame.offset);
            }
            Kind::Form(form) => (form.group, sort::OTHER, 0),
        };
        let value = self.builder.group(group, self.values.drain(frame.values..));
        let value = value.map_err(|error| Fault::Build { error, offset: frame.offset })?;
        self.fields.truncate(frame.fields);
        self.values.push(value);
        self.lexer.at += 1;
        self.placed(sort, levels, frame.offset)
    }

    /// Checks the value that was just pushed against the bracket around it; true.
    fn placed(&mut self, sort: u8, levels: u32, offset: usize) -> Result<bool, Fault<B::Error>> {
        let Some(frame) = self.frames.last_mut() else {
            return Ok(true);
        };
        let parts = self.values.len() - frame.values;
        match frame.kind {
            Kind::Parenthesis | Kind::Tuple | Kind::Record(_) => frame.levels = frame.levels.max(levels),
            Kind::Brace | Kind::Set if levels > MOST_HASHED_LEVELS => {
                return Err(Mistake { message: "nested too deeply for a set or a key", offset }.into());
            }
            Kind::Dict if levels > MOST_HASHED_LEVELS && parts % 2 == 1 => {
                return Err(Mistake { message: "nested too deeply for a key", offset }.into());
            }
            Kind::Form(form) if form.arguments.get(parts - 1).is_none_or(|sorts| sorts & sort == 0) => {
                return Err(Mistake { message: "an argument that this form never has", offset }.into());
            }
            _ => {}
        }
        Ok(true)
    }

    /// Builds a value without parts that began at `offset`; true.
    #[inline]
    fn atom(&mut self, atom: Atom<'_>, sort: u8, offset: usize) -> Result<bool, Fault<B::Error>> {
        let value = self.builder.atom(atom).map_err(|error| Fault::Build { error, offset })?;
        self.values.push(value);
        self.placed(sort, 0, offset)
    }

    fn number(&mut self) -> Result<bool, Fault<B::Error>> {
        let start = self.lexer.at;
        let number = self.lexer.number()?;
        if matches!(self.lexer.here(), b'-' | b'+') && !matches!(number, Number::Imaginary(_)) {
            return self.complex(start, matches!(number, Number::Float(_)));
        }
        match number {
            Number::Integer(value) => self.atom(Atom::Integer(value), sort::INTEGER, start),
            Number::BigInteger { negative, digits } => {
                let magnitude = &magnitude(digits);
                self.atom(Atom::BigInteger { negative, magnitude }, sort::INTEGER, start)
            }
            Number::Float(value) => self.atom(Atom::Float(value), sort::OTHER, start),
            Number::Imaginary(value) => self.atom(Atom::Complex(0.0, value), sort::OTHER, start),
        }
    }

    /// The rest of a complex number whose real part has been read; an integer as such must fit a float.
    fn complex(&mut self, start: usize, real_is_float: bool) -> Result<bool, Fault<B::Error>> {
        let middle = self.lexer.at;
        let real = self.lexer.float(start, middle).filter(|real| real_is_float || real.is_finite());
        match (real, self.lexer.number()?) {
            (Some(real), Number::Imaginary(imaginary)) => {
                self.atom(Atom::Complex(real, imaginary), sort::OTHER, start)
            }
            _ => Err(Mistake { message: "a sum that is no complex number", offset: middle }.into()),
        }
    }

    fn quoted(&mut self, sort: u8) -> Result<bool, Fault<B::Error>> {
        let start = self.lexer.at;
        let atom = if sort == sort::BYTES { self.lexer.bytes() } else { self.lexer.string() }?;
        let value = self.builder.atom(atom).map_err(|error| Fault::Build { error, offset: start })?;
        self.values.push(value);
        self.placed(sort, 0, start)
    }

    /// `.5` or `...`
    fn point(&mut self) -> Result<bool, Fault<B::Error>> {
        let start = self.lexer.at;
        if self.lexer.text[start..].starts_with(b"...") {
            self.lexer.at += 3;
            return self.atom(Atom::Ellipsis, sort::OTHER, start);
        }
        self.number()
    }

    /// A value that begins with a name.
    fn word(&mut self) -> Result<bool, Fault<B::Error>> {
        let start = self.lexer.at;
        let word = self.lexer.word()?;
        let atom = match (word, self.lexer.here()) {
            ("b", b'\'' | b'"') => return self.quoted(sort::BYTES),
            (name, b'(') if !name.is_empty() => return self.call(name, start),
            ("None", _) => Atom::None,
            ("True", _) => Atom::Boolean(true),
            ("False", _) => Atom::Boolean(false),
            ("Ellipsis", _) => Atom::Ellipsis,
            ("nan" | "nanj" | "inf" | "infj", _) => {
                self.lexer.at = start;
                return self.number();
            }
            ("", _) if self.lexer.at_end() => return Err(self.fault("the text ends where a value is due")),
            _ => return Err(Mistake { message: "no value begins like this", offset: start }.into()),
        };
        self.atom(atom, sort::OTHER, start)
    }

    /// `name(`: a named tuple or one of [`FORMS`]; false, as its parts are due.
    fn call(&mut self, name: &'t str, offset: usize) -> Result<bool, Fault<B::Error>> {
        self.lexer.at += 1;
        let first = self.lexer.field();
        let kind = match FORMS.iter().find(|form| form.name == name) {
            _ if first.is_some() => Kind::Record(Some(name)),
            Some(form) => Kind::Form(form),
            None => return Err(Mistake { message: "no form of a value that we know", offset }.into()),
        };
        self.push_frame(kind, offset, first);
        Ok(false)
    }

    /// The next `name=` of a record; none before its closing bracket.
    fn next_field(&mut self) -> Result<(), Fault<B::Error>> {
        match self.lexer.field() {
            Some(name) => self.fields.push(name),
            None if self.lexer.peek() == b')' => {}
            None => return Err(self.fault("expected a field's name")),
        }
        Ok(())
    }

    fn fault(&self, message: &'static str) -> Fault<B::Error> {
        self.lexer.mistake(message).into()
    }
}
