"""Runs deep-translator's adapters over our own transport: it has no time-outs, retries or pooled connections.

deep-translator 1.11.4 calls the module-level name `requests` in each of its engine modules. That name is
replaced, once, by an object that sends through the Exchange of the engine that is running in this thread,
and through the real `requests` for anybody else in the process. Its translators keep a request's parameters
on the instance, so that a shared one swaps answers between threads: here each request has an instance of
its own.
"""

from __future__ import annotations

import contextvars
import importlib
import threading
from collections.abc import Callable
from typing import Any

from pubpipe.engines.transport import Exchange
from pubpipe.errors import EngineBusy, EngineError

VERSION = "deep-translator-1.11.4"

_RUNNING: contextvars.ContextVar[Exchange | None] = contextvars.ContextVar("exchange", default=None)
_LOCK = threading.Lock()


class _Requests:
    """Stands for the `requests` module inside deep-translator."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def get(self, url: str, params: Any = None, **rest: Any) -> Any:
        exchange = _RUNNING.get()
        if exchange is None:
            return self._real.get(url, params=params, **rest)
        return exchange.send("GET", url, params=params, headers=rest.get("headers"))

    def post(self, url: str, json: Any = None, **rest: Any) -> Any:
        exchange = _RUNNING.get()
        if exchange is None:
            return self._real.post(url, json=json, **rest)
        return exchange.send("POST", url, params=rest.get("params"), headers=rest.get("headers"), body=json)


def adapter(module: str) -> Any:
    """The deep-translator module ("google"), its `requests` replaced."""
    found: Any = importlib.import_module(f"deep_translator.{module}")
    with _LOCK:
        if not isinstance(found.requests, _Requests):
            found.requests = _Requests(found.requests)
    return found


def translate(exchange: Exchange, make: Callable[[], Any], text: str) -> str:
    """What the translator that `make` builds answers to `text`, its exceptions turned into ours.

    deep-translator's exceptions carry the source text and, one of them, the API key: none is chained.
    """
    token = _RUNNING.set(exchange)
    try:
        answer = make().translate(text)
    except EngineError:
        raise
    except Exception as error:
        raise _ours(exchange.engine, error) from None
    finally:
        _RUNNING.reset(token)
    if not isinstance(answer, str):
        if not any(c.isalnum() for c in text):
            return text  # the Google adapter answers None to what has neither letter nor digit
        raise EngineBusy(f"{exchange.engine} gave no answer")
    return answer


def _ours(engine: str, error: Exception) -> EngineError:
    from deep_translator import exceptions as theirs

    if isinstance(error, theirs.NotValidLength):
        return EngineError(f"the segment is longer than {engine} takes")
    if isinstance(error, theirs.LanguageNotSupportedException | theirs.InvalidSourceOrTargetLanguage):
        return EngineError(f"{engine} does not translate this pair of languages")
    if isinstance(error, theirs.TranslationNotFound):
        return EngineBusy(f"{engine} sent a page without a translation")
    return EngineBusy(f"{engine} sent an answer that cannot be read")
