//! Faults of the core as exceptions; the classes are Python's.

use belay_core::literal::Fault;
use belay_core::stage::Fault as StagingFault;
use pyo3::exceptions::{PyException, PyMemoryError, PyOSError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Bytes of a text that a message shows, the place of the fault among them.
const SHOWN_BYTES: usize = 200;

/// `NotBelayResponseError`; errors that are no fault of the text (no memory, Ctrl-C) stay what they are.
pub fn not_belay_response(py: Python<'_>, text: &[u8], fault: Fault<PyErr>) -> PyErr {
    let (reason, offset, cause) = match fault {
        Fault::Text(mistake) => (mistake.message.to_owned(), mistake.offset, None),
        Fault::Build { error, .. } if !is_about_the_value(py, &error) => return error,
        Fault::Build { error, offset } => (error.value(py).to_string(), offset, Some(error)),
    };
    let excerpt = excerpt(text, offset);
    let message = format!("the reply is no value that belay knows: {excerpt} ({reason}, at byte {offset})");
    let hint = "let the board return None, numbers, text, bytes, or collections of them";
    let made = make(py, "NotBelayResponseError", &message, hint);
    made.map_or_else(std::convert::identity, |error| {
        error.set_cause(py, cause);
        error
    })
}

fn is_about_the_value(py: Python<'_>, error: &PyErr) -> bool {
    error.is_instance_of::<PyException>(py) && !error.is_instance_of::<PyMemoryError>(py)
}

/// An exception of `belay.exceptions`; the error of making it where that fails.
fn make(py: Python<'_>, name: &str, message: &str, hint: &str) -> PyResult<PyErr> {
    let class = py.import("belay.exceptions")?.getattr(name)?;
    let options = PyDict::new(py);
    options.set_item("hint", hint)?;
    Ok(PyErr::from_value(class.call((message,), Some(&options))?))
}

/// At most [`SHOWN_BYTES`] of the text, with marks where it is cut.
fn excerpt(text: &[u8], offset: usize) -> String {
    let end = text.len().min(offset.saturating_sub(SHOWN_BYTES / 2) + SHOWN_BYTES);
    let start = end.saturating_sub(SHOWN_BYTES);
    let mark = |cut: bool| if cut { "…" } else { "" };
    format!("{}{}{}", mark(start > 0), shown(&text[start..end]), mark(end < text.len()))
}

/// As text; what is no UTF-8 (a character cut in two, too) as escapes.
fn shown(text: &[u8]) -> String {
    let chunks = text.utf8_chunks();
    chunks.map(|chunk| format!("{}{}", chunk.valid(), chunk.invalid().escape_ascii())).collect()
}

/// What keeps a folder of the host from being staged, as `OSError` or `BelayException`.
pub fn staging_fault(py: Python<'_>, fault: StagingFault) -> PyErr {
    let (message, hint) = match fault {
        StagingFault::Io(path, error) => {
            return match error.raw_os_error() {
                Some(number) => {
                    PyOSError::new_err((number, error_text(&error), path.to_string_lossy().into_owned()))
                }
                None => PyOSError::new_err(format!("{}: {error}", path.display())),
            }
        }
        StagingFault::Name(path) => {
            (format!("the name of {} is no UTF-8", path.display()), "rename it, or add it to ignore=")
        }
        StagingFault::Text(path, offset) => (
            format!("{} is no UTF-8 (byte {offset}): boards know no other encoding", path.display()),
            "save it as UTF-8, add it to ignore=, or pass minify=False",
        ),
    };
    make(py, "BelayException", &message, hint).unwrap_or_else(std::convert::identity)
}

/// What the system says of an error, without the number that Rust puts behind it.
fn error_text(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}
