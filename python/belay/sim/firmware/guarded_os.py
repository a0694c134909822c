"""`os` where no kernel keeps the board from the host: without the ways there."""

from os import *

del VfsPosix, system
