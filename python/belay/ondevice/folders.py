"""Making a folder and those around it. ``root`` ends with a slash."""


def __belay_ff(root):
    import os

    at = root.find("/", 1)
    while at > 0:
        try:
            os.stat(root[:at])
        except OSError:
            os.mkdir(root[:at])
        at = root.find("/", at + 1)
