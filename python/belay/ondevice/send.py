"""Sending a file to the host, in pieces of 250 bytes, each behind a byte that it lacks and that stands for 04
in it, because 04 ends a program's output. Eight pieces make up what ``D`` says; then the file's hash is
answered.

Needs a hash. Each ``D`` is one write, so that nothing a thread prints comes between. Where only text can be
written, ``binary`` is ``None``, and it says base64.
"""


def __belay_fp(path, binary):
    def read():
        with open(path, "rb") as file:
            while 1:
                data = file.read(2000)
                if not data:
                    break
                yield data
                if binary:
                    text = []
                    for at in range(0, len(data), 250):
                        piece = data[at : at + 250]
                        value = 5
                        while bytes((value,)) in piece:
                            value += 1
                        value = bytes((value,))
                        text += value, piece.replace(b"\x04", value)
                    size = len(data) + (len(data) + 249) // 250
                    text.insert(0, ("%sD%d:" % (__belay_m, size)).encode())
                    text.append(__belay_m.encode())
                    binary(b"".join(text))
                else:
                    from binascii import b2a_base64

                    text = b2a_base64(data)[:-1].decode()
                    print(end="%sD%d:%s%s" % (__belay_m, len(text), text, __belay_m))

    __belay(__belay_fh(read()))
