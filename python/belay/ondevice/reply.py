"""Answering: each program of the host ends by calling one of these.

Needs ``__belay_m``, the connection's mark. The builtins are bound when this is loaded, so that a program
which redefines ``print`` still answers. A value that does not fit the memory as text is kept in
``__belay_v``, and the host fetches it by ``stream.py``.
"""


def __belay(value, tag="v", mark=__belay_m, print=print, repr=repr, len=len):
    try:
        text = repr(value)
    except MemoryError:
        global __belay_v
        __belay_v = value
        print("%sm1:%s%s" % (mark, tag, mark), end="")
        return
    at = 0
    while len(text) - at > 500:
        print("%sp500:%s%s" % (mark, text[at : at + 500], mark), end="")
        at += 500
    if at:
        text = text[at:]
    print("%s%s%d:%s%s" % (mark, tag, len(text), text, mark), end="")


def __belay_n(text="%sn0:%s" % (__belay_m, __belay_m), print=print):
    print(end=text)
