"""The pytest plugin, in a pytest of its own: as a user has it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.child_pytest import run_pytest

EMPTY = "def test_nothing(): pass\n"
SHELL = (
    f"execpty:{sys.executable} -c "
    "\"import micropython_unix as u; u.run_main(['micropython', '-X', 'heapsize=256k', '-i', '-c', '0'])\""
)
"""A board that is not simulated, as far as the plugin can tell."""


def outcomes(said):
    """The last line: how many tests did what."""
    return {word: int(count) for count, word in re.findall(r"(\d+) (\w+)", said.strip().splitlines()[-1])}


def test_nothing_is_imported_before_a_fixture_is_used(tmp_path):
    listing = (
        "import sys\ndef pytest_unconfigure(): open('modules', 'a').write(' '.join(sys.modules) + '\\n')\n"
    )
    files = {"conftest.py": listing, "test_empty.py": EMPTY}
    for arguments in ([], ["-p", "no:belay"]):
        said, status = run_pytest(tmp_path, *arguments, files=files, autoload=True)
        assert status == 0, said
    with_plugin, without = (set(line.split()) for line in (tmp_path / "modules").read_text().splitlines())
    assert with_plugin - without == {"pytest_belay"}


def test_a_simulated_board_with_pins_is_the_default(tmp_path):
    test = """
def test_led(device):
    device("Pin(25, Pin.OUT).on()")
    assert device.sim.pin("LED").value == 1

def test_fresh(device, belay_port):
    assert belay_port == "sim:"
    assert device.sim.pin("LED").mode == "unset"
"""
    said, status = run_pytest(tmp_path, files={"test_pins.py": test})
    assert (status, outcomes(said)["passed"]) == (0, 2), said


FAILING = """
import pytest

@pytest.fixture
def greeting(device):
    device("print('from the set-up')")

def test_fails(device, greeting):
    @device.task
    def half(number):
        print("halving", number)

        return number / 0

    half(1)

def test_prints(device, board_output):
    device("print('quiet')")
    assert board_output.text == "quiet\\n"

def test_fails_on_the_host(device):
    device("print('before')")
    assert False

def test_code_as_text(device):
    device("1/0")
"""


@pytest.fixture(scope="module")
def failing(tmp_path_factory):
    """The report of tests that fail."""
    said, status = run_pytest(tmp_path_factory.mktemp("failing"), files={"test_it.py": FAILING})
    assert status == 1
    assert outcomes(said)["failed"] == 3
    return said


def section(said, name):
    return re.search(rf"_+ {name} _+\n(.*?)(?=\n_+ \w+ _+\n|\n=+ )", said, re.DOTALL)[1]


def test_the_boards_output_is_a_section_of_a_failing_test(failing):
    report = section(failing, "test_fails")
    assert re.search(r"-+ Captured board output setup -+\nfrom the set-up\n", report)
    assert re.search(r"-+ Captured board output call -+\nhalving 1(\n|$)", report)
    assert report.count("halving 1") == 1
    assert "quiet" not in failing
    assert re.search(r"Captured board output call -+\nbefore", section(failing, "test_fails_on_the_host"))


def test_the_boards_frames_are_frames_of_the_report(failing):
    report = section(failing, "test_fails")
    line = FAILING[: FAILING.index("return number / 0")].count("\n") + 1
    assert ">           return number / 0\n" not in report  # It stands in a function of the test.
    assert ">       return number / 0\n" in report
    assert "E       belay.exceptions.PyboardException: Traceback (most recent call last):\n" in report
    assert "E       ZeroDivisionError: divide by zero\n" in report
    assert f"\ntest_it.py:{line}: PyboardException" in report
    assert "half(1)" in report
    assert not re.search(r"python/belay/|site-packages/belay/", report)


def test_code_as_text_has_no_frame_of_its_own(failing):
    report = section(failing, "test_code_as_text")
    assert '>       device("1/0")\n' in report
    assert "???" not in report


def test_a_line_of_a_synced_module_is_shown(tmp_path):
    test = """
from pathlib import Path

def test_it(device):
    device.sync(Path(__file__).parent / "package", "/package")

    @device.task
    def drive():
        import package.wheels
        package.wheels.turn(0)

    drive()
"""
    module = "def turn(times):\n    # once\n    return 1 / times\n"
    files = {"test_it.py": test, "package/wheels.py": module}
    said, _ = run_pytest(tmp_path, files=files)
    assert "\ntest_it.py:10: in drive\n    package.wheels.turn(0)\n" in said
    assert ">       return 1 / times\n" in said
    assert "\npackage/wheels.py:3: PyboardException" in said
    assert "???" not in said


def test_the_summary_says_what_the_board_said(failing):
    assert "FAILED test_it.py::test_fails - ZeroDivisionError: divide by zero\n" in failing


def test_native_tracebacks_and_full_ones(tmp_path):
    said, _ = run_pytest(tmp_path, "--tb=native", "-k", "test_fails", files={"test_it.py": FAILING})
    line = FAILING[: FAILING.index("return number / 0")].count("\n") + 1
    assert (
        f'test_it.py", line {line}, in half\n    return number / 0\nbelay.exceptions.PyboardException' in said
    )
    said, _ = run_pytest(tmp_path, "--full-trace", "-k", "test_code_as_text")
    assert "def perform(" in said


def test_output_is_live_when_nothing_is_captured(tmp_path):
    test = "def test_it(device):\n    device(\"print('live')\")\n"
    said, _ = run_pytest(tmp_path, "-s", files={"test_live.py": test})
    assert "\ntest_live.py live\n" in said


RESETS = """
def test_one(device):
    device("mark = 1")

def test_two(device):
    print("fresh" if device("'mark' not in globals()") else "kept")
"""


@pytest.mark.parametrize(
    ("arguments", "ini", "expected"),
    [
        ([], "", ["fresh", "fresh"]),
        (["--belay-reset=module"], "", ["kept", "fresh"]),
        ([], "belay_reset = session", ["kept", "kept"]),
        (["--belay-reset=test"], "belay_reset = session", ["fresh", "fresh"]),
    ],
)
def test_when_a_board_is_reset(tmp_path, arguments, ini, expected):
    """What the second test of each file finds; only the first file's first test leaves a mark."""
    second = RESETS.replace("mark = 1", "pass")
    files = {"pytest.ini": f"[pytest]\n{ini}\n", "test_a.py": RESETS, "test_b.py": second}
    said, status = run_pytest(tmp_path, "-rP", *arguments, files=files)
    assert status == 0, said
    assert re.findall(r"^(fresh|kept)$", said, re.MULTILINE) == expected


def test_a_wrong_policy_is_a_usage_error(tmp_path):
    files = {"pytest.ini": "[pytest]\nbelay_reset = never\n", "test_a.py": RESETS}
    said, status = run_pytest(tmp_path, files=files)
    assert status != 0
    assert "belay_reset is test, module or session, not 'never'" in said


MARKERS = """
import pytest

needs = pytest.mark.belay_requires

@needs("sim")
def test_sim(): pass

@needs("hardware")
def test_hardware(): pass

@needs("micropython", "threads", module="json")
def test_fine(device): assert device("1") == 1

@needs("circuitpython")
def test_circuitpython(device): pass

@needs(module=["json", "does_not_exist"])
def test_module(): pass

@needs("native")
@needs("viper")
def test_emitters(): pass
"""


@pytest.mark.parametrize(
    ("arguments", "skipped"), [([], ["test_hardware"]), (["--belay-port", SHELL], ["test_sim"])]
)
def test_markers_skip_what_the_board_cannot_do(tmp_path, arguments, skipped):
    files = {"pytest.ini": "[pytest]\naddopts = --strict-markers\n", "test_needs.py": MARKERS}
    said, status = run_pytest(tmp_path, "-v", "-rs", *arguments, files=files)
    assert status == 0, said
    found = re.findall(r"::(test_\w+) SKIPPED", said)
    assert found == sorted([*skipped, "test_circuitpython", "test_module"], key=MARKERS.index)
    assert "the board has no circuitpython" in said
    assert "the board has no module does_not_exist" in said
    assert "not for the board at " in said


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ('"thread"', "('thread'): there is no such capability; known are sim, hardware, micropython"),
        ('["threads"]', "(['threads']): there is no such capability"),
        ('modul="json"', "(modul=...): there is no such argument; it is belay_requires(*names, module=())"),
        ("module=5", "(module=5): it takes a module's name, or a list of names"),
        ('"hardware", "viperr"', "('viperr'): there is no such capability"),
    ],
)
def test_wrong_arguments_of_the_marker(tmp_path, arguments, expected):
    test = f"import pytest\n@pytest.mark.belay_requires({arguments})\ndef test_it(): pass\n"
    said, status = run_pytest(tmp_path, files={"test_it.py": test})
    assert status == 1
    assert f"\nbelay_requires{expected}" in said
    assert len(said.splitlines()) < 18, said


def test_a_board_that_is_not_there_is_said_in_short(tmp_path):
    tests = "def test_one(device): pass\ndef test_two(device): pass\ndef test_three(): pass\n"
    said, status = run_pytest(tmp_path, "--belay-port", "/dev/ttyNONE", files={"test_it.py": tests})
    assert status == 1
    assert (outcomes(said)["errors"], outcomes(said)["passed"]) == (2, 1)
    assert said.count("\nthe board cannot be opened: there is no port /dev/ttyNONE\nhint: ") == 2
    assert len(said.splitlines()) < 22, said


def test_a_board_that_does_not_answer_is_asked_once(tmp_path):
    count = tmp_path / "count"
    port = f"exec:{sys.executable} -c \"open(r'{count}', 'a').write('.')\""
    tests = "def test_one(device): pass\ndef test_two(device): pass\n"
    said, _ = run_pytest(tmp_path, "--belay-port", port, files={"test_it.py": tests})
    assert outcomes(said)["errors"] == 2
    assert count.read_text() == "."


SETUP_FAILS = """
import pytest
from belay import Device

class Rover(Device):
    @Device.setup(autoinit=True)
    def wheels():
        number = 1 / 0

@pytest.fixture(scope="session")
def belay_class():
    return Rover

def test_it(device): pass
"""


def test_a_class_whose_setup_fails_shows_its_line(tmp_path):
    said, _ = run_pytest(tmp_path, files={"test_it.py": SETUP_FAILS})
    assert ">       number = 1 / 0\n" in said
    assert "python/belay/" not in said


MISUSE = """
import belay

def test_number(device):
    device.sim.adc(26).value = 1.5

def test_pin(device):
    device.sim.pin(99)

def test_device(device):
    device.sim.i2c(0).attach(0x48, object())

def test_folder(device):
    device.sync("nothing")

def test_deadline(device):
    device("while True: pass", timeout=.1)

def test_port():
    belay.Device("/dev/ttyNONE")

def test_fault(device):
    raise belay.InternalError("a fault")
"""


def test_what_is_misused_is_said_at_the_line_that_does_it(tmp_path):
    said, status = run_pytest(tmp_path, files={"test_it.py": MISUSE})
    assert (status, outcomes(said)["failed"]) == (1, 7)
    assert not re.search(r"python/belay/|site-packages/|direct cause|another exception", said)
    for line, error in (
        ("device.sim.adc(26).value = 1.5", "TypeError: an analog value is an int, not 1.5"),
        ("device.sim.pin(99)", "ValueError: a simulated board has no pin 99"),
        ('device.sync("nothing")', "ValueError: there is no folder or file nothing"),
        ('belay.Device("/dev/ttyNONE")', "belay.exceptions.ConnectionFailedError: there is no port"),
    ):
        at = MISUSE.splitlines().index(f"    {line}") + 1
        report = said[said.index(f">       {line}\n") :]
        assert f"E       {error}" in report[:600]
        assert f"\ntest_it.py:{at}: " in report[:800]
    said, _ = run_pytest(tmp_path, "--full-trace", "-k", "test_number")
    assert "sim/board.py" in said


PROJECT = {
    "pyproject.toml": '[tool.belay]\nname = "rover"\n[tool.belay.dependencies]\nwheels = "./mine/wheels"\n',
    "mine/wheels/__init__.py": "def turn(times):\n    return 6 / times\n",
    "rover/__init__.py": "import wheels\n\ndef drive(times):\n    return wheels.turn(times)\n",
}
INSTALLED = """
def test_libraries_and_package(installed, device):
    assert installed is device
    assert installed("__import__('rover').drive(2)") == 3

def test_lines(installed):
    installed("import rover\\nrover.drive(0)")
"""


def test_the_project_on_the_board(tmp_path):
    said, _ = run_pytest(tmp_path, files={**PROJECT, "test_it.py": INSTALLED})
    failures = said.partition("short test summary info")[0]  # which repeats them where CI is set
    assert failures.count("wheels of group main was not downloaded yet\nhint: run belay update\n") == 2
    subprocess.run([sys.executable, "-m", "belay", "update", "--quiet"], cwd=tmp_path, check=True, timeout=60)
    said, _ = run_pytest(tmp_path)
    assert (outcomes(said)["passed"], outcomes(said)["failed"]) == (1, 1), said
    assert "\nrover/__init__.py:4: in drive\n" in said
    assert ">       return 6 / times\n" in said
    assert "\n.belay/dependencies/main/wheels/__init__.py:2: PyboardException" in said


def test_the_project_once_for_all_tests(tmp_path):
    tests = """
def test_one(installed):
    installed("import rover; rover.mark = 1")

def test_two(installed):
    assert installed("rover.mark") == 1
"""
    files = {"pyproject.toml": '[tool.belay]\nname = "rover"\n', "rover/__init__.py": "", "test_it.py": tests}
    said, status = run_pytest(tmp_path, "--belay-reset=session", files=files)
    assert status == 0, said


@pytest.mark.parametrize(
    ("project", "expected"),
    [
        (None, "the project cannot be installed: no pyproject.toml in "),
        (
            "",
            "nothing to install: {}/pyproject.toml names no packages and no folder\nhint: the fixture device",
        ),
        (
            '[tool.belay]\nname = "gone"\n',
            "the project cannot be installed: {}/pyproject.toml: tool.belay.name = ",
        ),
    ],
)
def test_where_there_is_no_project(tmp_path, project, expected):
    files = {"pytest.ini": "[pytest]\n", "test_it.py": "def test_it(installed): pass\n"}
    said, status = run_pytest(
        tmp_path, files={**files, **({} if project is None else {"pyproject.toml": project})}
    )
    assert status == 1
    assert "\n" + expected.format(tmp_path) in said
    assert len(said.splitlines()) < 18, said


def test_where_the_port_comes_from(tmp_path):
    test = "def test_it(belay_port): print('port', belay_port)\n"
    files = {"pytest.ini": "[pytest]\nbelay_port = from-ini\n", "test_it.py": test}
    environment = {"BELAY_DEVICE": "from-environment"}
    for arguments, variables, expected in (
        ([], {}, "from-ini"),
        ([], environment, "from-environment"),
        (["--belay-port=from-option"], environment, "from-option"),
    ):
        said, _ = run_pytest(tmp_path, "-rP", *arguments, files=files, environment=variables)
        assert f"\nport {expected}\n" in said


def test_a_class_of_ones_own(tmp_path):
    conftest = """
import pytest
from belay import Device

class Rover(Device):
    @Device.task
    def wheels():
        return 6

@pytest.fixture(scope="session")
def belay_class():
    return Rover
"""
    files = {"conftest.py": conftest, "test_rover.py": "def test_it(device): assert device.wheels() == 6\n"}
    said, status = run_pytest(tmp_path, files=files)
    assert status == 0, said


def test_the_plugin_is_a_package_of_its_own():
    import pytest_belay

    assert Path(pytest_belay.__file__).parent.parent.joinpath("belay", "testing").is_dir()
