//! The one walk over the bytes.
//!
//! * What stays is not copied token by token: `copied` trails behind, and all from there on is copied at once
//!   when something is to be left out.
//! * A logical line is `begin_line` (indentation), `statement` (docstring, `pass`), `rest_of_line` (all else).
//!   A statement also begins after a semicolon and after the colon that opens a block.
//! * A line end stays wherever it stands, so that every line keeps its number.

use super::formatted::formatted_end;
use super::indentation::{Blocks, Indentation};
use super::lexer::{
    after_continuation, byte_at, class, has_word, line_end, prefix, run_end, skip_blank, string_end,
    word_character, Class, Prefix,
};
use super::rules::{idle_statement_end, opens_block, precedes_future, separates};
use super::Fault;
use memchr::memchr_iter;

struct Walk<'a> {
    text: &'a str,
    source: &'a [u8],
    output: String,
    /// All before this offset is dealt with: in the output, or left out.
    copied: usize,
    /// Where the walk is, between its steps.
    at: usize,
    /// The first token of the logical line.
    head: usize,
    /// Whether no statement has been seen.
    is_first: bool,
    /// Whether the colon may still come that opens a block.
    expects_block: bool,
    /// Lambdas of the logical line, outside brackets, whose colon has not come.
    lambdas: usize,
    /// Where the brackets stand that are open.
    brackets: Vec<usize>,
    blocks: Blocks,
    /// The offset after the last empty string in single quotes.
    empty_string_end: usize,
    /// Cleared by the first f-string that PEP 701 cannot read: the text is older than CPython 3.12 then, or
    /// wrong, and a string ends at the first quote that can end it. So no text is searched in vain twice.
    nests_quotes: bool,
}

/// The program in fewer bytes. The text has `\n` line ends only, and no null bytes.
pub(super) fn walk(text: &str) -> Result<String, Fault> {
    let mut walk = Walk {
        text,
        source: text.as_bytes(),
        output: String::with_capacity(text.len()),
        copied: 0,
        at: 0,
        head: 0,
        is_first: true,
        expects_block: false,
        lambdas: 0,
        brackets: Vec::new(),
        blocks: Blocks::default(),
        empty_string_end: usize::MAX,
        nests_quotes: true,
    };
    while walk.begin_line()? {
        walk.statement();
        walk.rest_of_line()?;
    }
    walk.finish()
}

impl Walk<'_> {
    /// Copies what is pending up to `end`; what stands between there and `next` is left out.
    #[inline]
    fn leave_out(&mut self, end: usize, next: usize) {
        self.output.push_str(&self.text[self.copied..end]);
        self.copied = next;
    }

    fn push_times(&mut self, text: &str, times: usize) {
        (0..times).for_each(|_| self.output.push_str(text));
    }

    fn finish(mut self) -> Result<String, Fault> {
        if let Some(&bracket) = self.brackets.last() {
            return Err(("bracket was never closed", bracket));
        }
        self.leave_out(self.source.len(), self.source.len());
        // What the last backslash continued was a comment or blank, and is gone.
        if self.output.ends_with("\\\n") {
            self.output.truncate(self.output.len() - 2);
            self.output.push('\n');
        }
        Ok(self.output)
    }

    /// From the start of a line to the first token of the next logical line; false if there is none.
    fn begin_line(&mut self) -> Result<bool, Fault> {
        loop {
            let line = self.at;
            let indentation = Indentation::measure(self.source, line)?;
            if !matches!(byte_at(self.source, indentation.end), b'\n' | b'#') {
                let after_match = has_word(self.source, self.head, b"match");
                self.blocks.enter(&indentation, after_match)?;
                self.indent(line, &indentation);
                (self.at, self.head) = (indentation.end, indentation.end);
                (self.expects_block, self.lambdas) = (true, 0);
                return Ok(true);
            }
            let end = line_end(self.source, indentation.end);
            if end > line {
                self.leave_out(line, end);
                self.push_times("\\\n", indentation.continuations);
            }
            if end == self.source.len() {
                return Ok(false);
            }
            self.at = end + 1;
        }
    }

    /// Writes one space a level in place of the indentation that begins at `line`.
    #[inline]
    fn indent(&mut self, line: usize, indentation: &Indentation) {
        let (level, end) = (self.blocks.level(), indentation.end);
        if !indentation.is_plain {
            self.leave_out(line, end);
            if indentation.continuations > 0 {
                // CPython takes the indentation from the first of these lines, MicroPython from the last.
                self.push_times(" ", level);
                self.push_times("\\\n", indentation.continuations);
            }
            self.push_times(" ", level);
        } else if end - line > level {
            self.leave_out(line, end - level);
        }
    }

    /// At a statement's start: writes `0` for a docstring or `pass`, else does nothing.
    ///
    /// CPython allows nothing but a docstring before an import from `__future__`: there it becomes empty.
    fn statement(&mut self) {
        let is_first = std::mem::take(&mut self.is_first);
        let (start, continuations) = skip_blank(self.source, self.at);
        let Some(end) = idle_statement_end(self.source, start) else { return };
        self.leave_out(self.at, start);
        self.push_times("\\\n", continuations);
        self.leave_out(start, end);
        self.output.push_str(if is_first && precedes_future(self.source, end) { "\"\"" } else { "0" });
        self.push_times("\n", memchr_iter(b'\n', &self.source[start..end]).count());
        self.at = end;
    }

    /// From a statement's start to the end of the logical line.
    fn rest_of_line(&mut self) -> Result<(), Fault> {
        let source = self.source;
        let mut at = self.at;
        while at < source.len() {
            at = match class(source[at]) {
                Class::Word => self.word(at)?,
                Class::Operator => at + 1,
                Class::Space => self.space(at),
                Class::Quote => self.string(at, None)?,
                Class::Open => {
                    self.brackets.push(at);
                    at + 1
                }
                Class::Close => self.close(at)?,
                Class::Colon if self.brackets.is_empty() => self.colon(at + 1),
                Class::Colon => at + 1,
                Class::Semicolon => self.next_statement(at + 1),
                Class::LineEnd if self.brackets.is_empty() => {
                    self.at = at + 1;
                    return Ok(());
                }
                Class::LineEnd => self.skip_space(at + 1),
                Class::Comment => {
                    let end = line_end(source, at);
                    self.leave_out(at, end);
                    end
                }
                Class::Backslash => self.skip_space(after_continuation(source, at)?),
                Class::High => match word_character(self.text, at) {
                    Some(character) => at + character.len_utf8(),
                    None => return Err(("invalid character", at)),
                },
                Class::Exclamation if byte_at(source, at + 1) == b'=' => at + 2,
                Class::Exclamation | Class::Invalid => return Err(("invalid character", at)),
            };
        }
        self.at = at;
        Ok(())
    }

    /// After the word at `at`, or after the string that it is the prefix of.
    #[inline]
    fn word(&mut self, at: usize) -> Result<usize, Fault> {
        let end = run_end(self.source, at + 1, Class::Word);
        if class(byte_at(self.source, end)) == Class::Quote {
            return self.string(end, prefix(&self.source[at..end]));
        }
        if self.source[at] == b'l' && self.brackets.is_empty() && has_word(self.source, at, b"lambda") {
            self.lambdas += 1;
        }
        Ok(end)
    }

    /// After the whitespace at `at`, which is left out, or all of it but one space.
    #[inline]
    fn space(&mut self, at: usize) -> usize {
        let end = run_end(self.source, at + 1, Class::Space);
        let separates = separates(self.source, at, end, self.empty_string_end);
        if !(separates && end == at + 1 && self.source[at] == b' ') {
            self.leave_out(at, end);
            if separates {
                self.output.push(' ');
            }
        }
        end
    }

    /// After the whitespace at `at`, which is left out; there may be none.
    fn skip_space(&mut self, at: usize) -> usize {
        let end = run_end(self.source, at, Class::Space);
        if end > at {
            self.leave_out(at, end);
        }
        end
    }

    /// After the string whose opening quote stands at `quote`.
    fn string(&mut self, quote: usize, prefix: Option<Prefix>) -> Result<usize, Fault> {
        let formatted = match prefix {
            Some(Prefix::Formatted { raw }) if self.nests_quotes => {
                let end = formatted_end(self.source, quote, raw);
                self.nests_quotes = end.is_some();
                end
            }
            _ => None,
        };
        let end = formatted.or_else(|| string_end(self.source, quote));
        let end = end.ok_or(("unterminated string literal", quote))?;
        if end - quote == 2 {
            self.empty_string_end = end;
        }
        Ok(end)
    }

    /// After the bracket at `at`, which must close the one that was opened last.
    fn close(&mut self, at: usize) -> Result<usize, Fault> {
        let opened = self.brackets.pop().ok_or(("unmatched closing bracket", at))?;
        match (self.source[opened], self.source[at]) {
            (b'(', b')') | (b'[', b']') | (b'{', b'}') => Ok(at + 1),
            _ => Err(("closing bracket does not match the opening one", at)),
        }
    }

    /// After a colon outside brackets: of a lambda, an annotation, `:=`, or the one that opens a block.
    fn colon(&mut self, at: usize) -> usize {
        if self.lambdas > 0 {
            self.lambdas -= 1;
        } else if byte_at(self.source, at) != b'='
            && std::mem::take(&mut self.expects_block)
            && opens_block(self.source, self.head, self.blocks.in_match())
        {
            return self.next_statement(at);
        }
        at
    }

    /// After the statement at `at` if it does nothing and was replaced, else still `at`.
    fn next_statement(&mut self, at: usize) -> usize {
        self.at = at;
        self.statement();
        self.at
    }
}
