//! `minify`: source text in, source text out.

use belay_core::minify::{minify as shrink, SyntaxFault};
use pyo3::exceptions::PySyntaxError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PySlice, PyString};

/// The same program in fewer bytes; every line keeps its number.
///
/// Raises:
///     SyntaxError: the text is no Python; ``lineno`` and ``offset`` say where.
#[pyfunction]
pub fn minify(source: &Bound<'_, PyString>) -> PyResult<String> {
    let text = source.to_cow().or_else(|error| lone_surrogate(source, &error))?;
    source.py().detach(|| shrink(&text)).map_err(syntax_error)
}

fn syntax_error(fault: SyntaxFault) -> PyErr {
    let detail = ("<source>", fault.line, fault.column, None::<&str>);
    PySyntaxError::new_err((fault.message, detail))
}

/// Half a character can be sent to no board: a fault of the text, where Python raises `UnicodeEncodeError`.
fn lone_surrogate<T>(source: &Bound<'_, PyString>, error: &PyErr) -> PyResult<T> {
    let py = source.py();
    let start = error.value(py).getattr(intern!(py, "start"))?.extract()?;
    let before: String = source.get_item(PySlice::new(py, 0, start, 1))?.extract()?;
    Err(syntax_error(SyntaxFault::after(&before, "source code cannot contain lone surrogates")))
}
