"""A sum for each part of a folder, in constant memory: by them the host sees what differs.

Needs a hash (``sha256.py``, ``crc32.py`` or ``fnv.py``) and a way to list a folder (``scan``). Answers with
the sums (``sync/manifest.py``) unless ``quiet``; says ``A`` about once a second, so that the host knows a
busy board from a dead one. Leaves ``__belay_fk``: a generator of all names with their hashes, the hash of a
file, and a function that says something to the host.

``root`` ends with a slash, as the names of folders do; ``names`` are left out.
"""


def __belay_fk(root, names, scan, quiet=0):
    from time import time

    def say(tag, text):
        print(end="%s%s%d:%s%s" % (__belay_m, tag, len(text), text, __belay_m))

    def read(path):
        now = int(time())
        data = bytearray(512)
        with open(path, "rb") as file:
            while 1:
                size = file.readinto(data)
                if not size:
                    break
                yield memoryview(data)[:size]
                if now != int(time()):
                    now = int(time())
                    say("A", "")

    def content(path):
        return 0 if path[-1] == "/" else __belay_fh(read(path))

    def walk():
        folders = [""]
        for base in folders:
            try:
                entries = scan((root + base)[:-1] or "/")
            except OSError:
                if base:
                    raise
                break
            for entry in entries:
                name = base + entry[0]
                if name not in names:
                    if entry[1] == 16384:
                        name += "/"
                        folders.append(name)
                    yield name, __belay_fh((name.encode(),))

    if not quiet:
        sums = [0] * 6
        for name, place in walk():
            part = place % 6
            sums[part] = sums[part] + (content(root + name) + 1) * (place * 2 + 1) & 0xFFFFFFFFFFFF
        __belay(sums)
    return walk, content, say
