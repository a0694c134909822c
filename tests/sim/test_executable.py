"""A MicroPython executable as the board, by `BELAY_SIM`.

The executable is made here: the package's module, linked into a program that calls its `main` and gives it
empty variables in place of CPython's, which that never touches. It is a real ELF file with real libraries.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable

import pytest
from tests.support.line import DEADLINE_S, RAW_BANNER, Line

from belay.sim import I2cRegisters
from belay.sim.supervisor.confine import landlock_abi

pytestmark = pytest.mark.skipif(
    not (shutil.which("gcc") and shutil.which("nm") and sys.platform == "linux"),
    reason="links a Linux program",
)

MAIN = """
int micropython_unix_main(int, char **);
int main(int argc, char **argv) { return micropython_unix_main(argc, argv); }
"""


@pytest.fixture(scope="module")
def executable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    specification = importlib.util.find_spec("micropython_run")
    assert specification
    assert specification.origin
    module = Path(specification.origin)
    symbols = subprocess.check_output(["nm", "-D", "--undefined-only", module], text=True).split()
    names = sorted({name.partition("@")[0] for name in symbols if name.startswith(("Py", "_Py"))})
    folder = tmp_path_factory.mktemp("executable")
    (folder / "main.c").write_text("".join(f"char {name}[4096];\n" for name in names) + MAIN)
    command = ["gcc", "-rdynamic", "-o", "micropython", "main.c", module, f"-Wl,-rpath,{module.parent}"]
    subprocess.run([*command, "-Wl,--unresolved-symbols=ignore-all"], cwd=folder, check=True)
    return folder / "micropython"


@pytest.fixture
def line(executable: Path, start: Callable[..., Line], monkeypatch: pytest.MonkeyPatch) -> Line:
    monkeypatch.setenv("BELAY_SIM", str(executable))
    return start().raw()


def test_the_repl_and_soft_resets(line: Line) -> None:
    assert line.run("print(6 * 7)") == "42\n"
    line.run("with open('/boot.py', 'w') as f: f.write('print(\"boot\")')")
    line.run("with open('/main.py', 'w') as f: f.write('print(\"main\")')")
    line.write(b"\x04print('ahead')\x04")
    text = line.read_until(b"ahead\n\x04\x04>")
    assert text == b"OK\r\nMPY: soft reboot\r\nboot\n" + RAW_BANNER + b"OKahead\n\x04\x04>"
    line.write(b"raise SystemExit\x04")
    assert line.read_until(RAW_BANNER) == b"OK\x04\x04MPY: soft reboot\r\nboot\n" + RAW_BANNER
    line.write(b"\x02")
    line.read_until(b">>> ")
    line.write(b"\x04")
    assert line.read_until(b">>> ").startswith(b"\r\nMPY: soft reboot\r\nboot\nmain\nMicroPython ")


def test_pins_from_both_sides_while_a_program_runs(line: Line) -> None:
    line.write(
        b"from machine import Pin, ADC\na = Pin(1, Pin.IN)\nb = Pin(2, Pin.OUT)\nc = ADC(26)\n"
        b"while c.read_u16() < 40000: b(a())\x04"
    )
    for level in (1, 0, 1):
        line.sim.pin(1).value = level
        deadline = time.monotonic() + DEADLINE_S
        while line.sim.pin(2).value != level:
            assert time.monotonic() < deadline
            time.sleep(0.0005)
    line.sim.adc(26).value = 50000
    assert line.read_until(b"\x04>") == b"OK\x04\x04>"


def test_events_and_buses_and_pixels(line: Line) -> None:
    device = I2cRegisters()
    line.sim.i2c(0).attach(8, device)
    line.run("from machine import *\nfrom neopixel import NeoPixel\nseen = []")
    line.run("Pin(14, Pin.IN, Pin.PULL_UP).irq(lambda p: seen.append(p()), Pin.IRQ_FALLING)")
    line.write(b"print('go', end='')\nwhile not seen: pass\nprint(seen)\x04")
    line.read_until(b"go")
    line.sim.pin(14).value = 0
    assert line.read_until(b"\x04>") == b"[0]\n\x04\x04>"
    line.run("n = []\nt = Timer(period=5, callback=n.append)\nwhile len(n) < 5: pass\nt.deinit()")
    line.run("I2C(0).writeto_mem(8, 1, b'abc'); p = NeoPixel(Pin(2), 2); p.fill((1, 2, 3)); p.write()")
    assert (device.registers[1:4], line.sim.neopixel(2).colours) == (b"abc", [(1, 2, 3)] * 2)
    assert line.run("print(I2C(0).scan(), I2C(0).readfrom_mem(8, 2, 2))") == "[8] b'bc'\n"


def test_ctrl_c_and_reset(line: Line) -> None:
    line.run("kept = 1")
    for _ in range(3):
        line.write(b"print('go', end='')\nwhile True: pass\x04")
        line.read_until(b"go")
        line.write(b"\x03")
        time.sleep(0.001)
        line.write(b"\x03")
        assert b"KeyboardInterrupt" in line.read_until(b"\x04>")
        line.quiet()
        line.write(b"\x03")
    assert line.run("print(kept)") == "1\n"
    line.write(b"import machine; machine.reset()\x04")
    assert line.read_until(b">>> ").startswith(b"OKMicroPython ")


def test_the_heap_is_as_promised(line: Line) -> None:
    free = int(line.run("import gc; gc.collect(); print(gc.mem_free())"))
    assert 192 << 10 <= free <= (192 << 10) + 8192


@pytest.mark.skipif(not landlock_abi(), reason="this kernel has no Landlock")
@pytest.mark.parametrize(
    "way",
    [
        "import vfs\nprint(vfs.VfsPosix('/').open('etc/passwd', 'r').read())",
        "import vfs\nprint(vfs.VfsPosix('/proc').open('self/environ', 'r').read())",
        "import vfs\nprint(list(vfs.VfsPosix('/').ilistdir('/')))",
        "import os\nif os.system('true'): raise OSError(1)",
        "print([open(n, 'rb').read(1) for n in range(9, 64)])",
    ],
)
def test_it_is_confined(line: Line, way: str) -> None:
    output, error = line.fail(way)
    assert (output, "OSError: [Errno" in error) == ("", True)
