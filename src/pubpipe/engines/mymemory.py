"""MyMemory's public service, through deep-translator: no key, a small daily quota, short segments only."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from pubpipe.engines import deep
from pubpipe.engines.base import (
    EngineFactory,
    EngineRefused,
    Limits,
    code,
    fingerprint,
    languages_with_codes,
)
from pubpipe.engines.transport import Answer, Exchange, HttpSettings
from pubpipe.errors import EngineBusy, EngineError
from pubpipe.languages import LanguageProfile

# deep-translator's own address is plain http: drafts would cross the network for anybody to read.
_SERVICE = "https://api.mymemory.translated.net/get"


class Settings(HttpSettings):
    """[engines.mymemory]"""

    email: str = Field(default="", pattern=r"^$|^[^@\s]+@[^@\s]+$")
    """An address that the service gets with each request; it raises the daily quota."""


class MyMemoryEngine:
    name = "mymemory"

    def __init__(self, settings: Settings) -> None:
        self._url = settings.base_url or _SERVICE
        self._email = settings.email
        self._exchange = Exchange(self.name, settings, judge=_judge)
        self.fingerprint = fingerprint(self.name, deep.VERSION, {"url": self._url})
        self.limits = Limits(
            max_chars=480,  # the service takes 500 bytes of Latin text; the adapter refuses 500 characters
            requests_per_minute=settings.requests_per_minute or 60,
            concurrency=settings.concurrency or 2,
        )

    @property
    def languages(self) -> frozenset[str]:
        from deep_translator.constants import MY_MEMORY_LANGUAGES_TO_CODES

        return languages_with_codes(self.name, frozenset(MY_MEMORY_LANGUAGES_TO_CODES.values()))

    def translate(self, text: str, source: LanguageProfile, target: LanguageProfile) -> str:
        """As `Engine.translate`; one GET."""
        from_, to = code(source, self.name), code(target, self.name)
        if from_ is None or to is None:
            raise EngineError(f"mymemory does not translate into {target.english_name}")

        def make() -> Any:
            translator = deep.adapter("mymemory").MyMemoryTranslator(source=from_, target=to, email=self._email or None)
            translator._base_url = self._url
            return translator

        return deep.translate(self._exchange, make, text)


def _judge(answer: Answer) -> None:
    """What the body says: the service reports errors with status 200 and a `responseStatus` of its own."""
    try:
        body = answer.json()
    except EngineBusy:
        if answer.status_code == 200:
            raise
        return
    if not isinstance(body, dict):
        raise EngineBusy("mymemory sent an answer that cannot be read")
    details = str(body.get("responseDetails") or "").upper()
    translated = str((body.get("responseData") or {}).get("translatedText") or "").upper()
    if body.get("quotaFinished") is True or "MYMEMORY WARNING" in details + translated:
        raise EngineRefused(
            "the free quota of mymemory is used up for today",
            remedy="Wait for tomorrow, set `email` in [engines.mymemory], or name another engine.",
        )
    if "QUERY LENGTH LIMIT" in details + translated:
        raise EngineError("the segment is longer than mymemory takes")
    if "LANGUAGE PAIR" in details + translated or "DISTINCT LANGUAGES" in details + translated:
        raise EngineRefused("mymemory does not translate this pair of languages")
    status = str(body.get("responseStatus", 200))
    if answer.status_code == 200 and status != "200":
        raise EngineBusy(f"mymemory has an error of its own ({status[:3]})")


FACTORY = EngineFactory(Settings, lambda settings, _: MyMemoryEngine(settings))
