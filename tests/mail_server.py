"""Real servers on loopback for messages: one that speaks SMTP with TLS and logins, one that takes webhooks."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

PASSWORD = "three blue boats"


def certificate(folder: Path) -> Path:
    """A file with the certificate and the key of "localhost"; to be trusted by SSL_CERT_FILE."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "localhost.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@dataclass
class Post:
    """What the mail server got, and what it answers."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """Answers to the next messages instead of 250: "450 later"."""
    refuses: dict[str, str] = field(default_factory=dict)
    """Address to what it is answered: "550 no such user"."""
    connections: int = 0
    logins: list[str] = field(default_factory=list)

    # what aiosmtpd calls

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answers:
            said = self.answers.pop(0)
            if not said.startswith("250"):
                return said
        self.raw.append(envelope.content)
        self.to += envelope.rcpt_tos
        made = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(made, EmailMessage)
        self.mails.append(made)
        return "250 taken"


class _Controller(Controller):
    def __init__(self, handler: Any, make: Callable[[], SMTP], **more: Any) -> None:
        self.make = make
        super().__init__(handler, hostname="127.0.0.1", port=0, **more)

    def factory(self) -> SMTP:
        return self.make()

    def _trigger_server(self) -> None:
        """Knock once, as aiosmtpd does, at the port that the system chose."""
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        with socket.create_connection(("127.0.0.1", self.port), 5) as knock:
            if self.ssl_context is None:
                knock.recv(1024)
                return
            trusting = ssl.create_default_context()
            trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
            with trusting.wrap_socket(knock) as inside:
                inside.recv(1024)


@contextmanager
def post_office(pem: Path | None = None, *, login: bool = False, implicit: bool = False) -> Iterator[Post]:
    """A mail server: plain, with STARTTLS (`pem`), with TLS from the first byte (`implicit`), with a login."""
    post = Post()
    context = None
    if pem is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        post.logins.append(data.login.decode())
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    def make() -> SMTP:
        return SMTP(
            post,
            hostname="localhost",
            tls_context=None if implicit else context,
            require_starttls=context is not None and not implicit,
            authenticator=authenticate if login else None,
            auth_required=login,
            auth_require_tls=not implicit,
            enable_SMTPUTF8=False,
        )

    controller = _Controller(post, make, **({"ssl_context": context} if implicit else {}))
    controller.start()
    post.port = controller.port
    try:
        yield post
    finally:
        controller.stop(no_assert=True)


@dataclass
class Endpoint:
    """What the webhook got, and what it answers: status, headers; 0: not in time."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    @property
    def said(self) -> list[Any]:
        return [json.loads(body) for body in self.bodies]


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """A program that takes webhooks."""
    found = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers = found.answers.pop(0) if found.answers else (204, {})
            found.bodies.append(body)
            found.headers.append({k.lower(): v for k, v in self.headers.items()})
            if not status:
                time.sleep(2)
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
