"""What some paths are: ``None`` where there is nothing, -1 for a folder, else the content's hash.

Needs ``compare.py``.
"""


def __belay_fq(root, names):
    import os

    found = []
    for name in names:
        try:
            folder = os.stat(root + name)[0] & 16384
            found.append(-1 if folder else __belay_fk[1](root + name))
        except OSError:
            found.append(None)
    __belay(found)
