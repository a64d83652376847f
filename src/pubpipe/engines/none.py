"""No machine: every segment stays open for a human translator."""

from __future__ import annotations

from typing import NoReturn

from pubpipe.engines.base import EngineFactory, EngineRefused, EngineSettings, Limits, fingerprint
from pubpipe.languages import LanguageProfile


class Settings(EngineSettings):
    """[engines.none] has no settings."""


class NoEngine:
    name = "none"
    languages = None
    limits = Limits()
    fingerprint = fingerprint("none", "1", {})

    def translate(
        self,
        text: str,  # noqa: ARG002 - the Protocol's name
        source: LanguageProfile,  # noqa: ARG002
        target: LanguageProfile,  # noqa: ARG002
    ) -> NoReturn:
        """Never answers: EngineRefused."""
        raise EngineRefused("left for a human translator")


FACTORY = EngineFactory(Settings, lambda _, __: NoEngine())
