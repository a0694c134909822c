//! Any text at all, and programs written loosely and tightly. By example: `tests/native/test_minify.py`.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// Pieces that a lexer trips over, joined without anything between.
const PIECES: [&str; 74] = [
    "a",
    "x1",
    "é",
    "名",
    "if",
    "else",
    "match x:",
    "case",
    "lambda",
    "pass",
    "def f():",
    "class A:",
    "in",
    "0",
    "1",
    "0x1f",
    "1e",
    ".5",
    "1.",
    "\"",
    "'",
    "\"\"",
    "''",
    "\"\"\"",
    "'''",
    "f\"",
    "rf'",
    "t\"\"\"",
    "b'",
    "Rb\"",
    "u'a'",
    "'doc'",
    "\"a\\\"b\"",
    "{",
    "}",
    "{{",
    "}}",
    "(",
    ")",
    "[",
    "]",
    "!",
    "!r",
    ":",
    ":=",
    "=",
    "==",
    ";",
    ",",
    ".",
    "...",
    "-",
    "->",
    ">",
    "*",
    "**",
    "@",
    "\\",
    "\\\n",
    "\\N{DASH}",
    "#",
    "# c",
    " ",
    "  ",
    "    ",
    "\t",
    "\x0c",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\u{a0}",
    "$",
    "from __future__ import x\n",
];

fn soup() -> impl Strategy<Value = String> {
    vec(select(&PIECES[..]), 0..40).prop_map(|pieces| pieces.concat())
}

fn line_ends(text: &str) -> usize {
    text.replace("\r\n", "\n").replace('\r', "\n").matches('\n').count()
}

/// What holds for every text, program or not.
fn check(text: &str) -> Result<(), TestCaseError> {
    match minify(text) {
        Ok(small) => {
            prop_assert_eq!(line_ends(&small), line_ends(text));
            prop_assert_eq!(&minify(&small), &Ok(small.clone()));
            prop_assert!(!small.contains('\r'));
            // Only a backslash within the indentation can add to a line: the indentation is written twice.
            prop_assert!(small.len() <= text.len() || text.contains('\\'), "{small:?} is longer");
            prop_assert_eq!(minify(&text.replace("\r\n", "\n").replace('\n', "\r\n")), Ok(small));
        }
        Err(fault) => {
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            let line = text.split('\n').nth(fault.line - 1);
            prop_assert!(line.is_some(), "{fault:?}: no such line");
            prop_assert!((1..=line.unwrap().chars().count() + 1).contains(&fault.column), "{fault:?}");
        }
    }
    Ok(())
}

/// A token of a generated program.
#[derive(Debug, Clone)]
struct Token {
    text: &'static str,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Word,
    Number,
    /// A string, and the quote that would run into it or that it would run into, if there is any.
    Text {
        starts: char,
        is_empty: bool,
    },
    Operator,
}

/// All operators of Python but the semicolon, which begins a statement.
const OPERATORS: [&str; 46] = [
    "(", ")", "[", "]", "{", "}", ",", ":", ".", "@", "=", "->", "+=", "-=", "*=", "/=", "//=", "%=", "@=",
    "&=", "|=", "^=", ">>=", "<<=", "**=", ":=", "+", "-", "*", "**", "/", "//", "%", "<<", ">>", "&", "|",
    "^", "~", "<", ">", "<=", ">=", "==", "!=", "...",
];

fn token() -> impl Strategy<Value = Token> {
    let word = |text| Token { text, kind: Kind::Word };
    let number = |text| Token { text, kind: Kind::Number };
    let operator = |text| Token { text, kind: Kind::Operator };
    let string = |text: &'static str| {
        let starts = text.chars().next().unwrap();
        let quotes = text.trim_start_matches(char::is_alphabetic);
        Token { text, kind: Kind::Text { starts, is_empty: quotes == "\"\"" || quotes == "''" } }
    };
    prop_oneof![
        4 => select(&["a", "_x9", "π", "名前", "if", "in", "lambda", "not", "pass", "b", "f", "self"][..]).prop_map(word),
        2 => select(&["0", "1_000", "0xfe", "1.5", "2.", ".5", "1e-5", "0b1", "3j"][..]).prop_map(number),
        5 => select(&OPERATORS[..]).prop_map(operator),
        3 => select(&[
            "\"\"", "''", "'#'", "\"a  b\"", "r'\\\\'", "b\"\\\"  \"", "Rb''", "u\"é\"", "'a\\\n  b'",
            "\"\"\"a\n   # b\n\"\"\"", "''''x'  '''", "f''", "f\"{a  !r:>{w  }}\"", "rf'{{  {x}\\\\'", "F\"{d['a']  }\"",
            "f\"{d[\"a  b\"]}\"", "f'{f'{1  }'}'", "f'''{\nx:\n}'''", "t\"{a  }\"", "f\"\\N{DASH}  {x}\"",
            "f\"{ {1: 2}[1] :{'}'}}\"",
        ][..]).prop_map(string),
    ]
}

/// What stands before a token in the loose text.
#[derive(Debug, Clone)]
enum Gap {
    Nothing,
    Blank(&'static str),
    /// A line end (inside brackets), or a backslash and a line end; then blanks.
    LineEnd(&'static str, &'static str),
}

fn gap() -> impl Strategy<Value = Gap> {
    let blank = select(&[" ", "  ", "\t", " \x0c "][..]);
    let comment = select(&["", "  ", "# c", " # it's (a \"comment\\"][..]);
    prop_oneof![
        4 => Just(Gap::Nothing),
        3 => blank.prop_map(Gap::Blank),
        1 => (comment, select(&["", "  ", "\t"][..])).prop_map(|(comment, indent)| Gap::LineEnd(comment, indent)),
    ]
}

/// One logical line without its block.
#[derive(Debug, Clone)]
enum Line {
    Tokens(Vec<(Gap, Token)>),
    /// A statement that becomes `0`, after the head of a one-line block or after nothing.
    Idle(&'static str, &'static str),
    /// A header: the next line is one level deeper.
    Block(&'static str, &'static str),
}

fn line() -> impl Strategy<Value = Line> {
    let idle =
        select(&["pass", "'doc'", "b\"\"", "rB'\\''", "\"\"\"a\n  b\"\"\"", "'''\n\n'''", "\"a\\\nb\""][..]);
    let head = select(&["", "", "", "else:", "if lambda:0:", "class A(x):", "with a,b[1:2]:", "x;"][..]);
    let blocks = [
        ("if  x :", "if x:"),
        ("async def f ( a : int = 1 )  -> None :", "async def f(a:int=1)->None:"),
        ("class  A :", "class A:"),
        ("try :", "try:"),
        ("match  x :", "match x:"),
        ("while  ( y := lambda : 0 ) :", "while(y:=lambda:0):"),
    ];
    prop_oneof![
        4 => vec((gap(), token()), 1..12).prop_map(Line::Tokens),
        1 => (head, idle).prop_map(|(head, idle)| Line::Idle(head, idle)),
        1 => select(blocks.to_vec()).prop_map(|(loose, tight)| Line::Block(loose, tight)),
    ]
}

/// Everything about a line that the tight text does not show.
#[derive(Debug, Clone)]
struct Looks {
    line: Line,
    /// Blocks that end before it.
    dedents: usize,
    /// What a new block adds to the indentation.
    indent: &'static str,
    before: &'static str,
    after: &'static str,
}

fn program() -> impl Strategy<Value = Vec<Looks>> {
    let indent = select(&[" ", "    ", "\t", "  \t", "        "][..]);
    let before = select(&["", "", "", "\n", "   \n", "# c\n", "\t# 'c\n", " \\\n\n", "\x0c\n"][..]);
    let after = select(&["", "", " ", "# c", "   # \"\"\"c"][..]);
    let looks = (line(), 0..3usize, indent, before, after);
    vec(
        looks.prop_map(|(line, dedents, indent, before, after)| Looks {
            line,
            dedents,
            indent,
            before,
            after,
        }),
        0..9,
    )
}

/// Whether two tokens need something between them, from what they are and not from their bytes.
fn need_gap(left: &Token, right: &Token) -> bool {
    match (left.kind, right.kind) {
        (Kind::Number, Kind::Text { starts: '"' | '\'', .. }) => !left.text.ends_with('.'),
        (Kind::Word, Kind::Number) => !right.text.starts_with('.'),
        (Kind::Word | Kind::Number, Kind::Word | Kind::Number | Kind::Text { .. }) => true,
        (Kind::Text { is_empty: true, .. }, Kind::Text { starts, .. }) => left.text.ends_with(starts),
        (Kind::Number, Kind::Operator) => right.text.starts_with('.'),
        (Kind::Operator, Kind::Number) => left.text.ends_with('.'),
        (Kind::Operator, Kind::Operator) => {
            let seam: String =
                left.text.chars().last().into_iter().chain(right.text.chars().next()).collect();
            OPERATORS.contains(&seam.as_str()) || seam == ".." || seam == "<>"
        }
        _ => false,
    }
}

/// The text of a line's tokens, loose and tight.
fn render(tokens: &[(Gap, Token)]) -> (String, String) {
    let (mut loose, mut tight) = (String::from("x"), String::from("x"));
    let mut left = Token { text: "x", kind: Kind::Word };
    let mut open = Vec::new();
    for (gap, token) in tokens {
        if matches!(token.text, ")" | "]" | "}") && open.last() != Some(&token.text) {
            continue;
        }
        let needed = need_gap(&left, token);
        match gap {
            Gap::Nothing if !needed => {}
            Gap::Nothing => (loose.push(' '), tight.push(' ')).1,
            Gap::Blank(blank) => {
                loose += blank;
                tight += if needed { " " } else { "" };
            }
            Gap::LineEnd(comment, indent) if !open.is_empty() => {
                loose += &format!("{comment}\n{indent}");
                tight.push('\n');
            }
            Gap::LineEnd(_, indent) => {
                loose += &format!("  \\\n{indent}");
                tight += "\\\n";
            }
        }
        match token.text {
            "(" => open.push(")"),
            "[" => open.push("]"),
            "{" => open.push("}"),
            ")" | "]" | "}" => drop(open.pop()),
            _ => {}
        }
        loose += token.text;
        tight += token.text;
        left = token.clone();
    }
    for close in open.iter().rev() {
        loose += close;
        tight += close;
    }
    (loose, tight)
}

/// The program as it might be written, and as it must come out.
fn write(program: &[Looks]) -> (String, String) {
    let (mut loose, mut tight) = (String::new(), String::new());
    let mut indents = vec!["  ".to_owned()];
    let mut opens = false;
    for looks in program {
        if opens {
            let deeper = format!("{}{}", indents[indents.len() - 1], looks.indent);
            indents.push(deeper);
        } else {
            indents.truncate(indents.len().saturating_sub(looks.dedents).max(1));
        }
        let (wide, narrow) = match &looks.line {
            Line::Tokens(tokens) => render(tokens),
            Line::Idle(head, idle) => (
                format!("{head}  {idle}").trim_start().to_owned(),
                format!("{head}0{}", "\n".repeat(line_ends(idle))),
            ),
            Line::Block(wide, narrow) => ((*wide).to_owned(), (*narrow).to_owned()),
        };
        opens = matches!(looks.line, Line::Block(..));
        loose += &format!("{}{}{wide}{}\n", looks.before, indents[indents.len() - 1], looks.after);
        let blank: String = looks.before.chars().filter(|character| "\\\n".contains(*character)).collect();
        tight += &format!("{blank}{}{narrow}\n", " ".repeat(indents.len() - 1));
    }
    (loose, tight)
}

proptest! {
    #[test]
    fn any_text_is_minified_or_refused(text in soup()) {
        check(&text)?;
    }

    #[test]
    fn any_characters_are_minified_or_refused(text in any::<String>()) {
        check(&text)?;
    }

    #[test]
    fn a_loose_program_becomes_the_tight_one(program in program()) {
        let (loose, tight) = write(&program);
        prop_assert_eq!(minify(&loose), Ok(tight), "{}", loose);
    }
}
