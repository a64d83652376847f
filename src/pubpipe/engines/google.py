"""Google Translate's public page, through deep-translator: no key, no promise.

It reads a web page, against the provider's terms, and breaks now and then; and drafts leave the house
unencrypted to the provider's eye. For trials; for confidential text use an engine with a contract, or one
of your own.
"""

from __future__ import annotations

from typing import Any

from pubpipe.engines import deep
from pubpipe.engines.base import EngineFactory, Limits, code, fingerprint, languages_with_codes
from pubpipe.engines.transport import Exchange, HttpSettings
from pubpipe.errors import EngineError
from pubpipe.languages import LanguageProfile

_PAGE = "https://translate.google.com/m"


class Settings(HttpSettings):
    """[engines.google]"""


class GoogleEngine:
    name = "google"

    def __init__(self, settings: Settings) -> None:
        self._url = settings.base_url or _PAGE
        self._exchange = Exchange(self.name, settings)
        self.fingerprint = fingerprint(self.name, deep.VERSION, {"url": self._url})
        self.limits = Limits(
            max_chars=4500,  # the adapter refuses 5000
            requests_per_minute=settings.requests_per_minute or 120,
            concurrency=settings.concurrency or 4,
        )

    @property
    def languages(self) -> frozenset[str]:
        from deep_translator.constants import GOOGLE_LANGUAGES_TO_CODES

        return languages_with_codes(self.name, frozenset(GOOGLE_LANGUAGES_TO_CODES.values()))

    def translate(self, text: str, source: LanguageProfile, target: LanguageProfile) -> str:
        """As `Engine.translate`; one GET of the mobile page."""
        from_, to = code(source, self.name), code(target, self.name)
        if from_ is None or to is None:
            raise EngineError(f"google does not translate into {target.english_name}")

        def make() -> Any:
            translator = deep.adapter("google").GoogleTranslator(source=from_, target=to)
            translator._base_url = self._url
            return translator

        return deep.translate(self._exchange, make, text)


FACTORY = EngineFactory(Settings, lambda settings, _: GoogleEngine(settings))
