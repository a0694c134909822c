//! `minify`: source text in, source text out.

use belay_core::minify as core;
use pyo3::exceptions::PySyntaxError;
use pyo3::prelude::*;

#[pyfunction]
pub fn minify(py: Python<'_>, source: &str) -> PyResult<String> {
    py.detach(|| core::minify(source)).map_err(|fault| {
        let detail = ("<source>", fault.line, fault.column, None::<&str>);
        PySyntaxError::new_err((fault.message, detail))
    })
}
