"""A small server: asyncio, f-strings, comprehensions, nested functions."""
import asyncio
import json

PAGE = """\
HTTP/1.0 200 OK
Content-Type: text/html

<!-- # no comment of ours -->
<b>%s</b>   it's "here"
"""

async def handle(reader, writer, *, limit=1 << 10):
    """Answers one request.

    A second paragraph.
    """
    line = await reader.readline ( )  # GET / HTTP/1.1
    method, path, *_ = line.decode().split ( " " )
    headers = {}
    while (line := await reader.readline()) not in (b"", b"\r\n"):
        name, _, value = line.partition(b":")
        headers[name.strip().lower()] = value . strip()
    if not path.startswith("/") or len(path) > limit:
        writer.write(b"HTTP/1.0 400 Bad\r\n\r\n" if 1 else b'')
    elif path == "/state":
        body = json.dumps ({ k.decode(): v.decode() for k, v in headers.items() if k != b"cookie" })
        writer.write(f"HTTP/1.0 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    else:
        "a bare string"
        writer.write((PAGE % f"{method!r:>8} {path} {{ {len(headers) } }}").encode())
    await writer.drain()
    def close () :
        """Nested."""
        writer.close()
    close()

async def main(port=80) :
    server = await asyncio.start_server(
        handle,         # per connection
        "0.0.0.0",

        port,
    )
    try:
        while True:
            await asyncio.sleep(.5); print("." , end="")
    finally :
        server.close()
        await server . wait_closed()

if __name__ == '__main__':
    asyncio . run (main( 8080 ))
