"""``exec:`` and ``execpty:``: real children, how they are reached, interrupted and ended."""

import os
import socket
import sys
from pathlib import Path

import pytest
from tests.support.lines import DEADLINE_S, no_ports

from belay.exceptions import ConnectionFailedError, ConnectionLost

KINDS = ["exec", "execpty"]
both = pytest.mark.parametrize("kind", KINDS)


def script(tmp_path, text):
    """The words of a command that runs ``text`` with this Python."""
    path = tmp_path / "child's program.py"
    path.write_text(text)
    return f'{sys.executable} "{path}"'


def read_until(transport, end):
    data = b""
    while not data.endswith(end):
        more = transport.read(DEADLINE_S)
        assert more, data
        data += more
    return data


def read_to_loss(transport):
    data = b""
    while True:
        try:
            data += transport.read(DEADLINE_S)
        except ConnectionLost as error:
            return data, error


@both
def test_a_child_that_ends_tells_its_status_and_last_words(kind, tmp_path):
    program = "import sys; print('out', flush=True); print('one\\ntwo\\n', file=sys.stderr); sys.exit(3)"
    with no_ports(f"{kind}:{script(tmp_path, program)}") as transport:
        said, error = read_to_loss(transport)
        assert said == b"out\n"
        assert "the process ended with exit status 3: two" in error.message


@both
def test_a_child_that_is_killed_tells_the_signal(kind, tmp_path):
    program = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    with no_ports(f"{kind}:{script(tmp_path, program)}") as transport:
        _, error = read_to_loss(transport)
        assert error.message.endswith("the process was ended by SIGKILL")


def test_a_child_that_closes_its_output_and_lives_is_lost_too(tmp_path):
    program = "import os, time; os.close(1); time.sleep(100)"
    with no_ports(f"exec:{script(tmp_path, program)}") as transport:
        _, error = read_to_loss(transport)
        assert "process" not in error.message


@both
def test_a_noisy_standard_error_holds_nothing_up(kind, tmp_path):
    program = "import sys; sys.stderr.write('noise\\n' * 100_000); print('done', flush=True); input()"
    with no_ports(f"{kind}:{script(tmp_path, program)}") as transport:
        assert read_until(transport, b"\n") == b"done\n"


@both
@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("/no/such/program", "there is no program /no/such/program"),
        ("no-such-program -x", "there is no program no-such-program"),
        ("", "names no command"),
        ("'unfinished", "is no command"),
        ("/", "there is no program /"),
    ],
)
def test_a_command_that_cannot_be_run(kind, command, message):
    with pytest.raises(ConnectionFailedError, match=message), no_ports(f"{kind}:{command}"):
        pass


def test_a_program_of_a_wrong_format(tmp_path):
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF nonsense")
    program.chmod(0o755)
    with pytest.raises(ConnectionFailedError, match="cannot be started"), no_ports(f"exec:{program}"):
        pass


@both
def test_close_ends_a_child_that_does_not_want_to(kind, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(DEADLINE_S)
        program = (
            "import signal, socket\n"
            "for number in (signal.SIGTERM, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)\n"
            f"line = socket.create_connection(('127.0.0.1', {server.getsockname()[1]}))\n"
            "line.send(b'up')\n"
            "line.recv(1)\n"
        )
        with no_ports(f"{kind}:{script(tmp_path, program)}") as transport:
            line, _ = server.accept()
            with line:
                line.settimeout(DEADLINE_S)
                assert line.recv(2) == b"up"
                transport.close()
                assert line.recv(1) == b""  # The kernel closed it: the process is no more.


@both
def test_close_ends_the_children_of_the_child(kind, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(DEADLINE_S)
        grandchild = (
            f"import socket; line = socket.create_connection(('127.0.0.1', {server.getsockname()[1]}));"
            "line.recv(1)"
        )
        program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {grandchild!r}])"
        with no_ports(f"{kind}:{script(tmp_path, program)}") as transport:
            line, _ = server.accept()
            with line:
                line.settimeout(DEADLINE_S)
                transport.close()
                assert line.recv(1) == b""


@both
def test_the_child_has_a_session_of_its_own(kind, tmp_path):
    with no_ports(
        f"{kind}:{script(tmp_path, 'import os; print(os.getsid(0), flush=True); input()')}"
    ) as transport:
        assert int(read_until(transport, b"\n")) != os.getsid(0)


def test_the_pseudo_terminal_is_the_controlling_one(tmp_path):
    program = (
        "import os\n"
        "print(os.ttyname(0) == os.ttyname(1), os.tcgetpgrp(os.open('/dev/tty', os.O_RDWR)) == os.getpid())\n"
        "input()"
    )
    with no_ports(f"execpty:{script(tmp_path, program)}") as transport:
        assert read_until(transport, b"\n") == b"True True\n"


def test_an_interrupt_reaches_a_program_on_the_terminal_and_loses_no_output(tmp_path):
    program = (
        "import signal\n"
        "signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})\n"
        "print('x' * 3000, flush=True)\n"
        "print(signal.sigwait({signal.SIGINT}) == signal.SIGINT)\n"
        "print('read', input())\n"
    )
    with no_ports(f"execpty:{script(tmp_path, program)}") as transport:
        transport.write(b"typed ahead\n", 10)
        assert transport.wait_readable(DEADLINE_S)
        transport.write(b"\x03", 10)
        assert read_until(transport, b"ahead\n") == b"x" * 3000 + b"\nTrue\nread typed ahead\n"


def test_an_early_interrupt_does_not_end_the_child():
    with no_ports("execpty:cat") as transport:
        transport.write(b"\x03\x03 still there\n", 10)
        read_until(transport, b" still there\n")


def test_the_real_interpreter_is_interrupted():
    pytest.importorskip("micropython_run")
    with no_ports(f"execpty:{Path(sys.executable).with_name('micropython')}") as transport:
        transport.write(b"\r\x03", 10)
        read_until(transport, b">>> ")
        transport.write(b"\r\x01", 10)
        read_until(transport, b"exit\r\n>")
        transport.write(b"print('on')\nwhile True: pass\n\x04", 10)
        assert read_until(transport, b"on\n").endswith(b"OKon\n")
        transport.write(b"\x03", 10)
        assert b"KeyboardInterrupt" in read_until(transport, b"\x04>")
        transport.write(b"print(6 * 7)\x04", 10)
        assert read_until(transport, b"\x04\x04>") == b"OK42\n\x04\x04>"
