"""Reading in pieces that the host must not exceed.

Some boards move all that has come into a small ring, read or not, and lose the rest. So the host has at most
``limit`` bytes under way, and may send as many again each time ``W`` is said.
"""


def __belay_fw(read, limit, say):
    left = limit

    def paced(size):
        nonlocal left
        parts = []
        while size > left:
            parts.append(read(left))
            size -= left
            left = limit
            say("W", "")
        left -= size
        parts.append(read(size))
        return parts[0][:0].join(parts)

    return paced
