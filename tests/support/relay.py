"""The board's end of a process transport: copies between standard input and output and a TCP socket.

Run by the tests as ``python relay.py PORT``; ends when either side does.
"""

import os
import socket
import sys
import threading


def copy(read, write):
    while data := read(65536):
        write(data)
    os._exit(0)


def write_all(data):
    while data:
        data = data[os.write(1, data) :]


line = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
threading.Thread(target=copy, args=(lambda count: os.read(0, count), line.sendall), daemon=True).start()
copy(line.recv, write_all)
