"""Sending mail: one connection, one message a person, and what each refusal of the server means."""

from __future__ import annotations

import datetime as dt
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.policy import compat32
from email.utils import format_datetime, formataddr, parseaddr
from typing import Literal

from pubpipe.errors import ConfigError, ServerError
from pubpipe.pipeline.messages import Letter, plain
from pubpipe.project import SmtpSettings, is_address

POLICY = compat32.clone(linesep="\r\n")
PASSWORD_VARIABLE = "PUBPIPE_SMTP_PASSWORD"  # noqa: S105 - the name of a variable


@dataclass(frozen=True)
class Sent:
    """What became of one message."""

    state: Literal["sent", "later", "never"]
    """never: the server refused for good; later: another try may help."""
    problem: str = ""
    retry_after: float | None = None
    """Seconds that the other side asked to be left alone."""


@dataclass(frozen=True)
class Mail:
    """A message as it goes out, and its envelope."""

    sender: str
    to: str
    data: bytes


def message(letter: Letter, settings: SmtpSettings, *, name: str, address: str, batch: str, at: dt.datetime) -> Mail:
    """The mail: headers encoded as RFC 2047 says, the body in UTF-8, the same `Message-ID` at every try.

    `batch` is what the outbox calls it. ConfigError where the address is none. The headers are encoded here, because
    Python's newer message class loses and adds spaces between the encoded words of a long name (seen in 3.11).
    """
    if not is_address(address):
        raise ConfigError(f"the e-mail address of {name} is none.", remedy="'pubpipe people email' changes it.")
    sender_name, sender = parseaddr(settings.sender)
    body = Charset("utf-8")
    body.body_encoding = QP  # not every server takes 8 bits
    made = Message(policy=POLICY)
    made["From"] = _addressed(sender_name, sender)
    made["To"] = _addressed(name, address)
    made["Subject"] = _encoded(letter.subject, "Subject")
    made["Date"] = format_datetime(at)
    made["Message-ID"] = f"<{batch}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies to this
    made["X-Auto-Response-Suppress"] = "All"
    made["MIME-Version"] = "1.0"
    made.set_payload(letter.body, body)
    return Mail(sender, address, made.as_bytes())


def _encoded(text: str, header: str) -> str:
    """A text as a header holds it: on one line, and in encoded words where it is not ASCII."""
    text = plain(text)
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=73, header_name=header).encode()


def _addressed(name: str, address: str) -> str:
    name = plain(name)
    return formataddr((name, address)) if name.isascii() else f"{_encoded(name, 'To')} <{address}>"


@contextmanager
def connection(settings: SmtpSettings, password: str) -> Iterator[smtplib.SMTP]:
    """A server that let us in. ServerError says what went wrong, without the password.

    Certificates are checked against those that the system trusts (SSL_CERT_FILE names others).
    """
    where = f"the mail server {settings.host}:{settings.port}"
    try:
        server = _open(settings)
    except (OSError, smtplib.SMTPException) as error:
        raise ServerError(f"{where} cannot be reached: {said(error)}.", remedy="Check [notify.smtp].") from error
    try:
        if settings.user:
            if not password:
                raise ConfigError(
                    f"{where} wants a login and there is no password.", remedy=f"Set {PASSWORD_VARIABLE}."
                )
            server.login(settings.user, password)
        yield server
    except smtplib.SMTPAuthenticationError as error:
        raise ServerError(
            f"{where} refuses the login of {settings.user} ({error.smtp_code}).", remedy=f"Check {PASSWORD_VARIABLE}."
        ) from None
    except smtplib.SMTPNotSupportedError as error:
        raise ServerError(f"{where} offers no login: {said(error)}.", remedy="Check user and tls.") from error
    finally:
        _close(server)


def send(server: smtplib.SMTP, mail: Mail) -> Sent:
    """What the server said to one message. Codes 4xx mean later, 5xx never (RFC 5321, 4.2.1)."""
    try:
        server.sendmail(mail.sender, [mail.to], mail.data)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        return Sent("later" if code < 500 else "never", f"{code} {_short(words)}")
    except smtplib.SMTPResponseException as error:  # of sender or text; that of a sender can be mended, and is tried on
        lasting = error.smtp_code >= 500 and not isinstance(error, smtplib.SMTPSenderRefused)
        return Sent("never" if lasting else "later", f"{error.smtp_code} {_short(error.smtp_error)}")
    except (OSError, smtplib.SMTPException) as error:
        return Sent("later", said(error))
    return Sent("sent")


def look(settings: SmtpSettings, password: str) -> str:
    """What the server offers, in words; nothing is sent. Raises what `connection` raises."""
    with connection(settings, password) as server:
        code, _ = server.noop()
        tls = {"starttls": "STARTTLS", "tls": "TLS", "none": "no TLS"}[settings.tls]
        login = f"logged in as {settings.user}" if settings.user else "no login"
        return f"{settings.host}:{settings.port}, {tls}, {login} ({code})"


def said(error: Exception) -> str:
    """What a failure says, in few words."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_short(error.smtp_error)}"
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return _short(words).rstrip(".") or type(error).__name__


def _open(settings: SmtpSettings) -> smtplib.SMTP:
    own = parseaddr(settings.sender)[1].rpartition("@")[2]  # asking the system for its name may take long
    if settings.tls == "tls":
        return smtplib.SMTP_SSL(
            settings.host,
            settings.port,
            local_hostname=own,
            timeout=settings.timeout,
            context=ssl.create_default_context(),
        )
    server = smtplib.SMTP(settings.host, settings.port, local_hostname=own, timeout=settings.timeout)
    try:
        if settings.tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        server.ehlo_or_helo_if_needed()
    except BaseException:
        _close(server)
        raise
    return server


def _close(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _short(words: str | bytes) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return plain(text)[:200]
