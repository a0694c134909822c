//! Values printed and read back; every text whole, cut short, with a tail, and damaged.

use std::vec::Drain;

use proptest::prelude::*;

use super::*;

/// A value, as the builder here makes it; `Group` holds the name of the variant and what belongs to it.
#[derive(Debug, Clone, PartialEq)]
enum Tree {
    None,
    Ellipsis,
    Boolean(bool),
    Integer(i128),
    Float(f64),
    Complex(f64, f64),
    Text(String),
    Surrogates(Vec<u8>),
    Bytes(Vec<u8>),
    Group(String, Vec<Tree>),
}

struct Trees;

impl Builder for Trees {
    type Value = Tree;
    type Error = &'static str;

    fn atom(&mut self, atom: Atom<'_>) -> Result<Tree, &'static str> {
        Ok(match atom {
            Atom::None => Tree::None,
            Atom::Ellipsis => Tree::Ellipsis,
            Atom::Boolean(value) => Tree::Boolean(value),
            Atom::Integer(value) => Tree::Integer(value.into()),
            Atom::BigInteger { negative, magnitude } => {
                let size = magnitude.iter().rev().fold(0, |sum, byte| sum << 8 | i128::from(*byte));
                assert!(i64::try_from(if negative { -size } else { size }).is_err(), "not a big one");
                Tree::Integer(if negative { -size } else { size })
            }
            Atom::Float(value) => Tree::Float(value),
            Atom::Complex(real, imaginary) => Tree::Complex(real, imaginary),
            Atom::Text(text) => Tree::Text(text.to_owned()),
            Atom::TextWithSurrogates(text) => Tree::Surrogates(text.to_owned()),
            Atom::Bytes(bytes) => Tree::Bytes(bytes.to_owned()),
        })
    }

    fn group(&mut self, group: Group<'_>, parts: Drain<'_, Tree>) -> Result<Tree, &'static str> {
        let parts: Vec<Tree> = parts.collect();
        match (group, &parts[..]) {
            (Group::Range, [_, _, Tree::Integer(0)]) => Err("no step"),
            _ => Ok(Tree::Group(format!("{group:?}"), parts)),
        }
    }
}

fn read(text: &str) -> Result<Tree, Fault<&'static str>> {
    parse(text.as_bytes(), &mut Trees)
}

/// The message and offset of the mistake that `text` is.
fn mistake(text: &[u8]) -> (&'static str, usize) {
    match parse(text, &mut Trees) {
        Err(Fault::Text(Mistake { message, offset })) => (message, offset),
        other => panic!("{:?} gave {other:?}", String::from_utf8_lossy(text)),
    }
}

/// A printed value and what should be read from it.
type Printed = (String, Tree);

fn group(name: &str, parts: Vec<Tree>) -> Tree {
    Tree::Group(name.to_owned(), parts)
}

/// As MicroPython prints text: everything beyond ASCII escaped; as CPython does: raw.
fn quote(text: &str, ascii: bool) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let escaped = text.chars().map(|character| match character {
        '\n' => "\\n".to_owned(),
        '\\' => "\\\\".to_owned(),
        character if character == quote => format!("\\{quote}"),
        ' '..='~' => character.to_string(),
        '\0'..='\u{ff}' if ascii || character < ' ' => format!("\\x{:02x}", character as u32),
        '\0'..='\u{ffff}' if ascii => format!("\\u{:04x}", character as u32),
        _ if ascii => format!("\\U{:08x}", character as u32),
        _ => character.to_string(),
    });
    format!("{quote}{}{quote}", escaped.collect::<String>())
}

fn atoms() -> impl Strategy<Value = Printed> {
    let finite = any::<f64>().prop_filter("no nan", |value| !value.is_nan());
    prop_oneof![
        Just(("None".to_owned(), Tree::None)),
        Just(("Ellipsis".to_owned(), Tree::Ellipsis)),
        Just(("True".to_owned(), Tree::Boolean(true))),
        any::<i64>().prop_map(|value| (value.to_string(), Tree::Integer(value.into()))),
        (-(1i128 << 120)..1 << 120).prop_map(|value| (value.to_string(), Tree::Integer(value))),
        finite.prop_map(|value| (format!("{value:?}"), Tree::Float(value))),
        (any::<i16>(), any::<i16>()).prop_map(|(real, imaginary)| {
            (format!("({real}{imaginary:+}j)"), Tree::Complex(real.into(), imaginary.into()))
        }),
        (any::<String>(), any::<bool>()).prop_map(|(text, ascii)| (quote(&text, ascii), Tree::Text(text))),
        any::<Vec<u8>>().prop_map(|bytes| {
            (format!("b\"{}\"", bytes.escape_ascii()).replace("\\'", "'"), Tree::Bytes(bytes))
        }),
    ]
}

fn join(parts: Vec<Printed>, opening: &str, closing: &str, name: &str) -> Printed {
    let (texts, trees): (Vec<String>, Vec<Tree>) = parts.into_iter().unzip();
    (format!("{opening}{}{closing}", texts.join(", ")), group(name, trees))
}

fn values() -> impl Strategy<Value = Printed> {
    atoms().prop_recursive(5, 40, 5, |inner| {
        let parts = || prop::collection::vec(inner.clone(), 1..5);
        prop_oneof![
            parts().prop_map(|parts| join(parts, "[", "]", "List")),
            parts().prop_map(|parts| join(parts, "(", ",)", "Tuple")),
            parts().prop_map(|parts| join(parts, "{", "}", "Set")),
            parts().prop_map(|parts| join(parts, "dict_values([", "])", "List")),
            parts().prop_map(|parts| {
                let pairs = parts.into_iter().map(|(text, tree)| (format!("{text}: {text}"), tree));
                let (text, Tree::Group(_, keys)) = join(pairs.collect(), "{", "}", "") else {
                    unreachable!()
                };
                (text, group("Dict", keys.into_iter().flat_map(|key| [key.clone(), key]).collect()))
            }),
            parts().prop_map(|parts| {
                let fields: Vec<String> = (0..parts.len()).map(|number| format!("f_{number}")).collect();
                let named =
                    fields.iter().zip(parts).map(|(field, (text, tree))| (format!("{field}={text}"), tree));
                let name = format!("Record {{ name: Some(\"Point\"), fields: {fields:?} }}");
                join(named.collect(), "Point(", ")", &name)
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_is_read((text, tree) in values()) {
        prop_assert_eq!(read(&text), Ok(tree.clone()));
        prop_assert_eq!(read(&format!(" \r\n{text}\t ")), Ok(tree));
        let with_a_tail = format!("{text} 0");
        prop_assert!(read(&with_a_tail).is_err());
    }

    #[test]
    fn a_group_cut_short_is_never_a_value((text, tree) in values(), cut in any::<prop::sample::Index>()) {
        prop_assume!(matches!(tree, Tree::Group(..)));
        let length = cut.index(text.len());
        prop_assert!(parse(&text.as_bytes()[..length], &mut Trees).is_err());
    }

    #[test]
    fn damage_gives_a_value_or_a_place((text, _) in values(), at in any::<prop::sample::Index>(), byte: u8) {
        let mut text = text.into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        if let Err(Fault::Text(Mistake { offset, .. }) | Fault::Build { offset, .. }) = parse(&text, &mut Trees) {
            prop_assert!(offset <= text.len());
        }
    }

    #[test]
    fn noise_gives_a_value_or_a_place(text in r#"[\[\](){},:=.+ej0-9a'"b\\xu -]{0,40}"#) {
        if let Err(Fault::Text(Mistake { offset, .. })) = read(&text) {
            prop_assert!(offset <= text.len());
        }
    }
}

#[test]
fn forms_of_the_board() {
    let one = || Tree::Integer(1);
    let bytes = Tree::Bytes(b"a\xff".to_vec());
    assert_eq!(read(r"bytearray(b'a\xff')"), Ok(group("Bytearray", vec![bytes])));
    assert_eq!(read("range(1, 1)"), Ok(group("Range", vec![one(), one()])));
    let code = || Tree::Text("H".to_owned());
    assert_eq!(read("array('H')"), Ok(group("Array", vec![code()])));
    assert_eq!(read("array('H', [1])"), Ok(group("Array", vec![code(), group("List", vec![one()])])));
    assert_eq!(read("set()"), Ok(group("Set", vec![])));
    assert_eq!(read("frozenset()"), Ok(group("Frozenset", vec![])));
    assert_eq!(read("frozenset({1})"), Ok(group("Frozenset", vec![group("Set", vec![one()])])));
    assert_eq!(read("OrderedDict({})"), Ok(group("OrderedDict", vec![group("Dict", vec![])])));
    assert_eq!(read("dict_keys([])"), Ok(group("List", vec![])));
    let attributes = "Record { name: None, fields: [\"a\", \"_b\"] }";
    assert_eq!(read("(a=1, _b=1)"), Ok(group(attributes, vec![one(), one()])));
}

#[test]
fn numbers() {
    assert_eq!(read("-9223372036854775808"), Ok(Tree::Integer(i64::MIN.into())));
    assert_eq!(read("9223372036854775808"), Ok(Tree::Integer(1 << 63)));
    assert_eq!(read("1e+20"), Ok(Tree::Float(1e20)));
    assert_eq!(read(".5"), Ok(Tree::Float(0.5)));
    assert_eq!(read("-inf"), Ok(Tree::Float(f64::NEG_INFINITY)));
    assert!(matches!(read("nan"), Ok(Tree::Float(value)) if value.is_nan()));
    assert!(matches!(read("(nan-infj)"), Ok(Tree::Complex(real, f64::NEG_INFINITY)) if real.is_nan()));
    let Ok(Tree::Complex(real, imaginary)) = read("(-0-0j)") else { panic!("no complex number") };
    assert!(real.is_sign_negative() && imaginary.is_sign_negative());
    let Ok(Tree::Complex(real, imaginary)) = read("-0j") else { panic!("no complex number") };
    assert!(real.is_sign_positive() && imaginary.is_sign_negative());
}

#[test]
fn text_that_is_no_unicode() {
    assert_eq!(read(r"'\ud800'"), Ok(Tree::Surrogates(b"\xed\xa0\x80".to_vec())));
    assert_eq!(parse(b"'a\xff'", &mut Trees), Ok(Tree::Surrogates(b"a\xed\xb3\xbf".to_vec())));
    // A pair of escapes is two characters in Python, and no encoding of one.
    let pair = b"\xed\xa0\xbd\xed\xb8\x80".to_vec();
    assert_eq!(read(r"'\ud83d\ude00'"), Ok(Tree::Surrogates(pair)));
    assert_eq!(read(r"'\0\101\x41\u0041\a\b\f\v'"), Ok(Tree::Text("\0AAA\x07\x08\x0c\x0b".to_owned())));
}

#[test]
fn mistakes_have_a_place() {
    assert_eq!(mistake(b"[1, <object>]").1, 4);
    assert_eq!(mistake(b"[1, 2"), ("the text ends too early", 5));
    assert_eq!(mistake(b"[1, (2, 3]]").1, 9);
    assert_eq!(mistake(b"{1: 2, 3}").1, 8);
    assert_eq!(mistake(b"(a=1, 2)").1, 6);
    assert_eq!(mistake(b"range(1.5, 2)").1, 6);
    assert_eq!(mistake(b"ValueError(1,)").1, 0);
    assert_eq!(mistake(b"'\\q'").1, 2);
    assert_eq!(read("[range(0, 3, 0)]"), Err(Fault::Build { error: "no step", offset: 1 }));
}

/// What Python reads and no board prints, and what neither does.
#[test]
fn everything_else_is_refused() {
    for text in [
        "",
        " ",
        "0x10",
        "1_000",
        "007",
        "1e",
        "1.2.3",
        "--1",
        "- 1",
        "1 + 2j",
        "1+2",
        "1j+2",
        "infinity",
        "nanx",
        "r'a'",
        "u'a'",
        "f'a'",
        "'a' 'b'",
        "'''a'''",
        "b'a' b'b'",
        "'a",
        "'a\n'",
        "b'\\u0041'",
        "b'é'",
        "b'\\777'",
        "'\\N{BULLET}'",
        "'\\U00110000'",
        "'\\x4'",
        "1, 2",
        "[,]",
        "[1,,]",
        "(,)",
        "{,}",
        "{:}",
        "{1:}",
        "{1: 2: 3}",
        "{1, 2: 3}",
        "{1: 2, 3}",
        "[1: 2]",
        "]",
        "[)",
        "[1]]",
        "(a=)",
        "(a=1, a)",
        "(1, a=1)",
        "(a==1)",
        "N()",
        "N(1)",
        "N (a=1)",
        "N(1, a=1)",
        "bytearray()",
        "bytearray(1)",
        "bytearray('a')",
        "range(1)",
        "range(1, 2, 3, 4)",
        "range()",
        "array()",
        "array(1)",
        "array('B', (1,))",
        "frozenset([1])",
        "frozenset({1}, {2})",
        "set([1])",
        "OrderedDict((1,))",
        "dict_keys()",
        "dict_keys({1})",
        "list()",
        "__import__('os')",
        "a.b",
        "[1][0]",
        "1 if 1 else 2",
        "\0",
        "[1\0]",
        "-",
        "+",
        ".",
        "..",
        "....",
        "# 1",
        "1 # one",
        "none",
        "Nonee",
        "<memoryview>",
    ] {
        assert!(matches!(read(text), Err(Fault::Text(_))), "{text:?} gave {:?}", read(text));
    }
}

#[test]
fn depth_costs_no_stack() {
    const DEPTH: usize = 1_000_000;
    /// Counts levels, as a tree this deep could not be dropped.
    struct Depth;
    impl Builder for Depth {
        type Value = usize;
        type Error = ();
        fn atom(&mut self, _: Atom<'_>) -> Result<usize, ()> {
            Ok(0)
        }
        fn group(&mut self, _: Group<'_>, parts: Drain<'_, usize>) -> Result<usize, ()> {
            Ok(parts.max().unwrap_or(0) + 1)
        }
    }
    for (opening, closing) in [("[", "]"), ("(", ",)"), ("{0:", "}"), ("(a=", ")"), ("frozenset({", "})")] {
        let text = format!("{}1{}", opening.repeat(DEPTH), closing.repeat(DEPTH));
        let levels = if opening.starts_with('f') { 2 * DEPTH } else { DEPTH };
        assert_eq!(parse(text.as_bytes(), &mut Depth), Ok(levels));
        assert!(parse(opening.repeat(DEPTH).as_bytes(), &mut Depth).is_err());
    }
    let hashed = |levels: usize| format!("{{{}1{}}}", "(".repeat(levels), ",)".repeat(levels));
    assert_eq!(parse(hashed(1000).as_bytes(), &mut Depth), Ok(1001));
    assert_eq!(mistake(hashed(1001).as_bytes()).1, 1);
}
