"""Every error that belay raises.

BelayException                      root; carries a message and, where there is one, a hint
├── AuthenticationError             a password is wrong or missing
├── DeviceNotFoundError             no port fits the specification
├── InsufficientSpecifierError      several ports fit it
├── ConnectionFailedError           the board could not be reached
│   └── ConnectionLost              it was reached, and is gone
├── PyboardError                    the link works, but the REPL at its end misbehaves
├── PyboardException                the board's own code raised
├── TimeoutExpired                  (also a TimeoutError) the program ran past its deadline
├── NotBelayResponseError           a reply came that is no value we understand
├── FeatureUnavailableError         this board cannot do that
├── SpecialFunctionNameError        a function name that belay keeps for itself
├── NoMatchingExecuterError         no overload fits the board's implementation
├── MaxHistoryLengthError           more was recorded than can be replayed
├── FileSystemError                 the board's filesystem refused
│   ├── FileSystemFullError
│   └── ReadOnlyFileSystemError
├── PackageError                    the package manager refused
│   ├── PackageNotFoundError
│   ├── IntegrityError
│   ├── ConfigError
│   └── ResolutionError
└── InternalError                   a fault in belay itself
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Sequence

if TYPE_CHECKING:
    from .typing import Frame


class BelayException(Exception):
    """Root of all errors of belay.

    Args:
        message: what happened, one sentence or more.
        hint: what to do next; empty where there is nothing to be done.
    """

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.step = ""
        """What was being done, where that says more than the call: a step of opening a device or of an
        install."""

    def __str__(self) -> str:
        return self._described(self.message)

    def _described(self, text: str) -> str:
        step = f"\nwhile: {self.step}" if self.step else ""
        hint = f"\nhint: {self.hint}" if self.hint else ""
        return f"{text}{step}{hint}"


class AuthenticationError(BelayException):
    """The password was wrong or missing. Nothing was executed; the port is released."""


class DeviceNotFoundError(BelayException):
    """No port fits what was asked for."""


class InsufficientSpecifierError(BelayException):
    """Several ports fit what was asked for; the message lists them."""


class ConnectionFailedError(BelayException):
    """The board could not be reached. The port is released."""


class ConnectionLost(ConnectionFailedError):
    """The board was reached and is gone.

    Args:
        may_have_run: the program of this call had been sent completely, so that the board may have
            executed it. It is never sent again by itself.
    """

    def __init__(self, message: str = "", *, hint: str = "", may_have_run: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.may_have_run = may_have_run


class PyboardError(BelayException):
    """The link works, but what is at its end does not behave as a raw REPL."""


class PyboardException(BelayException):
    """Code on the board raised an exception that nothing there caught.

    Attributes:
        type_name: the exception's class name on the board, such as ``"OSError"``.
        message: its text as the board printed it, without the class name.
        errno: the error number of an ``OSError``, else ``None``.
        frames: outermost first; each has ``file``, ``line``, ``function`` and ``source``, in terms of the
            host's files where the function is known.
        raw: the error text exactly as the board sent it.
    """

    def __init__(
        self,
        text: str = "",
        *,
        type_name: str = "",
        message: str = "",
        errno: int | None = None,
        frames: Sequence[Frame] = (),
        raw: str = "",
    ) -> None:
        super().__init__(text)
        self.type_name = type_name
        self.text = text
        self.message = message
        self.errno = errno
        self.frames = tuple(frames)
        self.raw = raw

    def __str__(self) -> str:
        return self._described(self.text)


class TimeoutExpired(BelayException, TimeoutError):
    """The program ran past the deadline of its call. It was interrupted; the next call works."""


class NotBelayResponseError(BelayException):
    """A reply came whose text is not a value that belay understands. The next call works."""


class FeatureUnavailableError(BelayException):
    """This board, firmware or link cannot do what was asked. Nothing was changed."""


class SpecialFunctionNameError(BelayException):
    """A function name is one that belay keeps for itself. Nothing was sent.

    Reserved are names that start and end with two underscores, and those that start with ``_belay`` or
    ``__belay``.
    """


class NoMatchingExecuterError(BelayException):
    """None of the overloads of this name fits the board's implementation. Nothing was sent."""


class MaxHistoryLengthError(BelayException):
    """More commands were recorded than ``MAX_CMD_HISTORY_LEN``, so that the state cannot be restored."""


class FileSystemError(BelayException):
    """The board's filesystem refused an operation. Files are whole: old or new.

    Attributes:
        path: the path on the board.
        errno: the board's error number, else ``None``.
    """

    def __init__(
        self, message: str = "", *, hint: str = "", path: str = "", errno: int | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.path = path
        self.errno = errno


class FileSystemFullError(FileSystemError):
    """The board's filesystem is full. The old files are intact."""


class ReadOnlyFileSystemError(FileSystemError):
    """The board may not write to its filesystem (CircuitPython while its USB drive is mounted)."""


class PackageError(BelayException):
    """The package manager refused. The project's files are as they were."""


class PackageNotFoundError(PackageError):
    """A package, version or file does not exist where it was looked for."""


class IntegrityError(PackageError):
    """What was downloaded is not what was promised (hash, length, kind of content)."""


class ConfigError(PackageError):
    """``pyproject.toml`` is missing or says something that belay does not understand."""


class ResolutionError(PackageError):
    """Two demands on one package cannot both hold; the message shows both chains."""


class InternalError(BelayException):
    """A fault in belay itself: please report it."""
