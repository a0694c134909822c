//! `parse_literal`: Python objects from the pieces of a text, no tree between.

use std::vec::Drain;

use belay_core::literal::{parse, Atom, Builder, Group};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyComplex, PyDict, PyEllipsis, PyFloat, PyFrozenSet, PyInt, PyList, PyNone,
    PyRange, PySet, PyString, PyTuple, PyType,
};

use crate::error::not_belay_response;

#[pyfunction]
pub fn parse_literal<'py>(py: Python<'py>, text: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    parse(text, &mut Objects { py }).map_err(|fault| not_belay_response(py, text, fault))
}

struct Objects<'py> {
    py: Python<'py>,
}

type Object<'py> = Bound<'py, PyAny>;

impl<'py> Builder for Objects<'py> {
    type Value = Object<'py>;
    type Error = PyErr;

    #[inline]
    fn atom(&mut self, atom: Atom<'_>) -> PyResult<Object<'py>> {
        let py = self.py;
        Ok(match atom {
            Atom::Integer(value) => value.into_pyobject(py)?.into_any(),
            Atom::Text(text) => PyString::new(py, text).into_any(),
            Atom::Float(value) => PyFloat::new(py, value).into_any(),
            Atom::Boolean(value) => PyBool::new(py, value).to_owned().into_any(),
            Atom::None => PyNone::get(py).to_owned().into_any(),
            Atom::Bytes(bytes) => PyBytes::new(py, bytes).into_any(),
            Atom::Complex(real, imaginary) => PyComplex::from_doubles(py, real, imaginary).into_any(),
            Atom::Ellipsis => PyEllipsis::get(py).to_owned().into_any(),
            Atom::BigInteger { negative, magnitude } => big_integer(py, negative, magnitude)?,
            Atom::TextWithSurrogates(text) => {
                PyBytes::new(py, text).call_method1(intern!(py, "decode"), ("utf-8", "surrogatepass"))?
            }
        })
    }

    fn group(&mut self, group: Group<'_>, mut parts: Drain<'_, Object<'py>>) -> PyResult<Object<'py>> {
        let py = self.py;
        match group {
            Group::List => Ok(PyList::new(py, parts)?.into_any()),
            Group::Tuple => Ok(PyTuple::new(py, parts)?.into_any()),
            Group::Dict => {
                let dict = PyDict::new(py);
                while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
                    dict.set_item(key, value)?;
                }
                Ok(dict.into_any())
            }
            Group::Set => {
                let set = PySet::empty(py)?;
                parts.try_for_each(|part| set.add(part))?;
                Ok(set.into_any())
            }
            Group::Record { name, fields } => record(py, name, fields)?.call1(PyTuple::new(py, parts)?),
            Group::Frozenset => py.get_type::<PyFrozenSet>().call1(PyTuple::new(py, parts)?),
            Group::Bytearray => py.get_type::<PyByteArray>().call1(PyTuple::new(py, parts)?),
            Group::Range => py.get_type::<PyRange>().call1(PyTuple::new(py, parts)?),
            Group::Array => {
                static ARRAY: PyOnceLock<Py<PyType>> = PyOnceLock::new();
                ARRAY.import(py, "array", "array")?.call1(PyTuple::new(py, parts)?)
            }
            Group::OrderedDict => ordered_dict(py, parts.next()),
        }
    }
}

/// Through bytes: `int` of decimal text has a limit of digits, and `int.from_bytes` has none.
fn big_integer<'py>(py: Python<'py>, negative: bool, magnitude: &[u8]) -> PyResult<Object<'py>> {
    let integer = py.get_type::<PyInt>();
    let value = integer.call_method1(intern!(py, "from_bytes"), (PyBytes::new(py, magnitude), "little"))?;
    if negative {
        value.neg()
    } else {
        Ok(value)
    }
}

fn ordered_dict<'py>(py: Python<'py>, content: Option<Object<'py>>) -> PyResult<Object<'py>> {
    static ORDERED_DICT: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = ORDERED_DICT.import(py, "collections", "OrderedDict")?;
    match content {
        Some(content) => {
            // A list may hold anything: `OrderedDict(["ab"])` is no form that is ever printed.
            if let Ok(pairs) = content.cast::<PyList>() {
                if pairs.iter().any(|pair| !pair.cast::<PyTuple>().is_ok_and(|pair| pair.len() == 2)) {
                    return Err(PyTypeError::new_err("an OrderedDict of what are no pairs"));
                }
            }
            class.call1((content,))
        }
        None => class.call0(),
    }
}

/// Attribute tuples have no name of their own on the board.
const ATTRIBUTE_TUPLE: &str = "AttributeTuple";

/// Classes that are kept; a board has a handful.
const MOST_CLASSES: usize = 256;

/// The class for named tuples of this name and these fields, the same one each time.
///
/// `collections.namedtuple` refuses keywords, duplicates and leading underscores as fields; such a field is
/// called by its position in `_fields` (`_2`), and can be read under its own name too, unless the class has
/// that already or it is one of Python's own (`__del__`).
fn record<'py>(py: Python<'py>, name: Option<&str>, fields: &[&str]) -> PyResult<Object<'py>> {
    static CLASSES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    let classes = CLASSES.get_or_init(py, || PyDict::new(py).unbind()).bind(py);
    let key = (name.unwrap_or(ATTRIBUTE_TUPLE), PyTuple::new(py, fields)?).into_pyobject(py)?;
    if let Some(class) = classes.get_item(&key)? {
        return Ok(class);
    }
    static NAMEDTUPLE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let options = PyDict::new(py);
    options.set_item("rename", true)?;
    options.set_item("module", "belay")?;
    let class = NAMEDTUPLE.import(py, "collections", "namedtuple")?.call(&key, Some(&options))?;
    let used: Vec<String> = class.getattr("_fields")?.extract()?;
    for (field, used) in fields.iter().zip(used) {
        if !field.starts_with("__") && !class.hasattr(*field)? {
            class.setattr(*field, class.getattr(used)?)?;
        }
    }
    if classes.len() >= MOST_CLASSES {
        classes.clear();
    }
    classes.set_item(key, &class)?;
    Ok(class)
}
