//! `walk_folder`, `stage_files`, `content_hashes`: `belay_core::stage` for Python.

use std::path::PathBuf;

use belay_core::hash::Hashes;
use belay_core::stage::{self, Fault, Staged};
use belay_core::wildmatch::Ignore;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};

use crate::error::staging_fault;

#[pyfunction]
pub fn walk_folder(py: Python<'_>, folder: PathBuf, ignore: Vec<String>) -> PyResult<Vec<(String, bool)>> {
    let ignore = Ignore::new(ignore.iter().map(String::as_str));
    let entries = py.detach(|| stage::walk(&folder, &ignore)).map_err(|fault| staging_fault(py, fault))?;
    Ok(entries.into_iter().map(|entry| (entry.path, entry.is_folder)).collect())
}

#[pyfunction]
pub fn stage_files<'py>(py: Python<'py>, files: Vec<PathBuf>, shrink: bool) -> PyResult<Bound<'py, PyList>> {
    let staged =
        py.detach(|| stage::stage(&files, shrink)).map_err(|fault: Fault| staging_fault(py, fault))?;
    let rows = staged.into_iter().map(|Staged { content, source_bytes, hashes }| {
        (PyBytes::new(py, &content), source_bytes, numbers(hashes)).into_pyobject(py)
    });
    PyList::new(py, rows.collect::<PyResult<Vec<Bound<'py, PyTuple>>>>()?)
}

#[pyfunction]
pub fn content_hashes(py: Python<'_>, content: &[u8]) -> (u64, u64, u64) {
    numbers(py.detach(|| Hashes::of(content)))
}

fn numbers(hashes: Hashes) -> (u64, u64, u64) {
    (hashes.sha256, hashes.crc32, hashes.fnv)
}
