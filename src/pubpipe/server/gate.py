"""The layer around Prefect's web application: who may call it from a browser, what its pages load, our files.

Accounts and stamped reviewers go here when they come; until then the server listens on loopback only.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Awaitable, Callable, MutableMapping
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pubpipe.server.here import FILES_PATH

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SHARED = {".pdf", ".docx", ".png", ".json"}
"""What is served of the output folder; nothing that a browser would run on this origin."""
STYLE_PATH = "/pubpipe/prefect.css"
_LINK = f'<link rel="stylesheet" href="{STYLE_PATH}"></head>'.encode()
_CHUNK = 256 * 1024


class Gate:
    """An ASGI application: Prefect's, with four additions.

    1. Host and Origin are ours. Prefect has no accounts, so that any page open in the reviewer's browser could
       otherwise resume a run on loopback (cross-site request, DNS rebinding).
    2. Pages load nothing from other hosts: a Content-Security-Policy on every HTML answer. It keeps pictures in a
       text from phoning home, and Prefect's v2 interface from its analytics host.
    3. Pages get a style sheet that lets sentences wrap and boxes grow (prefect.css).
    4. `/pubpipe/files/` is the output folder, read-only, so that previews and documents open from the run's page.
    """

    def __init__(self, app: App, *, host: str, port: int, output: Path) -> None:
        self.app = app
        names = {host, "127.0.0.1", "localhost", "[::1]"}
        self.hosts = {f"{f'[{n}]' if ':' in n and not n.startswith('[') else n}:{port}" for n in names}
        if port == 80:
            self.hosts |= names
        self.output = output
        self.style = Path(__file__).with_name("prefect.css").read_text(encoding="utf-8")
        sockets = " ".join(f"ws://{h}" for h in sorted(self.hosts) if "[" not in h)  # CSP knows no IPv6 literals
        self.policy = (
            "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; worker-src 'self' blob:; "
            "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
            f"connect-src 'self' {sockets}; object-src 'none'; base-uri 'self'; frame-ancestors 'none'; "
            "form-action 'self'"
        ).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if refusal := self._refusal(headers):
            if scope["type"] == "websocket":
                await receive()
                await send({"type": "websocket.close", "code": 1008, "reason": refusal})
            else:
                await _answer(send, 403, refusal)
            return
        if scope["type"] == "http" and scope["path"].startswith(f"{FILES_PATH}/"):
            await self._file(scope, send)
        elif scope["type"] == "http" and scope["path"] == STYLE_PATH:
            await _answer(send, 200, self.style, b"text/css; charset=utf-8")
        elif scope["type"] == "http" and "text/html" in headers.get("accept", ""):
            await self._page(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Prefect's answer to a browser that asks for a page: with our headers and style sheet if it is one."""
        plain = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]
        held: Message | None = None
        body = b""

        async def rewritten(message: Message) -> None:
            nonlocal held, body
            if message["type"] == "http.response.start":
                kinds = [v for k, v in message.get("headers", []) if k.lower() == b"content-type"]
                if any(kind.startswith(b"text/html") for kind in kinds):
                    held = message
                    return
            if held is None or message["type"] != "http.response.body":
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            body = body.replace(b"</head>", _LINK, 1)
            kept = [(k, v) for k, v in held["headers"] if k.lower() not in (b"content-length", b"etag")]
            held["headers"] = [
                *kept,
                (b"content-length", str(len(body)).encode()),
                (b"content-security-policy", self.policy),
                (b"x-content-type-options", b"nosniff"),
                (b"referrer-policy", b"same-origin"),
            ]
            await send(held)
            await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

        await self.app({**scope, "headers": plain}, receive, rewritten)

    def _refusal(self, headers: dict[str, str]) -> str:
        if headers.get("host", "") not in self.hosts:
            return "This server answers on its own address only."
        origin = headers.get("origin")
        if origin is not None and (origin == "null" or urlsplit(origin).netloc not in self.hosts):
            return "Requests from other sites are refused."
        return ""

    async def _file(self, scope: Scope, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(send, 405, "Read only.")
            return
        root = self.output.resolve()
        path = (root / scope["path"].removeprefix(f"{FILES_PATH}/")).resolve()
        if not path.is_relative_to(root) or path.suffix not in SHARED or not path.is_file():
            await _answer(send, 404, "There is no such file.")
            return
        status = path.stat()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", kind.encode()),
                    (b"content-length", str(status.st_size).encode()),
                    (b"last-modified", formatdate(status.st_mtime, usegmt=True).encode()),
                    (b"cache-control", b"no-cache"),
                    (b"x-content-type-options", b"nosniff"),
                    (b"content-security-policy", b"default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"),
                ],
            }
        )
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        left = status.st_size
        with path.open("rb") as file:  # a file that is replaced meanwhile stays open as it was
            while left > 0 and (chunk := file.read(min(_CHUNK, left))):
                left -= len(chunk)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _answer(send: Send, status: int, text: str, kind: bytes = b"text/plain; charset=utf-8") -> None:
    body = text.encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
