# A WebREPL server that runs on MicroPython itself (the unix port): its own `websocket` module cuts and joins
# the frames. The port has no `os.dupterm`, so the REPL is another board's, reached by TCP.
#
#   micropython webrepl_board.py PORT REPL_PORT PASSWORD
#
# Prints "ready" when it serves at PORT. One client at a time: another one is turned away, as on a board. What
# it says is what extmod/modwebrepl.c says.
import binascii
import hashlib
import select
import socket
import sys

import websocket


def shake_hands(connection):
    stream = connection.makefile("rwb", 0)
    key = None
    while True:
        line = stream.readline()
        if line in (b"\r\n", b""):
            break
        if line.lower().startswith(b"sec-websocket-key:"):
            key = line.split(b":", 1)[1].strip()
    digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    stream.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + binascii.b2a_base64(digest).strip() + b"\r\n\r\n"
    )


class Client:
    def __init__(self, connection, repl_port, password):
        self.connection = connection
        shake_hands(connection)
        connection.setblocking(False)
        self.stream = websocket.websocket(connection)
        self.password = password
        self.typed = b""
        self.repl = None
        self.repl_port = repl_port
        self.write(b"Password: ")

    def write(self, data):
        self.connection.setblocking(True)
        self.stream.write(data)
        self.connection.setblocking(False)

    def from_client(self):
        """False when the client is to go."""
        data = self.stream.read(4096)
        if data is None:  # half a frame, or none for us
            return True
        # All that has come goes on at once, as os.dupterm_notify has it.
        while data and self.repl:
            more = self.stream.read(4096)
            if not more:
                break
            data += more
        if self.repl:
            self.repl.write(data)
            return bool(data)
        self.typed += data
        if b"\n" not in self.typed:
            return bool(data)
        if self.typed.strip()[:9] != self.password:
            self.write(b"\r\nAccess denied\r\n")
            return False
        self.write(b"\r\nWebREPL connected\r\n>>> ")
        self.repl = socket.socket()
        self.repl.setsockopt(6, 1, 1)  # TCP_NODELAY: on a board there is nothing in between
        self.repl.connect(socket.getaddrinfo("127.0.0.1", self.repl_port)[0][-1])
        return True

    def from_board(self):
        data = self.repl.recv(256)
        if data:
            self.write(data)
        return bool(data)

    def close(self):
        self.connection.close()
        if self.repl:
            self.repl.close()


def main(port, repl_port, password):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
    listener.listen(2)
    print("ready")
    client = None
    while True:
        poll = select.poll()
        poll.register(listener, select.POLLIN)
        if client:
            poll.register(client.connection, select.POLLIN)
            if client.repl:
                poll.register(client.repl, select.POLLIN)
        # A client that has gone makes room for one that has come.
        for ready in sorted([ready for ready, _ in poll.poll()], key=lambda each: each is listener):
            if ready is listener:
                connection, _ = listener.accept()
                if client:
                    connection.close()
                else:
                    client = Client(connection, repl_port, password)
            elif client:
                try:
                    goes_on = client.from_board() if ready is client.repl else client.from_client()
                except OSError:
                    goes_on = False
                if not goes_on:
                    client.close()
                    client = None


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].encode())
