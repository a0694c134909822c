"""The process that is the simulated board: started by the host, parent of MicroPython.

It runs by itself (``-c "import sys; sys.path.append(FOLDER); from supervisor.main import main; main()"``) and
imports nothing of belay, so that `BELAY_SIM` can name an interpreter that has no belay. Only the standard
library, and few modules of it: start-up time is the user's.

=========  ===========================================================================================
main       one poll loop between the host, the board's terminal and the board's death
console    what the board prints: finds our marks, so that a restart looks as it does on a real board
life       one life of the board: a forked process that confines itself and becomes MicroPython
timers     the board's timers
confine    Landlock
program    the MicroPython text that starts a life
interrupt  what the board does now: whether a signal is right
wait       for several descriptors and the host's disappearance
layout     the shared memory, known to the host, the supervisor and the firmware
=========  ===========================================================================================
"""
