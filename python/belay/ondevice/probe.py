"""The first program: who is there? It is sent in one write, so it stays below 250 bytes."""


def __belay_p(mark):
    import gc
    import sys

    it = sys.implementation
    text = repr((it[0], it[1][:3], sys.platform, getattr(it, "_mpy", 0), gc.mem_free()))
    print(end="%sv%d:%s%s" % (mark, len(text), text, mark))
