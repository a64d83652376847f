"""Telling a program by HTTP POST: one request an event, signed on request, and what each answer means."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from pubpipe.errors import ConfigError
from pubpipe.identity import seal_bytes
from pubpipe.project import WebhookSettings
from pubpipe.server.mail import Sent

SECRET_VARIABLE = "PUBPIPE_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable
TIMEOUT = (5.0, 20.0)
"""Seconds to connect, and between two bytes of the answer."""
_PASSING = {408, 425, 429}
"""Refusals that another try may cure, beside all 5xx (RFC 9110, 15.5 and 15.6; RFC 6585, 4)."""


def address(settings: WebhookSettings, environ: Mapping[str, str]) -> str:
    """Where to post; ConfigError where the variable that holds the address is not set."""
    found = settings.url or environ.get(settings.url_variable, "")
    if not found.startswith(("https://", "http://")):
        raise ConfigError(
            f"the webhook {settings.name!r} has no address.", remedy=f"Set {settings.url_variable} in the environment."
        )
    return found


def secret(settings: WebhookSettings, environ: Mapping[str, str]) -> bytes:
    """What requests are signed with; empty where they are not. ConfigError where it is missing."""
    if not settings.signed:
        return b""
    found = environ.get(SECRET_VARIABLE, "")
    if len(found) < 16:
        raise ConfigError(
            f"the webhook {settings.name!r} is to be signed, and there is no secret of 16 characters or more.",
            remedy=f"Set {SECRET_VARIABLE} in the environment.",
        )
    return found.encode("utf-8")


def post(url: str, payload: Any, *, key: bytes, delivery: str, at: dt.datetime) -> Sent:
    """What the other side said. `delivery` is the same at every try, so that it can tell a repetition.

    The signature covers time and body: X-Pubpipe-Signature: t=<seconds>,v1=<HMAC-SHA256 of "seconds.body">.
    """
    import requests

    logging.getLogger("urllib3").setLevel(logging.INFO)  # its debug lines hold addresses, and those may be secrets
    body = json.dumps(payload, ensure_ascii=False).encode("utf-8")
    headers = {"Content-Type": "application/json; charset=utf-8", "X-Pubpipe-Delivery": delivery}
    if key:
        stamp = str(int(at.timestamp()))
        headers["X-Pubpipe-Signature"] = f"t={stamp},v1={seal_bytes(key, f'{stamp}.'.encode() + body)}"
    try:
        with requests.post(
            url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True
        ) as answer:
            status = answer.status_code
            wait = _retry_after(answer.headers.get("Retry-After", ""), at)
    except requests.Timeout:
        return Sent("later", "it does not answer in time")
    except requests.RequestException as error:
        return Sent("later", f"it cannot be reached ({type(error).__name__})")  # the address may be a secret
    if 200 <= status < 300:
        return Sent("sent")
    if status in _PASSING or status >= 500:
        return Sent("later", f"HTTP {status}", wait)
    return Sent("never", f"HTTP {status}" + (" (a redirect: name the final address)" if 300 <= status < 400 else ""))


def _retry_after(text: str, at: dt.datetime) -> float | None:
    """Seconds; a number or a date (RFC 9110, 10.2.3)."""
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - at).total_seconds())
    except (ValueError, TypeError):
        return None
