"""Segments to drafts: one file an engine, behind one Protocol and one hardened caller."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pubpipe.engines import google, libretranslate, llm, microsoft, mymemory, none, pseudo
from pubpipe.engines.base import (
    Cache,
    Engine,
    EngineDown,
    EngineFactory,
    EngineRefused,
    EngineSettings,
    Limits,
    TranslationRequest,
    TranslationResult,
    UsesTerms,
    supports,
)
from pubpipe.engines.caller import NoCache, translate_all
from pubpipe.engines.chain import translate_with_chain
from pubpipe.errors import ConfigError

ENGINES: dict[str, EngineFactory] = {
    "google": google.FACTORY,
    "microsoft": microsoft.FACTORY,
    "mymemory": mymemory.FACTORY,
    "libretranslate": libretranslate.FACTORY,
    "llm": llm.FACTORY,
    "pseudo": pseudo.FACTORY,
    "none": none.FACTORY,
}
"""The engines that come with pubpipe, by the name that pubpipe.toml uses."""

ENTRY_POINTS = "pubpipe.engines"
"""The entry-point group in which other packages register an EngineFactory."""


def build(name: str, settings: Mapping[str, Any], environ: Mapping[str, str]) -> Engine:
    """The engine of that name, made without touching the network.

    `settings` is its table in pubpipe.toml, `environ` where keys are looked up. ConfigError for an unknown
    name, key or value, with the nearest that is known.
    """
    factory = ENGINES.get(name) or _plugin(name)
    try:
        checked = factory.settings.model_validate(dict(settings))
    except ValidationError as error:
        raise _config_error(name, factory, error) from None
    engine: Engine = factory.make(checked, environ)
    return engine


def _plugin(name: str) -> EngineFactory:
    """The factory that another package registered under `name`."""
    from importlib.metadata import entry_points

    points = {p.name: p for p in entry_points(group=ENTRY_POINTS)}
    if name not in points:
        known = sorted({*ENGINES, *points})
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {near[0]!r}? " if near else ""
        raise ConfigError(f"unknown engine {name!r}.", remedy=f"{hint}Engines: {', '.join(known)}.")
    try:
        factory = points[name].load()
    except Exception as error:
        raise ConfigError(
            f"engine {name!r} of the package {points[name].value.partition(':')[0]} cannot be loaded "
            f"({type(error).__name__}).",
            remedy="Mend or remove that package.",
        ) from error
    if not isinstance(factory, EngineFactory):
        raise ConfigError(
            f"engine {name!r}: {points[name].value} is no EngineFactory.",
            remedy="Mend or remove that package.",
        )
    return factory


def _config_error(name: str, factory: EngineFactory, error: ValidationError) -> ConfigError:
    """The first problem of a settings table, in words; the value is not repeated, it may be a secret."""
    errors = error.errors()
    # A misspelled key is often the reason that another one is missing.
    first = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
    key = ".".join(str(part) for part in first["loc"]) or "the table"
    if first["type"] == "extra_forbidden":
        known = list(factory.settings.model_fields)
        near = difflib.get_close_matches(key, known, n=1)
        hint = f"Did you mean {near[0]!r}? " if near else ""
        listed = f"Settings: {', '.join(known)}." if known else "It has no settings."
        return ConfigError(f"[engines.{name}]: unknown setting {key!r}.", remedy=f"{hint}{listed}")
    return ConfigError(f"[engines.{name}] {key}: {first['msg']}.", remedy="Mend it in pubpipe.toml.")


__all__ = [
    "ENGINES",
    "ENTRY_POINTS",
    "Cache",
    "Engine",
    "EngineDown",
    "EngineFactory",
    "EngineRefused",
    "EngineSettings",
    "Limits",
    "NoCache",
    "TranslationRequest",
    "TranslationResult",
    "UsesTerms",
    "build",
    "supports",
    "translate_all",
    "translate_with_chain",
]
