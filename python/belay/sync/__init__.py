"""Files: what a folder of the host is to be on a board, and how it gets there. Knows no ``Device``.

``stage`` makes the host's files ready, ``manifest`` finds out what differs, ``plan`` decides, ``blocks``
packs, ``push`` carries it out, ``remote`` is ``device.fs``. What runs on the board is in ``ondevice``.
"""
