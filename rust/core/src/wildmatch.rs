//! Patterns as in `.gitignore`: [`Ignore`] says which paths a list of them leaves out.
//!
//! Rules, from gitignore(5); `git check-ignore` is the judge (`tests/native/test_walk.py`):
//!
//! 1. The last pattern that matches decides; `!` in front of one takes paths in again.
//! 2. A slash at the beginning or in the middle ties a pattern to the root; without one it is compared with
//!    the last name of a path. A slash at the end means folders only.
//! 3. `*`, `?` and `[…]` match no slash; `**/`, `/**` and `/**/` (two stars or more) match any number of
//!    folders.
//! 4. Nothing below a folder that is left out can be taken in again: the caller does not even look there.

/// A list of patterns.
#[derive(Debug, Default)]
pub struct Ignore {
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    text: Vec<u8>,
    takes_in: bool,
    folders_only: bool,
    tied: bool,
}

impl Ignore {
    /// The patterns of these lines; empty ones and those that begin with `#` say nothing.
    pub fn new<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        Self { patterns: lines.into_iter().filter_map(Pattern::new).collect() }
    }

    /// Whether `path` (relative to the root, with `/`) is left out, given that its folder is not.
    pub fn leaves_out(&self, path: &str, is_folder: bool) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let last = self.patterns.iter().rev().find(|pattern| {
            (is_folder || !pattern.folders_only) && pattern.matches(if pattern.tied { path } else { name })
        });
        last.is_some_and(|pattern| !pattern.takes_in)
    }
}

impl Pattern {
    fn new(line: &str) -> Option<Self> {
        let mut text = without_spaces_at_the_end(line.trim_end_matches(['\r', '\n']).as_bytes());
        if text.starts_with(b"#") {
            return None;
        }
        let takes_in = text.starts_with(b"!");
        text = &text[usize::from(takes_in)..];
        let folders_only = text.ends_with(b"/");
        text = &text[..text.len() - usize::from(folders_only)];
        let tied = text.contains(&b'/');
        text = text.strip_prefix(b"/").unwrap_or(text);
        (!text.is_empty()).then(|| Self { text: text.to_vec(), takes_in, folders_only, tied })
    }

    /// Git compares what stands before the first special symbol apart, so that stars behind it count as at
    /// the beginning: `a**/b` is `a` and `**/b`.
    fn matches(&self, path: &str) -> bool {
        let special = self.text.iter().position(|symbol| b"*?[\\".contains(symbol));
        let plain = if self.tied { special.unwrap_or(self.text.len()) } else { 0 };
        let (start, rest) = self.text.split_at(plain);
        path.as_bytes().strip_prefix(start).is_some_and(|text| matches(rest, text))
    }
}

/// Spaces at the end count only behind a backslash.
fn without_spaces_at_the_end(line: &[u8]) -> &[u8] {
    let (mut at, mut end) = (0, 0);
    while at < line.len() {
        let size = if line[at] == b'\\' { 2 } else { 1 };
        let is_space = line[at] == b' ';
        at = (at + size).min(line.len());
        if !is_space {
            end = at;
        }
    }
    &line[..end]
}

/// Whether `pattern` matches all of `text`. Time grows at most with the product of their lengths.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let mut seen = vec![false; (pattern.len() + 1) * (text.len() + 1)];
    Search { pattern, text, failed: &mut seen }.from(0, 0)
}

struct Search<'a> {
    pattern: &'a [u8],
    text: &'a [u8],
    /// Pairs of places from which there is no match.
    failed: &'a mut [bool],
}

impl Search<'_> {
    /// Whether the pattern from `p` on matches the text from `t` on.
    fn from(&mut self, mut p: usize, mut t: usize) -> bool {
        while let Some(&symbol) = self.pattern.get(p) {
            if symbol == b'*' {
                return self.star(p, t);
            }
            let Some(&byte) = self.text.get(t) else { return false };
            match symbol {
                b'?' if byte != b'/' => p += 1,
                b'[' => match class(&self.pattern[p..], byte) {
                    Some((true, size)) if byte != b'/' => p += size,
                    _ => return false,
                },
                b'\\' => match self.pattern.get(p + 1) {
                    Some(&escaped) if escaped == byte => p += 2,
                    _ => return false,
                },
                _ if symbol == byte && symbol != b'?' => p += 1,
                _ => return false,
            }
            t += 1;
        }
        t == self.text.len()
    }

    fn star(&mut self, p: usize, t: usize) -> bool {
        let key = p * (self.text.len() + 1) + t;
        if self.failed[key] {
            return false;
        }
        let stars = self.pattern[p..].iter().take_while(|&&symbol| symbol == b'*').count();
        let after = p + stars;
        let begins = p == 0 || self.pattern[p - 1] == b'/';
        let deep = stars >= 2 && begins && matches!(self.pattern.get(after), None | Some(b'/'));
        let found = if deep && after < self.pattern.len() {
            // `**/`: here, or behind any later slash.
            let text = self.text;
            self.from(after + 1, t)
                || (t..text.len()).any(|at| text[at] == b'/' && self.from(after + 1, at + 1))
        } else {
            let reach = self.text[t..].iter().position(|&byte| byte == b'/' && !deep);
            let end = reach.map_or(self.text.len(), |at| t + at);
            (t..=end).any(|at| self.from(after, at))
        };
        self.failed[key] = !found;
        found
    }
}

/// `[…]` at the start of `pattern`: whether `byte` is in it, and its size; `None` where it has no end.
fn class(pattern: &[u8], byte: u8) -> Option<(bool, usize)> {
    let inverted = matches!(pattern.get(1), Some(b'!' | b'^'));
    let first = 1 + usize::from(inverted);
    let (mut at, mut found) = (first, false);
    loop {
        match *pattern.get(at)? {
            b']' if at > first => return Some((found != inverted, at + 1)),
            b'[' if pattern.get(at + 1) == Some(&b':') => {
                if let Some(size) = pattern[at + 2..].iter().position(|&symbol| symbol == b']') {
                    if size > 0 && pattern[at + 1 + size] == b':' {
                        found |= named(&pattern[at + 2..at + 1 + size], byte)?;
                        at += size + 3;
                        continue;
                    }
                }
                found |= byte == b'[';
                at += 1;
            }
            _ => {
                let (low, next) = member(pattern, at)?;
                at = next;
                let ranges =
                    pattern.get(at) == Some(&b'-') && pattern.get(at + 1).is_some_and(|&end| end != b']');
                let high = if ranges {
                    let (high, next) = member(pattern, at + 1)?;
                    at = next;
                    high
                } else {
                    low
                };
                // As in git, a range that runs backwards still has its first byte.
                found |= byte == low || (low..=high).contains(&byte);
            }
        }
    }
}

/// One byte of a class, and what is behind it.
fn member(pattern: &[u8], at: usize) -> Option<(u8, usize)> {
    let at = at + usize::from(pattern[at] == b'\\');
    Some((*pattern.get(at)?, at + 1))
}

/// `[:name:]`; `None` for a name that does not exist, which matches nothing at all.
fn named(name: &[u8], byte: u8) -> Option<bool> {
    Some(match name {
        b"alnum" => byte.is_ascii_alphanumeric(),
        b"alpha" => byte.is_ascii_alphabetic(),
        b"blank" => byte == b' ' || byte == b'\t',
        b"cntrl" => byte.is_ascii_control(),
        b"digit" => byte.is_ascii_digit(),
        b"graph" => byte.is_ascii_graphic(),
        b"lower" => byte.is_ascii_lowercase(),
        b"print" => byte.is_ascii_graphic() || byte == b' ',
        b"punct" => byte.is_ascii_punctuation(),
        b"space" => byte.is_ascii_whitespace() || byte == 0x0b,
        b"upper" => byte.is_ascii_uppercase(),
        b"xdigit" => byte.is_ascii_hexdigit(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pattern_decides() {
        let ignore =
            Ignore::new(["*.pyc", "/build/", "!keep.pyc", "doc/**/x", "#no", "a\\ ", "**/deep/*.txt"]);
        for (path, is_folder, left_out) in [
            ("a.pyc", false, true),
            ("sub/b.pyc", false, true),
            ("sub/keep.pyc", false, false),
            ("build", true, true),
            ("build", false, false),
            ("sub/build", true, false),
            ("doc/x", false, true),
            ("doc/1/2/x", false, true),
            ("#no", false, false),
            ("a ", false, true),
            ("deep/1.txt", false, true),
            ("1/deep/1.txt", false, true),
            ("1/deep/2/1.txt", false, false),
        ] {
            assert_eq!(ignore.leaves_out(path, is_folder), left_out, "{path}");
        }
    }

    #[test]
    fn stars_do_not_explode() {
        let pattern = "*a".repeat(60) + "b";
        assert!(!Ignore::new([&pattern[..]]).leaves_out(&"a".repeat(250), false));
    }
}
