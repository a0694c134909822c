//! A folder of the host made ready for a board: walked, read, minified and hashed.
//!
//! Reading and transforming is spread over the processors: each thread takes the next file that nobody has.
//! Nothing is cached and nothing is written.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::hash::Hashes;
use crate::minify::minify;
use crate::wildmatch::Ignore;

/// What a walk has found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Relative to the folder, with `/`.
    pub path: String,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// One file as the board is to have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// What the board is to have.
    pub content: Vec<u8>,
    /// Bytes of the file on the host.
    pub source_bytes: usize,
    /// Of `content`.
    pub hashes: Hashes,
}

/// Why a folder cannot be staged.
#[derive(Debug)]
pub enum Fault {
    /// The operating system refused.
    Io(PathBuf, io::Error),
    /// A name that is no UTF-8.
    Name(PathBuf),
    /// A Python file that is no UTF-8, from this byte on.
    Text(PathBuf, usize),
}

/// Everything in `folder` that `ignore` does not leave out, sorted by path.
///
/// Symbolic links count as what they lead to; one that leads to a folder around it is passed over, as is what
/// is neither file nor folder.
pub fn walk(folder: &Path, ignore: &Ignore) -> Result<Vec<Entry>, Fault> {
    let mut entries = Vec::new();
    let mut above = HashSet::from([canonical(folder)?]);
    visit(folder, "", ignore, &mut above, &mut entries)?;
    entries.sort();
    Ok(entries)
}

fn visit(
    folder: &Path,
    prefix: &str,
    ignore: &Ignore,
    above: &mut HashSet<PathBuf>,
    entries: &mut Vec<Entry>,
) -> Result<(), Fault> {
    for item in fs::read_dir(folder).map_err(|error| Fault::Io(folder.to_owned(), error))? {
        let item = item.map_err(|error| Fault::Io(folder.to_owned(), error))?;
        let place = item.path();
        let name = item.file_name().into_string().map_err(|_| Fault::Name(place.clone()))?;
        let path = format!("{prefix}{name}");
        let mut kind = item.file_type().map_err(|error| Fault::Io(place.clone(), error))?;
        let is_link = kind.is_symlink();
        if is_link {
            match fs::metadata(&place) {
                Ok(target) => kind = target.file_type(),
                // A link that leads nowhere matters only where it is wanted.
                Err(_) if ignore.leaves_out(&path, false) => continue,
                Err(error) => return Err(Fault::Io(place, error)),
            }
        }
        if (kind.is_dir() || kind.is_file()) && !ignore.leaves_out(&path, kind.is_dir()) {
            if kind.is_dir() {
                let real = canonical(&place)?;
                if !above.insert(real.clone()) {
                    continue;
                }
                visit(&place, &format!("{path}/"), ignore, above, entries)?;
                above.remove(&real);
            }
            entries.push(Entry { path, is_folder: kind.is_dir() });
        }
    }
    Ok(())
}

fn canonical(folder: &Path) -> Result<PathBuf, Fault> {
    folder.canonicalize().map_err(|error| Fault::Io(folder.to_owned(), error))
}

/// Read files, minify those that end in `.py` where `shrink` says so, and hash what comes out; in order.
///
/// A Python file that is no Python stays as it is: the board reports that better.
pub fn stage(files: &[PathBuf], shrink: bool) -> Result<Vec<Staged>, Fault> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(files.len().max(1));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(at) else { return done };
            done.push((at, stage_file(file, shrink)));
        }
    };
    let mut done: Vec<_> = thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        done.extend(others.into_iter().flat_map(|worker| worker.join().expect("no staging panics")));
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, staged)| staged).collect()
}

fn stage_file(file: &Path, shrink: bool) -> Result<Staged, Fault> {
    let source = fs::read(file).map_err(|error| Fault::Io(file.to_owned(), error))?;
    let source_bytes = source.len();
    let content = if shrink && file.extension().is_some_and(|extension| extension == "py") {
        let text = std::str::from_utf8(&source)
            .map_err(|error| Fault::Text(file.to_owned(), error.valid_up_to()))?;
        minify(text).map(String::into_bytes).unwrap_or(source)
    } else {
        source
    };
    Ok(Staged { source_bytes, hashes: Hashes::of(&content), content })
}
