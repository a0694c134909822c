"""What is in a folder: names with sizes, ``None`` for folders, whose names end with a slash; ``deep``: below
it too."""


def __belay_fl(root, scan, deep):
    import os

    text = "["
    folders = [""]
    for base in folders:
        for entry in scan((root + base)[:-1] or "/"):
            name = base + entry[0]
            size = None
            if entry[1] == 16384:
                name += "/"
                if deep:
                    folders.append(name)
            else:
                size = os.stat(root + name)[6]
            text += "(%r,%r)," % (name, size)
            if len(text) > 400:
                print(end="%sp%d:%s%s" % (__belay_m, len(text), text, __belay_m))
                text = ""
    print(end="%sv%d:%s]%s" % (__belay_m, len(text) + 1, text, __belay_m))
