"""Inline content as a flat list of runs, the form in which both renderers write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote, urlsplit

from pubpipe.languages import canonical
from pubpipe.model import Content, Placeholder, TagClose, TagKind, TagOpen, Text, Value, plain
from pubpipe.renderers.breaking import ALLOW, FORBID
from pubpipe.renderers.fonts import NO_GLYPH

_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
"""What no format may hold: controls, lone surrogates, the noncharacters of all planes, byte order marks."""
_BLANK = re.compile("[\t\r\n]+")
_SCHEMES = frozenset(["http", "https", "mailto", "tel", "ftp"])


class Run(Value):
    """Characters, or one placeholder, with the formats that apply to all of it."""

    text: str = ""
    holder: Placeholder | None = None
    marks: frozenset[TagKind] = frozenset()
    href: str | None = None


def runs(content: Content) -> tuple[Run, ...]:
    """The runs of a unit; badly nested or unclosed tags cost their format, never text."""
    opened: dict[int, TagOpen] = {}
    out: list[Run] = []
    for item in content:
        match item:
            case TagOpen():
                opened[item.id] = item
            case TagClose():
                opened.pop(item.id, None)
            case Text() | Placeholder():
                marks = frozenset(tag.kind for tag in opened.values() if tag.kind not in ("link", "span"))
                href = next((safe_url(t.href) for t in reversed(opened.values()) if t.kind == "link"), None)
                text = item.text if isinstance(item, Text) else ""
                holder = item if isinstance(item, Placeholder) else None
                if text or holder:
                    out.append(Run(text=text, holder=holder, marks=marks, href=href))
    return tuple(out)


def by_link(items: tuple[Run, ...]) -> Iterator[tuple[str | None, tuple[Run, ...]]]:
    """The runs in groups that lead to the same place, so that a link with a bold word in it is one link."""
    group: list[Run] = []
    for run in items:
        if group and group[-1].href != run.href:
            yield group[-1].href, tuple(group)
            group = []
        group.append(run)
    if group:
        yield group[-1].href, tuple(group)


@lru_cache(maxsize=8192)
def clean(text: str) -> str:
    """NFC text that both formats can carry: no control characters, no break marks of an older tool."""
    text = _CONTROL.sub("", _BLANK.sub(" ", text)).replace(ALLOW, "").replace(FORBID, "")
    return canonical(text)


def cleaned(content: Content) -> Content:
    """The content with every text `clean`."""
    return tuple(
        item.model_copy(update={"text": clean(item.text)}) if isinstance(item, Text) else item for item in content
    )


def shows(content: Content) -> bool:
    """Something of the content will be seen on the page: a letter or sign, or a placeholder (a note mark, an image)."""
    return any(isinstance(item, Placeholder) and item.kind != "break" for item in content) or has_words(content)


def has_words(content: Content) -> bool:
    """There is text that is not only white space and invisible characters."""
    return any(not c.isspace() and ord(c) not in NO_GLYPH for c in clean(plain(content)))


def safe_url(url: str | None) -> str | None:
    """An address that may stand in a publication, percent-encoded; None for scripts, local files and fragments."""
    if not url:
        return None
    url = _CONTROL.sub("", url.strip())
    try:
        scheme = urlsplit(url).scheme.lower()
    except ValueError:
        return None
    if scheme not in _SCHEMES:
        return None
    return quote(url, safe="%/:?#[]@!$&'()*+,;=-._~")
