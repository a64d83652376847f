"""What a check, a reader or an inspection has to say about a text."""

from __future__ import annotations

from typing import Literal

from pubpipe.model.values import Value

Severity = Literal["info", "warning", "error", "block"]
"""info: good to know; warning: look at it; error: probably wrong, shown first; block: stops publication until
mended or waived by a named person."""


class Span(Value):
    """Characters `start` to `end` (exclusive) of the plain text (`model.plain`)."""

    start: int
    end: int


class Finding(Value):
    """One thing that somebody should look at, in plain English."""

    check: str
    """Which check says so ("numbers", "terms", "reader.textbox")."""
    severity: Severity
    message: str
    """What is wrong, with the words it means."""
    segment: str | None = None
    """`Segment.id`, where the finding is about one segment."""
    source: Span | None = None
    target: Span | None = None
    suggestion: str | None = None
    """The text that would mend it, where there is one."""


def quoted(text: str, limit: int = 60) -> str:
    """The first words of a text in quotation marks: how findings name a place."""
    text = " ".join(text.split())
    if len(text) > limit:
        text = text[:limit].rsplit(" ", 1)[0].rstrip(",;:. ") + " …"
    return f"“{text}”"
