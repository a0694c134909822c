"""Reading bytes where only text can be read."""


def __belay_fi(read, size):
    from binascii import a2b_base64

    return a2b_base64(read((size + 2) // 3 * 4))
