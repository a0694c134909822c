"""The command line of the earlier Belay: ``python earlier.py ITS-SCRIPT ARGUMENTS``, in its environment.

Its devices are told not to use their native hash, as in benches/program.py and for its reason.
"""

import runpy
import sys

from belay import Device

begin = Device.__init__


def begin_without_emitters(self, *args, **kwargs):
    begin(self, *args, **kwargs)
    self.implementation.emitters = ()


if __name__ == "__main__":
    Device.__init__ = begin_without_emitters
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
