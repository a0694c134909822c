//! `Entry`, `RawRepl` and `Outcome`: `belay_core::repl` for Python.

use belay_core::repl as core;
use belay_core::reply::Mark;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

#[pyclass(frozen, get_all, module = "belay._native")]
pub struct Outcome {
    tag: char,
    payload: Py<PyBytes>,
    garbled: bool,
    answer: Py<PyBytes>,
}

#[pyclass(frozen, get_all, module = "belay._native")]
pub struct Frame {
    tag: char,
    payload: Py<PyBytes>,
    garbled: bool,
}

#[pyclass(module = "belay._native")]
pub struct RawRepl(core::RawRepl);

fn mark_of(mark: &[u8]) -> PyResult<Mark> {
    mark.try_into().map_err(|_| PyValueError::new_err("a mark has 8 bytes"))
}

#[pyclass(module = "belay._native")]
pub struct Entry(core::Entry);

#[pymethods]
impl Entry {
    #[new]
    #[pyo3(signature = (mark, number, timeout_ms, *, restart = false))]
    fn new(mark: &[u8], number: u64, timeout_ms: u64, restart: bool) -> PyResult<Self> {
        let begin = if restart { core::Entry::restarting } else { core::Entry::new };
        Ok(Self(begin(mark_of(mark)?, number, timeout_ms)))
    }

    #[getter]
    fn entered(&self) -> bool {
        self.0.stage() == core::Stage::Entered
    }

    #[getter]
    fn failed(&self) -> bool {
        self.0.stage() == core::Stage::Failed
    }

    #[getter]
    fn marked(&self) -> bool {
        self.0.marked()
    }

    #[getter]
    fn obstacle(&self) -> &'static str {
        match self.0.obstacle() {
            core::Obstacle::Mute => "mute",
            core::Obstacle::Prints => "prints",
            core::Obstacle::NoPrompt => "no-prompt",
            core::Obstacle::NoRawPrompt => "no-raw-prompt",
            core::Obstacle::NoAnswer => "no-answer",
        }
    }

    #[pyo3(name = "to_send")]
    fn take_outgoing<'py>(&mut self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.to_send())
    }

    fn wait_ms(&self, now_ms: u64) -> u64 {
        self.0.wait_ms(now_ms)
    }

    fn receive(&mut self, data: &[u8], now_ms: u64) {
        self.0.receive(data, now_ms);
    }
}

#[pymethods]
impl RawRepl {
    #[new]
    #[pyo3(signature = (mark, *, pastes = true, burst_bytes = 260, run_ahead_bytes = 0))]
    fn new(mark: &[u8], pastes: bool, burst_bytes: usize, run_ahead_bytes: usize) -> PyResult<Self> {
        Ok(Self(core::RawRepl::new(mark_of(mark)?, pastes).on_line(burst_bytes, run_ahead_bytes)))
    }

    #[getter]
    fn idle(&self) -> bool {
        self.0.state() == core::State::Prompt
    }

    #[getter]
    fn in_doubt(&self) -> bool {
        self.0.state() == core::State::Doubt
    }

    #[getter]
    fn all_sent(&self) -> bool {
        self.0.all_sent()
    }

    #[getter]
    fn restarted(&self) -> bool {
        self.0.restarted()
    }

    #[pyo3(signature = (source, *, paste = false))]
    fn submit(&mut self, source: &[u8], paste: bool) -> PyResult<()> {
        if self.0.state() != core::State::Prompt {
            return Err(PyValueError::new_err("a program is under way"));
        }
        self.0.submit(source, paste);
        Ok(())
    }

    fn resubmit_plain(&mut self) {
        self.0.resubmit_plain();
    }

    fn abandon(&mut self) {
        self.0.abandon();
    }

    fn verify(&mut self, source: &[u8], expected: &[u8]) {
        self.0.verify(source, expected);
    }

    #[pyo3(name = "to_send")]
    fn take_outgoing<'py>(&mut self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.to_send())
    }

    fn receive<'py>(&mut self, py: Python<'py>, data: &[u8]) -> PyResult<Bound<'py, PyList>> {
        let events = PyList::empty(py);
        for event in self.0.receive(data) {
            match event {
                core::Event::Text(text) => events.append(PyBytes::new(py, &text))?,
                core::Event::Started => events.append("started")?,
                core::Event::NoPaste => events.append("no-paste")?,
                core::Event::Said { tag, payload, garbled } => {
                    events.append(Frame {
                        tag: tag as char,
                        payload: PyBytes::new(py, &payload).unbind(),
                        garbled,
                    })?;
                }
                core::Event::Suspect => events.append("suspect")?,
                core::Event::Done(outcome) => events.append(Outcome {
                    tag: outcome.tag as char,
                    payload: PyBytes::new(py, &outcome.payload).unbind(),
                    garbled: outcome.garbled,
                    answer: PyBytes::new(py, &outcome.answer).unbind(),
                })?,
            }
        }
        Ok(events)
    }

    fn take_withheld<'py>(&mut self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.take_withheld())
    }

    fn take_printed<'py>(&mut self, py: Python<'py>, said: &[u8]) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.take_printed(said))
    }
}
