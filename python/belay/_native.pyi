"""The border between Python and Rust: conversions only. This file is its manual; stubtest proves it."""

from pathlib import Path
from typing import List, Sequence, Tuple, Union, final

__all__ = [
    "Entry",
    "Frame",
    "Outcome",
    "RawRepl",
    "__version__",
    "content_hashes",
    "minify",
    "parse_literal",
    "stage_files",
    "walk_folder",
]

__version__: str

@final
class Entry:
    """The way into the raw REPL of a board that may be doing anything (``rust/core/src/repl/entry.rs``).

    Args:
        mark: the connection's.
        number: of the first verification; it and those that follow must not have been used with this mark.
        timeout_ms: it fails then. All times count from when it was made.
        restart: the board stands at an empty raw prompt, and its interpreter is to be restarted.

    Raises:
        ValueError: ``mark`` has not 8 bytes.
    """

    def __new__(cls, mark: bytes, number: int, timeout_ms: int, *, restart: bool = False) -> Entry: ...
    @property
    def entered(self) -> bool:
        """The board stands at an empty raw prompt."""
    @property
    def failed(self) -> bool:
        """The deadline has passed; ``obstacle`` says why."""
    @property
    def marked(self) -> bool:
        """The connection's mark was still in the board's memory. False after a restart."""
    @property
    def obstacle(self) -> str:
        """``"mute"``, ``"prints"`` (for ever), ``"no-prompt"``, ``"no-raw-prompt"`` or ``"no-answer"``."""
    def to_send(self) -> bytes:
        """What has to be written now; to be asked for after ``receive`` too."""
    def wait_ms(self, now_ms: int) -> int:
        """How long to wait for bytes before ``receive(b"", ...)``."""
    def receive(self, data: bytes, now_ms: int) -> None:
        """Take what was read; ``b""`` when nothing came."""

@final
class Frame:
    """What a running program says to the host, and may want an answer to."""

    @property
    def tag(self) -> str:
        """One upper-case letter."""
    @property
    def payload(self) -> bytes: ...
    @property
    def garbled(self) -> bool:
        """Something was printed into it: the payload is worth nothing."""

@final
class Outcome:
    """How a program ended."""

    @property
    def tag(self) -> str:
        """One character: that of the frame which ended the reply.

        ``"x"`` for an error's text; ``"!"`` when the board has restarted by itself.
        """
    @property
    def payload(self) -> bytes:
        """The frame's payload behind those of the parts before it, or the error's text."""
    @property
    def garbled(self) -> bool:
        """Something was printed into a frame: the payload is worth nothing."""
    @property
    def answer(self) -> bytes:
        """What the verification answered behind what was expected of it; empty where there was none."""

@final
class RawRepl:
    """The raw REPL of one board, as bytes in and events out (see ``rust/core/src/repl``).

    A new one stands at the raw prompt. ``mark`` is 8 bytes with the connection's nonce. ``pastes``: the
    firmware has raw-paste, or that is not known. ``burst_bytes``: what the line takes at once while the board
    does not read, at most 260. ``run_ahead_bytes``: how far a program may run ahead of the windows that the
    board has granted; more than 0 only where the line holds the sender.

    Raises:
        ValueError: ``mark`` has another length.
    """

    def __new__(
        cls, mark: bytes, *, pastes: bool = True, burst_bytes: int = 260, run_ahead_bytes: int = 0
    ) -> RawRepl: ...
    @property
    def idle(self) -> bool:
        """Whether the board is at its prompt, as far as is known."""
    @property
    def in_doubt(self) -> bool:
        """Whether what came last may be an error's text; ``take_withheld`` has it."""
    @property
    def all_sent(self) -> bool:
        """Whether all of the program was given out: from here on it may have run."""
    @property
    def restarted(self) -> bool:
        """The board said what it says when it has started: it may stand at its friendly prompt."""
    def submit(self, source: bytes, *, paste: bool = False) -> None:
        """Begin a program. ``source`` must not contain the bytes 01 to 04.

        Where there is raw-paste, it goes so when it is longer than 256 bytes, or than the line takes at once,
        or ``paste`` says so.

        Raises:
            ValueError: a program is under way.
        """
    def resubmit_plain(self) -> None:
        """After ``"no-paste"``: clear the line, and send all of the program as plain source."""
    def abandon(self) -> None:
        """Give up on what is under way; only the answer of a verification leads back to the prompt."""
    def verify(self, source: bytes, expected: bytes) -> None:
        """Ask whether the board is at its prompt.

        Args:
            source: prints a frame tagged ``?`` whose payload begins with ``expected``.
            expected: differs from that of every earlier verification.
        """
    def to_send(self) -> bytes:
        """What has to be written now; to be asked for after each of the other methods."""
    def receive(self, data: bytes) -> List[Union[bytes, str, Frame, Outcome]]:
        """Take what was read.

        Returns:
            events in order: ``bytes`` are text that the board printed; ``"started"``: the board took the
            whole program; ``"no-paste"``: the firmware has no raw-paste, what was sent is taken as plain
            source; a ``Frame``: the running program speaks to the host; ``"suspect"``: the reply looks over
            without a frame, ``verify`` settles it; an ``Outcome``: the reply is over.
        """
    def take_withheld(self) -> bytes:
        """Output held back because it may be an error's text, for showing it when nothing more has come."""
    def take_printed(self, said: bytes) -> bytes:
        """What programs printed: of what was held back, and of ``said``.

        Args:
            said: all that came from the board since, while it was entered anew or left; the REPL's own words
                in it are dropped.
        """

def minify(source: str) -> str:
    """The same program in fewer bytes; every line keeps its number.

    Raises:
        SyntaxError: the text is no Python; ``lineno`` and ``offset`` say where.
    """

def parse_literal(text: bytes) -> object:
    """The value whose ``repr`` a board printed; nothing is ever executed.

    Besides literals, the board's forms of ``bytearray``, ``range``, ``array``, ``frozenset``,
    ``OrderedDict``, dict views (as lists), named tuples, and attribute tuples (``(sysname='rp2', ...)``, as
    a named tuple ``AttributeTuple``). Fields that ``namedtuple`` refuses (``_machine``, ``class``) have names
    by position in ``_fields``, and can be read under their own name too.

    Args:
        text: one value in UTF-8, space around it allowed. Bytes inside quotes that are no UTF-8 (firmware
            without Unicode prints them raw) become surrogates as with ``errors="surrogateescape"``.

    Raises:
        NotBelayResponseError: the text is anything else; the message says what and where, and shows the
            text, shortened past 200 bytes.
    """

def walk_folder(folder: Union[str, Path], ignore: Sequence[str]) -> List[Tuple[str, bool]]:
    """What is in a folder, sorted: paths relative to it with ``/``, and whether each is a folder.

    Symbolic links count as what they lead to.

    Args:
        ignore: patterns as in ``.gitignore``, relative to the folder; what they leave out is not looked into.

    Raises:
        OSError: the folder, or one in it, cannot be read.
        BelayException: a name is no UTF-8.
    """

def stage_files(
    files: Sequence[Union[str, Path]], shrink: bool
) -> List[Tuple[bytes, int, Tuple[int, int, int]]]:
    """Read files, in parallel; in order.

    Args:
        shrink: minify those that end in ``.py``. One that is no Python stays as it is.

    Returns:
        for each what the board is to have, the file's size on the host, and ``content_hashes`` of the former.

    Raises:
        OSError: one cannot be read.
        BelayException: one to be minified is no UTF-8.
    """

def content_hashes(content: bytes) -> Tuple[int, int, int]:
    """SHA-256, CRC-32 and FNV-1a as 64-bit numbers, such as boards make them (``ondevice/hash.py``)."""
