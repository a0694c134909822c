"""Moving bytes between the host and a board, and nothing else.

base        the seam: what a transport is
descriptor  a transport over file descriptors: pipes, pseudo-terminals, POSIX serial ports, sockets
pump        a transport over a pyserial object that has no descriptor
process     ``exec:`` and ``execpty:``: a child process as the board
simulated   ``sim:``
serial      serial ports and pyserial's URLs, their list, their errors
network     TCP connections: ``socket://``, and what carries the next three
coded       a transport whose bytes are wrapped by a protocol
webrepl     ``ws://``: WebSocket frames
telnet      ``telnet://``
login       talking to a server that asks before it lets anyone in
line        what each kind of line can take
ports       which port is meant: ``UsbSpecifier``, ``list_devices``
connect     a target string becomes an open transport
trace       a transport that writes down what passes
late        modules that are imported when they are first needed
"""
