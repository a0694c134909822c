"""Taking blocks from the host and carrying out what they say.

Needs ``compare.py``, a way to read (``hidden.py`` or ``base64.py``), and where blocks are deflated a way to
inflate them. Says ``R`` when it is ready: two to the power of what a block may hold, and the path of its
temporary file; ``C`` behind each block, with their number; ``E`` for an error: its number or text, and the
path at work. After an error it swallows what is on its way, until the connection's mark comes.

A block is a head (length of the body, two bytes; 1 where it is deflated; a zero byte; the low four bytes of
the hash of these four and the body) and a body; length 0 ends the row. A body is a row of operations, each a
letter, the length of its data in two bytes, and the data: a path, but for content and hashes.

==  ============================================================================================
p   what follows is about this path
m   make a folder
d   remove a file
x   remove an empty folder
w   begin new content, in the temporary file
a   more of it
r   that was all: read it back, and put it in its place unless its hash ends otherwise (six bytes)
==  ============================================================================================

Nothing else ever writes to a file that is in use.
"""


def __belay_fg(read, temporary):
    import gc
    import os

    content, say = __belay_fk[1:]

    def number(data):
        return int.from_bytes(data, "little")

    gc.collect()
    bits = 12
    while bits > 9 and gc.mem_free() < 24 << bits:
        bits -= 1
    size = count = 1
    file = path = None
    try:
        say("R", repr((bits, temporary)))
        while size:
            head = __belay_fi(read, 8)
            size = number(head[:2])
            body = __belay_fi(read, size)
            if __belay_fh((head[:4], body)) & 0xFFFFFFFF != number(head[4:]):
                raise ValueError
            if head[2]:
                body = __belay_fz(body, bits)
            at = 0
            while at < len(body):
                what = chr(body[at])
                end = at + 3 + number(body[at + 1 : at + 3])
                data = body[at + 3 : end]
                at = end
                if what == "a":
                    file = file or open(temporary, "ab")
                    file.write(data)
                    continue
                if what == "r":
                    file.close()
                    file = None
                    if content(temporary) & 0xFFFFFFFFFFFF != number(data):
                        raise ValueError
                    os.rename(temporary, path)
                    continue
                path = data.decode()
                if what == "w":
                    file = open(temporary, "wb")
                elif what == "m":
                    os.mkdir(path)
                elif what == "d":
                    os.remove(path)
                elif what == "x":
                    os.rmdir(path)
            gc.collect()
            say("C", str(count))
            count += 1
        if file:
            file.close()
    except BaseException as error:
        try:
            try:
                file.close()
            finally:
                os.remove(temporary)
        except Exception:
            pass
        say("E", repr((error.args and error.args[0], path)))
        seen = ""
        while seen != __belay_m:
            seen = (seen + chr(ord(read(1))))[-8:]
