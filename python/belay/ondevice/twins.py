"""Whether the filesystem takes names for one that differ only by case. ``path`` is made and removed."""


def __belay_ft(path, other):
    import os

    open(path, "wb").close()
    try:
        os.stat(other)
        folds = True
    except OSError:
        folds = False
    os.remove(path)
    __belay(folds)
