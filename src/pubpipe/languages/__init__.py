"""The languages pubpipe knows: one file each. No language tag stands anywhere else in the program."""

from __future__ import annotations

import difflib

from pubpipe.errors import ConfigError
from pubpipe.languages import en, ja, km, lo, my, th, vi
from pubpipe.languages.normal import canonical, fold
from pubpipe.languages.profile import LanguageProfile

SOURCE: LanguageProfile = en.PROFILE
"""The language that publications are written in."""

TARGETS: dict[str, LanguageProfile] = {m.PROFILE.tag: m.PROFILE for m in (km, my, th, vi, lo, ja)}
"""The languages that publications are translated into, in the order in which lists show them."""

_ALL = {SOURCE.tag: SOURCE, **TARGETS}


def profile(tag: str) -> LanguageProfile:
    """The profile of a language tag; ConfigError, with the nearest known tag or name, for any other."""
    found = _ALL.get(tag)
    if found is not None:
        return found
    names = {p.english_name.lower(): p.tag for p in _ALL.values()}
    near = difflib.get_close_matches(tag.lower(), [*_ALL, *names], n=1)
    hint = f"Did you mean {names.get(near[0], near[0])!r}? " if near else ""
    raise ConfigError(f"unknown language {tag!r}.", remedy=f"{hint}Languages: {', '.join(TARGETS)}.")


__all__ = ["SOURCE", "TARGETS", "LanguageProfile", "canonical", "fold", "profile"]
