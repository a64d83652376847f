"""The layer around Prefect's web application: who may call it and for what, what its pages load, our own pages."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import mimetypes
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pubpipe.errors import ConfigError, PubpipeError, StoreError
from pubpipe.server import client, desk, pages, people, policy, rights, signature
from pubpipe.server.assets import Reply
from pubpipe.server.desk import Asked, Desk
from pubpipe.server.door import HOURS, Clock, Door, Refused, Visitor, client_address, utc_now
from pubpipe.server.form import ABOUT
from pubpipe.server.here import FILES_PATH, REVIEW_PATH, SHARED

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

STYLE_PATH = "/pubpipe/prefect.css"
HEALTH_PATH = "/api/health"
WITHHELD: dict[tuple[str, str], Any] = {
    ("GET", "/api/admin/settings"): {"PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": False},
    ("POST", "/api/automations/filter"): [],
    ("POST", "/api/automations/count"): 0,
    ("POST", "/api/block_documents/filter"): [],
    ("POST", "/api/block_documents/count"): 0,
    ("POST", "/api/variables/filter"): [],
    ("POST", "/api/variables/count"): 0,
}
"""What people are told there is, of what is not theirs to read. Prefect's v1 interface asks for these on its own, and
a refusal would lie as "something went wrong" over the button that sends an answer."""
_LINK = f'<link rel="stylesheet" href="{STYLE_PATH}"></head>'.encode()
_CHUNK = 256 * 1024
_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
"""Seconds before Prefect is asked again where it was busy."""
_LONGEST_ANSWER = 16 * 1024 * 1024
_LONGEST_LOGIN = 8 * 1024
_CLOSED = 1008
"""The websocket code for "against the rules" (RFC 6455, 7.4.1)."""


class Gate:
    """An ASGI application: Prefect's, with six additions.

    1. Host and Origin are ours: any page open in the reviewer's browser could otherwise resume a run (cross-site
       request, DNS rebinding).
    2. Once the workspace has accounts everything needs a login, websockets included; people may read and answer, the
       rest of Prefect's API is for admins and programs (`policy`). On a resume the person's name is stamped and the
       whole answer sealed (`signature`); who has no right at that stage in that language is refused.
    3. Pages load nothing from other hosts: a Content-Security-Policy on every HTML answer. It keeps pictures in a
       text from phoning home, and Prefect's v2 interface from its analytics host.
    4. Pages get a style sheet that lets sentences wrap and boxes grow (prefect.css).
    5. `/pubpipe/files/` is the output folder, read-only, so that previews and documents open from the run's page.
    6. `/pubpipe/review/` is the review page (`desk`): another door to the same decision.

    `state`: the workspace's `.pubpipe` folder; None: no accounts. `public_url`: the address that people use, where a
    proxy stands in front. `exposed`: others can reach this address, so that without accounts nobody is let in.
    """

    def __init__(
        self,
        app: App,
        *,
        host: str,
        port: int,
        output: Path,
        state: Path | None = None,
        public_url: str = "",
        trusted_proxy: bool = False,
        exposed: bool = False,
        now: Clock = utc_now,
    ) -> None:
        self.app = app
        names = {host, "127.0.0.1", "localhost", "[::1]"}
        self.hosts = {f"{f'[{n}]' if ':' in n and not n.startswith('[') else n}:{port}" for n in names}
        if port == 80:
            self.hosts |= names
        public = urlsplit(public_url)
        if public.netloc:
            self.hosts.add(public.netloc)
        self.secure = public.scheme == "https"
        self.trusted_proxy = trusted_proxy
        self.exposed = exposed
        self.output = output
        self.now = now
        self.door = Door(state, cookie=f"pubpipe_session_{port}", now=now) if state is not None else None
        self.desk = Desk(state.parent, now) if state is not None else None
        self.style = Path(__file__).with_name("prefect.css").read_text(encoding="utf-8")
        sockets = " ".join(f"{kind}://{h}" for h in sorted(self.hosts) if "[" not in h for kind in ("ws", "wss"))
        self.policy = (  # CSP knows no IPv6 literals
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
        if refusal := self._refusal(scope, headers):
            await _refuse(scope, receive, send, 403, refusal)
            return
        try:
            guarded = self.door is not None and bool(self.door.people().people)
        except StoreError as error:
            log.error("%s", error)
            await _refuse(scope, receive, send, 503, "The accounts cannot be read. Tell who runs this server.")
            return
        if not guarded and self.exposed:
            await _refuse(scope, receive, send, 503, "This server has no accounts yet: 'pubpipe people add'.")
        elif not guarded or self.door is None:
            await self._serve(scope, receive, send, headers, None)
        elif scope["type"] == "websocket":
            await self._socket(self.door, scope, receive, send, headers)
        else:
            await self._guarded(self.door, scope, receive, send, headers)

    # ---- with accounts

    async def _guarded(self, door: Door, scope: Scope, receive: Receive, send: Send, headers: dict[str, str]) -> None:
        """Everything but websockets, once there are accounts."""
        method, path = scope["method"], scope["path"]
        if path == HEALTH_PATH and method == "GET":  # says that somebody is here, no more
            await self.app(scope, receive, send)
            return
        if path == pages.LOGIN_PATH:
            await self._login(door, scope, receive, send, headers)
            return
        try:
            visitor = await self._visitor(door, scope, headers)
        except Refused as refused:
            await _answer_json(send, 429 if refused.wait else 401, refused.words)
            return
        if visitor is None:
            if method == "GET" and "text/html" in headers.get("accept", ""):
                query = scope.get("query_string", b"").decode("latin-1")
                await _redirect(send, pages.login_link(path + (f"?{query}" if query else "")))
            else:
                await _answer_json(send, 401, "Please log in.")
            return
        if path == pages.ACCOUNT_PATH:
            await self._account(door, visitor, scope, receive, send, headers)
        elif path == pages.LOGOUT_PATH and method == "POST":
            door.end(visitor.session)
            await _redirect(send, pages.LOGIN_PATH, self._cookie(door, "", 0))
        elif visitor.must_choose:
            if method == "GET" and "text/html" in headers.get("accept", ""):
                await _redirect(send, pages.ACCOUNT_PATH)
            else:
                await _answer_json(send, 403, f"Choose a password of your own first: {pages.ACCOUNT_PATH}")
        elif policy.odd(path):
            await _answer_json(send, 400, "This is no address of this server.")
        elif (run := policy.resumed_run(method, path)) is not None:
            await self._resume(door, visitor, run, scope, receive, send)
        elif (language := self._language(path)) and not rights.reads(door.state, visitor.account, language):
            words = f"{visitor.account.name} has no rights in this language."
            if method == "GET" and "text/html" in headers.get("accept", ""):
                await _answer_page(send, 403, pages.notice_page("Reviews", words, f"{REVIEW_PATH}/"))
            else:
                await _answer_json(send, 403, words)
        elif (method, path) in WITHHELD and not policy.allowed(visitor.account, "http", method, path):
            await _answer(send, 200, json.dumps(WITHHELD[method, path]), b"application/json")
        elif path.startswith("/pubpipe/") or policy.allowed(visitor.account, "http", method, path):
            await self._serve(scope, receive, send, headers, visitor)
        else:
            log.warning("%s: %s %s is not open to a %s", visitor.account.name, method, path, visitor.account.role)
            await _answer_json(send, 403, f"This is not open to a {visitor.account.role}: {method} {path}")

    async def _visitor(self, door: Door, scope: Scope, headers: dict[str, str]) -> Visitor | None:
        """Who sends this request; None where it says nothing of who. Refused where what it says is wrong."""
        address = client_address(scope, headers, trusted_proxy=self.trusted_proxy)
        if (header := headers.get("authorization")) and (visitor := await door.by_header(header, address)):
            return visitor
        return door.by_cookie(headers["cookie"]) if "cookie" in headers else None

    async def _resume(self, door: Door, visitor: Visitor, run: str, scope: Scope, receive: Receive, send: Send) -> None:
        """A person's answer: the right is checked, the name stamped, the whole sealed, and only then is it Prefect's.

        A program may hand in only what was sealed before (the terminal does that after it asked for the password).
        """
        account = visitor.account
        try:
            said = json.loads(await _body(receive, _LONGEST_ANSWER))
            values = said["run_input"]
            # anything but texts could be a template that the server evaluates
            fine = isinstance(values, dict) and all(isinstance(v, str) for v in values.values())
        except (ValueError, KeyError, TypeError):
            fine = False
        if not fine:
            await _answer_json(send, 400, "An answer is made of texts.")
            return
        if account.role == "service":
            if signature.sealed_at(door.secret, run, values) is None:
                await _answer_json(send, 403, account.refusal("", ""))
                return
        else:
            about = await self._asked(scope, run)
            if about is None:
                await _answer_json(send, 503, "The server is busy. Send the answer once more.")
                return
            publication, language, stage = about
            refusal = "This run waits for no review."
            if stage:
                refusal = await asyncio.to_thread(
                    rights.refusal, door.state, account, publication, language, stage, self.now()
                )
            if refusal:
                log.warning("answer of %s to run %s refused: %s", account.name, run, refusal)
                await _answer_json(send, 403, refusal)
                return
            values = signature.signed(door.secret, run, values, account.name, self.now())
        body = json.dumps({"run_input": values}, ensure_ascii=False).encode()
        kept = [(k, v) for k, v in scope["headers"] if k.lower() not in (b"content-length", b"transfer-encoding")]
        kept = [(k, v) for k, v in kept if k.lower() != b"content-type"]
        added = [(b"content-length", str(len(body)).encode()), (b"content-type", b"application/json")]
        path = f"/api/flow_runs/{run}/resume"
        await self._hand_on({**scope, "path": path, "raw_path": path.encode(), "headers": [*kept, *added]}, body, send)

    async def _hand_on(self, scope: Scope, body: bytes, send: Send) -> None:
        """Give Prefect an answer, more than once where it is busy: nobody has to send a review again for that."""
        start, said = await _patiently(lambda receive, send: self.app({**scope}, receive, send), body)
        await send(start)
        await send({"type": "http.response.body", "body": said})

    async def _asked(self, scope: Scope, run: str) -> tuple[str, str, str] | None:
        """(publication, language, stage) of the form that this run waits with, as Prefect has it; empty where none is,
        and None where Prefect cannot say.

        The flow asks again with what our own record says, so that nothing hangs on these two being true.
        """
        status, state = await self._ask(scope, "GET", f"/api/flow_runs/{run}")
        try:
            key = state["state"]["state_details"]["run_input_keyset"]["schema"]
            status, schema = await self._ask(scope, "GET", f"/api/flow_runs/{run}/input/{key}")
            about = schema[ABOUT]
            language = about.get("language") or next(
                t.removeprefix("lang:") for t in state["tags"] if t.startswith("lang:")
            )
            return str(about.get("publication", "")), str(language), str(about["stage"])
        except (KeyError, TypeError, StopIteration, AttributeError):
            return None if status in client.BUSY or status >= 500 else ("", "", "")

    async def _ask(self, scope: Scope, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of what Prefect answers to us; None where that is no JSON."""
        said = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = [(b"host", b"127.0.0.1"), (b"accept", b"application/json"), (b"content-type", b"application/json")]
        headers.append((b"content-length", str(len(said)).encode()))
        asked = {
            **{k: v for k, v in scope.items() if k in ("type", "asgi", "http_version", "scheme", "server", "client")},
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": headers,
        }
        return _read(*await _patiently(lambda receive, send: self.app({**asked}, receive, send), said))

    async def _socket(self, door: Door, scope: Scope, receive: Receive, send: Send, headers: dict[str, str]) -> None:
        """A websocket: known by its cookie or header, else by the first message, as Prefect's own clients do it."""
        try:
            visitor = await self._visitor(door, scope, headers)
        except Refused as refused:
            await _refuse(scope, receive, send, 403, refused.words)
            return
        path = scope["path"]

        def closed(who: Visitor) -> bool:
            return who.must_choose or policy.odd(path) or not policy.allowed(who.account, "websocket", "GET", path)

        asks = "prefect" in [p.strip() for p in headers.get("sec-websocket-protocol", "").split(",")]
        if (visitor is None and not asks) or (visitor is not None and closed(visitor)):
            await _refuse(
                scope, receive, send, 403, "Please log in." if visitor is None else "This is not open to you."
            )
            return
        address = client_address(scope, headers, trusted_proxy=self.trusted_proxy)
        ended = False

        async def heard() -> Message:
            nonlocal visitor
            message = await receive()
            if visitor is None and message["type"] == "websocket.receive":
                # nothing but the greeting has gone to this stranger, and nothing more will
                with contextlib.suppress(Refused):
                    found = await door.by_login(_token(message), address)
                    if not closed(found):
                        visitor = found
                if visitor is None:
                    return {"type": "websocket.disconnect", "code": _CLOSED}
            return message

        async def told(message: Message) -> None:
            nonlocal ended
            if ended:
                return
            if visitor is None and message["type"] == "websocket.send":
                message = {"type": "websocket.close", "code": _CLOSED, "reason": "Please log in."}
            elif visitor is not None and not door.still(visitor):
                message = {"type": "websocket.close", "code": _CLOSED, "reason": "This account was revoked."}
            ended = message["type"] == "websocket.close"
            await send(message)

        await self.app(scope, heard, told)
        if visitor is None and not ended:
            with contextlib.suppress(RuntimeError):  # the other end may have gone first
                await send({"type": "websocket.close", "code": _CLOSED, "reason": "Please log in."})

    async def _login(self, door: Door, scope: Scope, receive: Receive, send: Send, headers: dict[str, str]) -> None:
        if scope["method"] in ("GET", "HEAD"):
            asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
            await _answer_page(send, 200, pages.login_page(asked.get("next", ["/"])[0]))
            return
        sent = await _form(scope, receive)
        if sent is None:
            await _answer_page(send, 400, pages.login_page("/", problem="That was no login. Try again."))
            return
        name, next_ = sent.get("name", ""), pages.safe_next(sent.get("next", "/"))
        address = client_address(scope, headers, trusted_proxy=self.trusted_proxy)
        try:
            account = await door.check(name, sent.get("password", ""), address)
            if account.role == "service":
                raise Refused("Programs log in with their token, not here.")
        except Refused as refused:
            page = pages.login_page(next_, name, refused.words)
            await _answer_page(send, 429 if refused.wait else 401, page)
            return
        log.info("%s logged in", account.name)
        await _redirect(send, next_, self._cookie(door, door.begin(account), HOURS * 3600))

    async def _account(
        self, door: Door, visitor: Visitor, scope: Scope, receive: Receive, send: Send, headers: dict[str, str]
    ) -> None:
        """Show a person their account; take a new password, which ends all their other sessions."""
        account = visitor.account
        if scope["method"] in ("GET", "HEAD") or account.role == "service":
            await _answer_page(send, 200, pages.account_page(account))
            return
        sent = await _form(scope, receive)
        if sent is None:
            await _answer_page(send, 400, pages.account_page(account, problem="That could not be read. Try again."))
            return
        next_, new = pages.safe_next(sent.get("next", "/")), sent.get("new", "")
        try:
            address = client_address(scope, headers, trusted_proxy=self.trusted_proxy)
            await door.check(account.name, sent.get("old", ""), address)
            if new != sent.get("again"):
                raise Refused("The two new passwords differ.")
            if new == sent.get("old"):
                raise Refused("That is the password you have.")
            people.renew(door.state, account.name, now=self.now(), password=new)
        except Refused as refused:
            page = pages.account_page(account, next_, refused.words)
            await _answer_page(send, 429 if refused.wait else 400, page)
            return
        except ConfigError as error:
            await _answer_page(send, 400, pages.account_page(account, next_, error.message))
            return
        except PubpipeError as error:
            log.error("%s", error)
            await _answer_page(send, 503, pages.account_page(account, next_, "It could not be stored. Try again."))
            return
        renewed = people.known(door.people(), account.name)
        await _redirect(send, next_, self._cookie(door, door.begin(renewed), HOURS * 3600))

    def _cookie(self, door: Door, value: str, seconds: int) -> bytes:
        secure = "; Secure" if self.secure else ""
        return f"{door.cookie}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}".encode()

    def _language(self, path: str) -> str:
        """The language of a review or of an output file, wherever its address pretends to lead.

        Files lie in <publication>/<language>/; a publication's manifest has no language, nor has any other path but
        that of a review.
        """
        if language := desk.language_of(path):
            return language
        if not path.startswith(f"{FILES_PATH}/"):
            return ""
        root = self.output.resolve()
        found = (root / path.removeprefix(f"{FILES_PATH}/")).resolve()
        parts = found.relative_to(root).parts if found.is_relative_to(root) else ()
        return parts[1] if len(parts) > 2 else ""

    # ---- for everybody who was let in

    async def _serve(
        self, scope: Scope, receive: Receive, send: Send, headers: dict[str, str], visitor: Visitor | None
    ) -> None:
        if scope["type"] == "http" and scope["path"].startswith(f"{FILES_PATH}/"):
            await self._file(scope, send)
        elif scope["type"] == "http" and self.desk is not None and desk.is_ours(scope["path"]):
            await self._review(self.desk, scope, receive, send, headers, visitor)
        elif scope["type"] == "http" and scope["path"] == STYLE_PATH:
            await _answer(send, 200, self.style, b"text/css; charset=utf-8")
        elif scope["type"] == "http" and "text/html" in headers.get("accept", ""):
            await self._page(scope, receive, send, visitor)
        elif scope["type"] == "http" and policy.resumed_run(scope["method"], scope["path"]) is not None:
            try:
                body = await _body(receive, _LONGEST_ANSWER)
            except ValueError:
                await _answer_json(send, 400, "An answer is made of texts.")
                return
            await self._hand_on(scope, body, send)
        else:
            await self.app(scope, receive, send)

    async def _review(
        self, desk: Desk, scope: Scope, receive: Receive, send: Send, headers: dict[str, str], visitor: Visitor | None
    ) -> None:
        """The review page: what it hands in goes the way of every other answer."""
        asked = Asked(
            method=scope["method"],
            path=scope["path"],
            query=scope.get("query_string", b"").decode("latin-1"),
            headers=headers,
            body=lambda longest: _body(receive, longest),
            account=visitor.account if visitor else None,
        )
        reply = await desk.serve(asked, _Inside(self, scope, visitor))
        await _answer_reply(send, reply, head=scope["method"] == "HEAD")

    async def _page(self, scope: Scope, receive: Receive, send: Send, visitor: Visitor | None) -> None:
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
            shown = pages.badge(visitor.account if visitor is not None else None)
            body = body.replace(b"</body>", shown.encode(), 1)
            kept = [(k, v) for k, v in held["headers"] if k.lower() not in (b"content-length", b"etag")]
            held["headers"] = [
                *kept,
                (b"content-length", str(len(body)).encode()),
                (b"content-security-policy", self.policy),
                (b"x-content-type-options", b"nosniff"),
                (b"referrer-policy", b"same-origin"),
                *([(b"cache-control", b"no-store")] if visitor is not None else []),
            ]
            await send(held)
            await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

        await self.app({**scope, "headers": plain}, receive, rewritten)

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> str:
        if headers.get("host", "") not in self.hosts:
            return "This server answers on its own address only."
        origin = headers.get("origin")
        if origin is not None and (origin == "null" or urlsplit(origin).netloc not in self.hosts):
            return "Requests from other sites are refused."
        foreign = headers.get("sec-fetch-site") in ("cross-site", "same-site")
        if foreign and scope.get("method") not in ("GET", "HEAD"):
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


@dataclass(frozen=True)
class _Inside:
    """Prefect for the review page, on behalf of one visitor."""

    gate: Gate
    scope: Scope
    visitor: Visitor | None

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        return await self.gate._ask(self.scope, method, path, body)

    async def hand_in(self, run: str, values: Mapping[str, str]) -> tuple[int, Any]:
        gate, visitor = self.gate, self.visitor
        path = f"/api/flow_runs/{run}/resume"
        if visitor is None or gate.door is None:
            return await gate._ask(self.scope, "POST", path, {"run_input": dict(values)})
        door, who = gate.door, visitor
        headers = [(b"host", b"127.0.0.1"), (b"accept", b"application/json")]
        asked = {**self.scope, "method": "POST", "path": path, "query_string": b"", "headers": headers}
        body = json.dumps({"run_input": dict(values)}, ensure_ascii=False).encode()
        start, said = await _once(lambda receive, send: gate._resume(door, who, run, asked, receive, send), body)
        return _read(start, said)


async def _patiently(call: Callable[[Receive, Send], Awaitable[None]], body: bytes) -> tuple[Message, bytes]:
    """The answer of a part of this server to a request with this body: its beginning, and its body.

    SQLite under several writers makes Prefect answer 503 "database is locked"; nothing was done, so it is asked again.
    `call` gives it a copy of the scope each time, because Starlette's routes write into theirs.
    """
    for pause in _PAUSES:
        start, said = await _once(call, body)
        if start["status"] not in client.BUSY:
            return start, said
        await asyncio.sleep(pause)
    return await _once(call, body)


async def _once(call: Callable[[Receive, Send], Awaitable[None]], body: bytes) -> tuple[Message, bytes]:
    start: Message = {"type": "http.response.start", "status": 500, "headers": []}
    parts = [b""]
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            await asyncio.Event().wait()  # as a connection that stays open; nobody is left who could end it
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
        parts.append(message.get("body", b""))

    try:
        await call(receive, send)
    except Exception as error:  # Starlette raises what it answered with an error page again, for the server's log
        if start["status"] not in client.BUSY:
            log.error("Prefect failed: %s: %s", type(error).__name__, error)
    return start, b"".join(parts)


def _read(start: Message, said: bytes) -> tuple[int, Any]:
    """Status and JSON of an answer; None where it is no JSON."""
    try:
        return start["status"], json.loads(said)
    except ValueError:
        return start["status"], None


def _token(message: Message) -> str:
    """The "name:password" in the first message of a websocket (Prefect's protocol); empty where there is none."""
    try:
        said = json.loads(message.get("text") or message.get("bytes") or b"")
        token = said["token"] if said["type"] == "auth" else ""
    except (ValueError, KeyError, TypeError):
        return ""
    return token if isinstance(token, str) else ""


async def _body(receive: Receive, longest: int) -> bytes:
    """The whole body of a request; ValueError where it is longer than that or breaks off."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ValueError("broken off")
        body += bytes(message.get("body", b""))
        if len(body) > longest:
            raise ValueError("too long")
        if not message.get("more_body"):
            return body


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives this body once, then what really comes (the end of the connection)."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _form(scope: Scope, receive: Receive) -> dict[str, str] | None:
    """The fields of a posted form; None where there is none that can be read."""
    if scope["method"] != "POST":
        return None
    try:
        text = (await _body(receive, _LONGEST_LOGIN)).decode("ascii")
        return {k: v[0] for k, v in parse_qs(text, keep_blank_values=True, max_num_fields=10).items()}
    except ValueError:
        return None


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, words: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": _CLOSED, "reason": words})
    else:
        await _answer(send, status, words)


async def _redirect(send: Send, where: str, cookie: bytes = b"") -> None:
    headers = [(b"location", where.encode()), (b"content-length", b"0"), (b"cache-control", b"no-store")]
    if cookie:
        headers.append((b"set-cookie", cookie))
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _answer_page(send: Send, status: int, page: str) -> None:
    policy_ = (b"content-security-policy", pages.POLICY.encode())
    more = [policy_, (b"cache-control", b"no-store"), (b"referrer-policy", b"same-origin")]
    await _answer(send, status, page, b"text/html; charset=utf-8", more)


async def _answer_json(send: Send, status: int, words: str) -> None:
    """As Prefect words its errors, so that its interface shows them; 401 names a scheme that no browser asks for."""
    more = [(b"www-authenticate", b'Pubpipe realm="pubpipe"')] if status == 401 else []
    text = json.dumps({"detail": words, "exception_message": words}, ensure_ascii=False)
    await _answer(send, status, text, b"application/json", [*more, (b"cache-control", b"no-store")])


async def _answer_reply(send: Send, reply: Reply, *, head: bool) -> None:
    length = (b"content-length", str(len(reply.body)).encode())
    headers = [*reply.headers, (b"x-content-type-options", b"nosniff")]
    if reply.status != 304:
        headers += [(b"content-type", reply.kind), length]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else reply.body})


async def _answer(
    send: Send,
    status: int,
    text: str,
    kind: bytes = b"text/plain; charset=utf-8",
    more: list[tuple[bytes, bytes]] | None = None,
) -> None:
    body = text.encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *(more or [])]
    headers.append((b"x-content-type-options", b"nosniff"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
