"""The layer around Prefect's application: whom it lets in, what its pages may load, which files it serves."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from pubpipe.server.gate import Gate
from pubpipe.server.here import FILES_PATH, FILES_VARIABLE, files_url


async def inner(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    kind = b"text/html; charset=utf-8" if scope["path"] == "/" else b"application/json"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
    body = b"<html><head><title></title></head>" if scope["path"] == "/" else b"inner"
    await send({"type": "http.response.body", "body": body[:9], "more_body": True})
    await send({"type": "http.response.body", "body": body[9:]})


def ask(gate: Gate, path: str, kind: str = "http", method: str = "GET", **headers: str) -> tuple[Any, bytes, Any]:
    """Status (or the kind of the websocket's message), body and headers of the answer."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"} if kind == "websocket" else {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    pairs = [(k.encode(), v.encode()) for k, v in {"host": "127.0.0.1:4200", **headers}.items()]
    scope = {"type": kind, "method": method, "path": path, "headers": pairs}
    asyncio.run(gate(scope, receive, send))
    body = b"".join(m.get("body", b"") for m in sent)
    return sent[0].get("status", sent[0]["type"]), body, dict(sent[0].get("headers", []))


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    folder = tmp_path / "outputs" / "water" / "km"
    folder.mkdir(parents=True)
    (folder / "water.km.pdf").write_bytes(b"%PDF" + bytes(600_000))
    (folder / "page.html").write_text("<script>")
    (tmp_path / "secret.json").write_text("{}")
    (folder / "out.json").symlink_to(tmp_path / "secret.json")
    return Gate(inner, host="127.0.0.1", port=4200, output=tmp_path / "outputs")


def test_a_call_on_our_own_address_reaches_prefect(gate: Gate) -> None:
    assert ask(gate, "/api/health")[:2] == (200, b"inner")
    assert ask(gate, "/api/health", origin="http://localhost:4200")[0] == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:4201", "http://127.0.0.1"])
def test_a_page_of_another_site_cannot_resume_a_run(gate: Gate, origin: str) -> None:
    assert ask(gate, "/api/flow_runs/x/resume", method="POST", origin=origin)[0] == 403
    assert ask(gate, "/api/events/in", kind="websocket", origin=origin)[0] == "websocket.close"


def test_a_name_that_was_pointed_at_loopback_is_refused(gate: Gate) -> None:
    assert ask(gate, "/api/health", host="evil.example:4200")[0] == 403


def test_pages_may_load_nothing_from_other_hosts(gate: Gate) -> None:
    policy = ask(gate, "/", accept="text/html")[2][b"content-security-policy"].decode()
    assert "default-src 'self'" in policy
    assert "img-src 'self' data: blob:" in policy
    assert b"content-security-policy" not in ask(gate, "/api/health")[2]


def test_pages_get_a_style_sheet_in_which_sentences_wrap(gate: Gate) -> None:
    _, body, headers = ask(gate, "/", accept="text/html,*/*")
    assert body == b'<html><head><title></title><link rel="stylesheet" href="/pubpipe/prefect.css"></head>'
    assert int(headers[b"content-length"]) == len(body)
    status, style, headers = ask(gate, "/pubpipe/prefect.css")
    assert (status, headers[b"content-type"]) == (200, b"text/css; charset=utf-8")
    assert b"white-space: normal" in style


def test_a_document_of_the_output_folder_is_served_whole(gate: Gate) -> None:
    status, body, headers = ask(gate, "/pubpipe/files/water/km/water.km.pdf")
    assert (status, len(body)) == (200, 600_004)
    assert headers[b"content-type"] == b"application/pdf"
    assert ask(gate, "/pubpipe/files/water/km/water.km.pdf", method="HEAD")[1] == b""


def test_subtitles_are_served_and_a_web_page_gets_no_link(
    gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FILES_VARIABLE, f"http://127.0.0.1:4200{FILES_PATH}")
    folder = tmp_path / "outputs"
    (folder / "water" / "km" / "talk.km.srt").write_text("1")
    assert ask(gate, "/pubpipe/files/water/km/talk.km.srt")[:2] == (200, b"1")
    assert files_url(folder, folder / "water/km/talk.km.srt").endswith("/pubpipe/files/water/km/talk.km.srt")
    assert files_url(folder, folder / "water/km/page.html") == ""


@pytest.mark.parametrize(
    "path", ["../secret.json", "water/km/out.json", "water/km/page.html", "water", "", "/etc/passwd", "water/km/no.pdf"]
)
def test_nothing_else_is_served(gate: Gate, path: str) -> None:
    assert ask(gate, f"/pubpipe/files/{path}")[0] == 404


def test_files_are_read_only(gate: Gate) -> None:
    assert ask(gate, "/pubpipe/files/water/km/water.km.pdf", method="PUT")[0] == 405
