"""Talking to a server that is away, busy, something else, or full of other people's runs."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from pubpipe.errors import ServerError
from pubpipe.server import client

Answer = tuple[int, Any]


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[str, Any, int], Answer]], str]]:
    """Start an HTTP server that answers with what a function says for (path, body, number of the request)."""
    servers: list[HTTPServer] = []

    def start(answer: Callable[[str, Any, int], Answer]) -> str:
        class Handler(BaseHTTPRequestHandler):
            count = 0

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                Handler.count += 1
                status, value = answer(self.path, body, Handler.count)
                data = value if isinstance(value, bytes) else json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *args: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_server_that_is_away_is_said_to_be_away_with_the_remedy() -> None:
    assert not client.running("http://127.0.0.1:9")
    with pytest.raises(ServerError, match="pubpipe up") as gone:
        client.open_reviews("http://user:secret@127.0.0.1:9")
    assert gone.value.retryable
    assert "secret" not in str(gone.value)


def test_a_busy_database_is_tried_again(serve: Any) -> None:
    address = serve(lambda path, body, n: (503, {"detail": "database is locked"}) if n < 4 else (200, True))
    assert client.call(address, "GET", "/health") is True


def test_a_database_that_stays_busy_is_reported_as_something_to_try_again(serve: Any) -> None:
    address = serve(lambda path, body, n: (503, {}))
    with pytest.raises(ServerError, match="503") as busy:
        client.call(address, "GET", "/health", tries=2)
    assert busy.value.retryable


def test_another_program_on_the_port_is_no_prefect_server(serve: Any) -> None:
    address = serve(lambda path, body, n: (200, b"<html>hello</html>"))
    assert not client.running(address)
    with pytest.raises(ServerError, match="not as a Prefect server"):
        client.open_reviews(address)


def test_runs_are_read_page_by_page_to_the_last(serve: Any) -> None:
    made = [
        {"id": f"{n:03d}", "state_type": "PAUSED", "state_name": "Suspended", "tags": ["pub:w", "lang:km"]}
        for n in range(450)
    ]
    address = serve(lambda path, body, n: (200, made[body["offset"] : body["offset"] + body["limit"]]))
    assert len(client.open_reviews(address)) == 450


def test_an_answer_is_made_of_texts_only() -> None:
    template: Any = {"comment": {"__prefect_kind": "jinja", "template": "{{ 7*7 }}"}}
    with pytest.raises(TypeError):
        client.resume("http://127.0.0.1:9", "x", template)


def test_two_answers_at_once_are_one_and_a_word(serve: Any) -> None:
    address = serve(lambda path, body, n: (409, {}))
    assert client.resume(address, "x", {}) == ("Somebody else answered this review at the same moment.",)
