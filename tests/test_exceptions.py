"""The exception tree: messages, hints and the classes that users catch."""

import belay
from belay import exceptions


def test_hint_follows_the_message():
    error = exceptions.ConnectionFailedError("no port /dev/ttyX", hint="plug the board in")
    assert str(error) == "no port /dev/ttyX\nhint: plug the board in"
    assert isinstance(error, belay.BelayException)


def test_timeout_is_also_the_builtin():
    assert issubclass(exceptions.TimeoutExpired, TimeoutError)
    assert issubclass(exceptions.ConnectionLost, exceptions.ConnectionFailedError)
