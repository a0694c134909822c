"""A real MicroPython behind a UART: what does not fit its ring is lost."""

import array
import fcntl
import os
import select
import socket
import subprocess
import sys
import termios
import threading
import time
from contextlib import contextmanager, suppress

RING_BYTES = 256
BYTE_S = 1e-4  # 115200 baud
DEADLINE_S = 20
COMMAND = "import micropython_unix as u,sys; sys.exit(u.run_main(['micropython','-X','heapsize=256k']))"


class Uart:
    """Serves the board at a TCP ``port``, to one client.

    The unix port reads its terminal byte by byte, so what waits there is what a UART's ring would hold.
    """

    def __init__(self):
        self.lost = 0
        self._master, self._terminal = os.openpty()
        settings = termios.tcgetattr(self._terminal)
        settings[0] = settings[1] = 0
        settings[3] = termios.ISIG | termios.NOFLSH
        termios.tcsetattr(self._terminal, termios.TCSANOW, settings)
        self._process = subprocess.Popen(
            [sys.executable, "-c", COMMAND],
            stdin=self._terminal, stdout=self._terminal, stderr=self._terminal,
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        said = b""
        while b">>> " not in said:  # A ctrl-C before that would end the process.
            assert select.select([self._master], [], [], DEADLINE_S)[0], said
            said += os.read(self._master, 65536)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self):
        self._thread.join(DEADLINE_S)
        self._process.kill()
        self._process.wait(DEADLINE_S)
        self._listener.close()
        os.close(self._master)
        os.close(self._terminal)

    def _serve(self):
        self._listener.settimeout(DEADLINE_S)
        with self._listener.accept()[0] as client, suppress(ConnectionError):  # the client has gone
            while True:
                ready, _, _ = select.select([client, self._master], [], [])
                if self._master in ready:
                    client.sendall(os.read(self._master, 65536))
                if client in ready:
                    byte = client.recv(1)
                    if not byte:
                        return
                    if self._unread() < RING_BYTES:
                        os.write(self._master, byte)
                    else:
                        self.lost += 1
                    time.sleep(BYTE_S)

    def _unread(self):
        count = array.array("i", [0])
        fcntl.ioctl(self._terminal, termios.FIONREAD, count)
        return count[0]


@contextmanager
def uart_board():
    """A ``Uart``; its client goes first."""
    uart = Uart()
    try:
        yield uart
    finally:
        uart.close()
