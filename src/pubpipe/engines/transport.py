"""One HTTP request to a translation service: never without a time limit, never a secret in an error.

Connections are pooled, answers have a largest size, redirects are not followed (they lead to consent and
captcha pages, and would carry a key with them), and each way of failing becomes the EngineError that fits it.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import Field, SecretStr, field_validator

from pubpipe.engines.base import EngineDown, EngineRefused, EngineSettings
from pubpipe.errors import ConfigError, EngineBusy, EngineError

if TYPE_CHECKING:
    import requests

_LARGEST = 4_000_000
"""Bytes of an answer; a translation of one segment is never near it."""
_AGENT = "Mozilla/5.0 (compatible; pubpipe)"


class HttpSettings(EngineSettings):
    """The settings that every engine over HTTP has."""

    base_url: str = Field(default="", pattern=r"^$|^https?://[^\s@/]+(/[^\s]*)?$")
    """Where requests go instead of the service's own address; no user name or password in it."""
    proxy: str = Field(default="", pattern=r"^$|^(https?|socks5h?)://[^\s]+$")
    """A proxy for this engine; without it HTTPS_PROXY and NO_PROXY of the environment count."""
    connect_timeout: float = Field(default=5.0, gt=0)
    """Seconds until a connection must stand."""
    read_timeout: float = Field(default=20.0, gt=0)
    """Seconds of silence after which an answer is given up."""
    total_timeout: float = Field(default=45.0, gt=0)
    """Seconds for a whole answer, however slowly it trickles in."""
    requests_per_minute: float | None = Field(default=None, gt=0)
    """Instead of the engine's own limit."""
    concurrency: int | None = Field(default=None, ge=1, le=32)
    """Requests at the same time, instead of the engine's own limit."""

    @field_validator("base_url", check_fields=False)
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")


def secret(environ: Mapping[str, str], variable: str, engine: str) -> SecretStr:
    """The key in an environment variable; ConfigError that names the variable where it is not set."""
    value = environ.get(variable, "").strip()
    if not value:
        raise ConfigError(
            f"engine {engine}: the environment variable {variable} is not set.",
            remedy=f"Set {variable} to the key of the service (keys never stand in pubpipe.toml).",
        )
    return SecretStr(value)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, read whole; the few attributes of it that deep-translator uses have its names."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        """The body as characters: the services answer in UTF-8."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON; EngineBusy where it is none (an error page, a body cut short)."""
        try:
            return json.loads(self.content)
        except ValueError:
            raise EngineBusy("it answered with something that is not JSON") from None

    def close(self) -> None:
        """The connection went back to the pool already."""


@dataclass(frozen=True)
class Exchange:
    """Sends requests for one engine; safe for any number of threads."""

    engine: str
    settings: HttpSettings
    judge: Callable[[Answer], None] = lambda _: None
    """Raises what the body of an answer means where the status alone does not say it."""
    clock: Callable[[], float] = time.monotonic
    _idle: list[requests.Session] = field(default_factory=list, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def send(
        self,
        method: str,
        url: str,
        *,
        params: Any = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Answer:
        """The answer to one request with status 200 (others raise EngineBusy, EngineDown, -Refused or
        -Error).

        No exception here is chained: the causes carry addresses with the source text and headers with the
        key.
        """
        import requests

        proxies = {"http": self.settings.proxy, "https": self.settings.proxy} if self.settings.proxy else None
        session = self._borrow()
        try:
            with session.request(
                method,
                url,
                params=params,
                headers=dict(headers or {}),
                json=body,
                proxies=proxies,
                timeout=(self.settings.connect_timeout, self.settings.read_timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                answer = Answer(response.status_code, response.headers, self._read(response))
        except requests.Timeout:
            raise EngineBusy(f"{self.engine} did not answer in time") from None
        except requests.exceptions.SSLError:
            raise EngineRefused(
                f"{self.engine} has a certificate that is not trusted",
                remedy="Check base_url, the proxy and the clock of this machine.",
            ) from None
        except requests.exceptions.ProxyError:
            raise EngineDown(f"the proxy of {self.engine} does not answer") from None
        except requests.ConnectionError as error:
            if _nobody_there(error):
                raise EngineDown(f"{self.engine} cannot be reached") from None
            raise EngineBusy(f"{self.engine} broke the connection off") from None
        except requests.RequestException:
            raise EngineBusy(f"{self.engine} sent an answer that was cut short") from None
        finally:
            self._give_back(session)
        self.judge(answer)
        self._judge_status(answer)
        return answer

    def _read(self, response: requests.Response) -> bytes:
        """The body, within the time and the size that an answer may have."""
        from urllib3.exceptions import HTTPError, ReadTimeoutError

        end = self.clock() + self.settings.total_timeout
        parts: list[bytes] = []
        size = 0
        try:
            # read1 gives what has come; iter_content would wait for a whole part while bytes trickle in.
            while part := response.raw.read1(65536, decode_content=True):
                parts.append(part)
                size += len(part)
                if size > _LARGEST:
                    raise EngineBusy(f"{self.engine} sent an answer without end")
                if self.clock() > end:
                    raise EngineBusy(f"{self.engine} did not answer in time")
        except ReadTimeoutError:
            raise EngineBusy(f"{self.engine} did not answer in time") from None
        except (HTTPError, OSError):
            raise EngineBusy(f"{self.engine} sent an answer that was cut short") from None
        return b"".join(parts)

    def _judge_status(self, answer: Answer) -> None:
        status = answer.status_code
        if status == 200:
            return
        if status == 429:
            raise EngineBusy(f"{self.engine} says: too many requests", retry_after=retry_after(answer.headers))
        if status >= 500 or status == 408:
            raise EngineBusy(
                f"{self.engine} has an error of its own ({status})", retry_after=retry_after(answer.headers)
            )
        if 300 <= status < 400:
            raise EngineBusy(f"{self.engine} sends requests elsewhere ({status}), to a consent or captcha page")
        if status in (401, 403):
            raise EngineRefused(
                f"{self.engine} refuses access ({status})",
                remedy="Check the key, the region and whether the account may use this service.",
            )
        if status in (413, 414):
            raise EngineError(f"the segment is longer than {self.engine} takes")
        if status == 404:
            raise EngineRefused(f"{self.engine} is not at this address (404)", remedy="Check base_url.")
        raise EngineError(f"{self.engine} refused the request ({status})")

    def _borrow(self) -> requests.Session:
        import requests

        with self._lock:
            if self._idle:
                return self._idle.pop()
        session = requests.Session()
        session.headers["User-Agent"] = _AGENT
        return session

    def _give_back(self, session: requests.Session) -> None:
        session.cookies.clear()
        with self._lock:
            self._idle.append(session)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait as the Retry-After header says it, in seconds or as a date (RFC 9110, 10.2.3); None
    without."""
    value = headers.get("Retry-After", "").strip()
    if not value:
        return None
    if value.isdecimal():
        return float(value)
    try:
        when = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=dt.UTC)
    return max(0.0, (when - dt.datetime.now(dt.UTC)).total_seconds())


def _nobody_there(error: Exception) -> bool:
    """Whether a connection was never made (refused, unknown host), as against broken off later."""
    from urllib3.exceptions import NewConnectionError

    seen: list[object] = [error]
    for item in seen:
        if isinstance(item, NewConnectionError):
            return True
        if isinstance(item, BaseException) and len(seen) < 20:
            seen += [*item.args, getattr(item, "reason", None)]
    return False
