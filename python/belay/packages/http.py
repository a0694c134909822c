"""One client for every request of an update: at most 8 in flight, retries, limits, conditional requests.

A URL is requested once per client, however many packages want it. Fixed content that the cache has is not
requested at all; other content is revalidated with its ETag. Redirects are followed here, hop by hop, so
that mirrors, scheme and tokens are decided anew for each.
"""

from __future__ import annotations

import asyncio
import email.utils
import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Dict, Mapping, Optional
from urllib.parse import urljoin, urlsplit

from ..exceptions import IntegrityError, PackageError, PackageNotFoundError
from . import mirror
from .cache import Cache, Entry
from .credentials import Credentials
from .limits import Limits

if TYPE_CHECKING:
    import httpx

IN_FLIGHT = 8
PAUSES_S = (0.5, 1.0, 2.0)
"""Before the second, third and fourth try."""
LONGEST_PAUSE_S = 60.0
"""A server that asks for a longer one is not waited for."""
_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_OFFLINE_HINT = "run the same command without --offline once"


@dataclass(frozen=True)
class Request:
    """What is wanted.

    Attributes:
        url: before mirrors.
        source: whose cache folder it belongs to.
        fixed: the content never changes: a commit, a tag, a hash, a version.
        insecure: plain http is allowed.
        limit_bytes: larger bodies are refused.
        hint: for a 404, 401 or 403.
    """

    url: str
    source: str
    limit_bytes: int
    fixed: bool = False
    insecure: bool = False
    hint: str = ""


@dataclass(frozen=True)
class _Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


class _Again(Exception):
    """A failure that may pass; carries its reason and how long the server asks to wait."""

    def __init__(self, reason: str, pause_s: float = 0.0) -> None:
        super().__init__(reason)
        self.pause_s = pause_s


class Client:
    """Fetches bodies. Use as ``async with``.

    Args:
        mirrors: URL prefixes to rewrite.
        offline: the cache alone.
        pause: waits between two tries; tests give one that does not.
        watch: called with the number of bytes that each chunk brought.
    """

    def __init__(
        self,
        cache: Cache,
        credentials: Credentials,
        mirrors: Mapping[str, str],
        limits: Limits,
        *,
        offline: bool = False,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        watch: Callable[[int], None] = lambda received_bytes: None,
    ) -> None:
        self._cache, self._credentials, self._mirrors, self._limits = cache, credentials, mirrors, limits
        self._offline, self._pause, self._watch = offline, pause, watch
        self._tasks: Dict[str, asyncio.Future[bytes]] = {}
        self._httpx: Optional[httpx.AsyncClient] = None
        self._slots = asyncio.Semaphore(IN_FLIGHT)

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: Any) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        if self._httpx is not None:
            await self._httpx.aclose()

    async def fetch(self, request: Request) -> bytes:
        """The body of ``request``.

        Raises:
            PackageNotFoundError: 404 and 410.
            IntegrityError: too large, cut off, or not what was asked for.
            PackageError: everything else that ends in no body.
        """
        self.begin(request)
        return await asyncio.shield(self._tasks[request.url])

    def begin(self, request: Request) -> None:
        """Start fetching what will be wanted soon; failures show when it is."""
        if request.url not in self._tasks:
            self._tasks[request.url] = asyncio.ensure_future(self._fetch(request))

    async def _fetch(self, request: Request) -> bytes:
        url = mirror.rewrite(request.url, self._mirrors)
        known = self._cache.load(request.source, url)
        if known and (self._offline or (request.fixed and known[0].fixed)):
            return known[1]
        if self._offline:
            raise PackageError(f"{mirror.redact(request.url)} is not in the cache", hint=_OFFLINE_HINT)
        reply = await self._persist(request, url, known[0] if known else None)
        if known and reply.status == 304:
            return known[1]
        entry = Entry(
            url=url,
            sha256=hashlib.sha256(reply.body).hexdigest(),
            etag=reply.headers.get("etag", ""),
            modified=reply.headers.get("last-modified", ""),
            fixed=request.fixed,
        )
        self._cache.store(request.source, url, entry, reply.body)
        return reply.body

    async def _persist(self, request: Request, url: str, known: Optional[Entry]) -> _Reply:
        for pause_s in (*PAUSES_S, None):
            try:
                async with self._slots:
                    exchange = self._exchange(request, url, known)
                    reply = await asyncio.wait_for(exchange, self._limits.total_s)
                return self._judge(reply, request, known)
            except asyncio.TimeoutError:
                reason: Exception = _Again("took too long")
            except _Again as error:
                reason = error
            wanted_s = getattr(reason, "pause_s", 0.0)
            if pause_s is None or wanted_s > LONGEST_PAUSE_S:
                break
            await self._pause(max(pause_s, wanted_s))
        shown = mirror.redact(request.url)
        if wanted_s > LONGEST_PAUSE_S:
            raise PackageError(f"{shown} {reason}", hint=f"try again in {wanted_s:.0f} seconds")
        raise PackageError(
            f"{shown} {reason} (tried {len(PAUSES_S) + 1} times)",
            hint="check the network and try again; --offline works from the cache alone",
        )

    def _judge(self, reply: _Reply, request: Request, known: Optional[Entry]) -> _Reply:
        status = reply.status
        if status == 200 or (status == 304 and known):
            return reply
        shown = mirror.redact(request.url)
        if status == 429 or status >= 500:
            raise _Again(f"answered {status}", _retry_after(reply.headers.get("retry-after", "")))
        if status in (404, 410):
            raise PackageNotFoundError(f"{shown} does not exist ({status})", hint=request.hint)
        raise PackageError(f"{shown} answered {status}", hint=request.hint)

    async def _exchange(self, request: Request, url: str, known: Optional[Entry]) -> _Reply:
        """One request and its redirects."""
        conditions = {}
        if known and known.etag:
            conditions["If-None-Match"] = known.etag
        elif known and known.modified:
            conditions["If-Modified-Since"] = known.modified
        for _ in range(_MOST_REDIRECTS + 1):
            mirror.check_url(url, insecure=request.insecure)
            reply = await self._send(url, conditions, request)
            if reply.status not in _REDIRECTS:
                return reply
            location = reply.headers.get("location", "")
            try:
                target = mirror.rewrite(urljoin(url, location), self._mirrors)
            except ValueError:
                raise IntegrityError(
                    f"{mirror.redact(request.url)} redirects to no URL", hint="check the address"
                ) from None
            if urlsplit(target).scheme != urlsplit(url).scheme:
                raise IntegrityError(
                    f"{mirror.redact(request.url)} redirects to {mirror.redact(target)}, another scheme",
                    hint="nothing was fetched from there; check the address",
                )
            url = target
        raise PackageError(
            f"{mirror.redact(request.url)} redirects more than {_MOST_REDIRECTS} times",
            hint="check the address",
        )

    async def _send(self, url: str, conditions: Mapping[str, str], request: Request) -> _Reply:
        client = self._client()
        import httpx

        headers = {"Accept-Encoding": "identity", **conditions, **self._credentials.headers(url)}
        try:
            async with client.stream("GET", url, headers=headers) as response:
                body = await self._body(response, request) if response.status_code == 200 else b""
                return _Reply(response.status_code, response.headers, body)
        except httpx.TimeoutException:
            raise _Again("did not answer in time") from None
        except httpx.ConnectError:
            raise _Again("could not be reached") from None
        except httpx.RemoteProtocolError:
            raise _Again("broke off before the end") from None
        except httpx.TransportError as error:  # its text may hold a header or a proxy's password
            raise _Again(f"failed ({type(error).__name__})") from None
        except (httpx.InvalidURL, UnicodeError):
            raise IntegrityError(
                f"{mirror.redact(url)} is no URL, or redirects to none", hint="check the address"
            ) from None

    async def _body(self, response: httpx.Response, request: Request) -> bytes:
        shown = mirror.redact(request.url)
        if response.headers.get("content-encoding", "identity") != "identity":
            raise IntegrityError(
                f"{shown} was sent compressed, though it was asked for as it is",
                hint="a proxy in between may do so: try another network",
            )
        body = bytearray()
        length = response.headers.get("content-length", "")
        announced = int(length) if length.isdigit() else 0
        if announced <= request.limit_bytes:
            async for chunk in response.aiter_raw():
                body += chunk
                self._watch(len(chunk))
                if len(body) > request.limit_bytes:
                    break
        if max(announced, len(body)) > request.limit_bytes:
            raise IntegrityError(
                f"{shown} is larger than {request.limit_bytes >> 20} MiB",
                hint="raise BELAY_FILE_LIMIT or BELAY_PACKAGE_LIMIT (MiB) if it is meant to be",
            )
        return bytes(body)

    def _client(self) -> httpx.AsyncClient:
        if self._httpx is None:
            import httpx  # only when a request is really needed: it costs more than all the rest

            timeout = httpx.Timeout(self._limits.read_s, connect=self._limits.connect_s)
            self._httpx = httpx.AsyncClient(timeout=timeout, headers={"User-Agent": "belay"})
        return self._httpx


def _retry_after(text: str) -> float:
    """Seconds that a ``Retry-After`` header asks for: a number, or a date."""
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError, IndexError):
        return 0.0
