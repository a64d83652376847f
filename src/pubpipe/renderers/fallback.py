"""Characters that the fonts of a language lack: cut out of a text, each with the font and language that it needs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from pubpipe.languages import TARGETS, LanguageProfile
from pubpipe.renderers.fonts import NO_GLYPH, FontSet, spare_locale

_LATIN_WORD_END = re.compile("[0-9A-Za-z\u00c0-\u024f\u1e00-\u1eff]+$")
_LATIN_WORD_START = re.compile("[0-9A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")

_COMPLEX = ((0x0900, 0x109F), (0x1780, 0x17FF))
"""The Indic scripts and those of mainland Southeast Asia: what Word shapes as complex scripts, left to right."""

WordClass = Literal["latin", "complex", "east-asian", "right-to-left"]
"""How Word treats characters: `LanguageProfile.word_class`, and right to left."""


class Piece(NamedTuple):
    """A stretch of text that one set of fonts can print."""

    text: str
    family: str = ""
    """The font that steps in; empty: the fonts of the language have every character."""
    word_class: WordClass = "latin"
    locale: str = ""
    """What Word calls the language of the stretch, where its characters tell it."""
    tag: str = ""
    """The same as a language tag for a screen reader."""


def splitter(own: tuple[str, ...], fonts: FontSet, profile: LanguageProfile) -> Callable[[str], tuple[Piece, ...]]:
    """A function that cuts a text into what the families `own` can print and what another font has to.

    A name or a word in another script stays in one font where one has all of it, a Latin word is not cut at one
    rare letter, a space between two such words goes with them, and a mark stays with its letter. What no font
    has is left with the language's own (`FontSet.require_glyphs` refused it before).
    """
    have = fonts.covers(own) | NO_GLYPH
    others = [f for f in (*profile.fonts, *fonts.spare(profile)) if f not in own]

    @lru_cache(maxsize=1024)
    def split(text: str) -> tuple[Piece, ...]:
        if have.issuperset(map(ord, set(text))):
            return (Piece(text),) if text else ()
        parts: list[tuple[str, str]] = []
        for lacking, stretch in _stretches(text, have):
            parts += _families(stretch, others, fonts) if lacking else [(stretch, "")]
        return tuple(_described(part, family, profile) for part, family in _joined(parts, profile.fonts))

    return split


def _stretches(text: str, have: frozenset[int]) -> Iterator[tuple[bool, str]]:
    """The text in turns of letters that the fonts have and letters that they lack; marks stay with their letter."""
    current, state = "", False
    for cluster in _clusters(text):
        lacking = any(ord(c) not in have for c in cluster)
        if current and lacking != state:
            yield state, current
            current = ""
        current, state = current + cluster, lacking
    if current:
        yield state, current


def _clusters(text: str) -> Iterator[str]:
    """A character with the marks, joiners and selectors after it."""
    start = 0
    for place in range(1, len(text)):
        character = text[place]
        if ord(character) not in NO_GLYPH and unicodedata.category(character)[0] != "M":
            yield text[start:place]
            start = place
    yield text[start:]


def _families(stretch: str, others: list[str], fonts: FontSet) -> list[tuple[str, str]]:
    """The first font that has all of a stretch, else the first for each of its clusters."""
    wanted = {ord(c) for c in stretch} - NO_GLYPH
    for family in others:
        if wanted <= fonts.covers((family,)):
            return [(stretch, family)]
    found = []
    for cluster in _clusters(stretch):
        need = {ord(c) for c in cluster} - NO_GLYPH
        found.append((cluster, next((f for f in others if need <= fonts.covers((f,))), "")))
    return found


def _joined(parts: list[tuple[str, str]], own: tuple[str, ...]) -> list[tuple[str, str]]:
    """Neighbours of one font as one; spaces between two of them, and the Latin word around a rare letter, with them."""
    out: list[tuple[str, str]] = []

    def add(text: str, family: str) -> None:
        if out and out[-1][1] == family:
            out[-1] = (out[-1][0] + text, family)
        elif text:
            out.append((text, family))

    for number, (text, family) in enumerate(parts):
        before = out[-1][1] if out else ""
        after = parts[number + 1][1] if number + 1 < len(parts) else ""
        if family or (before and before == after and text.isspace()):
            add(text, family or before)
            continue
        head = _LATIN_WORD_START.match(text) if before == own[-1] else None
        start = head.end() if head else 0
        tail = _LATIN_WORD_END.search(text, start) if after == own[-1] else None
        end = tail.start() if tail else len(text)
        add(text[:start], before if head else "")
        add(text[start:end], "")
        add(text[end:], after if tail else "")
    return out


def _described(text: str, family: str, profile: LanguageProfile) -> Piece:
    if not family:
        return Piece(text)
    word_class = _word_class(text)
    for other in TARGETS.values():
        if family == other.fonts[0] and family not in profile.fonts:
            signature = other.checking.signature  # ideographs alone may be Chinese; kana are not
            if not signature or any(first <= ord(c) <= last for c in text for first, last in signature):
                return Piece(text, family, word_class, other.word_locale, other.tag)
    locale = spare_locale(family)
    return Piece(text, family, word_class, locale, locale.split("-")[0])


def _word_class(text: str) -> WordClass:
    """By Unicode's bidirectional class and East Asian width, and by block."""
    if any(unicodedata.bidirectional(c) in ("R", "AL") for c in text):
        return "right-to-left"
    if any(unicodedata.east_asian_width(c) in "WF" for c in text):
        return "east-asian"
    return "complex" if any(first <= ord(c) <= last for c in text for first, last in _COMPLEX) else "latin"
