"""The languages pubpipe knows: one file each. No language tag stands anywhere else in the program."""

from __future__ import annotations

import difflib
import functools

from pubpipe.errors import ConfigError
from pubpipe.languages import en, ja, km, lo, my, th, vi
from pubpipe.languages.normal import canonical, fold
from pubpipe.languages.profile import Checking, LanguageProfile, Numbers, Quotes, Subtitles, Typesetting

SOURCE: LanguageProfile = en.PROFILE
"""The language that publications are written in."""

TARGETS: dict[str, LanguageProfile] = {m.PROFILE.tag: m.PROFILE for m in (km, my, th, vi, lo, ja)}
"""The languages that publications are translated into, in the order in which lists show them."""

_ALL = {SOURCE.tag: SOURCE, **TARGETS}


ENTRY_POINTS = "pubpipe.languages"
"""The entry-point group in which other packages register a LanguageProfile, under its tag."""


@functools.cache
def extra() -> dict[str, LanguageProfile]:
    """The target languages that other packages bring, by tag; looked for once.

    They are known wherever a language is named; what happens without naming one stays with `TARGETS`. Raises
    ConfigError, with the package, for a profile that cannot be loaded or that takes a tag of ours.
    """
    from importlib.metadata import entry_points

    found: dict[str, LanguageProfile] = {}
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda p: p.name):
        package = point.value.partition(":")[0]
        remedy = "Mend or remove that package."
        try:
            made = point.load()
        except Exception as error:
            raise ConfigError(
                f"language {point.name!r} of the package {package} cannot be loaded ({type(error).__name__}).",
                remedy=remedy,
            ) from error
        if not isinstance(made, LanguageProfile) or made.tag != point.name:
            raise ConfigError(f"language {point.name!r}: {point.value} is no LanguageProfile of it.", remedy=remedy)
        if point.name in _ALL or point.name in found:
            raise ConfigError(f"language {point.name!r}: {package} brings it, and it is there already.", remedy=remedy)
        found[made.tag] = made
    return found


def profile(tag: str) -> LanguageProfile:
    """The profile of a language tag; ConfigError, with the nearest known tag or name, for any other."""
    found = _ALL.get(tag) or extra().get(tag)
    if found is not None:
        return found
    known = {**_ALL, **extra()}
    names = {p.english_name.lower(): p.tag for p in known.values()}
    near = difflib.get_close_matches(tag.lower(), [*known, *names], n=1)
    hint = f"Did you mean {names.get(near[0], near[0])!r}? " if near else ""
    raise ConfigError(f"unknown language {tag!r}.", remedy=f"{hint}Languages: {', '.join((*TARGETS, *extra()))}.")


__all__ = [
    "ENTRY_POINTS",
    "SOURCE",
    "TARGETS",
    "Checking",
    "LanguageProfile",
    "Numbers",
    "Quotes",
    "Subtitles",
    "Typesetting",
    "canonical",
    "extra",
    "fold",
    "profile",
]
