"""The process that is the simulated board: started by the host, parent of MicroPython.

It runs by itself (``-c "import sys; sys.path.append(FOLDER); from supervisor.main import main; main()"``) and
imports nothing of belay, so that `BELAY_SIM` can name an interpreter that has no belay. Only the standard
library, and few modules of it: start-up time is the user's.

=========  ===========================================================================================
main       one poll loop between the host, the board's terminal, its timers and its death
console    what the board prints: finds our marks, so that a restart looks as it does on a real board
life       one life of the board: a forked process that leaves everything behind and becomes MicroPython
firmware   MicroPython, as a module or as an executable
program    the MicroPython text that starts a life
attention  Ctrl-C, and waking a board that waits
interrupt  what the board does now: whether a signal is right
timers     the board's timers
confine    Landlock
wait       for several descriptors and the host's disappearance
layout     the shared memory, known to the host, the supervisor and the firmware
=========  ===========================================================================================
"""
