//! The minifier. See `docs/concepts/minify.md`.

/// Why a text is no Python, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxFault {
    /// One short sentence.
    pub message: &'static str,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// The same program in fewer bytes; every line keeps its number.
pub fn minify(source: &str) -> Result<String, SyntaxFault> {
    Ok(source.to_owned())
}
