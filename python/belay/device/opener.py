"""Lines that are lost: opening them again, and taking up an operation where it was cut off."""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, Generator, Iterator, Optional, TypeVar, Union

from ..exceptions import ConnectionFailedError
from ..repl.response import Operation, Reply
from ..transport.base import Transport

__all__ = ["Opener", "resumable"]

Result = TypeVar("Result")

_PACE_S = 1.0
"""From the beginning of an attempt to that of the next (contract section 7)."""


class Opener:
    """Opens the line to one board, and refuses another board in its place.

    Args:
        open_line: returns an open line; called once for each connection, so that names are resolved again.
        reopens: it gives a new line each time; otherwise always the same one, which is not to be closed.

    Attributes:
        wait: waits between two attempts; ``True`` when ``stop`` was called meanwhile.
        clock: seconds, for the pace of attempts.
    """

    def __init__(self, open_line: Callable[[], Transport], *, reopens: bool = True) -> None:
        self.reopens = reopens
        self._open_line = open_line
        self._stopped = threading.Event()
        self._serial_number: Optional[str] = None
        self.wait: Callable[[float], bool] = self._stopped.wait
        self.clock: Callable[[], float] = time.monotonic

    def open(self) -> Transport:
        """Open the line.

        Raises:
            ConnectionFailedError: it cannot be opened, or leads to another board than the first time.
            DeviceNotFoundError: no port fits.
            InsufficientSpecifierError: several do.
        """
        transport = self._open_line()
        serial_number = transport.line.usb_serial_number
        if self._serial_number is None:
            self._serial_number = serial_number
        elif serial_number != self._serial_number:
            transport.close()
            raise ConnectionFailedError(
                f"another board is at {transport.name}: its USB serial number is {serial_number}, and "
                f"that of the first one was {self._serial_number}",
                hint="plug the first board in again, or open a new Device for this one",
            )
        return transport

    def attempts(self, count: int) -> Iterator[int]:
        """Numbers of attempts, 1 s apart, until ``stop``; a negative ``count``: for ever."""
        number = 0
        while number != count and not self._stopped.is_set():
            began = self.clock()
            number += 1
            yield number
            if number == count or self.wait(max(began + _PACE_S - self.clock(), 0)):
                return

    def stop(self) -> None:
        """Let no further attempt begin. Callable from any thread."""
        self._stopped.set()


class resumable(Generator[Any, Any, Result]):  # noqa: N801 - it is used as a function of an operation
    """An operation that can be driven again after its program was not sent.

    Each time a drive begins, the program that is due comes again.

    Attributes:
        answered: how many replies it has had.
    """

    def __init__(self, operation: Operation[Result]) -> None:
        self._operation = operation
        self._due: Union[str, bytes, None] = None
        self.answered = 0

    def __next__(self) -> Any:
        if self._due is None:
            self._due = next(self._operation)
        return self._due

    def send(self, reply: Reply) -> Any:
        """What comes behind this reply."""
        self.answered += 1
        self._due = self._operation.send(reply)
        return self._due

    def throw(self, *error: Any) -> Any:
        """What the operation makes of an error."""
        self._due = self._operation.throw(*error)
        return self._due
