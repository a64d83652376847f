"""A machine-translation service on loopback that answers like the real ones, and fails like them when told to.

Four dialects on one port: Google's mobile page (`/m`), Microsoft Translator v3 (`/ms/translate`), MyMemory (`/get`),
LibreTranslate (`/translate`) and OpenAI-compatible chat (`/v1/chat/completions`), with their honest limits. The
"translation" writes each English letter as one letter of the target's script, so that no two texts have the same
answer: an answer that belongs to another segment is always noticed.
"""

from __future__ import annotations

import contextlib
import html
import json
import random
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse

KEY = "good-key-5f1c0b"
"""The only key that the Microsoft and chat dialects take."""

Faults = Callable[[int, str], str | None]
"""(number of the request from 1, source text) -> the name of a fault, or None for an honest answer."""

_LETTERS = {
    "km": [chr(0x1780 + i) for i in range(26)],
    "my": [chr(0x1000 + i) for i in range(26)],
    "th": [chr(0x0E01 + i) for i in range(26)],
    "lo": list("ກຂຄງຈສຊຍດຕຖທນບປຜຝພຟມຢຣລວຫອ"),
    "vi": list("ắấậặẫdđéếệghíìklmnóốộớpúứựý"),
    "ja": [chr(0x3042 + 2 * i) for i in range(10)] + [chr(0x30A2 + 2 * i) for i in range(16)],
}
_KEPT = re.compile(
    r"[\[(]X\d+X[\])]|XQZ\d+Z|@@PH\d+@@|https?://\S*[\w/]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b[A-Z]{1,5}-?\d+\b"
)
_TOKEN = re.compile(r"\[X(\d+)X\]")
GOOGLE_ERROR = (
    "Error 500 (Server Error)!!1500.That’s an error.There was an error. Please try again later.That’s all we know."
)
MYMEMORY_WARNING = "MYMEMORY WARNING: YOU USED ALL AVAILABLE FREE TRANSLATIONS FOR TODAY. NEXT AVAILABLE IN 10 HOURS"
_PAGE = '<html><head><title>Google Translate</title></head><body><div class="result-container">{}</div></body></html>'


def translation(text: str, to: str) -> str:
    """The one right answer to `text`: its letters in the script of `to`; tokens, addresses and numbers as they were."""
    letters = _LETTERS[to.partition("-")[0].lower()]
    spaced = to.startswith("vi")

    def cipher(stretch: str) -> str:
        out = "".join(letters[ord(c.lower()) - 97] if c.isascii() and c.isalpha() else c for c in stretch)
        return out if spaced else re.sub(r"(?<=\w) (?=\w)", "", out)

    parts, at = [], 0
    for match in _KEPT.finditer(text):
        parts += [cipher(text[at : match.start()]), match[0]]
        at = match.end()
    return "".join([*parts, cipher(text[at:])])


def always(fault: str) -> Faults:
    """Every request fails so."""
    return lambda number, text: fault


def first(count: int, fault: str) -> Faults:
    """The first `count` requests fail so, the others do not."""
    return lambda number, text: fault if number <= count else None


def flaky(shares: dict[str, float], seed: int = 1) -> Faults:
    """Each fault for its share of the requests, at random but the same each time."""
    lottery, lock = random.Random(seed), threading.Lock()

    def draw(number: int, text: str) -> str | None:
        with lock:
            at = lottery.random()
        for fault, share in shares.items():
            if at < share:
                return fault
            at -= share
        return None

    return draw


@dataclass
class Seen:
    """One request that came in."""

    path: str
    text: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any = None


@dataclass
class MtServer:
    """The running service: where it is, what it saw, how it fails."""

    url: str
    faults: Faults | None = None
    seen: list[Seen] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    busy: int = 0
    busiest: int = 0

    def settings(self, engine: str, **more: Any) -> dict[str, Any]:
        """The table of pubpipe.toml that sends an engine here, with short time-outs."""
        path = {
            "google": "/m",
            "microsoft": "/ms",
            "mymemory": "/get",
            "libretranslate": "",
            "llm": "/v1",
        }[engine]
        base = {
            "base_url": self.url + path,
            "connect_timeout": 1.0,
            "read_timeout": 0.5,
            "total_timeout": 1.0,
            "requests_per_minute": 100_000.0,
        }
        return {**base, **more}

    @property
    def texts(self) -> list[str]:
        return [s.text for s in self.seen]


@contextlib.contextmanager
def serve(faults: Faults | None = None) -> Iterator[MtServer]:
    """A service for the length of a `with` block."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Clients that hang up are part of the tests."""

    server = Server(("127.0.0.1", 0), _Handler)
    state = MtServer(f"http://127.0.0.1:{server.server_port}", faults)
    server.state = state  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.closing.set()
        server.shutdown()
        server.server_close()


def nobody() -> str:
    """The address of a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        state: MtServer = self.server.state  # type: ignore[attr-defined]
        address = urlparse(self.path)
        query = {k: v[0] for k, v in parse_qs(address.query, keep_blank_values=True).items()}
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        text, to, dialect = _understand(address.path, query, body)
        with state.lock:
            state.seen.append(Seen(address.path, text, query, dict(self.headers), body))
            number = len(state.seen)
            state.busy += 1
            state.busiest = max(state.busiest, state.busy)
        try:
            fault = state.faults(number, text) if state.faults else None
            self._reply(state, dialect, text, to, query, body, fault)
        finally:
            with state.lock:
                state.busy -= 1

    def _reply(
        self, state: MtServer, dialect: str, text: str, to: str, query: dict[str, str], body: Any, fault: str | None
    ) -> None:
        if fault == "hang":
            state.closing.wait(30)
            self.close_connection = True
            return
        if fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        if fault in ("429", "429-soon", "429-tomorrow"):
            wait = {"429": None, "429-soon": "1", "429-tomorrow": "86400"}[fault]
            self._send(429, "{}", {"Retry-After": wait} if wait else {})
            return
        if fault in ("500", "503", "401", "403"):
            error = {"error": {"code": int(fault) * 1000, "message": f"The request failed with {KEY}."}}
            self._send(int(fault), json.dumps(error))
            return
        if fault == "redirect":
            self._send(302, "", {"Location": "https://consent.example/"})
            return
        if fault == "page":
            self._send(200, "<!DOCTYPE html><html><body><h1>Sorry</h1>unusual traffic</body></html>")
            return
        if fault == "quota" and dialect == "microsoft":
            self._send(403, json.dumps({"error": {"code": 403001, "message": "Out of call volume quota."}}))
            return
        refusal = _limits(dialect, text, query, body, self.headers)
        if refusal:
            self._send(*refusal)
            return
        answer = _spoil(translation(text, to), text, fault)
        self._send(200, _speak(dialect, answer, fault, to, body), fault=fault)

    def _send(self, status: int, text: str, headers: dict[str, str] | None = None, fault: str | None = None) -> None:
        data = text.encode()
        kind = "application/json" if text.startswith(("{", "[")) else "text/html"
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if fault == "truncated":
                self.wfile.write(data[: len(data) // 2])
                self.close_connection = True
            elif fault == "drip":
                for at in range(len(data)):
                    self.wfile.write(data[at : at + 1])
                    self.wfile.flush()
                    time.sleep(0.1)
            else:
                self.wfile.write(data)


def _understand(path: str, query: dict[str, str], body: Any) -> tuple[str, str, str]:
    """(source text, target code, dialect) of a request."""
    if path.startswith("/ms"):
        return body[0]["text"], query["to"], "microsoft"
    if path.startswith("/get"):
        return query["q"], query["langpair"].partition("|")[2], "mymemory"
    if path.startswith("/m"):
        return query["q"], query["tl"], "google"
    if path.startswith("/translate"):
        return body["q"], body["target"], "libretranslate"
    if path.startswith("/v1"):
        # The honest model reads the last message that holds a contract; a repair request follows it.
        asked = next(json.loads(m["content"]) for m in body["messages"] if m["content"].startswith("{"))
        return asked["text"], asked["target_code"], "chat"
    raise AssertionError(path)


def _limits(dialect: str, text: str, query: dict[str, str], body: Any, headers: Any) -> tuple[int, str] | None:
    """The refusal that the real service would send, or None."""
    if dialect == "microsoft":
        if headers.get("Ocp-Apim-Subscription-Key") != KEY:
            return 401, json.dumps({"error": {"code": 401000, "message": "The credentials are invalid."}})
        if query.get("from", "auto") == "auto":
            return 400, json.dumps({"error": {"code": 400035, "message": "The source language is not valid."}})
        if len(text) > 50_000:
            return 400, json.dumps({"error": {"code": 400077, "message": "The maximum request size is exceeded."}})
    if dialect == "google" and len(text) >= 5000:
        return 413, "Request Entity Too Large"
    if dialect == "mymemory" and len(text) > 500:
        said = "QUERY LENGTH LIMIT EXCEEDED. MAX ALLOWED QUERY : 500 CHARS"
        return 200, json.dumps(
            {"responseData": {"translatedText": said}, "responseDetails": said, "responseStatus": "403"}
        )
    if dialect == "chat" and headers.get("Authorization") not in (None, f"Bearer {KEY}"):
        return 401, json.dumps({"error": {"message": f"Incorrect API key provided: {KEY[:4]}"}})
    return None


def _spoil(answer: str, text: str, fault: str | None) -> str:
    """The answer with what the fault does to it."""
    if fault == "poison":
        return GOOGLE_ERROR
    if fault == "echo":
        return text
    if fault == "latin":
        return "Ini adalah kalimat dalam bahasa lain sama sekali"
    if fault == "empty":
        return " "
    if fault == "mangled":
        return _TOKEN.sub(lambda m: f" 【 x {m[1].translate({48 + i: 0x17E0 + i for i in range(10)})} X】 ", answer)
    if fault == "lose-tokens":
        return _TOKEN.sub("", answer)
    if fault == "lose-all-tokens":
        return re.sub(r"\[X\d+X\]|XQZ\d+Z|@@PH\d+@@", "", answer)
    if fault == "double-tokens":
        return re.sub(r"\[X\d+X\]|@@PH\d+@@", lambda m: m[0] * 2, answer)
    if fault == "cross-tokens":
        numbers = _TOKEN.findall(answer)[::-1]
        return _TOKEN.sub(lambda m: f"[X{numbers.pop(0)}X]", answer)
    if fault == "change-numbers":
        return re.sub(r"(?<![X\d])\d+(?![X\d])", "7", answer)
    return answer


def _speak(dialect: str, answer: str, fault: str | None, to: str, body: Any) -> str:
    """The answer in the words of the service."""
    if fault == "not-json":
        return "<html>oops</html>"
    if dialect == "google":
        return _PAGE.format(html.escape(answer))
    if dialect == "microsoft":
        return json.dumps([{"translations": [{"text": answer, "to": to}]}])
    if dialect == "mymemory":
        if fault == "quota":
            return json.dumps(
                {
                    "responseData": {"translatedText": MYMEMORY_WARNING},
                    "quotaFinished": True,
                    "responseDetails": MYMEMORY_WARNING,
                    "responseStatus": 429,
                    "matches": "",
                }
            )
        return json.dumps(
            {
                "responseData": {"translatedText": answer, "match": 0.85},
                "quotaFinished": False,
                "responseDetails": "",
                "responseStatus": 200,
                "matches": [],
            }
        )
    if dialect == "libretranslate":
        return json.dumps({"translatedText": answer})
    asked = next(json.loads(m["content"]) for m in body["messages"] if m["content"].startswith("{"))
    content = json.dumps({"id": asked["id"], "text": answer}, ensure_ascii=False)
    if fault == "chatter":
        content = f"Sure! Here is the translation:\n```json\n{content}\n```"
    if fault == "wrong-id":
        content = json.dumps({"id": "other", "text": answer})
    return json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": content}}]})
