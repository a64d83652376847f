"""How a subtitle stands on the screen in a language: how wide a text is, and where its two lines part."""

from __future__ import annotations

import unicodedata

from pubpipe.languages.profile import LanguageProfile

GENERAL_LINE = 42
"""Clusters of a line where a language names no limit of its own (Netflix Timed Text Style Guide, English template: 42
characters). It decides where a line is parted, and makes no finding."""


def clusters(text: str, profile: LanguageProfile) -> tuple[str, ...]:
    """What a reader counts as one letter: a base with its marks (UAX #29, with Burmese spacing vowels)."""
    from icu4py.breakers import CharacterBreaker

    out: list[str] = []
    for cluster in CharacterBreaker(text, profile.locale):
        if out and unicodedata.category(cluster[0])[0] == "M":
            out[-1] += cluster
        else:
            out.append(cluster)
    return tuple(out)


def width(text: str, profile: LanguageProfile) -> float:
    """Letters of a text; in East Asian text those of half width count half, as its style guides count."""
    parts = clusters(text, profile)
    if profile.word_class != "east-asian":
        return float(len(parts))
    return sum(1.0 if unicodedata.east_asian_width(part[0]) in "WFA" else 0.5 for part in parts)


def parted(text: str, profile: LanguageProfile) -> int | None:
    """The offset at which a subtitle that is too long for one line begins its second; None where it needs none.

    At a legal break (ICU), never before a sign that may not begin a line; the lines as even as they come, rather after
    a mark of punctuation or a space between phrases.
    """
    from icu4py.breakers import LineBreaker

    limit = profile.subtitles.line or GENERAL_LINE
    if width(text, profile) <= limit:
        return None
    best: tuple[float, int] | None = None
    place = 0
    for piece in LineBreaker(text, profile.locale):
        place += len(piece)
        if place >= len(text) or text[place] in profile.typesetting.not_at_line_start:
            continue
        head, tail = text[:place].rstrip(), text[place:]
        longest = max(width(head, profile), width(tail, profile))
        pause = unicodedata.category(head[-1:] or " ")[0] == "P" or (not profile.spaced and text[place - 1].isspace())
        cost = longest + max(0.0, longest - limit) * 10 - (limit / 6 if pause else 0.0)
        if best is None or cost < best[0]:
            best = (cost, place)
    return best[1] if best else None
