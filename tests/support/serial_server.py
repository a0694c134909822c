"""A machine that serves its serial port by RFC 2217, by pyserial's own ``PortManager``."""

import socket
import threading
from contextlib import suppress

import serial
from serial.rfc2217 import PortManager


class PseudoTerminalPort(serial.Serial):
    """A pseudo-terminal as a serial port: it has no modem lines."""

    cts = dsr = cd = True
    ri = False

    def _update_dtr_state(self):
        pass

    def _update_rts_state(self):
        pass


class Rfc2217Server:
    """Serves the port at ``path`` to one client after the other, until ``stop``.

    Args:
        path: the port.
        port: of TCP; 0 takes a free one.
    """

    def __init__(self, path, port=0):
        self._path = path
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self._connection = None
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    def stop(self):
        """End the client's connection and serve no more. Idempotent."""
        for each in (self._listener, self._connection):
            if each is not None:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
        self._thread.join(20)
        self._listener.close()

    def write(self, data):
        """What the port manager wants to tell the client."""
        with suppress(OSError):
            self._connection.sendall(data)

    def _serve(self):
        while True:
            try:
                self._connection, _ = self._listener.accept()
            except OSError:
                return
            with self._connection, PseudoTerminalPort(self._path, timeout=0.05) as port:
                self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._serve_one(port)

    def _serve_one(self, port):
        manager, over = PortManager(port, self), threading.Event()
        from_board = threading.Thread(target=self._copy_from_board, args=(port, manager, over))
        from_board.start()
        with suppress(OSError):
            while data := self._connection.recv(65536):
                port.write(b"".join(manager.filter(data)))
        over.set()
        port.cancel_write()
        from_board.join(20)

    def _copy_from_board(self, port, manager, over):
        while not over.is_set():
            try:
                data = port.read(1)
                data += port.read(port.in_waiting)
            except OSError:
                with suppress(OSError):
                    self._connection.shutdown(socket.SHUT_RDWR)
                return
            if data:
                self.write(b"".join(manager.escape(data)))
