"""Generators of the board that the host drives: one step a call.

Needs ``reply.py``. The answer's tag is ``v`` for a value that was yielded, ``s`` for the one returned at the
end, and ``r`` when the exception that the host threw came back.
"""

__belay_g = {}


def __belay_y(number, value=None, error=None):
    generator = __belay_g[number]
    tag = "v"
    try:
        value = generator.send(value) if error is None else generator.throw(error)
    except StopIteration as stop:
        del __belay_g[number]
        value = stop.value
        tag = "s"
    except BaseException as raised:
        del __belay_g[number]
        if raised is not error:
            raise
        value = None
        tag = "r"
    __belay(value, tag)


def __belay_z(*numbers):
    for number in numbers:
        if number in __belay_g:
            __belay_g.pop(number).close()
    __belay_n()
