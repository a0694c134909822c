"""``os.ilistdir`` for boards that have none."""


def __belay_fs(path):
    import os

    for name in os.listdir(path):
        yield name, os.stat(path + "/" + name)[0] & 16384
