"""A workspace with accounts, and the layer around a Prefect that only writes down what reaches it."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from pubpipe.identity import password_hash
from pubpipe.server import people
from pubpipe.server.form import ABOUT
from pubpipe.server.gate import Gate
from pubpipe.server.people import Account, People, Role

NOW = dt.datetime(2026, 3, 9, 10, 0, tzinfo=dt.UTC)
RUN = "0189a0de-1111-7222-8333-444455556666"
PASSWORD = "seven red lanterns"
CHEAP = (4, 8, 1)
"""A cost that makes tests fast; the program's own is pinned in test_people.py."""


def account(name: str, role: Role = "reviewer", languages: str = "", stages: str = "", **more: Any) -> Account:
    return Account(
        name=name,
        role=role,
        languages=tuple(filter(None, languages.split(","))),
        stages=tuple(filter(None, stages.split(","))),
        password=password_hash(PASSWORD, name.encode(), CHEAP),
        generation=f"g-{name}",
        added=NOW,
        **more,
    )


SOKHA = account("Sokha Chan", languages="km", stages="language review")
SOMCHAI = account("Somchai", languages="th", stages="language review")
EDITOR = account("Ed Itor", "editor", "all", "sign-off")
ADMIN = account("Root", "admin")


@dataclass
class Prefect:
    """Stands where Prefect's application stands: keeps every request, answers as the API does for one waiting run."""

    language: str = "km"
    stage: str = "language review"
    runs: list[dict[str, Any]] = field(default_factory=list)
    """What it answers to who asks for the runs of an edition."""
    verdict: Any = "prefect"
    """What it answers to an answer."""
    busy: int = 0
    """How many requests it puts off first, as SQLite under several writers makes it do."""
    working: int = 0
    """How many times it says first that the run is at work."""
    asked: list[tuple[str, str, bytes, dict[str, str]]] = field(default_factory=list)
    heard: list[Any] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            while (message := await receive())["type"] == "websocket.receive":
                self.heard.append(message["text"])
                await send({"type": "websocket.send", "text": "news"})
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        path = scope["path"]
        if self.busy:
            self.busy -= 1
            await send({"type": "http.response.start", "status": 503, "headers": []})
            await send({"type": "http.response.body", "body": b"{}"})
            raise RuntimeError("database is locked")  # Starlette raises again what it has answered
        self.asked.append((scope["method"], path, body, {k.decode(): v.decode() for k, v in scope["headers"]}))
        keys = {"schema": "suspended-review-1-schema"}
        answers: dict[str, Any] = {
            f"/api/flow_runs/{RUN}": {
                "tags": [f"lang:{self.language}"],
                "state": {"state_details": {"run_input_keyset": keys}},
            },
            f"/api/flow_runs/{RUN}/input/{keys['schema']}": {ABOUT: {"stage": self.stage, "language": self.language}},
            f"/api/flow_runs/{RUN}/resume": self.verdict,
            "/api/flow_runs/filter": self.runs,
        }
        if path == "/api/flow_runs/filter" and self.working:
            self.working -= 1
            answers[path] = [{**run, "state_type": "RUNNING"} for run in self.runs]
        page = not path.startswith("/api")
        text = b"<head></head><body></body>" if page else json.dumps(answers.get(path, "prefect")).encode()
        kind = b"text/html" if page else b"application/json"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": text})

    @property
    def resumed(self) -> dict[str, str] | None:
        """What reached Prefect as an answer, if anything did."""
        found = [json.loads(body) for method, path, body, _ in self.asked if path.endswith("/resume")]
        return found[-1]["run_input"] if found else None


@dataclass
class Reply:
    status: int
    text: str
    headers: dict[str, str]

    @property
    def cookie(self) -> str:
        return self.headers.get("set-cookie", "").partition(";")[0]


class House:
    """One workspace, its layer, and a browser's view of it."""

    def __init__(self, root: Path, *accounts: Account, **more: Any) -> None:
        self.state = root / ".pubpipe"
        self.state.mkdir(exist_ok=True)
        self.time = NOW
        self.prefect = Prefect()
        self.write(*accounts)
        settings = {"host": "127.0.0.1", "port": 4200, **more}
        self.gate = Gate(self.prefect, output=root / "outputs", state=self.state, now=lambda: self.time, **settings)

    def write(self, *accounts: Account) -> None:
        (self.state / people.FILE).write_text(People(people=accounts).model_dump_json(), encoding="utf-8")

    def ask(self, method: str, path: str, body: bytes = b"", *, client: str = "192.0.2.1", **headers: str) -> Reply:
        """One request; header names are written with underscores."""
        sent: list[Any] = []
        parts = [body[:7], body[7:]]

        async def receive() -> dict[str, Any]:
            part = parts.pop(0) if parts else b""
            return {"type": "http.request", "body": part, "more_body": bool(parts)}

        async def send(message: Any) -> None:
            sent.append(message)

        named = {"host": "127.0.0.1:4200", **{k.replace("_", "-"): v for k, v in headers.items()}}
        pairs = [(k.encode(), v.encode("latin-1")) for k, v in named.items()]
        bare, _, query = path.partition("?")
        scope = {
            "type": "http", "method": method, "path": bare, "query_string": query.encode(), "headers": pairs,
            "client": (client, 50_000),
        }  # fmt: skip
        asyncio.run(self.gate(scope, receive, send))
        found = {k.decode(): v.decode() for k, v in sent[0].get("headers", [])}
        text = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body").decode()
        return Reply(sent[0]["status"], text, found)

    def login(self, name: str, password: str = PASSWORD, *, client: str = "192.0.2.1", **headers: str) -> Reply:
        body = urlencode({"name": name, "password": password, "next": "/runs"}).encode()
        return self.ask("POST", "/pubpipe/login", body, client=client, **headers)

    def cookie(self, who: Account) -> str:
        assert self.gate.door is not None
        return f"{self.gate.door.cookie}={self.gate.door.begin(who)}"

    def answer(self, who: Account | None, path: str = f"/api/flow_runs/{RUN}/resume", **values: Any) -> Reply:
        """Press Submit."""
        said = {"digest": "d1", "decision": "approve", **values}
        headers = {"cookie": self.cookie(who)} if who else {}
        return self.ask("POST", path, json.dumps({"run_input": said}, ensure_ascii=False).encode(), **headers)

    def socket(self, path: str, *messages: str, protocol: str = "prefect", **headers: str) -> list[Any]:
        """What a websocket is sent when it opens and says these messages; "-" stands for a pause between them."""
        sent: list[Any] = []
        queue: list[Any] = [{"type": "websocket.connect"}]
        queue += [{"type": "websocket.receive", "text": text} for text in messages]

        async def receive() -> dict[str, Any]:
            return queue.pop(0) if queue else {"type": "websocket.disconnect", "code": 1000}

        async def send(message: Any) -> None:
            sent.append(message)

        named = {"host": "127.0.0.1:4200", "sec-websocket-protocol": protocol, **headers}
        pairs = [(k.encode(), v.encode()) for k, v in named.items()]
        scope = {"type": "websocket", "path": path, "query_string": b"", "headers": pairs, "client": ("192.0.2.1", 1)}
        asyncio.run(self.gate(scope, receive, send))
        return sent


def basic(name: str, password: str = PASSWORD) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
