//! `belay._native`: a list of names. What each does is said in `python/belay/_native.pyi`.

mod error;
mod files;
mod literal;
mod repl;
mod text;

use pyo3::prelude::*;

#[pymodule]
mod _native {
    use super::*;

    #[pymodule_export]
    use super::files::{content_hashes, stage_files, walk_folder};
    #[pymodule_export]
    use super::literal::parse_literal;
    #[pymodule_export]
    use super::repl::{Entry, Frame, Outcome, RawRepl};
    #[pymodule_export]
    use super::text::minify;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
