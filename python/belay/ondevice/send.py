"""Sending a file to the host, in pieces of 250 bytes, each behind a byte that it lacks and that stands for 04
in it, because 04 ends a program's output. Some pieces make up what ``D`` says; then the file's hash is
answered.

Needs a hash. Where only text can be written, ``binary`` is ``None``, and the pieces are base64.
"""


def __belay_fp(path, binary):
    def read():
        with open(path, "rb") as file:
            while 1:
                data = file.read(4000)
                if not data:
                    break
                yield data
                text = []
                if binary:
                    for at in range(0, len(data), 250):
                        piece = data[at : at + 250]
                        value = 5
                        while bytes((value,)) in piece:
                            value += 1
                        value = bytes((value & 255,))
                        text += value, piece.replace(b"\x04", value)
                    text = b"".join(text)
                    print(end="%sD%d:" % (__belay_m, len(text)))
                    binary(text)
                else:
                    from binascii import b2a_base64

                    text = b2a_base64(data)[:-1].decode()
                    print(end="%sD%d:%s" % (__belay_m, len(text), text))
                print(end=__belay_m)

    __belay(__belay_fh(read()))
