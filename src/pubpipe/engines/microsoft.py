"""Microsoft Translator (Azure), through deep-translator: a key, a contract, all six languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, SecretStr

from pubpipe.engines import deep
from pubpipe.engines.base import (
    EngineFactory,
    EngineRefused,
    Limits,
    code,
    fingerprint,
    languages_with_codes,
)
from pubpipe.engines.transport import Answer, Exchange, HttpSettings, secret
from pubpipe.errors import EngineError
from pubpipe.languages import SOURCE, TARGETS, LanguageProfile, extra

_SERVICE = "https://api.cognitive.microsofttranslator.com"

# Of the service's six-digit codes (its reference, "Errors"): the first three digits are the HTTP status.
_QUOTA = 403001
_PAIR = frozenset({400018, 400019, 400023, 400035, 400036})
_LENGTH = frozenset({400050, 400077})


class Settings(HttpSettings):
    """[engines.microsoft]"""

    base_url: str = Field(
        default="", pattern=r"^$|^https://[^\s@/]+(/[^\s]*)?$|^http://(localhost|127\.0\.0\.1)(:\d+)?(/[^\s]*)?$"
    )
    """Another endpoint (a sovereign or private cloud). It gets the key: plain http is for this machine only."""
    key_env: str = "PUBPIPE_MICROSOFT_KEY"
    """The environment variable that holds the key."""
    region: str = ""
    """The region of the Azure resource, where it has one ("southeastasia")."""
    category: str = Field(default="", max_length=200)
    """The category id of a custom model."""


class MicrosoftEngine:
    name = "microsoft"

    def __init__(self, settings: Settings, key: SecretStr) -> None:
        self._url = (settings.base_url or _SERVICE) + "/translate?api-version=3.0"
        self._key, self._region, self._category = key, settings.region, settings.category
        self._exchange = Exchange(self.name, settings, judge=_judge)
        self.fingerprint = fingerprint(self.name, deep.VERSION, {"url": self._url, "category": settings.category})
        self.limits = Limits(
            max_chars=10_000,  # the service takes 50 000 a request; a segment is never near it
            requests_per_minute=settings.requests_per_minute or 300,
            concurrency=settings.concurrency or 4,
        )

    @property
    def languages(self) -> frozenset[str]:
        return languages_with_codes(self.name)

    def translate(self, text: str, source: LanguageProfile, target: LanguageProfile) -> str:
        """As `Engine.translate`; one POST. The source language is always named: guessing it ruins short
        segments."""
        from_, to = code(source, self.name), code(target, self.name)
        if from_ is None or to is None:
            raise EngineError(f"microsoft does not translate into {target.english_name}")
        module = deep.adapter("microsoft")
        ours = {p.english_name: c for p in (SOURCE, *TARGETS.values(), *extra().values()) if (c := code(p, self.name))}

        class Translator(module.MicrosoftTranslator):  # type: ignore[misc, name-defined]
            def _get_supported_languages(self) -> dict[str, str]:
                # deep-translator asks the service for this list each time an instance is made.
                return ours

        def make() -> Any:
            options = {"category": self._category} if self._category else {}
            translator = Translator(
                source=from_,
                target=to,
                api_key=self._key.get_secret_value(),
                region=self._region or None,
                **options,
            )
            translator._base_url = self._url
            return translator

        return deep.translate(self._exchange, make, text)


def _judge(answer: Answer) -> None:
    """What the service's own error codes say more exactly than the HTTP status."""
    if answer.status_code == 200:
        return
    try:
        number = int(answer.json()["error"]["code"])
    except (EngineError, KeyError, TypeError, ValueError):
        return
    if number == _QUOTA:
        raise EngineRefused(
            "the quota of the microsoft account is used up",
            remedy="Wait for the next month, raise the tier, or name another engine in pubpipe.toml.",
        )
    if number in _PAIR:
        raise EngineRefused("microsoft does not translate this pair of languages")
    if number in _LENGTH:
        raise EngineError("the segment is longer than microsoft takes")


def _make(settings: Settings, environ: Mapping[str, str]) -> MicrosoftEngine:
    return MicrosoftEngine(settings, secret(environ, settings.key_env, MicrosoftEngine.name))


FACTORY = EngineFactory(Settings, _make)
