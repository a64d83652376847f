"""Digits: a text in those that a project chose for the language, and the places where it has others."""

from __future__ import annotations

import re

from pubpipe.languages.profile import LanguageProfile
from pubpipe.model import Content, Inline, TagClose, TagOpen, Text

_KEPT = re.compile(
    r"\S*(?:://|www\.|@)\S*"  # addresses
    r"|\b(?:ISBN|ISSN|DOI)[\s:]*[\d\sXx./-]*[\dXx]"  # numbers of catalogues
    r"|\+\d[\d \u00a0()-]*\d"  # telephone numbers: they are dialled as they stand
    r"|[0-9./_‐‑–-]*[A-Za-z][0-9A-Za-z./_‐‑-]*",  # codes and names: COVID-19, C189, A4, 3D
    re.ASCII,
)
"""What keeps the digits that it has, whatever the language: it is a name, not a number."""
_LATIN = re.compile("[0-9]+")


def in_digits(text: str, profile: LanguageProfile) -> str:
    """The text with its numbers in the digits that the project chose; as it is where the project chose none.

    Addresses, codes, catalogue and telephone numbers keep theirs. The value of no number changes: one digit stands
    for one digit, separators stay.
    """
    own = profile.native_digits
    if profile.digits is None or own is None:
        return text
    if profile.digits == "latin":
        return text.translate(dict(zip(map(ord, own), "0123456789", strict=True)))
    table = dict(zip(map(ord, "0123456789"), own, strict=True))
    out, done = [], 0
    for kept in _KEPT.finditer(text):
        out += [text[done : kept.start()].translate(table), kept[0]]
        done = kept.end()
    return "".join([*out, text[done:].translate(table)])


def content_in_digits(content: Content, profile: LanguageProfile) -> Content:
    """`in_digits` for every text of a content but what is marked as code; placeholders and addresses of links stay."""
    out: list[Inline] = []
    code: set[int] = set()
    for item in content:
        if isinstance(item, TagOpen) and item.kind == "code":
            code.add(item.id)
        elif isinstance(item, TagClose):
            code.discard(item.id)
        out.append(Text(text=in_digits(item.text, profile)) if isinstance(item, Text) and not code else item)
    return tuple(out)


def contradicting(text: str, profile: LanguageProfile) -> tuple[tuple[int, int], ...]:
    """Where (start, end) a text has numbers in digits that the project did not choose."""
    own = profile.native_digits
    if profile.digits is None or own is None:
        return ()
    if profile.digits == "latin":
        return tuple(match.span() for match in re.finditer(f"[{own}]+", text))
    kept = [match.span() for match in _KEPT.finditer(text)]
    return tuple(
        match.span() for match in _LATIN.finditer(text) if not any(start <= match.start() < end for start, end in kept)
    )
