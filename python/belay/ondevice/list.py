"""What is in some parts of a folder: names with their contents' hashes, or, where hashing is slow, their
sizes.

Needs ``compare.py``.
"""


def __belay_fl(root, parts, sizes):
    import os

    walk, content, say = __belay_fk
    text = "["
    for name, place in walk():
        if place % 6 in parts:
            path = root + name
            it = os.stat(path)[6] << 32 if sizes and name[-1] != "/" else content(path)
            text += "(%r,%d)," % (name, it)
            if len(text) > 400:
                say("p", text)
                text = ""
    say("v", text + "]")
