"""The pytest plugin of belay: a board as a fixture, simulated unless a real one is named.

A package of its own: pytest loads the plugins of everything that is installed at every start, and to import
``belay.testing`` is to import ``belay``. Nothing of belay is imported here until one of the fixtures is used.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Dict, Generator, Iterator, List, Tuple, Type

import pytest

if TYPE_CHECKING:
    from belay import Device
    from belay.testing.output import BoardOutput

_MARKER = "belay_requires(*names, module=())"
_OUTPUT = pytest.StashKey["BoardOutput"]()
"""Where the config keeps what the board prints, once a fixture was used."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("belay", "boards (belay)")
    group.addoption(
        "--belay-port",
        metavar="PORT",
        help="the board that the tests use, as Device() takes it; default: BELAY_DEVICE, else the ini option "
        "belay_port, else sim:",
    )
    group.addoption(
        "--belay-reset",
        choices=("test", "module", "session"),
        help="how often the tests get a freshly reset board; default: the ini option belay_reset, else test",
    )
    parser.addini(
        "belay_port", "the board that the tests use where neither --belay-port nor BELAY_DEVICE says so"
    )
    parser.addini("belay_reset", "how often the tests get a freshly reset board: test, module or session")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{_MARKER}: skip the test on a board without them. Names: sim, hardware, "
        "micropython, circuitpython, threads, native, viper; module: what the board has to be able to import",
    )


def _port(config: pytest.Config) -> str:
    given = config.getoption("--belay-port") or os.environ.get("BELAY_DEVICE") or config.getini("belay_port")
    return str(given or "sim:")


def _reset_scope(fixture_name: str, config: pytest.Config) -> Any:
    reset = config.getoption("--belay-reset") or config.getini("belay_reset") or "test"
    if reset not in ("test", "module", "session"):
        raise pytest.UsageError(f"belay_reset is test, module or session, not {reset!r}")
    return "function" if reset == "test" else reset


@pytest.fixture(scope="session")
def belay_port(pytestconfig: pytest.Config) -> str:
    """The board that the tests use, as ``Device`` takes it."""
    return _port(pytestconfig)


@pytest.fixture(scope="session")
def belay_class() -> Type[Device]:
    """The class that the fixture `device` makes; override it to test a subclass of Device."""
    from belay import Device

    return Device


@pytest.fixture(scope="session")
def _board_output(pytestconfig: pytest.Config) -> BoardOutput:
    from belay.testing.output import BoardOutput

    output = BoardOutput(live=pytestconfig.getoption("capture") in ("no", "tee-sys"))
    pytestconfig.stash[_OUTPUT] = output
    return output


@pytest.fixture
def board_output(_board_output: BoardOutput) -> BoardOutput:
    """What the board has printed in this test: `board_output.text`."""
    return _board_output


@pytest.fixture(scope="session")
def _refusals() -> Dict[str, str]:
    """Why a board could not be opened, by port; empty for one that could: what fails there may pass."""
    return {}


@pytest.fixture(scope=_reset_scope)
def device(
    belay_port: str, belay_class: Type[Device], _board_output: BoardOutput, _refusals: Dict[str, str]
) -> Iterator[Device]:
    """A board that has just been reset; a simulated one has its pins in `device.sim`."""
    from belay.exceptions import BelayException, PyboardException

    if _refusals.get(belay_port):  # not to wait for each test until a silent board has been given up
        raise _refusal(_refusals[belay_port])
    try:
        opened = belay_class(belay_port, stream_out=_board_output)
    except PyboardException:
        raise  # of the class's own code, whose line is shown
    except BelayException as error:
        raise _refusal(_refusals.setdefault(belay_port, f"the board cannot be opened: {error}")) from None
    _refusals[belay_port] = ""
    with opened:
        yield opened


@pytest.fixture(scope=_reset_scope)
def installed(device: Device, pytestconfig: pytest.Config) -> Device:
    """The `device` with this project on it, as `belay install` puts it there: its packages and its folder."""
    from belay.exceptions import BelayException
    from belay.project import config, install

    try:
        project = config.load(pytestconfig.rootpath)
        with install.prepared(project) as installation:
            if not installation.parts:
                raise _refusal(
                    f"nothing to install: {project.path} names no packages and no folder\n"
                    "hint: the fixture device is the board without a project"
                )
            install.install(device, installation)
    except BelayException as error:
        raise _refusal(f"the project cannot be installed: {error}") from None
    return device


def _refusal(text: str) -> BaseException:
    """What fails a test by a text alone: the way to it is no fault of the test's."""
    return pytest.fail.Exception(text, pytrace=False)


@pytest.fixture(autouse=True)
def _belay_requires(request: pytest.FixtureRequest) -> None:
    """Skip a test whose marker asks for what the board lacks."""
    for marker in request.node.iter_markers("belay_requires"):
        names, modules = _wanted(marker)
        port = _port(request.config)
        is_simulated = port.startswith("sim:")
        if ("sim" in names and not is_simulated) or ("hardware" in names and is_simulated):
            pytest.skip(f"not for the board at {port}")
        names = [name for name in names if name not in ("sim", "hardware")]
        if names or modules:
            _skip_without(request.getfixturevalue("device"), names, modules)


def _wanted(marker: pytest.Mark) -> Tuple[List[str], List[str]]:
    """The names and the modules that a marker asks for, if they can be asked for."""
    names, modules = list(marker.args), marker.kwargs.get("module", ())
    modules = [modules] if isinstance(modules, str) else modules
    for keyword in marker.kwargs:
        if keyword != "module":
            raise _refusal(f"belay_requires({keyword}=...): there is no such argument; it is {_MARKER}")
    if not isinstance(modules, (list, tuple)) or not all(isinstance(each, str) for each in modules):
        raise _refusal(f"belay_requires(module={modules!r}): it takes a module's name, or a list of names")
    if any(name not in ("sim", "hardware") for name in names):
        from belay.testing.capabilities import CAPABILITIES

        for name in names:
            if name not in ("sim", "hardware", *CAPABILITIES):
                known = ", ".join(["sim", "hardware", *CAPABILITIES])
                raise _refusal(f"belay_requires({name!r}): there is no such capability; known are {known}")
    return names, list(modules)


def _skip_without(device: Device, names: List[str], modules: List[str]) -> None:
    from belay.testing.capabilities import missing_capability

    missing = missing_capability(device, names, modules)
    if missing:
        pytest.skip(f"the board has no {missing}")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    output = item.config.stash.get(_OUTPUT, None)
    if output is not None:
        output.begin()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, None]:
    """Put the board's output and its frames into the report, and leave belay's own out."""
    output = item.config.stash.get(_OUTPUT, None)
    text = output.unreported() if output is not None else ""
    if text:
        item.add_report_section(call.when, "board output", text)
    exceptions = sys.modules.get("belay.exceptions")
    error = call.excinfo.value if call.excinfo is not None else None
    if exceptions is None or not isinstance(error, (exceptions.BelayException, TypeError, ValueError)):
        yield
        return
    is_fault = isinstance(error, exceptions.InternalError)  # of belay, and found by these frames
    if call.excinfo is not None and not is_fault and not item.config.getoption("fulltrace"):
        from belay.testing.frames import with_board_frames

        if isinstance(error, exceptions.BelayException):
            error.__cause__ = None  # an error of the transport's library, whose text is in ours
        frames = error.frames if isinstance(error, exceptions.PyboardException) else ()
        call.excinfo.traceback = type(call.excinfo.traceback)(with_board_frames(call.excinfo.tb, frames))
    report = (yield).get_result()
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None and isinstance(error, exceptions.PyboardException):
        # The summary shows the first line only, which would be that of the traceback.
        crash.message = f"{error.type_name}: {error.message}"
