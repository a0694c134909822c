"""Landlock: take a process's right to reach files, for good and for everything it starts.

Linux 5.13 and later, no privileges needed. Descriptors that are open already keep working; that is how the
board reaches its terminal and its flash. Each kernel is asked only for what it knows (its ABI number).
Constants: Linux include/uapi/linux/landlock.h, prctl.h; the system call numbers are the same everywhere.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_RULE_PATH_BENEATH = 1
_NO_NEW_PRIVILEGES = 38

_EXECUTE, _READ_FILE = 1 << 0, 1 << 2
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}  # since which ABI: those of ABI 1, ...
_NETWORK_RIGHTS = {4: 0b11}  # bind and connect TCP
_SCOPES = {6: 0b11}  # abstract unix sockets and signals stay within


def landlock_abi() -> int:
    """The version of Landlock that this kernel has; 0 for none."""
    if not sys.platform.startswith("linux"):
        return 0
    try:
        return _call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))
    except OSError:
        return 0


def confine(abi: int, executables: list[str]) -> None:
    """Give up every right to files, to TCP and to other processes.

    Args:
        abi: what `landlock_abi` said; not 0.
        executables: files that may still be read and executed: a board that has yet to be started.

    Raises:
        OSError: the kernel refused; the process must not go on to run the board's code.
    """

    def known(rights: dict[int, int]) -> int:
        return sum(bits for since, bits in rights.items() if since <= abi)

    attributes = struct.pack("=QQQ", known(_FILE_RIGHTS), known(_NETWORK_RIGHTS), known(_SCOPES))
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    rules = _call(_CREATE_RULESET, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
    for path in executables:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = struct.pack("=Qi", _EXECUTE | _READ_FILE, descriptor)
        _call(_ADD_RULE, ctypes.c_int(rules), ctypes.c_int(_RULE_PATH_BENEATH), rule, ctypes.c_uint32(0))
        os.close(descriptor)
    if _libc().prctl(_NO_NEW_PRIVILEGES, *(ctypes.c_ulong(word) for word in (1, 0, 0, 0))):
        raise OSError(ctypes.get_errno(), "no_new_privs was refused")
    _call(_RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(0))
    os.close(rules)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _call(number: int, *arguments: object) -> int:
    result: int = _libc().syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), f"Landlock: system call {number} failed")
    return result
