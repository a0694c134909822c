"""The board's start, from MicroPython's own to `boot.py`, `main.py` and the prompt.

Run by MicroPython's ``-c`` with these globals, all given by the supervisor: ``main`` (the dict that is
`__main__`), ``state`` (address of the shared memory, or 0), ``files`` (name of a firmware module -> its
source's descriptor), ``blocks`` (size of the flash), ``ready`` and ``prompt`` (marks to print), ``raw`` (the
raw REPL comes next, so no `main.py`), ``confined`` (the kernel keeps the board from the host's files),
``runs_main`` (neither `boot.py` nor `main.py` where it is false).
"""

import gc
import io
import os
import sys

import micropython
import vfs

micropython.kbd_intr(-1)


class Flash:
    """Block device on the flash image, a file that the supervisor opened."""

    def __init__(self, descriptor, blocks):
        self.file = open(descriptor, "r+b")
        self.blocks = blocks

    def readblocks(self, block, buffer, offset=0):
        self.file.seek(block * 4096 + offset)
        self.file.readinto(buffer)

    def writeblocks(self, block, buffer, offset=0):
        self.file.seek(block * 4096 + offset)
        self.file.write(buffer)

    def ioctl(self, operation, argument):
        return self.blocks if operation == 4 else 4096 if operation == 5 else 0

    def blank(self):
        head = bytearray(8)
        self.readblocks(0, head, 8)
        first = bytes(head)
        self.readblocks(1, head, 8)
        return first != b"littlefs" != bytes(head)


class Rom:
    """The firmware's modules as a filesystem, mounted only while they are imported."""

    def mount(self, readonly, make):
        pass

    def umount(self):
        pass

    def stat(self, path):
        if path[1:-3] in files and path.endswith(".py"):
            return (0x8000, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        raise OSError(2)

    def open(self, path, mode):
        return open(files[path[1:-3]], "rb")


def install():
    global end
    vfs.umount("/")
    vfs.mount(Rom(), "/rom")
    sys.path[:] = ["/rom"]
    sys.argv[:] = []
    __import__("cells").connect(state)
    # One after the other: what compiling one takes is free again for the next, and the heap stays whole.
    for name in ("events", "pins", "buses", "machine", "neopixel"):
        gc.collect()
        __import__(name)
    end = sys.modules["cells"].end
    for name in ("cells", "events", "pins", "buses"):
        del sys.modules[name]
    if not confined:
        for name in ("os", "vfs"):
            sys.modules[name] = sys.modules["u" + name] = __import__("guarded_" + name)
            del sys.modules["guarded_" + name]
    for descriptor in files.values():
        open(descriptor).close()
    if state:
        open(8).close()
    sys.path[:] = ["", ".frozen", "/lib"]
    vfs.umount("/rom")
    flash = Flash(3, blocks)
    if flash.blank():
        vfs.VfsLfs2.mkfs(flash, progsize=256)
    vfs.mount(vfs.VfsLfs2(flash, progsize=256), "/")
    os.chdir("/")


def run(name):
    """Run a script as the board's start does. False: it raised; the traceback was printed."""
    try:
        os.stat(name)
    except OSError:
        return True
    try:
        try:
            micropython.kbd_intr(3)
            execfile(name, main)
        finally:
            refuse_interrupts()
        return True
    except SystemExit:
        end(2)
    except BaseException as error:
        text = io.StringIO()
        sys.print_exception(error, text)
        lines = text.getvalue().split("\n")
        while lines[1].startswith('  File "<string>"'):  # this function's own frame
            del lines[1]
        print("\n".join(lines), end="")
    return False


def refuse_interrupts():
    """From here Ctrl-C is a byte; one that came just before is dropped.

    An interrupt is noticed at a jump: the first can still raise, and then none any more.
    """
    while True:
        try:
            micropython.kbd_intr(-1)
            for _ in "12":
                pass
            return
        except KeyboardInterrupt:
            pass


def finish():
    """A soft reset closes the files that the program left open."""
    main.clear()
    sys.modules.clear()
    gc.collect()


try:
    install()
except Exception as error:
    sys.print_exception(error)
    open(4, "wb").write(b"\0")  # the supervisor ends this process, and shows what was printed
    sys.stdin.read()
sys.atexit(finish)
gc.collect()
sys.stdout.write(ready)
if runs_main and run("boot.py") and not raw:
    run("main.py")
gc.collect()
sys.stdout.write(prompt)
