"""A LibreTranslate server of one's own: nothing leaves the house.

Asked directly: deep-translator's adapter has a fixed table of languages without four of ours, and puts text and key
into the address. Which languages the server can do depends on the models it was started with.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, SecretStr

from pubpipe.engines.base import (
    EngineFactory,
    EngineRefused,
    Limits,
    code,
    fingerprint,
    languages_with_codes,
)
from pubpipe.engines.transport import Answer, Exchange, HttpSettings, secret
from pubpipe.errors import EngineBusy, EngineError
from pubpipe.languages import LanguageProfile


class Settings(HttpSettings):
    """[engines.libretranslate]"""

    base_url: str = Field(default="http://127.0.0.1:5000", pattern=r"^https?://[^\s@/]+(/[^\s]*)?$")
    """Where the server listens."""
    key_env: str = ""
    """The environment variable that holds the key, for a server that wants one."""


class LibreTranslateEngine:
    name = "libretranslate"

    def __init__(self, settings: Settings, key: SecretStr | None) -> None:
        self._url = settings.base_url + "/translate"
        self._key = key
        self._exchange = Exchange(self.name, settings, judge=_judge)
        self.fingerprint = fingerprint(self.name, "1", {"url": self._url})
        self.limits = Limits(
            max_chars=5000,
            requests_per_minute=settings.requests_per_minute,
            concurrency=settings.concurrency or 2,
        )

    @property
    def languages(self) -> frozenset[str]:
        return languages_with_codes(self.name)

    def translate(self, text: str, source: LanguageProfile, target: LanguageProfile) -> str:
        """As `Engine.translate`; one POST with the text in its body."""
        from_, to = code(source, self.name), code(target, self.name)
        if from_ is None or to is None:
            raise EngineError(f"libretranslate does not translate into {target.english_name}")
        body = {"q": text, "source": from_, "target": to, "format": "text"}
        if self._key is not None:
            body["api_key"] = self._key.get_secret_value()
        answer = self._exchange.send("POST", self._url, body=body).json()
        translated = answer.get("translatedText") if isinstance(answer, dict) else None
        if not isinstance(translated, str):
            raise EngineBusy("libretranslate gave no answer")
        return translated


def _judge(answer: Answer) -> None:
    """A language that the server has no model for is a 400 that says so."""
    if answer.status_code == 400 and "is not supported" in answer.text:
        raise EngineRefused(
            "the libretranslate server has no model for this language",
            remedy="Load the model, or name another engine for the language in pubpipe.toml.",
        )


def _make(settings: Settings, environ: Mapping[str, str]) -> LibreTranslateEngine:
    key = secret(environ, settings.key_env, LibreTranslateEngine.name) if settings.key_env else None
    return LibreTranslateEngine(settings, key)


FACTORY = EngineFactory(Settings, _make)
