"""Lists in HTML pages that Word saved: paragraphs with typed numbers, made the lists that they look like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_LIST = re.compile(r"\bmso-list\s*:\s*l\d+\s+level(\d+)")
_INDENT = re.compile(r"margin-left\s*:\s*(-?[\d.]+)(in|pt|cm|mm|px)")
_POINTS = {"in": 72.0, "pt": 1.0, "cm": 28.35, "mm": 2.835, "px": 0.75}
_NUMBER = re.compile(r"\(?(?P<number>\d{1,4}|[a-z]|[ivxlc]{1,7})[.):]", re.IGNORECASE)
_BULLET = re.compile(r"[·•●○◦▪■□§oØü–—*-]|[\uf000-\uf0ff]")
"""What Word writes for bullets: signs, and the letters that are bullets in Symbol, Courier New and Wingdings."""
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


_SPACE = re.compile(r"\bfont\s*:\s*7\.0pt")
"""The blanks that Word sets between a number and its text."""
_LEVEL = 18.0
"""Points that a level is in, where levels are compared with margins."""


@dataclass(frozen=True)
class Entry:
    """One paragraph of a list."""

    paragraph: Any
    level: int
    """Deeper is larger; levels are compared within one list only."""
    mark: str
    """Its number or bullet as typed; "" for a further paragraph of the item before it."""


@dataclass(frozen=True)
class _Open:
    """A list to which entries are being added."""

    level: int
    kind: str
    """HTML's `type` of a numbered list, or "" for bullets."""
    start: int
    element: Any


def entries(root: Any) -> list[Entry]:
    """The paragraphs of Word's lists in reading order; their typed numbers and bullets are taken out of the tree."""
    found: list[Entry] = []
    for paragraph in list(root.iter("p")):
        style = paragraph.get("style") or ""
        level = _LIST.search(style)
        if level is None and not (paragraph.get("class") or "").startswith("MsoListParagraph"):
            continue
        indent = _INDENT.search(style)
        points = int(level[1]) * _LEVEL if level else float(indent[1]) * _POINTS[indent[2]] if indent else 0.0
        found.append(Entry(paragraph, round(points / _LEVEL * 2), _taken(paragraph)))
    return found


def build(found: Sequence[Entry]) -> None:
    """Put the paragraphs into lists: those that stand side by side into one, deeper ones into the item above."""
    opened: list[_Open] = []
    last, top = None, None
    for entry in found:
        before = entry.paragraph.getprevious()
        joins = last is not None and before is (top if top is not None else last) and not (before.tail or "").strip()
        if not joins:
            opened, top = [], None
        last = entry.paragraph
        while opened and entry.level < opened[-1].level:
            opened.pop()
        if not entry.mark:
            if opened:
                opened[-1].element[-1].append(_cut(entry.paragraph))
            continue
        kind, number = _read(entry.mark, opened[-1] if opened and opened[-1].level == entry.level else None)
        if opened and opened[-1].level == entry.level:
            now = opened[-1]
            if now.kind != kind or (kind and number != now.start + len(now.element)):
                opened.pop()
        if not opened or opened[-1].level < entry.level:
            made = entry.paragraph.makeelement("ol" if kind else "ul")
            if kind:
                made.set("type", kind)
                made.set("start", str(number))
            if opened:
                opened[-1].element[-1].append(made)
            else:
                entry.paragraph.addprevious(made)
                top = made
            opened.append(_Open(entry.level, kind, number, made))
        item = entry.paragraph.makeelement("li")
        item.append(_cut(entry.paragraph))
        opened[-1].element.append(item)


def _cut(paragraph: Any) -> Any:
    """The paragraph, out of its place; the blank text behind it goes."""
    paragraph.drop_tree()
    paragraph.tail = None
    return paragraph


def _read(mark: str, now: _Open | None) -> tuple[str, int]:
    """HTML's type of a list with this mark ("" for bullets) and the number that it is; `now` is the list so far."""
    match = _NUMBER.fullmatch(mark)
    if match is None:
        return "", 0
    number = match["number"]
    if number.isdigit():
        return "1", int(number)
    upper, lower = number.isupper(), number.lower()
    letter = ord(lower) - ord("a") + 1 if len(lower) == 1 else 0
    next_letter = now is not None and now.kind in ("a", "A") and letter == now.start + len(now.element)
    if letter and (next_letter or lower not in ("i", "v", "x") or (lower != "i" and now is None)):
        return "A" if upper else "a", letter
    values = [_ROMAN[c] for c in lower] if set(lower) <= _ROMAN.keys() else [0]
    total = sum(-v if any(w > v for w in values[n + 1 : n + 2]) else v for n, v in enumerate(values))
    return "I" if upper else "i", max(total, 1)


def _taken(paragraph: Any) -> str:
    """The number or bullet at the start of a paragraph, which loses it; "" where it has none."""
    from lxml import etree

    for span in paragraph.iter("span"):
        if re.search(r"mso-list\s*:\s*ignore", span.get("style") or "", re.IGNORECASE):
            mark = "".join(span.text_content().split())
            span.drop_tree()
            return mark
    pieces: list[tuple[Any, str]] = []
    for event, element in etree.iterwalk(paragraph, events=("start", "end")):
        if event == "start" and element.tag == "span" and _SPACE.search(element.get("style") or ""):
            break
        pieces.append((element, "text" if event == "start" else "tail"))
    else:
        return ""
    mark = "".join("".join(getattr(e, name) or "" for e, name in pieces).split())
    if element.text_content().strip() or not (_NUMBER.fullmatch(mark) or _BULLET.fullmatch(mark)):
        return ""
    for piece, name in pieces:
        setattr(piece, name, None)
    element.drop_tree()
    return mark


__all__ = ["Entry", "build", "entries"]
