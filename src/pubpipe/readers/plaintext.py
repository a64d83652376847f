"""A text file to a `SourceDocument`: Markdown in which the line breaks of agendas and addresses are kept."""

from __future__ import annotations

import re
from itertools import groupby, pairwise
from pathlib import Path

from pubpipe.model import SourceDocument
from pubpipe.readers import base, markdown

NAME = "text/1"
EXTENSIONS: tuple[str, ...] = (".txt",)

_NARROWEST = 50
"""Characters; programs that wrap lines (mail, editors) use 60 to 80. Narrower lines were broken by a person."""
_MARKED = re.compile(r"[ ]{0,3}(?:[-*+>#|:=~`]|\d+[.)]\s|[A-Za-z][.)]\s)|[ ]{4}|\t")
"""Lines that Markdown reads as something else than text."""
_ENTRY = re.compile(r"\d{1,2}[:.]\d{2}\b|.*\S(?:\t| {3,})\S")
"""A time of day, or columns."""


def read(data: bytes, folder: Path | None = None) -> SourceDocument:
    """The document in the bytes of a text file (UTF-8, or UTF-16 with a byte-order mark)."""
    text = markdown.decode(data)
    base.check_length(len(text))
    return base.assemble(markdown.parts(with_breaks(text), folder), data=data, reader=NAME)


def with_breaks(text: str) -> str:
    """The text with a Markdown line break at the end of each line that a person broke on purpose.

    A program that wraps a paragraph fills each line: where the next word would have fitted, a person pressed Enter.
    """
    head = re.match(r"---\n.*?\n(?:---|\.\.\.)\n", text, re.DOTALL)
    start = head.end() if head else 0
    out: list[str] = []
    for filled, lines in groupby(text[start:].split("\n"), key=lambda line: bool(line.strip())):
        group = list(lines)
        out += _paragraph(group) if filled else group
    return text[:start] + "\n".join(out)


def _paragraph(lines: list[str]) -> list[str]:
    width = max(map(len, lines))
    entries = sum(1 for line in lines if _ENTRY.match(line))
    room = sum(1 for a, b in pairwise(lines) if len(a.rstrip()) + 1 + len(b.split()[0]) <= width)
    if not (width < _NARROWEST or entries * 2 > len(lines) or room * 2 >= len(lines)):
        return lines
    out = list(lines)
    for place, (line, following) in enumerate(pairwise(lines)):
        if not _MARKED.match(line) and not _MARKED.match(following):
            out[place] = line.rstrip().rstrip("\\") + "\\"
    return out
