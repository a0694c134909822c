"""A program that either Belay can run: ours, and the earlier one in its own environment.

It takes one request a line on stdin, ``[step, *arguments]`` as JSON, and answers each with a line
``{"value": ..., "seconds": ..., "cpu_s": ...}``: who measures can look at the line to the board between two
steps. What both have is used: a device that is called, tasks, `sync`, `minify`; and `fs` where it is.
"""

import json
import os
import sys
import time

from belay import Device, minify

PIECE_BYTES = 256
"""What a board reads at once for the earlier Belay, which has no download; any board has room for it."""


class Steps:
    def open(self, port, startup=None):
        self.device = Device(port, startup=startup)
        if not hasattr(self.device, "fs"):
            # The earlier Belay's native hash counts in machine words: it is right on 32-bit boards only, and
            # on the simulated one, which has 64, it would send every file again. Its hash in Python is right.
            self.device.implementation.emitters = ()
        return self.device("1 + 1")

    def define(self):
        @self.device.task
        def add3(a, b, c):
            return a + b + c

        @self.device.task
        def count_to(limit):
            yield from range(limit)

        @self.device.task
        def read(path, piece_bytes):
            with open(path, "rb") as file:
                while True:
                    piece = file.read(piece_bytes)
                    if not piece:
                        break
                    yield piece

        self.add3, self.count_to, self.read = add3, count_to, read

    def call(self, times):
        for _ in range(times):
            result = self.add3(1, 2, 3)
        return result

    def count(self, limit):
        return list(self.count_to(limit))

    def sync(self, folder):
        self.device.sync(folder)

    def download(self, path, to):
        files = getattr(self.device, "fs", None)
        content = files.read(path) if files else b"".join(self.read(path, PIECE_BYTES))
        with open(to, "wb") as file:
            file.write(content)

    def heap(self):
        self.device("import gc")
        self.device("gc.collect()")
        return self.device("gc.mem_alloc()")

    def minify(self, folder, rounds):
        """Seconds of the fastest round, characters before and after."""
        names = [os.path.join(top, name) for top, _, names in os.walk(folder) for name in names]
        programs = []
        for name in names:
            with open(name, encoding="utf-8") as file:
                programs.append(file.read())
        fastest = float("inf")
        for _ in range(rounds):
            began = time.perf_counter()
            small = [minify(program) for program in programs]
            fastest = min(fastest, time.perf_counter() - began)
        return fastest, sum(map(len, programs)), sum(map(len, small)), dict(zip(names, small, strict=True))

    def close(self):
        self.device.close()


def main():
    # What the board prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    steps = Steps()
    for line in sys.stdin:
        step, *arguments = json.loads(line)
        began, cpu = time.perf_counter(), time.process_time()
        value = getattr(steps, step)(*arguments)
        seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
        print(json.dumps({"value": value, "seconds": seconds, "cpu_s": cpu_s}), file=answers, flush=True)


main()
