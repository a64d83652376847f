"""Spaces that nobody wants: doubled, or at the edge of a segment."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pubpipe.checks.context import CheckContext, Described, finding
from pubpipe.model import Finding

ID = "spaces"
FINDINGS = (
    Described(
        "spaces",
        "warning",
        "Two spaces together, or a space before or after the text.",
        "rights  and duties",
    ),
)

_DOUBLE = re.compile("[ \u00a0\u3000]{2,}")


def check(context: CheckContext) -> Iterable[Finding]:
    """Warnings for doubled spaces that the source has not, and for spaces before or after the text."""
    text = context.target_text
    found = _DOUBLE.search(text)
    if found and not _DOUBLE.search(context.source_text):
        yield finding(ID, "warning", "Two spaces stand together.", target=found.span(), suggestion=found[0][0])
    stripped = text.strip()
    if stripped and stripped != text and context.source_text == context.source_text.strip():
        yield finding(ID, "warning", "A space stands before or after the text.", suggestion=stripped)
