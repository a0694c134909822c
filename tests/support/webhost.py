"""A web server on loopback that answers as GitHub, GitLab, Codeberg and a mip index do, or misbehaves.

Routes are exact paths (with query), below a first part that stands for the host: ``/raw/ORG/REPO/REF/PATH``.
:meth:`WebHost.mirrors` is the map that sends the real hosts here. Every request is recorded.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"
INDEX = "https://micropython.org/pi/v2"


@dataclass
class Answer:
    """What one route says.

    Attributes:
        failures: statuses answered first, one a request.
        cut_at: the connection ends after so many bytes of the body.
        latency_s: before anything is sent.
    """

    body: bytes = b""
    status: int = 200
    headers: dict = field(default_factory=dict)
    failures: list = field(default_factory=list)
    failure_headers: dict = field(default_factory=dict)
    cut_at: int | None = None
    latency_s: float = 0.0


class WebHost:
    """The server; use as a context manager."""

    def __init__(self) -> None:
        self.routes: dict[str, Answer] = {}
        self.requests: list[tuple[str, dict]] = []
        self.latency_s = 0.0
        self.in_flight = self.most_in_flight = 0
        self._lock = threading.Lock()
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each small answer waits 40 ms for an acknowledgement

            def do_GET(self) -> None:
                host._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 64

            def handle_error(self, *_: object) -> None:
                """A client that hangs up is no news."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> WebHost:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def url(self) -> str:
        """Without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def mirrors(self) -> dict[str, str]:
        """URL prefixes of the real hosts -> this server."""
        return {
            "https://raw.githubusercontent.com/": f"{self.url}/raw/",
            "https://codeload.github.com/": f"{self.url}/codeload/",
            "https://gitlab.com/": f"{self.url}/gitlab/",
            "https://codeberg.org/": f"{self.url}/codeberg/",
            "https://files.example/": f"{self.url}/files/",
            INDEX: f"{self.url}/pi",
        }

    def paths(self) -> list[str]:
        """The paths asked for so far."""
        return [path for path, _ in self.requests]

    def put(self, path: str, body: bytes | str = b"", **options: object) -> Answer:
        """Answer ``path`` with ``body`` and an ETag of it."""
        content = body.encode() if isinstance(body, str) else body
        answer = self.routes[path] = Answer(content, **options)  # type: ignore[arg-type]
        return answer

    def put_package(
        self,
        name: str,
        files: dict[str, str],
        *,
        version: str = "1.0",
        deps: list | None = None,
        latest: bool = True,
    ) -> None:
        """A package of the index."""
        hashes = []
        for target, text in files.items():
            digest = hashlib.sha256(text.encode()).hexdigest()[:8]
            hashes.append([target, digest])
            self.put(f"/pi/file/{digest[:2]}/{digest}", text)
        document = json.dumps({"v": 1, "hashes": hashes, "deps": deps or [], "version": version})
        for label in [version] + (["latest"] if latest else []):
            self.put(f"/pi/package/py/{name}/{label}.json", document)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        with self._lock:
            self.requests.append((handler.path, dict(handler.headers)))
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            answer = self.routes.get(handler.path, Answer(b"404: Not Found", 404))
            time.sleep(answer.latency_s or self.latency_s)
            self._send(handler, answer)
        finally:
            with self._lock:
                self.in_flight -= 1

    def _send(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        etag = f'"{hashlib.md5(answer.body).hexdigest()}"'
        status, headers, body = answer.status, answer.headers, answer.body
        if answer.failures:
            status, headers, body = answer.failures.pop(0), answer.failure_headers, b"no"
        elif handler.headers.get("If-None-Match") == etag and status == 200:
            status, body = 304, b""
        handler.send_response(status)
        if status != 304:
            handler.send_header("Content-Length", str(len(body)))
        if status == 200:
            handler.send_header("ETag", etag)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        if status == 200 and answer.cut_at is not None:
            body = body[: answer.cut_at]
            handler.close_connection = True
        handler.wfile.write(body)


def archive(
    files: dict[str, str | bytes], *, top: str = "repo-main", commit: str = COMMIT, extra=()
) -> bytes:
    """A tar.gz as `git archive` makes them.

    Args:
        extra: more members, as :class:`tarfile.TarInfo` (with content or ``None``).
    """
    out = io.BytesIO()
    headers = {"comment": commit} if commit else {}
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT, pax_headers=headers) as tar:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(f"{top}/{name}")
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
        for member, content in extra:
            tar.addfile(member, io.BytesIO(content) if content is not None else None)
    return gzip.compress(out.getvalue(), 1)
